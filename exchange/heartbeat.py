"""That the worker lives, wherever it runs, and that the database takes changes: each leaves a mark now and then."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from exchange import clock
from exchange.extensions import Base, db
from exchange.locking import locked

WORKER = "worker"
EVERY = timedelta(seconds=30)
# What is written to see whether anything can be written, seldom enough that nobody fills a disk by asking.
TRIAL = "trial"
BETWEEN_TRIALS = timedelta(seconds=5)
# Longer than a message to a mail server that does not answer takes.
LONGEST_SILENCE = timedelta(minutes=5)


class Heartbeat(Base):
    """When a program was last known to run. Several workers share a row."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]


def beat(name: str = WORKER, every: timedelta = EVERY) -> None:
    """Leaves the mark, unless one was left just now."""
    if (since := silence(name)) is None or since >= every:
        locked(Heartbeat, {"name": name}, at=clock.now()).at = clock.now()


def silence(name: str = WORKER) -> timedelta | None:
    """How long no worker was heard of; None when none ever was. A mark from the future, as a clock that was put back leaves it,
    tells as little as an old one."""
    last = db.session.scalar(select(func.max(Heartbeat.at)).where(Heartbeat.name == name))
    return None if last is None else abs(clock.now() - last)
