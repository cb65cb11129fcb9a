"""Queues one e-mail in the transaction at hand. The worker sends it later: only what happened, and all of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from exchange import clock
from exchange.extensions import Base, db


class Message(Base):
    """An e-mail to send, and what became of it.

    `message_id` is the same at every try, so that a mailbox can tell a second delivery of one message. A `secret` text (a link
    that signs someone in or resets a password) is wiped once it is sent.
    """

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_waiting", "sent_at", "given_up_at", "next_try_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    to_address: Mapped[str] = mapped_column(String(254))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str]
    secret: Mapped[bool]
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    queued_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    tries: Mapped[int]
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(300))

    @property
    def event_subject(self) -> str:
        return f"message:{self.id}"


def queue(
    kind: str,
    to_address: str,
    subject: str,
    text: str,
    *,
    message_id: str,
    person: Any = None,
    secret: bool = False,
) -> Message:
    """Adds the message. `message_id` must be unique to this news, like "event.812.44": queueing it twice fails."""
    moment = clock.now()
    message = Message(
        kind=kind,
        to_address=to_address,
        person_id=None if person is None else person.id,
        subject=" ".join(subject.split())[:200],
        text=text,
        secret=secret,
        message_id=message_id,
        queued_at=moment,
        next_try_at=moment,
        tries=0,
    )
    db.session.add(message)
    return message
