"""Periods of a report: from one day to another, both included, and those that are quick to choose. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from exchange import clock
from exchange.benefits import sums
from exchange.wording import day

EARLIEST = date(2000, 1, 1)


class Period(NamedTuple):
    first: date
    last: date

    def has(self, on: date | None) -> bool:
        return on is not None and self.first <= on <= self.last

    @property
    def in_words(self) -> str:
        return f"{day(self.first)} to {day(self.last)}"


class Quick(NamedTuple):
    name: str
    period: Period


def quick(today: date) -> list[Quick]:
    """The first is what a report shows unless asked."""
    return [
        Quick("This financial year", Period(_year_start(today), today)),
        Quick("Last quarter", last_quarter(today)),
        Quick("Last 12 months", Period(clock.twelve_months_to(today), today)),
    ]


def last_quarter(today: date) -> Period:
    """The last three months that are over, from January, April, July or October."""
    this = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    last = this - timedelta(days=1)
    return Period(date(last.year, last.month - 2, 1), last)


def _year_start(today: date) -> date:
    return sums.months_of_year(sums.year_of(today)).first
