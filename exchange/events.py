"""The append-only log: what happened to what, by whom, and who may read of it.

Every change leaves one event in its own transaction. Rows are never updated or deleted: triggers, made by the migrations,
refuse. Each subject's events form a chain of keyed hashes, so that whoever edits one without the key cannot hide it; the ledger
chains the events of all subjects, so that none can go missing. Free text lives in rows of its own, of which the event keeps only
a keyed digest, so that a text can be redacted without breaking the chain.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from flask import current_app
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange import clock
from exchange.audience import Audience
from exchange.extensions import Base, db
from exchange.locking import locked


class Subject(Protocol):
    """What events are about: `event_subject` is like "proposal:12"."""

    @property
    def event_subject(self) -> str: ...


class Text(NamedTuple):
    """A free text in an event, with an audience of its own."""

    content: str
    audience: Audience


class Event(Base):
    """One thing that happened. `facts` holds ids, codes, numbers and dates; never free text."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("subject", "position"),
        Index("ix_event_kind_at", "kind", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(60))
    audience: Mapped[Audience]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))

    texts: Mapped[list[EventText]] = relationship(order_by="EventText.id", lazy="selectin")
    actor = relationship("Person", lazy="joined")

    @property
    def event_subject(self) -> str:
        return self.subject


class EventText(Base):
    """A free text of an event. Redacting replaces `content` and is the only change that the database takes; the event keeps
    the digest of what it was."""

    __tablename__ = "event_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    audience: Mapped[Audience]
    content: Mapped[str]
    redacted_at: Mapped[datetime | None]


class NewEvent(Base):
    """An event that the worker has yet to read: added with the event, deleted with what was told of it. A cursor over ids would
    not do, as PostgreSQL commits them out of order."""

    __tablename__ = "new_event"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]


class EventHead(Base):
    """The newest position of each subject's chain: locked while one is added, and shows when the newest was deleted."""

    __tablename__ = "event_head"

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    position: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class Entry(Protocol):
    """What an event's digest covers: an Event, or a row of one read without the models."""

    @property
    def subject(self) -> str: ...
    @property
    def position(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def audience(self) -> str: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def facts(self) -> dict[str, Any]: ...
    @property
    def previous(self) -> str: ...


NO_EVENT_BEFORE = "0" * 64
REDACTED = "This text was removed."
REDACTING = "redact_text"
NOT_YET_IN_THE_LEDGER = "not yet in the ledger"  # where a session keeps what it recorded, until it commits


def record(
    actor: Any,
    kind: str,
    subject: Subject,
    audience: Audience,
    texts: Mapping[str, Text] | None = None,
    **facts: Any,
) -> Event:
    """Adds one event to the subject's chain, in the transaction at hand. `actor` is a Person, or None for the service itself.

    Empty texts are left out. `facts` must be JSON: ids, codes, numbers, ISO dates.
    """
    return record_each(actor, kind, subject, audience, [(texts or {}, facts)])[0]


def record_each(
    actor: Any,
    kind: str,
    subject: Subject,
    audience: Audience,
    told: Iterable[tuple[Mapping[str, Text], dict[str, Any]]],
) -> list[Event]:
    """The same for each of these texts and facts, one after the other in the chain. Takes as many statements as one; but SQLite
    adds each with one of its own, as it does not say which number it gave to which."""
    db.session.flush()  # a new subject gets its id
    name, key = subject.event_subject, current_app.config["AUDIT_KEY"]
    head = locked(EventHead, {"subject": name}, position=0, digest=NO_EVENT_BEFORE)
    entries = []
    for texts, facts in told:
        kept = {word: text for word, text in texts.items() if text.content.strip()}
        entry = Event(
            subject=name,
            position=head.position + 1,
            kind=kind,
            audience=audience,
            actor_id=None if actor is None else actor.id,
            at=clock.now(),
            facts=facts | {"texts": {word: text_digest(text, key) for word, text in kept.items()}}
            if kept
            else facts,
            previous=head.digest,
            texts=[
                EventText(name=word, audience=text.audience, content=text.content)
                for word, text in kept.items()
            ],
        )
        entry.digest = chain_digest(entry, key)
        head.position, head.digest = entry.position, entry.digest
        entries.append(entry)
    db.session.add_all(entries)
    db.session.flush()
    db.session.add_all(NewEvent(event_id=entry.id, next_try_at=entry.at) for entry in entries)
    db.session().info.setdefault(NOT_YET_IN_THE_LEDGER, []).extend(entries)
    return entries


def redact(text: EventText, reason: str) -> Event:
    """Removes what a text says, for good; its event and the chain stay. Leaves an event on the same subject, for whoever may
    read the text, with the reason for administrators."""
    entry = db.session.get_one(Event, text.event_id)
    text.content, text.redacted_at = REDACTED, clock.now()
    why = {"reason": Text(reason, Audience.ADMINISTRATORS)}
    return record(None, REDACTING, entry, text.audience, why, event=entry.id, text=text.name)


def history(subject: Subject, audiences: frozenset[Audience]) -> list[Event]:
    """The subject's events that these audiences may read, oldest first. Texts have audiences of their own: see `texts_for`."""
    query = (
        select(Event)
        .where(Event.subject == subject.event_subject, Event.audience.in_(sorted(audiences)))
        .order_by(Event.position)
    )
    return list(db.session.scalars(query))


def texts_for(entry: Event, audiences: frozenset[Audience]) -> list[EventText]:
    return [text for text in entry.texts if text.audience in audiences]


def chain_digest(entry: Entry, key: str) -> str:
    """HMAC-SHA256, in hex, of everything the event says and of the digest before it."""
    return keyed_digest(
        [
            entry.subject,
            entry.position,
            entry.kind,
            entry.audience,
            entry.actor_id,
            entry.at.isoformat(),
            entry.facts,
            entry.previous,
        ],
        key,
    )


def text_digest(text: Text, key: str) -> str:
    """Keyed, so that nobody can guess a redacted text and see that they are right."""
    return keyed_digest([text.audience, text.content], key)


def unkeyed_text_digest(text: Text) -> str:
    """What events recorded before there was a ledger hold of their texts."""
    return hashlib.sha256(text.content.encode()).hexdigest()


def keyed_digest(said: list[Any], key: str) -> str:
    message = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()
