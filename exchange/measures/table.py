"""The figures of a measure as a table: in each row an organisation, a month, its figure and maybe the reason, looked through
before they are kept. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from exchange.measures import months
from exchange.measures.figures import YEARS_BACK, decimal, plain
from exchange.sheets import Preview, numbered
from exchange.wording import month_of_year

HEAD = ("Organisation", "Month", "Figure", "Reason")
MOST_ROWS = 2_000
LONGEST_REASON = 800
MONTHS = 12  # of the table to fill in

Held = Mapping[str, Mapping[date, Decimal]]  # what stands, by organisation and month


@dataclass(frozen=True)
class Site:
    id: str
    name: str


@dataclass(frozen=True)
class Entry:
    """One row. `mistake` says how to mend it; without one, `value` is the figure to keep, None where nothing changes."""

    number: int
    organisation: str
    id: str = ""
    month: date | None = None
    value: Decimal | None = None
    was: Decimal | None = None
    reason: str = ""
    mistake: str = ""

    @property
    def changes(self) -> bool:
        return self.value is not None

    @property
    def said(self) -> str:
        if self.mistake or self.month is None:
            return self.mistake or "Stays as it is"
        if self.value is None:
            return f"{month_of_year(self.month)}: stays as it is"
        before = "" if self.was is None else f", before {plain(self.was, grouped=True)}"
        return f"{month_of_year(self.month)}: {plain(self.value, grouped=True)}{before}"


def planned(text: str, sites: Mapping[str, Site], held: Held, today: date) -> Preview[Entry]:
    """`sites` are those whose figures may be entered, by every name in small letters."""
    rows: list[Entry] = []
    there: set[tuple[str, date]] = set()
    for number, cells in numbered(text, HEAD[0]):
        row = _read(number, cells, sites, held, today)
        if (month := row.month) is not None:
            if (row.id, month) in there:
                row = replace(row, value=None, mistake=f"{month_of_year(month)} is there twice.")
            there.add((row.id, month))
        rows.append(row)
    return Preview(tuple(rows))


def to_fill_in(sites: Sequence[Site], held: Held, today: date) -> list[Sequence[str]]:
    """A row for each organisation and each of the last months that are over, with the figure where there is one."""
    first = months.month_of(today)
    wanted = [
        date(number // 12, number % 12 + 1, 1) for number in range(_count(first) - MONTHS, _count(first))
    ]
    return [
        HEAD,
        *(
            (site.name, month_of_year(month), _written(held.get(site.id, {}).get(month)), "")
            for site in sites
            for month in wanted
        ),
    ]


def _read(number: int, cells: Sequence[str], sites: Mapping[str, Site], held: Held, today: date) -> Entry:
    name, written, figure, *reasons = [*cells, "", "", ""][: max(len(cells), 3)]
    reason = ", ".join(filter(None, reasons))
    site = sites.get(name.lower())
    if site is None:
        wrong = "You enter figures of no organisation of this name. Check how it is written."
        return Entry(number, name, mistake=wrong)
    row = Entry(number, site.name, site.id, reason=reason)
    if not figure and not reason:
        return row  # a month that was not filled in
    month, value = months.read(written), decimal(figure)
    if month is None:
        return replace(row, mistake=f"“{written}” is no month. Write it like November 2026.")
    if value is None:
        return replace(row, mistake=f"“{figure}” is no number. Write it like 12 or 4.5.")
    was = held.get(site.id, {}).get(month)
    if mistake := _why_not(month, value, was, reason, today):
        return replace(row, mistake=mistake)
    return replace(row, month=month, value=None if value == was else value, was=was)


def _why_not(month: date, value: Decimal, was: Decimal | None, reason: str, today: date) -> str:
    this_month = months.month_of(today)
    if month > this_month:
        return f"{month_of_year(month)} has not come yet."
    if month < this_month.replace(year=this_month.year - YEARS_BACK):
        return f"{month_of_year(month)} is more than {YEARS_BACK} years ago. Check the year."
    if was is not None and was != value and not reason:
        stands = plain(was, grouped=True)
        return f"{month_of_year(month)} has {stands} already. Write why it changes after the figure."
    if len(reason) > LONGEST_REASON:
        return f"The reason is longer than {LONGEST_REASON} characters. Shorten it."
    return ""


def _count(month: date) -> int:
    """Months since the year 0."""
    return month.year * 12 + month.month - 1


def _written(value: Decimal | None) -> str:
    return "" if value is None else plain(value)
