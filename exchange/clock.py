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


@contextmanager
def pretend(moment: datetime) -> Iterator[None]:
    """Inside the block it is `moment`."""
    token = _pretended.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _pretended.reset(token)
