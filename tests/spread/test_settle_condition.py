"""Settling a condition, through its page."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from exchange.audience import Audience
from exchange.events import Event
from exchange.extensions import db
from exchange.spread.models import Condition, ConditionStatus, Programme, ProgrammeStatus
from tests.conftest import Committed
from tests.decisions import arrange
from tests.decisions.arrange import Case
from tests.factories import make_person
from tests.pages import Client

PAGE = "spread.settle_condition"
SLUG = "falls-huddles"
MET: dict[str, Any] = {"outcome": "met", "note": "Signed in May."}


def approved(conditions: str = "A data agreement\nA named nurse\nlater: Yearly figures") -> Case:
    case = arrange.make_case()
    arrange.release(case, conditions=arrange.asked_in(conditions))
    return case


def events() -> list[tuple[str, Audience]]:
    found = db.session.scalars(
        select(Event)
        .where(Event.kind.in_(["meet_condition", "waive_condition", "activate_programme"]))
        .order_by(Event.id)
    )
    return [(event.kind, event.audience) for event in found]


def status() -> ProgrammeStatus:
    return db.session.scalars(select(Programme)).one().status


def test_director_meets_and_waives_until_the_programme_is_active(
    client: Client, committed: Committed
) -> None:
    with committed():
        case = approved()
    browser = client.as_(case.director)
    page = browser.get(PAGE, slug=SLUG, number=1)
    assert "A data agreement" in page.text
    page = page.submit("Settle condition", **MET)
    assert "The condition is met. The programme is still being set up." in page.text
    with committed():
        assert status() is ProgrammeStatus.SETTING_UP
    page = browser.get(PAGE, slug=SLUG, number=2)
    assert "so it becomes active at once" in page.text
    page = page.submit("Settle condition", outcome="waived", note="Cover is in place.")
    assert "The condition is waived. The programme is active." in page.text
    assert page.texts(".app-programme__status .nhsuk-tag") == ["Active"]
    with committed():
        programme = db.session.scalars(select(Programme)).one()
        assert programme.active_since is not None
        assert [(each.status, each.note) for each in programme.conditions] == [
            (ConditionStatus.MET, "Signed in May."),
            (ConditionStatus.WAIVED, "Cover is in place."),
            (ConditionStatus.OPEN, ""),
        ]
        assert events() == [
            ("meet_condition", Audience.TEAM),
            ("waive_condition", Audience.TEAM),
            ("activate_programme", Audience.PUBLIC),
        ]
        for event in db.session.scalars(
            select(Event).where(Event.kind.in_(["meet_condition", "waive_condition"]))
        ):
            assert event.subject == case.proposal.event_subject
            assert {text.audience for text in event.texts} == {Audience.TEAM}


def test_later_condition_is_settled_without_changing_the_programme(
    client: Client, committed: Committed
) -> None:
    with committed():
        case = approved("later: Yearly figures")
    page = client.as_(case.director).get(PAGE, slug=SLUG, number=1)
    assert "This condition does not keep the programme from running." in page.text
    page.submit("Settle condition", **MET)
    with committed():
        assert status() is ProgrammeStatus.ACTIVE
        assert events() == [("meet_condition", Audience.TEAM)]


def test_outcome_and_note_are_asked_for(client: Client, committed: Committed) -> None:
    with committed():
        case = approved()
    page = client.as_(case.director).get(PAGE, slug=SLUG, number=1).submit("Settle condition", status=422)
    assert page.errors == [
        "Select whether it is met or waived",
        "Enter how you know that it is met, or why you waive it",
    ]


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({**MET, "outcome": "open"}, "Select from the list for “What happened to it”"),
        (
            {**MET, "note": "word " * 201},
            "How you know, or why you waive it must be 200 words or fewer. It has 201",
        ),
    ],
)
def test_bad_input_settles_nothing(
    client: Client, committed: Committed, sent: dict[str, str], error: str
) -> None:
    with committed():
        case = approved()
    page = client.as_(case.director).post(PAGE, sent, slug=SLUG, number=1, status=422)
    assert page.errors == [error]
    with committed():
        assert set(db.session.scalars(select(Condition.status))) == {ConditionStatus.OPEN}


def test_second_director_is_told_and_keeps_the_text(client: Client, committed: Committed) -> None:
    with committed():
        case = approved()
        other = arrange.make_other_director()
    theirs = client.as_(other).get(PAGE, slug=SLUG, number=1)
    client.as_(case.director).get(PAGE, slug=SLUG, number=1).submit("Settle condition", **MET)
    page = theirs.submit("Settle condition", outcome="waived", note="My own words.", status=409)
    assert page.h1 == "This condition is already settled"
    assert "Paul Okafor marked it as met on" in page.text
    assert "My own words." in page.text
    client.as_(other).get(PAGE, slug=SLUG, number=1, status=409)
    with committed():
        assert (
            db.session.scalars(select(Condition).where(Condition.number == 1)).one().note == "Signed in May."
        )


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("champion", 403),
        ("co_author", 403),
        ("manager", 403),
        ("member", 404),
        ("reviewer", 404),
        ("conflicted", 404),
    ],
)
def test_nobody_else_settles(client: Client, committed: Committed, who: str, expected: int) -> None:
    with committed():
        case = approved()
        people = {
            "champion": lambda: case.champion,
            "co_author": lambda: case.co_author,
            "manager": lambda: case.manager,
            "member": lambda: make_person(organisation="river-trust"),
            "reviewer": lambda: case.reviewers[0],
            "conflicted": arrange.make_conflicted_director,
        }
        person = people[who]()
    browser = client.as_(person)
    browser.get(PAGE, slug=SLUG, number=1, status=expected)
    browser.post(PAGE, MET, slug=SLUG, number=1, status=expected)
    with committed():
        assert events() == []


@pytest.mark.parametrize("number", [0, 4, 10**30])
def test_condition_that_does_not_exist(client: Client, committed: Committed, number: int) -> None:
    with committed():
        case = approved()
    client.as_(case.director).get(PAGE, slug=SLUG, number=number, status=404)
