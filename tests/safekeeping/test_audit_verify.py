"""`flask audit verify` finds whatever was done to the log by one who may write to the database but has no key."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import text

from exchange import events
from exchange.audience import Audience
from exchange.events import REDACTED
from tests.conftest import Committed
from tests.safekeeping.arrange import Thing, record_some, run, tamper

SECOND = "WHERE subject = 'thing:1' AND position = 2"
NEWEST = "WHERE subject = 'thing:1' AND position = 3"
LAST = "WHERE subject = 'thing:2' AND position = 2"  # the newest of all
OF_SECOND = f"WHERE event_id = (SELECT id FROM event {SECOND})"
CHANGED = "it was changed, or not recorded with this AUDIT_KEY."
NOT_THERE = "it is not there, or comes at another place."
CUT = "it is not there: the subject’s newest was deleted."
DELETED = "it is not there: it was deleted."
GAP = "its entry in the ledger was changed, or comes after a gap."
MISFIT = "the subject’s head does not agree with it."
UNKNOWN = "the ledger does not know it."
HEAD_BACK = (
    "UPDATE event_head SET position = {0}, digest = (SELECT digest FROM event WHERE subject = '{1}' AND "
    "position = {0}) WHERE subject = '{1}'"
)
COPY = (
    "INSERT INTO event (id, subject, position, kind, audience, actor_id, at, facts, previous, digest) "
    "SELECT 99999, subject, 4, kind, audience, actor_id, at, facts, digest, digest FROM event"
)


@pytest.fixture
def log(app: Flask, committed: Committed) -> Flask:
    with committed():
        record_some()
    return app


def mark_of(said: str) -> str:
    found = re.search(r"Mark (\d+-[0-9a-f]{16})\.", said)
    assert found is not None
    return found[1]


def test_sound_log_is_told_in_a_line(log: Flask) -> None:
    code, said = run(log, "audit", "verify")
    assert (code, said) == (0, f"7 events of 4 subjects: all as recorded. Mark {mark_of(said)}.\n")


def test_log_without_events_is_sound(app: Flask) -> None:
    tamper(
        app,
        "DELETE FROM new_event",
        "DELETE FROM event_head",
        "DELETE FROM ledger_entry",
        "DELETE FROM event",
    )
    code, said = run(app, "audit", "verify")
    assert (code, said[:9]) == (1, "Error: Th"), "the seal still tells that there was one"


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        # Every column of an event
        ([f"UPDATE event SET kind = 'other' {SECOND}"], f"thing:1, event 2: {CHANGED}"),
        ([f"UPDATE event SET audience = 'public' {SECOND}"], f"thing:1, event 2: {CHANGED}"),
        ([f"UPDATE event SET audience = 'nobody' {SECOND}"], f"thing:1, event 2: {CHANGED}"),
        ([f"UPDATE event SET actor_id = 99 {SECOND}"], f"thing:1, event 2: {CHANGED}"),
        ([f"UPDATE event SET at = '2020-01-01 00:00:00' {SECOND}"], f"thing:1, event 2: {CHANGED}"),
        ([f"UPDATE event SET facts = '{{}}' {SECOND}"], f"thing:1, event 2: {CHANGED}"),
        (
            [f"UPDATE event SET facts = '[]' {SECOND}"],
            "thing:1, event 2: it was changed: a value cannot be read.",
        ),
        ([f"UPDATE event SET previous = 'other' {SECOND}"], f"thing:1, event 2: {CHANGED}"),
        ([f"UPDATE event SET digest = 'other' {SECOND}"], f"thing:1, event 2: {CHANGED}"),
        ([f"UPDATE event SET subject = 'thing:9' {SECOND}"], f"thing:1, event 2: {NOT_THERE}"),
        ([f"UPDATE event SET position = 9 {SECOND}"], f"thing:1, event 2: {NOT_THERE}"),
        ([f"UPDATE event SET id = 99999 {NEWEST}"], f"thing:1, event 3: {UNKNOWN}"),
        (
            [f"UPDATE ledger_entry SET event_id = 99999 {NEWEST}", f"UPDATE event SET id = 99999 {NEWEST}"],
            f"thing:1, event 3: {GAP}",
        ),
        # Deleted
        (["DELETE FROM event WHERE subject = 'thing:1' AND position = 1"], f"thing:1, event 1: {NOT_THERE}"),
        (
            [f"DELETE FROM event_text {OF_SECOND}", f"DELETE FROM event {SECOND}"],
            f"thing:1, event 2: {NOT_THERE}",
        ),
        ([f"DELETE FROM event {NEWEST}"], f"thing:1, event 3: {CUT}"),
        ([f"DELETE FROM event {NEWEST}", HEAD_BACK.format(2, "thing:1")], f"thing:1, event 3: {DELETED}"),
        (
            [f"DELETE FROM {table} {NEWEST}" for table in ("event", "ledger_entry")]
            + [HEAD_BACK.format(2, "thing:1")],
            "Entry 6 of the ledger is not there.",
        ),
        (
            [f"DELETE FROM event {LAST}", f"DELETE FROM ledger_entry {LAST}", HEAD_BACK.format(1, "thing:2")],
            "The seal on the ledger’s end is not that of entry 6: newer events were deleted.",
        ),
        (
            [
                f"DELETE FROM event {LAST}",
                f"DELETE FROM ledger_entry {LAST}",
                HEAD_BACK.format(1, "thing:2"),
                "UPDATE ledger_end SET number = 6",
            ],
            "The seal on the ledger’s end is not that of entry 6: newer events were deleted.",
        ),
        (
            ["DELETE FROM event WHERE subject = 'thing:3'"],
            "thing:3, event 1: it is not there: all of the subject’s events were deleted.",
        ),
        (
            [f"DELETE FROM {table} WHERE subject = 'thing:3'" for table in ("event", "event_head")],
            f"thing:3, event 1: {DELETED}",
        ),
        (
            [
                f"DELETE FROM {table} WHERE subject = 'thing:3'"
                for table in ("event", "event_head", "ledger_entry")
            ],
            "Entry 5 of the ledger is not there.",
        ),
        # Inserted, and moved
        ([f"{COPY} {NEWEST}"], f"thing:1, event 4: {CHANGED}"),
        ([f"{COPY} {NEWEST}", HEAD_BACK.format(4, "thing:1")], f"thing:1, event 4: {CHANGED}"),
        (
            [
                f"UPDATE event SET position = 0 {SECOND}",
                f"UPDATE event SET position = 2 {NEWEST}",
                "UPDATE event SET position = 3 WHERE position = 0",
            ],
            f"thing:1, event 2: {CHANGED}",
        ),
        # Texts
        (
            [f"UPDATE event_text SET content = 'Other.' {OF_SECOND}"],
            "thing:1, event 2: its text “note” was changed.",
        ),
        (
            [f"UPDATE event_text SET audience = 'public' {OF_SECOND}"],
            "thing:1, event 2: its text “note” was changed.",
        ),
        (
            [f"UPDATE event_text SET name = 'other' {OF_SECOND} AND name = 'reason'"],
            "thing:1, event 2: its text “other” was changed.",
        ),
        (
            [f"UPDATE event_text SET content = '{REDACTED}', redacted_at = CURRENT_TIMESTAMP {OF_SECOND}"],
            "thing:1, event 2: its text “note” was changed.",
        ),
        (
            [f"DELETE FROM event_text {OF_SECOND} AND name = 'reason'"],
            "thing:1, event 2: its text “reason” is not there.",
        ),
        (
            [
                "INSERT INTO event_text (id, event_id, name, audience, content) SELECT 99999, event_id, name, audience, "
                f"content FROM event_text {OF_SECOND} AND name = 'reason'"
            ],
            "thing:1, event 2: it has a text twice.",
        ),
        (
            [
                "INSERT INTO event_text (id, event_id, name, audience, content) SELECT 99999, id, 'more', 'public', "
                f"'More.' FROM event {NEWEST}"
            ],
            "thing:1, event 3: its text “more” was changed.",
        ),
        # Heads
        (["DELETE FROM event_head WHERE subject = 'thing:1'"], "thing:1, event 3: the subject has no head."),
        (["UPDATE event_head SET digest = 'x' WHERE subject = 'thing:1'"], f"thing:1, event 3: {MISFIT}"),
        (["UPDATE event_head SET position = 2 WHERE subject = 'thing:1'"], f"thing:1, event 3: {MISFIT}"),
        (["UPDATE event_head SET position = 9 WHERE subject = 'thing:1'"], f"thing:1, event 4: {CUT}"),
        # The ledger
        ([f"UPDATE ledger_entry SET digest = 'x' {NEWEST}"], f"thing:1, event 3: {GAP}"),
        ([f"UPDATE ledger_entry SET subject = 'x' {NEWEST}"], f"x, event 3: {GAP}"),
        ([f"UPDATE ledger_entry SET position = 9 {NEWEST}"], f"thing:1, event 9: {GAP}"),
        (["UPDATE ledger_entry SET number = 99 WHERE number = 3"], "Entry 3 of the ledger is not there."),
        ([f"DELETE FROM ledger_entry {LAST}"], f"thing:2, event 2: {UNKNOWN}"),
        (
            ["UPDATE ledger_end SET seal = 'x'"],
            "The seal on the ledger’s end is not that of entry 7: newer events were deleted.",
        ),
        (
            ["DELETE FROM ledger_end"],
            "The seal on the ledger’s end is not that of entry 7: newer events were deleted.",
        ),
    ],
)
def test_tampering_is_found_and_named(log: Flask, statements: list[str], found: str) -> None:
    tamper(log, *statements)
    assert run(log, "audit", "verify") == (1, f"Error: {found}\n")


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("change", ["at = 'never'", "at = 3", "facts = 'not json'"])
def test_value_that_cannot_be_read_is_found(log: Flask, change: str) -> None:
    tamper(log, f"UPDATE event SET {change} {SECOND}")
    assert run(log, "audit", "verify") == (
        1,
        "Error: thing:1, event 2: it was changed: a value cannot be read.\n",
    )


def test_next_event_does_not_mend_what_was_cut_off(log: Flask, committed: Committed) -> None:
    tamper(
        log,
        f"DELETE FROM new_event WHERE event_id = (SELECT id FROM event {LAST})",
        f"DELETE FROM event {LAST}",
        f"DELETE FROM ledger_entry {LAST}",
        HEAD_BACK.format(1, "thing:2"),
        "UPDATE ledger_end SET number = 6",
    )
    with committed():
        events.record(None, "happen", Thing("thing:2"), Audience.TEAM)
    assert run(log, "audit", "verify") == (1, f"Error: thing:2, event 2: {GAP}\n")


def test_another_key_finds_nothing_sound(log: Flask) -> None:
    log.config["AUDIT_KEY"] = "another key of thirty-two characters"
    code, said = run(log, "audit", "verify")
    assert (code, said) == (1, f"Error: region:1, event 1: {CHANGED}\n")


def test_whole_log_put_back_shows_against_a_mark(log: Flask, committed: Committed) -> None:
    """One who kept a copy of the end as it was can put back all that was then; what nobody kept elsewhere cannot tell."""
    with committed() as session:
        kept = session.execute(text("SELECT number, seal FROM ledger_end")).one()
    earlier = mark_of(run(log, "audit", "verify")[1])
    with committed():
        events.record(None, "happen", Thing("thing:4"), Audience.TEAM)
    newer = mark_of(run(log, "audit", "verify")[1])
    assert run(log, "audit", "verify", "--since", earlier)[0] == 0
    of_newest = "WHERE subject = 'thing:4'"
    tamper(
        log,
        f"DELETE FROM new_event WHERE event_id = (SELECT id FROM event {of_newest})",
        *(f"DELETE FROM {table} {of_newest}" for table in ("ledger_entry", "event_head", "event")),
        f"UPDATE ledger_end SET number = {kept.number}, seal = '{kept.seal}'",
    )
    assert run(log, "audit", "verify")[0] == 0
    assert run(log, "audit", "verify", "--since", earlier)[0] == 0
    assert run(log, "audit", "verify", "--since", newer) == (
        1,
        f"Error: The log does not hold {newer}: all of it was put back to an earlier state.\n",
    )
