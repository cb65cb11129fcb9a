"""Figures as people type or paste them: a month and a number in each row. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from exchange.measures import months
from exchange.wording import month_of_year

MOST_ROWS = 240  # twenty years
YEARS_BACK = 10
NUMBER = re.compile(r"-?£?(\d{1,3}(?:[, ]\d{3}){1,3}|\d{1,12})(\.\d{1,6})?%?", re.ASCII)


@dataclass(frozen=True)
class Entered:
    """What a text says: a figure for each month, or the first mistake and how to mend it."""

    figures: Mapping[date, Decimal]
    mistake: str = ""


def decimal(typed: str) -> Decimal | None:
    """ "1,234.50", "£12" and "98%" as numbers."""
    tidy = typed.strip()
    if NUMBER.fullmatch(tidy) is None:
        return None
    return Decimal(re.sub(r"[, £%]", "", tidy))


def plain(value: Decimal, *, grouped: bool = False) -> str:
    """Without exponents and idle zeros: as it is kept, or `grouped` by thousands as people read it."""
    text = f"{value:,f}" if grouped else f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read(text: str, today: date) -> Entered:
    found: dict[date, Decimal] = {}
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_ROWS:
        return Entered({}, f"Enter {MOST_ROWS} months or fewer at a time")
    for number, line in lines:
        left, right = _parted(line)
        month, value = months.read(left), decimal(right)
        if month is None:
            return Entered(
                {}, f"Row {number}: write the month like “November 2026”, then a comma and the figure"
            )
        if value is None:
            return Entered({}, f"Row {number}: write the figure as a number, like 12 or 4.5")
        if month < months.month_of(today).replace(year=today.year - YEARS_BACK):
            return Entered({}, f"Row {number}: {month_of_year(month)} is more than {YEARS_BACK} years ago")
        if month > months.month_of(today):
            return Entered({}, f"Row {number}: {month_of_year(month)} has not come yet")
        if month in found:
            return Entered({}, f"Row {number}: {month_of_year(month)} is there twice")
        found[month] = value
    return Entered(found)


def _parted(line: str) -> tuple[str, str]:
    """The first cell and the rest, by a tab, or else the first comma or semicolon."""
    found = re.fullmatch(r"\s*([^\t]*?)\s*\t\s*(.*?)\s*", line) or re.fullmatch(
        r"\s*(.*?)\s*[,;]\s*(.*?)\s*", line
    )
    return (found[1], found[2]) if found else (line.strip(), "")
