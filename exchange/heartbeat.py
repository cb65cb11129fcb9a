"""That the worker lives: it leaves a mark in the database now and then, wherever it runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from exchange import clock
from exchange.extensions import Base, db
from exchange.locking import locked

WORKER = "worker"
EVERY = timedelta(seconds=30)
# Longer than a message to a mail server that does not answer takes.
LONGEST_SILENCE = timedelta(minutes=5)


class Heartbeat(Base):
    """When a program was last known to run. Several workers share a row."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]


def beat() -> None:
    """Leaves the mark, unless one was left just now."""
    if (since := silence()) is None or since >= EVERY:
        locked(Heartbeat, {"name": WORKER}, at=clock.now()).at = clock.now()


def silence() -> timedelta | None:
    """How long no worker was heard of; None when none ever was."""
    last = db.session.scalar(select(func.max(Heartbeat.at)).where(Heartbeat.name == WORKER))
    return None if last is None else clock.now() - last
