"""How a person is drawn: a row of a list, and the details of their page."""

from __future__ import annotations

from typing import Any

from flask import url_for

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import THEME_ROLES
from exchange.interests.policy import check_by
from exchange.interests.queries import binding
from exchange.wording import day


def person_row(person: Person) -> dict[str, Any]:
    """What the component of a list's result asks for."""
    return {
        "title": person.name,
        "href": url_for("administration.person", person_id=person.id),
        "facts": [part for part in (person.email, person.job, belonging(person), state(person)) if part],
        "labels": [grant.title for grant in person.grants],
    }


def register_row(person: Person) -> dict[str, Any]:
    """Someone's register of interests: when they checked it, and what in it binds them."""
    today, checked_at = clock.today(), person.interests_checked_at
    due = check_by(checked_at)
    todo = ""
    if checked_at is None or due is None:
        todo = "Never kept one"
    elif due < today:
        todo = f"Was to be checked by {day(due)}"
    return {
        "title": person.name,
        "href": url_for("administration.person", person_id=person.id),
        "facts": [grant.title for grant in person.grants if grant.role in THEME_ROLES],
        "todo": todo,
        "checked": f"Checked on {day(checked_at)}" if checked_at else "",
        "lines": [(each.named, each.reason, day(each.until)) for each in binding(person)],
    }


def about(person: Person) -> list[dict[str, str]]:
    """Rows of the summary list."""
    rows = [
        ("E-mail address", person.email),
        ("Job title", person.job or "Not given"),
        ("Organisation", belonging(person)),
        ("Said when registering", _claim(person)),
        ("Registered", day(person.create_datetime)),
        ("Confidentiality terms", _on(person.terms_accepted_at, "Accepted on", "Not accepted")),
        ("Account", state(person) or "Open"),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]


def belonging(person: Person) -> str:
    if person.organisation is not None:
        return person.organisation.name
    return "Patient, carer or member of the public" if person.is_lay else "Waiting to be settled"


def state(person: Person) -> str:
    """What keeps them from signing in, or nothing."""
    if not person.active:
        return "Closed"
    return "" if person.confirmed_at else "E-mail address not confirmed"


def _claim(person: Person) -> str:
    if person.claimed_organisation_name:
        return f"{person.claimed_organisation_name} (not in the list)"
    return person.claimed


def _on(moment: Any, words: str, otherwise: str) -> str:
    return f"{words} {day(moment)}" if moment else otherwise
