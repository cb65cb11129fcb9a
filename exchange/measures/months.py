"""Months, each as its first day: how they are read, counted and filled up. Pure."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

NAMES = tuple(calendar.month_name[number].lower() for number in range(1, 13))


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def read(typed: str) -> date | None:
    """The month that "November 2026", "Nov 26", "11/2026" or "2026-11" means."""
    tidy = " ".join(typed.lower().replace(".", " ").split())
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-\d{1,2})?", tidy, re.ASCII):
        return _month(int(found[1]), int(found[2]))
    if found := re.fullmatch(r"(?:\d{1,2}/)?(\d{1,2})/(\d{4})", tidy, re.ASCII):
        return _month(int(found[2]), int(found[1]))
    if found := re.fullmatch(r"([a-z]{3,9})[ -](\d{4}|\d{2})", tidy, re.ASCII):
        number = next((place for place, name in enumerate(NAMES, 1) if name.startswith(found[1])), 0)
        year = int(found[2])
        return _month(year if year > 99 else 2000 + year, number)
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
    """The figures of all, added up or averaged over those that have the month."""
    gathered: dict[date, list[Decimal]] = {}
    for figures in series:
        for month, value in figures.items():
            gathered.setdefault(month, []).append(value)
    return {month: _one(values, averaged) for month, values in gathered.items()}


def _one(values: Sequence[Decimal], averaged: bool) -> Decimal:
    total = sum(values, Decimal(0))
    # Enough digits for any chart, and few enough to be read.
    return (total / len(values)).quantize(Decimal("0.0001")).normalize() if averaged else total
