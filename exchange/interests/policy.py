"""When a register has to be checked again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from exchange import clock

YEAR = timedelta(days=365)
LONGEST = timedelta(days=366)  # that a line binds without being registered again
NOTICE = timedelta(days=14)  # before a line ends, or the register is a year old


def check_by(checked_at: datetime | None) -> date | None:
    """The day by which they check it again; None where they never did."""
    return None if checked_at is None else clock.day_of(checked_at) + YEAR


def is_to_check(checked_at: datetime | None, today: date) -> bool:
    due = check_by(checked_at)
    return due is None or due - NOTICE <= today
