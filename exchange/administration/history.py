"""What happened to a person, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from exchange import events
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.region import queries as region
from exchange.wording import in_words

Facts = Mapping[str, Any]
Names = Mapping[str, str]


def history(person: Person) -> list[dict[str, Any]]:
    """Entries of the timeline component, newest first."""
    names = {theme.id: theme.name for theme in region.themes()}
    names |= {organisation.id: organisation.name for organisation in region.organisations()}
    return [
        {
            "at": entry.at,
            "sentence": sentence(entry.kind, entry.facts, names),
            "who": entry.actor.name if entry.actor is not None else "from the command line",
        }
        for entry in reversed(events.history(person, frozenset(Audience)))
    ]


def sentence(kind: str, facts: Facts, names: Names) -> str:
    """What happened; `names` are those of themes and organisations by id."""
    known = SENTENCES.get(kind)
    return known(facts, names) if known else in_words(kind)


def _registered(facts: Facts, names: Names) -> str:
    if facts["is_lay"]:
        return "Registered as a patient, carer or member of the public"
    claimed = facts.get("claimed_organisation")
    return (
        f"Registered, from {names.get(claimed, claimed)}"
        if claimed
        else "Registered, from an organisation not listed"
    )


def _confirmed(facts: Facts, names: Names) -> str:
    found = facts["organisation"]
    return "Confirmed their e-mail address" + (f", which is of {names.get(found, found)}" if found else "")


def _settled(facts: Facts, names: Names) -> str:
    before, now = facts["before"], facts["organisation"]
    sentence = f"Settled: belongs to {names.get(now, now)}"
    return f"{sentence}, before to {names.get(before, before)}" if before else sentence


def _role(verb: str) -> Callable[[Facts, Names], str]:
    def said(facts: Facts, names: Names) -> str:
        scope = facts["scope"]
        role = in_words(facts["role"]).lower()
        return f"{verb} {role}" + (f", {names.get(scope, scope)}" if scope else "")

    return said


def _just(sentence: str) -> Callable[[Facts, Names], str]:
    return lambda facts, names: sentence


SENTENCES: Mapping[str, Callable[..., str]] = {
    "register": _registered,
    "create_account": _just("Account made"),
    "confirm": _confirmed,
    "settle": _settled,
    "make_lay": _just("Takes part as a patient, carer or member of the public"),
    "grant": _role("Became"),
    "revoke": _role("Is no longer"),
    "deactivate": _just("Account closed"),
    "reactivate": _just("Account opened again"),
    "accept_terms": _just("Accepted the confidentiality terms"),
    "edit_details": _just("Changed their name or job title"),
    "register_interest": _just("Registered an interest"),
    "end_interest": _just("Ended a registered interest"),
    "check_interests": _just("Checked their register of interests"),
    "change_password": _just("Changed their password"),
    "reset_password": _just("Chose a new password"),
}
