"""What somebody could work out from answers that do not say it."""

from __future__ import annotations

import re

import pytest
import time_machine

from exchange.accounts.models import Person
from exchange.notifications.services import tell_all
from tests.assessment.arrange import Cast, declare, make_cast, submit
from tests.conftest import Committed
from tests.factories import make_person
from tests.guards.world import World, make_world
from tests.pages import Browser, Client

CHANGES_EVERY_TIME = re.compile(r'nonce="[^"]*"|name="(csrf_token|once)" value="[^"]*"')
NOBODYS = "TV-2026-9999"

OF_ONE = ("proposals.show", "proposals.history")
PAGES = (*OF_ONE, "proposals.proposals", "reports.my_work", "notifications.inbox")
SORTS = ("best", "newest", "oldest", "title")


def source(browser: Browser, address: str) -> str:
    """A page as its very source, but for what is new in each answer."""
    return CHANGES_EVERY_TIME.sub("", browser.get(address).response.get_data(as_text=True))


def readers(cast: Cast) -> dict[str, Person]:
    return {
        "champion": cast.champion,
        "member": make_person(organisation="valley-university"),
        "reviewer": cast.reviewers[2],
    }


def seen_by(browser: Browser, cast: Cast) -> list[str]:
    places = [browser.address(place, **({"ref": cast.ref} if place in OF_ONE else {})) for place in PAGES]
    return [
        source(browser, place) for place in [*places, *(f"/proposals?sort={sort}&q=falls" for sort in SORTS)]
    ]


@pytest.mark.parametrize("who", ["champion", "member", "reviewer"])
def test_no_page_changes_when_reviews_come_in(client: Client, committed: Committed, who: str) -> None:
    """Neither for the team and the members, nor for a reviewer who has not declared: no count, no order, no date."""
    with time_machine.travel("2026-11-25T10:00:00Z", tick=False):
        with committed():
            cast = make_cast()
            person = readers(cast)[who]
            tell_all()
        before = seen_by(client.as_(person), cast)
        with committed():
            for index, score in ((0, 1), (1, 5)):
                declare(cast.assignment(index))
                submit(cast.assignment(index), score, score, comment="Between us.")
            tell_all()
        assert seen_by(client.as_(person), cast) == before


@pytest.fixture
def world(committed: Committed) -> World:
    with committed():
        return make_world()


@pytest.mark.parametrize("role", ["visitor", "member"])
def test_hidden_proposal_is_answered_as_one_that_is_not_there(
    client: Client, world: World, role: str
) -> None:
    """Every page below its reference, read and written: guessing references finds nothing."""
    person = world.people[role]
    rules = [rule for rule in client.app.url_map.iter_rules() if "ref" in rule.arguments]
    hidden = [world.refs["draft"], world.refs["not-taken-forward"]]
    told_apart = []
    for rule in rules:
        for method in sorted({"GET", "POST"} & (rule.methods or set())):
            answers = set()
            for ref in (NOBODYS, *hidden):
                browser = client.visitor() if person is None else client.as_(person)
                address = browser.address(rule.endpoint, **{**values_of(world, rule.arguments), "ref": ref})
                sent = {"csrf_token": browser.csrf_token()} if method == "POST" else None
                response = browser.flask_client.open(address, method=method, data=sent)
                said = CHANGES_EVERY_TIME.sub("", response.text).replace(ref, "…")
                answers.add(
                    (response.status_code, response.headers.get("Location", "").replace(ref, "…"), said)
                )
            if len(answers) > 1:
                told_apart.append(f"{method} {rule}")
    assert told_apart == []


def values_of(world: World, names: set[str]) -> dict[str, object]:
    return {name: world.values[name] for name in names if name != "ref"}
