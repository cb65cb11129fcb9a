"""What was promised for each financial year and what came of it, as bars: where they and their words stand. Pure.

The bar of a year is as long as what was realised; an outline around it is as long as what was promised. Both start at zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH = 420
LEFT, RIGHT, TOP = 4, 8, 4
WORDS, BAR, GAP = 34, 30, 18  # heights: the words above a bar, its outline, and what is free below
INSET = 7  # from the outline to the bar in it


@dataclass(frozen=True)
class Year:
    """`promised` is None where nothing was, or the reader does not read it."""

    name: str
    realised: int
    promised: int | None


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Bar:
    """`words` stand at `words_y` above it."""

    words: str
    words_y: float
    realised: Box
    promised: Box | None


@dataclass(frozen=True)
class Chart:
    """`said` tells the same in a sentence for each year."""

    bars: Sequence[Bar]
    said: str
    height: int
    width: int = WIDTH
    x: int = LEFT


def drawn(years: Sequence[Year], in_words: Callable[[int], str]) -> Chart:
    """`years` in order; `in_words` writes an amount."""
    longest = max((max(each.realised, each.promised or 0) for each in years), default=0) or 1

    def long(amount: int) -> float:
        return round((WIDTH - LEFT - RIGHT) * amount / longest, 1)

    bars = []
    for place, each in enumerate(years):
        y = TOP + place * (WORDS + BAR + GAP) + WORDS
        outline = None if each.promised is None else Box(LEFT, y, long(each.promised), BAR)
        inner = Box(LEFT, y + INSET, long(each.realised), BAR - 2 * INSET)
        bars.append(Bar(_said(each, in_words), y - 9, inner, outline))
    return Chart(
        bars,
        " ".join(f"{bar.words}." for bar in bars),
        TOP + len(years) * (WORDS + BAR + GAP),
    )


def _said(year: Year, in_words: Callable[[int], str]) -> str:
    of = "" if year.promised is None else f" of {in_words(year.promised)} promised"
    return f"{year.name}: {in_words(year.realised)}{of}"
