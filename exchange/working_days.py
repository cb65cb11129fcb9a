"""Working days of England: Monday to Friday without the bank holidays. Bundled data, no network."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from govuk_bank_holidays.bank_holidays import BankHolidays

ONE_DAY = timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Years beyond the bundled data count their weekends alone."""
    return bool(_holidays().is_work_day(day, division=BankHolidays.ENGLAND_AND_WALES))


def add_working_days(day: date, count: int) -> date:
    """The working day that is `count` after `day`, or before it when `count` is negative; `day` itself need not be one."""
    step = ONE_DAY if count > 0 else -ONE_DAY
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start`, up to and with `end`; negative when `end` is before `start`."""
    if end < start:
        return -working_days_between(end, start)
    return len(working_days(start, end))


def working_days(start: date, end: date) -> list[date]:
    """Those after `start`, up to and with `end`."""
    days = (start + ONE_DAY * (offset + 1) for offset in range((end - start).days))
    return [day for day in days if is_working_day(day)]


@cache
def _holidays() -> BankHolidays:
    return BankHolidays(use_cached_holidays=True)
