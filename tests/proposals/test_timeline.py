from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.events import Event, EventText
from exchange.proposals import timeline
from exchange.proposals.lifecycle import ACTIONS, Part
from exchange.proposals.policy import Standing

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
TEAM = Standing(frozenset({Part.CHAMPION}), True)
STAFF = Standing(frozenset({Part.MANAGER}), True)
REVIEWER = Standing(frozenset({Part.REVIEWER}), True)
EVERY_AUDIENCE = frozenset(Audience)
SOMEONE, OTHER = Person(id=1, name="Sunita Rao"), Person(id=2, name="Rachel Tolley")


def happened(
    kind: str, *, by: Person | None = OTHER, hours: int = 0, texts: dict[str, str] | None = None, **facts: Any
) -> Event:
    said = [
        EventText(name=name, audience=Audience.TEAM, content=text) for name, text in (texts or {}).items()
    ]
    moment = START + timedelta(hours=hours)
    return Event(kind=kind, at=moment, facts=facts, actor=by, actor_id=by.id if by else None, texts=said)


def told(event: Event, standing: Standing = TEAM, reader: Person | None = None) -> timeline.Entry:
    return timeline.tell([event], standing, reader, EVERY_AUDIENCE)[0]


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (happened("create"), "The draft was begun"),
        (happened("submit", version=2), "The champion submitted version 2"),
        (happened("request_changes", due="2026-12-18"), "Changes were requested, by 18 December 2026"),
        (
            happened("start_assessment", due="2026-12-21"),
            "Assessment started. Reviews are due by 21 December 2026",
        ),
        (happened("start_assessment"), "Assessment started"),
        (happened("add_reviewers", letters=["A"]), "Reviewer A was chosen"),
        (happened("add_reviewers", letters=["A", "B", "C"]), "Reviewers A, B and C were chosen"),
        (happened("remove_reviewer", letter="B"), "Reviewer B was taken off the panel"),
        (happened("extend", due="2027-01-08"), "The assessment was given until 8 January 2027"),
        (happened("close_assessment"), "Assessment closed"),
        (happened("approve_spread"), "Approved to spread at scale"),
        (
            happened("develop", due="2027-01-08"),
            "The theme director asked for it to be developed further, by 8 January 2027",
        ),
        (happened("decline"), "Not taken forward"),
        (happened("withdraw"), "The champion withdrew it"),
        (happened("prepare_decision"), "A decision was prepared"),
        (happened("meet_condition"), "A condition was met"),
        (happened("waive_condition"), "A condition was waived"),
        (happened("activate_programme", by=None), "The programme is active"),
        (happened("something_new"), "Something new"),
    ],
)
def test_each_kind_has_its_sentence(event: Event, sentence: str) -> None:
    assert told(event).sentence == sentence


def test_every_action_has_a_sentence_of_its_own() -> None:
    assert set(ACTIONS) <= set(timeline.SENTENCES)


@pytest.mark.parametrize(
    ("kind", "facts", "masked", "named"),
    [
        (
            "declare",
            {"interest": "none"},
            "Reviewer B declared no interest",
            "Sunita Rao declared no interest",
        ),
        (
            "declare",
            {"interest": "interest"},
            "Reviewer B declared an interest",
            "Sunita Rao declared an interest",
        ),
        (
            "declare",
            {"interest": "outside-my-expertise"},
            "Reviewer B said that it is outside their expertise",
            "Sunita Rao said that it is outside their expertise",
        ),
        (
            "declare",
            {"interest": "too-many"},
            "Reviewer B said that they have too many reviews just now",
            "Sunita Rao said that they have too many reviews just now",
        ),
        ("submit_review", {}, "Reviewer B submitted a review", "Sunita Rao submitted a review"),
        (
            "withdraw_review",
            {},
            "The review of Reviewer B was withdrawn",
            "The review of Sunita Rao was withdrawn",
        ),
    ],
)
def test_only_staff_read_a_reviewers_name(kind: str, facts: dict[str, Any], masked: str, named: str) -> None:
    event = happened(kind, by=SOMEONE, letter="B", **facts)
    assert told(event, REVIEWER, OTHER).sentence == masked
    assert told(event, STAFF, OTHER).sentence == named
    assert told(event, REVIEWER, OTHER).who == ""
    assert "Sunita" not in repr(told(event, REVIEWER, OTHER))


def test_a_reviewer_knows_their_own() -> None:
    event = happened("submit_review", by=SOMEONE, letter="B")
    assert told(event, REVIEWER, SOMEONE).sentence == "You submitted a review"


def test_who_did_it_is_named_or_you_or_nobody() -> None:
    assert told(happened("submit", by=OTHER, version=1), TEAM, SOMEONE).who == "Rachel Tolley"
    assert told(happened("submit", by=SOMEONE, version=1), TEAM, SOMEONE).who == "you"
    assert told(happened("activate_programme", by=None)).who == ""


def test_texts_are_kept_to_their_audiences() -> None:
    event = happened("request_changes", texts={"message": "Say how many wards."})
    assert timeline.tell([event], TEAM, None, frozenset({Audience.TEAM}))[0].texts == [
        ("What to change", "Say how many wards.")
    ]
    assert timeline.tell([event], TEAM, None, frozenset({Audience.MEMBERS}))[0].texts == []


EDITS = [
    happened("create", by=SOMEONE),
    happened("save_section", by=SOMEONE, hours=1),
    happened("attach", by=OTHER, hours=2),
    happened("save_section", by=SOMEONE, hours=3),
    happened("submit", by=SOMEONE, hours=4, version=1),
    happened("save_section", by=OTHER, hours=5),
]


def test_edits_are_one_line_for_the_team() -> None:
    entries = timeline.tell(EDITS, TEAM, OTHER, EVERY_AUDIENCE)
    assert [(entry.sentence, entry.who) for entry in entries] == [
        ("The answers were edited: 1 change", "you"),
        ("The champion submitted version 1", "Sunita Rao"),
        ("The answers were edited: 3 changes", "Sunita Rao and you"),
        ("The draft was begun", "Sunita Rao"),
    ]
    assert entries[2].at == START + timedelta(hours=3)


@pytest.mark.parametrize("standing", [STAFF, REVIEWER, Standing()])
def test_edits_are_nothing_to_others(standing: Standing) -> None:
    entries = timeline.tell(EDITS, standing, OTHER, EVERY_AUDIENCE)
    assert [entry.sentence for entry in entries] == [
        "The champion submitted version 1",
        "The draft was begun",
    ]
