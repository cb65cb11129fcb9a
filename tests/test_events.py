"""The log: each subject's events form a chain, its texts are kept apart, and each reader sees their own."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from exchange import events
from exchange.audience import Audience
from exchange.events import NO_EVENT_BEFORE, Event, EventHead, NewEvent, Text
from exchange.extensions import db
from exchange.transaction import transaction
from tests.conftest import Committed
from tests.factories import make_person

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
RECORDERS = 2
EACH = 10


@dataclass(frozen=True)
class Thing:
    """Anything may be a subject."""

    event_subject: str = "thing:1"


def chain(subject: str = "thing:1") -> list[Event]:
    query = select(Event).where(Event.subject == subject).order_by(Event.position)
    return list(db.session.scalars(query))


def expected_digest(entry: Event, key: str) -> str:
    """Written out here again, as who audits the log would, without our code."""
    said = [
        entry.subject,
        entry.position,
        entry.kind,
        str(entry.audience),
        entry.actor_id,
        entry.at.isoformat(),
        entry.facts,
        entry.previous,
    ]
    message = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


def record_many(count: int, subject: Thing | None = None) -> None:
    for number in range(count):
        events.record(None, "happen", subject or Thing(), Audience.MEMBERS, number=number)


def test_event_says_what_happened(committed: Committed) -> None:
    with time_machine.travel(NOON, tick=False), committed():
        person = make_person()
        events.record(person, "happen", Thing(), Audience.TEAM, number=3, due="2026-12-04")
    with committed():
        [entry] = chain()
        assert (entry.subject, entry.position, entry.kind, entry.audience) == (
            "thing:1",
            1,
            "happen",
            Audience.TEAM,
        )
        assert (entry.actor_id, entry.actor.name, entry.at) == (person.id, person.name, NOON)
        assert entry.facts == {"number": 3, "due": "2026-12-04"}
        assert entry.texts == []
        waiting = db.session.get_one(NewEvent, entry.id)
        assert (waiting.tries, waiting.next_try_at) == (0, NOON)


def test_events_of_one_subject_form_a_chain(app: Flask, committed: Committed) -> None:
    with committed():
        record_many(2)
    with committed():
        record_many(2)
    with committed():
        entries = chain()
        assert [entry.position for entry in entries] == [1, 2, 3, 4]
        digests = [entry.digest for entry in entries]
        assert [entry.previous for entry in entries] == [NO_EVENT_BEFORE, *digests[:-1]]
        assert digests == [expected_digest(entry, app.config["AUDIT_KEY"]) for entry in entries]
        assert len(set(digests)) == 4
        head = db.session.get_one(EventHead, "thing:1")
        assert (head.position, head.digest) == (4, digests[-1])


def test_digest_needs_the_key_and_tells_every_change(app: Flask, committed: Committed) -> None:
    with committed():
        person = make_person()
        events.record(person, "happen", Thing(), Audience.TEAM, number=3)
    with committed():
        [entry] = chain()
        digest, key = entry.digest, app.config["AUDIT_KEY"]
        assert events.chain_digest(entry, key) == digest
        assert events.chain_digest(entry, "another key") != digest
        db.session.expunge(entry)
        changes = {
            "subject": "thing:2",
            "position": 2,
            "kind": "other",
            "audience": Audience.PUBLIC,
            "actor_id": None,
            "at": NOON,
            "facts": {"number": 4},
            "previous": "1" * 64,
        }
        for name, value in changes.items():
            before = getattr(entry, name)
            setattr(entry, name, value)
            assert events.chain_digest(entry, key) != digest, name
            setattr(entry, name, before)
        assert events.chain_digest(entry, key) == digest


def test_subjects_have_chains_of_their_own(committed: Committed) -> None:
    first, second = Thing("thing:1"), Thing("thing:11")
    with committed():
        for subject in (first, second, first, second, first):
            record_many(1, subject)
    with committed():
        for subject, length in ((first, 3), (second, 2)):
            entries = chain(subject.event_subject)
            assert [entry.position for entry in entries] == list(range(1, length + 1))
            assert entries[0].previous == NO_EVENT_BEFORE


def test_texts_are_kept_apart_with_their_digests(app: Flask, committed: Committed) -> None:
    said = {
        "reason": Text("Why: “naïve” 😀", Audience.TEAM),
        "note": Text("For directors.", Audience.DIRECTOR),
        "nothing": Text("", Audience.TEAM),
        "blank": Text(" \r\n\t ", Audience.TEAM),
    }
    with committed():
        events.record(None, "happen", Thing(), Audience.MEMBERS, said, number=1)
    with committed():
        [entry] = chain()
        assert [(each.name, each.content, each.audience) for each in entry.texts] == [
            ("reason", "Why: “naïve” 😀", Audience.TEAM),
            ("note", "For directors.", Audience.DIRECTOR),
        ]
        kept = {name: said[name] for name in ("reason", "note")}
        assert entry.facts == {
            "number": 1,
            "texts": {name: events.text_digest(text, app.config["AUDIT_KEY"]) for name, text in kept.items()},
        }
        assert "naïve" not in json.dumps(entry.facts, ensure_ascii=False)


def test_event_whose_texts_are_all_empty_has_none(committed: Committed) -> None:
    with committed():
        events.record(None, "happen", Thing(), Audience.MEMBERS, {"reason": Text("  ", Audience.TEAM)})
    with committed():
        [entry] = chain()
        assert (entry.facts, entry.texts) == ({}, [])


def test_history_is_of_one_subject_by_audience_oldest_first(committed: Committed) -> None:
    with committed():
        for audience in Audience:
            events.record(None, f"for-{audience}", Thing(), audience)
        events.record(None, "for-public-again", Thing(), Audience.PUBLIC)
        events.record(None, "of-another", Thing("thing:2"), Audience.PUBLIC)
    expected = {
        frozenset[Audience](): [],
        frozenset({Audience.PUBLIC}): ["for-public", "for-public-again"],
        frozenset({Audience.DIRECTOR}): ["for-director"],
        frozenset({Audience.TEAM, Audience.PUBLIC}): ["for-public", "for-team", "for-public-again"],
        frozenset(Audience): [*(f"for-{audience}" for audience in Audience), "for-public-again"],
    }
    with committed():
        assert {
            audiences: [entry.kind for entry in events.history(Thing(), audiences)] for audiences in expected
        } == expected


def test_reader_of_an_event_gets_only_their_texts(committed: Committed) -> None:
    said = {str(audience): Text(f"For {audience}.", audience) for audience in Audience}
    with committed():
        entry = events.record(None, "happen", Thing(), Audience.PUBLIC, said)
        for audience in Audience:
            assert [each.content for each in events.texts_for(entry, frozenset({audience}))] == [
                f"For {audience}."
            ]
        assert events.texts_for(entry, frozenset()) == []
        assert len(events.texts_for(entry, frozenset(Audience))) == len(Audience)


def test_event_goes_with_the_transaction_that_it_was_part_of(committed: Committed) -> None:
    def record_and_fail() -> None:
        record_many(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), committed():
        record_and_fail()
    with committed():
        assert chain() == []
        assert db.session.get(EventHead, "thing:1") is None


@pytest.mark.parametrize("begun", [False, True])
def test_recording_at_once_leaves_no_gap(app: Flask, committed: Committed, begun: bool) -> None:
    """Two at once, on a chain that there is, and on one that neither has begun."""
    if begun:
        with committed():
            record_many(1)
    failures: list[BaseException] = []
    start = Barrier(RECORDERS)

    def run() -> None:
        start.wait()
        try:
            for _ in range(EACH):
                with app.app_context(), transaction():
                    record_many(1)
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=run) for _ in range(RECORDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with committed():
        entries = chain()
        assert [entry.position for entry in entries] == list(range(1, RECORDERS * EACH + 1 + begun))
        assert [entry.previous for entry in entries[1:]] == [entry.digest for entry in entries[:-1]]
        assert all(entry.digest == expected_digest(entry, app.config["AUDIT_KEY"]) for entry in entries)
