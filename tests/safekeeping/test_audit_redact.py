"""`flask audit redact` removes a text for good, says so, and leaves the chain whole."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from exchange import clock
from exchange.audience import Audience
from exchange.events import REDACTED, Event, EventText
from exchange.extensions import db
from exchange.wording import day
from tests.conftest import Committed
from tests.safekeeping.arrange import record_some, run, tamper


@pytest.fixture
def event_id(committed: Committed) -> str:
    with committed():
        record_some()
    with committed():
        return str(db.session.scalars(select(EventText.event_id).distinct()).one())


def test_redacting_leaves_an_event_and_a_sound_log(app: Flask, committed: Committed, event_id: str) -> None:
    said = run(app, "audit", "redact", event_id, "reason", "--reason", "It names\na patient.")
    assert said == (0, f"The text “reason” of event {event_id} is removed.\n")
    with committed():
        texts = db.session.scalars(select(EventText).order_by(EventText.id)).all()
        assert [(each.name, each.content, each.redacted_at is not None) for each in texts] == [
            ("reason", REDACTED, True),
            ("note", "Between us.", False),
            ("reason", "It names a patient.", False),
        ]
        left = db.session.scalars(select(Event).where(Event.kind == "redact_text")).one()
        assert (left.subject, left.position, left.audience) == ("thing:1", 4, Audience.TEAM)
        assert (left.facts["event"], left.facts["text"]) == (int(event_id), "reason")
        assert left.texts[0].audience is Audience.ADMINISTRATORS
    code, told = run(app, "audit", "verify")
    assert (code, told[:33]) == (0, "8 events of 4 subjects: all as re")


def test_texts_are_found_by_words_in_them(app: Flask, event_id: str) -> None:
    today = day(clock.now())
    assert run(app, "audit", "find", "WHY.") == (0, f"{event_id} reason  (thing:1, happen, {today})\n")
    assert run(app, "audit", "find", "between") == (0, f"{event_id} note  (thing:1, happen, {today})\n")
    assert run(app, "audit", "find", "%") == (0, "No text of an event holds “%”.\n")


def test_a_reason_is_asked_for(app: Flask, event_id: str) -> None:
    code, said = run(app, "audit", "redact", event_id, "note", typed="It names a patient.\n")
    assert (code, said.splitlines()[-1]) == (0, f"The text “note” of event {event_id} is removed.")
    code, said = run(app, "audit", "redact", event_id, "reason", "--reason", "  ")
    assert (code, said) == (1, "Error: Say why it is removed.\n")


def test_what_is_not_there_is_not_redacted(app: Flask, event_id: str) -> None:
    because = ("--reason", "It names a patient.")
    assert run(app, "audit", "redact", event_id, "message", *because) == (
        1,
        f"Error: Event {event_id} has no text “message”. It has reason, note.\n",
    )
    assert run(app, "audit", "redact", "99999", "reason", *because) == (
        1,
        "Error: Event 99999 has no text “reason”. It has none, or there is no such event.\n",
    )
    assert run(app, "audit", "redact", event_id, "reason", *because)[0] == 0
    assert run(app, "audit", "redact", event_id, "reason", *because) == (
        1,
        "Error: It was removed already.\n",
    )


@pytest.mark.parametrize(
    "change",
    [
        "content = 'Other words.'",
        "content = 'Why.'",
        "audience = 'public'",
        "redacted_at = NULL",
    ],
)
def test_redacted_text_that_is_changed_shows(app: Flask, event_id: str, change: str) -> None:
    run(app, "audit", "redact", event_id, "reason", "--reason", "It names a patient.")
    tamper(app, f"UPDATE event_text SET {change} WHERE redacted_at IS NOT NULL")
    assert run(app, "audit", "verify") == (1, "Error: thing:1, event 2: its text “reason” was changed.\n")
