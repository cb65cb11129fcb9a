"""A prepared decision is the directors' alone: for everyone else no page changes by a letter until it is released."""

from __future__ import annotations

import re

import pytest
import time_machine
from flask import Flask

from exchange.accounts.models import Person
from exchange.decisions.rules import DecisionKind
from exchange.extensions import db
from exchange.notifications.models import Notification
from exchange.notifications.services import tell_all
from exchange.outbox import Message
from tests.conftest import Committed
from tests.decisions import arrange
from tests.decisions.arrange import Case
from tests.factories import make_person
from tests.pages import Browser, Client

PAGES = {
    "champion": ("proposals.show", "proposals.history", "assessment.withdraw"),
    "co_author": ("proposals.show", "proposals.history"),
    "manager": (
        "proposals.show",
        "proposals.history",
        "assessment.assessment",
        "decisions.decision_pack",
        "assessment.triage",
    ),
    "reviewer": ("proposals.show", "proposals.history", "assessment.assessment"),
    "member": ("proposals.show", "proposals.history", "proposals.proposals"),
    "conflicted": ("proposals.show", "proposals.history", "decisions.decisions"),
}
CHANGES_EVERY_TIME = re.compile(r'nonce="[^"]*"|name="(csrf_token|once)" value="[^"]*"')


def person_of(case: Case, who: str) -> Person:
    return {
        "champion": lambda: case.champion,
        "co_author": lambda: case.co_author,
        "manager": lambda: case.manager,
        "reviewer": lambda: case.reviewers[0],
        "member": lambda: make_person(organisation="river-trust"),
        "conflicted": arrange.make_conflicted_director,
    }[who]()


def seen_by(browser: Browser, case: Case, who: str) -> dict[str, str]:
    """Every page as its very source, but for what is new in each answer."""
    takes_none = {"assessment.triage", "proposals.proposals", "decisions.decisions"}
    found = {}
    for endpoint in PAGES[who]:
        page = browser.get(endpoint) if endpoint in takes_none else browser.get(endpoint, ref=case.ref)
        found[endpoint] = CHANGES_EVERY_TIME.sub("", page.response.get_data(as_text=True))
    return found


@pytest.mark.parametrize("kind", DecisionKind)
@pytest.mark.parametrize("who", PAGES)
def test_no_page_changes_when_a_decision_is_prepared(
    client: Client, committed: Committed, who: str, kind: DecisionKind
) -> None:
    with time_machine.travel("2026-11-25T10:00:00Z", tick=False):
        with committed():
            case = arrange.make_case()
            person = person_of(case, who)
        browser = client.as_(person)
        before = seen_by(browser, case, who)
        with committed():
            arrange.prepare(case, kind)
        assert seen_by(browser, case, who) == before


@pytest.mark.parametrize("who", PAGES)
def test_there_is_no_letter_before_the_release(client: Client, committed: Committed, who: str) -> None:
    with committed():
        case = arrange.make_case()
        person = person_of(case, who)
        arrange.prepare(case)
    client.as_(person).get("decisions.letter", ref=case.ref, status=404)


def test_nobody_is_told_of_a_prepared_decision(app: Flask, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    before = told(app)
    with committed():
        arrange.prepare(case)
    assert told(app) == before


def told(app: Flask) -> tuple[int, int]:
    """How much the inboxes and the outbox hold once the worker has told everything."""
    with app.app_context():
        tell_all()
        return db.session.query(Notification).count(), db.session.query(Message).count()
