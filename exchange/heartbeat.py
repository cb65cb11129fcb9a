"""That the worker lives, wherever it runs, and that the database takes changes: each leaves a mark now and then."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, func, select, update
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


def beat() -> None:
    """Leaves the worker's mark, unless one was left just now."""
    if is_due():
        leave_mark()


def is_due(name: str = WORKER, every: timedelta = EVERY) -> bool:
    since = silence(name)
    return since is None or since >= every


def leave_mark(name: str = WORKER) -> None:
    """Writes before it reads, or SQLite would refuse it to a request that has begun to read, as another wrote meanwhile."""
    marked = update(Heartbeat).where(Heartbeat.name == name).values(at=clock.now()).returning(Heartbeat.name)
    if db.session.scalar(marked) is None:
        locked(Heartbeat, {"name": name}, at=clock.now())


def silence(name: str = WORKER) -> timedelta | None:
    """How long no worker was heard of; None when none ever was. A mark from the future, as a clock that was put back leaves it,
    tells as little as an old one."""
    last = db.session.scalar(select(func.max(Heartbeat.at)).where(Heartbeat.name == name))
    return None if last is None else abs(clock.now() - last)
