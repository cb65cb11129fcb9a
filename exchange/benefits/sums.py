"""The sums of benefits: what counts, what was promised for a year, and what came of it. Pure, in whole numbers: pence and people.

A figure is of one organisation, one kind and whole months of one financial year (April to March). It counts when it is confirmed
and not counted in a confirmed figure of another programme; so each benefit is counted once, and never not at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

FIRST_MONTH = 4  # of a financial year of the NHS
MONTHS = 12


class Kind(StrEnum):
    MONEY = "money"
    PEOPLE = "people"
    OTHER = "other"


class Per(StrEnum):
    """What an amount was promised for: each year, or once."""

    YEAR = "year"
    ONCE = "once"


class Sureness(StrEnum):
    MEASURED = "measured"
    SAMPLED = "sampled"
    JUDGED = "judged"


class Status(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class Period(NamedTuple):
    """Whole months, each as its first day, both included."""

    first: date
    last: date

    @property
    def is_within_a_year(self) -> bool:
        return self.first <= self.last and year_of(self.first) == year_of(self.last)

    def overlaps(self, other: Period) -> bool:
        return self.first <= other.last and other.first <= self.last


class Figure(NamedTuple):
    """One benefit as it stands, or as an event told it. `line` is the number of the promise that a benefit of another kind than
    money and people answers; `counted_in` the programme and number of the figure that holds it already."""

    programme: int
    number: int
    organisation: str
    kind: Kind
    line: int | None
    period: Period
    amount: int
    status: Status
    counted_in: tuple[int, int] | None = None

    @property
    def key(self) -> tuple[int, int]:
        return self.programme, self.number

    @property
    def year(self) -> int:
        return year_of(self.period.first)

    def is_of_the_same(self, other: Figure) -> bool:
        """One organisation, one kind, and months in common, whatever the programmes."""
        same = (self.organisation, self.kind) == (other.organisation, other.kind)
        return same and self.period.overlaps(other.period)


class Promise(NamedTuple):
    number: int
    kind: Kind
    amount: int
    per: Per


class Run(NamedTuple):
    """The months of a programme, both included, none of them where `last` is before `first`; and those of them through which it
    was paused."""

    first: date
    last: date
    paused: frozenset[date] = frozenset()

    def months_in(self, period: Period) -> int:
        """In how many months of it the programme ran."""
        first, last = max(self.first, period.first), min(self.last, period.last)
        paused = sum(first <= month <= last for month in self.paused)
        return max(_index(last) - _index(first) + 1 - paused, 0)


def year_of(month: date) -> int:
    """The calendar year in which its financial year began."""
    return month.year - (month.month < FIRST_MONTH)


def months_of_year(year: int) -> Period:
    return Period(date(year, FIRST_MONTH, 1), date(year + 1, FIRST_MONTH - 1, 1))


def year_in_words(year: int) -> str:
    """ "2026/27"."""
    return f"{year}/{(year + 1) % 100:02}"


def counting(figures: Iterable[Figure]) -> list[Figure]:
    """Those that count: what is confirmed, unless the figure that it is counted in is among them and confirmed too."""
    confirmed = {each.key: each for each in figures if each.status is Status.CONFIRMED}
    return [each for each in confirmed.values() if each.counted_in not in confirmed]


def realised(figures: Iterable[Figure]) -> dict[tuple[Kind, int | None], int]:
    """What counts, summed by kind and, of other kinds, by promise."""
    sums: dict[tuple[Kind, int | None], int] = {}
    for figure in counting(figures):
        sums[figure.kind, figure.line] = sums.get((figure.kind, figure.line), 0) + figure.amount
    return sums


def clash(figures: Iterable[Figure], new: Figure) -> Figure | None:
    """The figure of the same programme that the new one would count twice."""
    return next(
        (
            each
            for each in figures
            if each.key != new.key
            and each.status is not Status.WITHDRAWN
            and (each.programme, each.line) == (new.programme, new.line)
            and each.is_of_the_same(new)
        ),
        None,
    )


def counted_elsewhere(figures: Iterable[Figure], new: Figure) -> list[Figure]:
    """Figures of other programmes that may be the same benefit, and count: confirmed ones that are not counted in another
    themselves; and the one that it is counted in, however that stands. Benefits of other kinds only their own programme knows."""
    if new.kind is Kind.OTHER:
        return []
    return [
        each
        for each in figures
        if each.programme != new.programme
        and (each.status is Status.CONFIRMED or each.key == new.counted_in)
        and each.counted_in is None
        and each.is_of_the_same(new)
    ]


def years_of(run: Run) -> range:
    """The financial years that it touches."""
    return range(year_of(run.first), year_of(run.last) + 1) if run.first <= run.last else range(0)


def months_paused(pauses: Iterable[Period]) -> frozenset[date]:
    """The months through which a programme was paused, of the days on which it was paused and went on. A month in which it ran
    on any day is none of them."""
    return frozenset(
        date(index // MONTHS, index % MONTHS + 1, 1)
        for paused, resumed in pauses
        for index in range(_index(paused) + 1, _index(resumed))
    )


def promised_by_year(promise: Promise, run: Run) -> dict[int | None, int]:
    """Of a yearly promise the share of each financial year's months in which the programme ran, to the nearest whole (a half to
    the even one). What was promised once belongs to no year. The sum of all is what was promised so far."""
    if promise.per is Per.ONCE:
        return {None: promise.amount}
    shares: dict[int | None, int] = {}
    for year in years_of(run):
        if months := run.months_in(months_of_year(year)):
            shares[year] = round_share(promise.amount, months)
    return shares


def round_share(amount: int, months: int) -> int:
    whole, rest = divmod(amount * months, MONTHS)
    is_up = 2 * rest > MONTHS or (2 * rest == MONTHS and whole % 2 == 1)
    return whole + is_up


def return_on(investment: int, pence: int) -> int | None:
    """Pence that came back for each pound, rounded down; None where nothing was put in."""
    return pence // investment if investment else None


def _index(month: date) -> int:
    return month.year * MONTHS + month.month - 1
