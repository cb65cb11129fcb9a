"""Months, each as its first day: how they are read, counted and filled up. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from exchange.forms.days import month_number


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def read(typed: str) -> date | None:
    """The month that "November 2026", "Nov 26", "1-Nov-26", "11/2026" or "2026-11" means."""
    tidy = " ".join(typed.lower().replace(".", " ").split())
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-\d{1,2})?", tidy, re.ASCII):
        return _month(int(found[1]), int(found[2]))
    if found := re.fullmatch(r"(?:\d{1,2}/)?(\d{1,2})/(\d{4})", tidy, re.ASCII):
        return _month(int(found[2]), int(found[1]))
    if found := re.fullmatch(r"(?:\d{1,2}[ -])?([a-z]{3,9})[ -](\d{4}|\d{2})", tidy, re.ASCII):
        year = int(found[2])
        return _month(year if year > 99 else 2000 + year, month_number(found[1]) or 0)
    return None


def _month(year: int, month: int) -> date | None:
    return date(year, month, 1) if 1 <= month <= 12 and 1900 <= year <= 2999 else None


def filled(figures: Mapping[date, Decimal]) -> tuple[list[date], list[Decimal | None]]:
    """Every month from the first figure to the last, and None where there is none."""
    if not figures:
        return [], []
    months = [min(figures)]
    while months[-1] < max(figures):
        months.append(next_month(months[-1]))
    return months, [figures.get(month) for month in months]


def combined(series: Iterable[Mapping[date, Decimal]], *, averaged: bool) -> dict[date, Decimal]:
    """The figures of all, added up or averaged. A month counts once everybody who had begun by then has entered it: a sum of
    those who were quick would fall each month, and look like news."""
    begun = _begun(series)
    months = {month for _, figures in begun for month in figures}
    whole: dict[date, Decimal] = {}
    for month in months:
        due = [figures for first, figures in begun if first <= month]
        if all(month in figures for figures in due):
            whole[month] = _one([figures[month] for figures in due], averaged)
    return whole


def incomplete(series: Iterable[Mapping[date, Decimal]]) -> tuple[date, int, int] | None:
    """The newest month for which somebody has a figure and somebody else, who had begun, has none: how many have, of how many."""
    begun = _begun(series)
    month = max((max(figures) for _, figures in begun), default=None)
    if month is None:
        return None
    due = [figures for first, figures in begun if first <= month]
    there = sum(month in figures for figures in due)
    return None if there == len(due) else (month, there, len(due))


def _begun(series: Iterable[Mapping[date, Decimal]]) -> list[tuple[date, Mapping[date, Decimal]]]:
    """Those with a figure, each with its first month."""
    return [(min(figures), figures) for figures in series if figures]


def _one(values: Sequence[Decimal], averaged: bool) -> Decimal:
    total = sum(values, Decimal(0))
    if not averaged:
        return total
    # One digit more than they have themselves tells means apart, and can still be read.
    finest = min(int(value.as_tuple().exponent) for value in values)
    return (total / len(values)).quantize(Decimal(1).scaleb(min(finest, 0) - 1)).normalize()
