"""Walks all that the log holds and names the first thing that was changed by anyone without AUDIT_KEY.

Once over the events by subject, and once over the ledger in its own order; neither keeps more than a row at a time. Columns are
read as they are stored, as a value that the models cannot read is a finding too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, String, cast, select, type_coerce

from exchange.events import (
    NO_EVENT_BEFORE,
    REDACTED,
    REDACTING,
    Event,
    EventHead,
    EventText,
    Text,
    chain_digest,
    text_digest,
    unkeyed_text_digest,
)
from exchange.ledger import LedgerEnd, LedgerEntry, entry_digest, seal_on

MARK_DIGITS = 16
AT_A_TIME = 1000


# Each event with its head, and once for each of its texts.
EVENTS = (
    select(
        Event.id,
        Event.subject,
        Event.position,
        Event.kind,
        type_coerce(Event.audience, String).label("audience"),
        Event.actor_id,
        type_coerce(Event.at, String).label("at"),
        cast(Event.facts, String).label("facts"),
        Event.previous,
        Event.digest,
        EventHead.position.label("head_position"),
        EventHead.digest.label("head_digest"),
        LedgerEntry.number.label("ledger_number"),
        EventText.name.label("text_name"),
        type_coerce(EventText.audience, String).label("text_audience"),
        EventText.content.label("text_content"),
        type_coerce(EventText.redacted_at, String).label("text_redacted_at"),
    )
    .outerjoin(EventHead, EventHead.subject == Event.subject)
    .outerjoin(LedgerEntry, LedgerEntry.event_id == Event.id)
    .outerjoin(EventText, EventText.event_id == Event.id)
    .order_by(Event.subject, Event.position, Event.id, EventText.id)
)
ENTRIES = (
    select(
        LedgerEntry.number,
        LedgerEntry.event_id,
        LedgerEntry.subject,
        LedgerEntry.position,
        LedgerEntry.digest,
        Event.subject.label("event_subject"),
        Event.position.label("event_position"),
        Event.digest.label("event_digest"),
    )
    .outerjoin(Event, Event.id == LedgerEntry.event_id)
    .order_by(LedgerEntry.number)
)


class Broken(Exception):
    """The first thing found that is not as it was recorded."""

    def __init__(self, what: str, subject: str = "", position: int | None = None) -> None:
        where = f"{subject}, event {position}: " if subject else ""
        super().__init__(f"{where}{what}")


@dataclass(frozen=True)
class Sound:
    """All is as it was recorded. `mark` names the newest entry: kept elsewhere, it shows later whether the whole log was put
    back to an earlier state."""

    events: int
    subjects: int
    mark: str


class Said(NamedTuple):
    """An event's row, with its columns as its digest covers them."""

    subject: str
    position: int
    kind: str
    audience: str
    actor_id: int | None
    at: datetime
    facts: dict[str, Any]
    previous: str


def verify(connection: Connection, key: str, since: str = "") -> Sound:
    """Raises Broken. `connection` must see one state throughout. `since` is a mark given earlier."""
    subjects = _walk_chains(connection, key)
    _refuse_heads_of_nothing(connection)
    count, mark = _walk_ledger(connection, key, since)
    return Sound(count, subjects, mark)


def newest_mark(connection: Connection) -> str:
    """The mark of the log as it stands, without looking at it."""
    newest = select(LedgerEntry.number, LedgerEntry.digest).order_by(LedgerEntry.number.desc()).limit(1)
    row = connection.execute(newest).first()
    return "" if row is None else _mark(row.number, row.digest)


def _walk_chains(connection: Connection, key: str) -> int:
    """How many subjects there are."""
    subjects = 0
    with _streamed(connection, EVENTS) as events:
        for subject, of_subject in groupby(events, attrgetter("subject")):
            subjects += 1
            digest, newest = NO_EVENT_BEFORE, None
            for position, (_, joined) in enumerate(groupby(of_subject, attrgetter("id")), 1):
                rows = list(joined)  # one for each text of the event, or one
                _check_event(connection, rows, position, digest, key)
                newest, digest = rows[0], rows[0].digest
            assert newest is not None
            _check_head(newest, subject)
    return subjects


def _check_event(
    connection: Connection, rows: list[Row[Any]], position: int, previous: str, key: str
) -> None:
    row = rows[0]
    if row.position != position:
        raise Broken("it is not there, or comes at another place.", row.subject, position)
    said = _read(row)
    if chain_digest(said, key) != row.digest:
        raise Broken("it was changed, or not recorded with this AUDIT_KEY.", row.subject, position)
    if row.previous != previous:
        raise Broken("it does not follow the event before it.", row.subject, position)
    if row.ledger_number is None:
        raise Broken("the ledger does not know it.", row.subject, position)
    _check_texts(connection, rows, said, key)


