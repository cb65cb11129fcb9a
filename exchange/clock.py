"""What time it is. Everything that needs the time asks here, so that the demo can play past days through the real services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
TEN_YEARS = timedelta(days=3653)

_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _pretended.get() or datetime.now(UTC)


def today() -> date:
    """Today's date in London, where due dates are counted."""
    return now().astimezone(LONDON).date()


def day_of(moment: datetime) -> date:
    """The day in London on which it falls."""
    return moment.astimezone(LONDON).date()


def twelve_months_to(last: date) -> date:
    """The first day of the 12 months that end with that day: the day after the same one a year before."""
    try:
        return last.replace(year=last.year - 1) + timedelta(days=1)
    except ValueError:  # of 29 February
        return date(last.year - 1, 3, 1)


@contextmanager
def pretend(moment: datetime) -> Iterator[None]:
    """Inside the block it is `moment`."""
    token = _pretended.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _pretended.reset(token)
