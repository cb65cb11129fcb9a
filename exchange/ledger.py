"""One chain over the events of all subjects, in the order in which they were committed, so that none can go missing unseen.

A subject's own chain does not show that its newest events were deleted, or all of them, by one who also changes its head. The
ledger's does: its end is sealed with AUDIT_KEY, and each entry is chained to the seal that it replaced, so that whoever cuts
entries off can neither forge the seal of what is left nor have it mended by the next event.
"""

from __future__ import annotations

from flask import current_app
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from exchange.events import NOT_YET_IN_THE_LEDGER, Event, keyed_digest
from exchange.extensions import Base, db

END = 1


class LedgerEntry(Base):
    """That an event was committed. Subject and position tell which, should it be gone."""

    __tablename__ = "ledger_entry"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)
    subject: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class LedgerEnd(Base):
    """The one row, which the migrations make: the number of the newest entry, and the seal on it."""

    __tablename__ = "ledger_end"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    seal: Mapped[str] = mapped_column(String(64))


def enter_new_events() -> None:
    """Enters what the session recorded. The last thing before a commit: the end is locked from here on, by every writer, so
    nothing else may be waited for."""
    session = db.session()
    recorded: list[Event] = session.info.pop(NOT_YET_IN_THE_LEDGER, [])
    kept = [event for event in recorded if event in session]  # rolled back ones are in it no more
    if not kept:
        return
    session.flush()
    key = current_app.config["AUDIT_KEY"]
    end = session.get_one(LedgerEnd, END, with_for_update=True, populate_existing=True)
    for event in kept:
        end.number += 1
        entry = LedgerEntry(
            number=end.number, event_id=event.id, subject=event.subject, position=event.position
        )
        entry.digest = entry_digest(
            entry.number, entry.event_id, entry.subject, entry.position, event.digest, end.seal, key
        )
        session.add(entry)
        end.seal = seal_on(end.number, entry.digest, key)


def entry_digest(
    number: int, event_id: int, subject: str, position: int, event_digest: str, seal_before: str, key: str
) -> str:
    return keyed_digest([number, event_id, subject, position, event_digest, seal_before], key)


def seal_on(number: int, digest: str, key: str) -> str:
    """What the end says after the entry of this number. Seen only until the next entry, and not kept."""
    return keyed_digest(["end of the ledger", number, digest], key)