def _check_texts(connection: Connection, rows: list[Row[Any]], said: Said, key: str) -> None:
    recorded = said.facts.get("texts", {})
    found = {row.text_name: row for row in rows if row.text_name is not None}
    for name in sorted(recorded.keys() | found.keys()):
        if name not in found:
            raise Broken(f"its text “{name}” is not there.", said.subject, said.position)
        row, digest = found[name], recorded.get(name)
        text = Text(row.text_content, row.text_audience)
        if row.text_redacted_at is not None:
            genuine = text.content == REDACTED and (row.id, name, text.audience) in _redactions(
                connection, said.subject
            )
        else:
            genuine = digest in {text_digest(text, key), unkeyed_text_digest(text)}
        if not genuine:
            raise Broken(f"its text “{name}” was changed.", said.subject, said.position)
    if len(rows) > max(len(found), 1):
        raise Broken("it has a text twice.", said.subject, said.position)


def _redactions(connection: Connection, subject: str) -> set[tuple[int, str, str]]:
    """Event, name and audience of the subject's texts that were redacted, as events of their own say. Those are checked where
    the walk meets them."""
    query = select(cast(Event.facts, String), type_coerce(Event.audience, String)).where(
        Event.subject == subject, Event.kind == REDACTING
    )
    said = [(json.loads(facts), audience) for facts, audience in connection.execute(query)]
    return {(facts.get("event"), facts.get("text"), audience) for facts, audience in said}


def _check_head(newest: Row[Any], subject: str) -> None:
    if newest.head_position is None:
        raise Broken("the subject has no head.", subject, newest.position)
    if newest.head_position > newest.position:
        raise Broken("it is not there: the subject’s newest was deleted.", subject, newest.position + 1)
    if (newest.head_position, newest.head_digest) != (newest.position, newest.digest):
        raise Broken("the subject’s head does not agree with it.", subject, newest.position)


def _refuse_heads_of_nothing(connection: Connection) -> None:
    query = (
        select(EventHead.subject)
        .outerjoin(Event, Event.subject == EventHead.subject)
        .where(Event.id.is_(None))
        .order_by(EventHead.subject)
    )
    if subject := connection.scalar(query.limit(1)):
        raise Broken("it is not there: all of the subject’s events were deleted.", subject, 1)


def _walk_ledger(connection: Connection, key: str, since: str) -> tuple[int, str]:
    """How many entries there are, and the mark of the newest."""
    number, seal, mark = 0, seal_on(0, "", key), ""
    held = not since
    with _streamed(connection, ENTRIES) as entries:
        for row in entries:
            number += 1
            if row.number != number:
                raise Broken(f"Entry {number} of the ledger is not there.")
            if row.event_digest is None:
                raise Broken("it is not there: it was deleted.", row.subject, row.position)
            about = number, row.event_id, row.subject, row.position
            expected = entry_digest(*about, row.event_digest, seal, key)
            if expected != row.digest:
                raise Broken(
                    "its entry in the ledger was changed, or comes after a gap.", row.subject, row.position
                )
            if (row.subject, row.position) != (row.event_subject, row.event_position):
                raise Broken("it stands in the ledger as another.", row.subject, row.position)
            seal, mark = seal_on(number, row.digest, key), _mark(number, row.digest)
            held |= mark == since
    end = connection.execute(select(LedgerEnd.number, LedgerEnd.seal)).all()
    if len(end) != 1 or end[0].number != number or seal != end[0].seal:
        raise Broken(
            f"The seal on the ledger’s end is not that of entry {number}: newer events were deleted."
        )
    if not held:
        raise Broken(f"The log does not hold {since}: all of it was put back to an earlier state.")
    return number, mark


def _mark(number: int, digest: str) -> str:
    return f"{number}-{digest[:MARK_DIGITS]}"


@contextmanager
def _streamed(connection: Connection, query: Any) -> Iterator[Iterable[Row[Any]]]:
    with connection.execute(query.execution_options(yield_per=AT_A_TIME)) as rows:
        yield rows


def _read(row: Row[Any]) -> Said:
    try:
        at = row.at if isinstance(row.at, datetime) else datetime.fromisoformat(row.at)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        facts = json.loads(row.facts)
        if not isinstance(facts, dict):
            raise TypeError("facts are a mapping")
        return Said(row.subject, row.position, row.kind, row.audience, row.actor_id, at, facts, row.previous)
    except (TypeError, ValueError):
        raise Broken("it was changed: a value cannot be read.", row.subject, row.position) from None
