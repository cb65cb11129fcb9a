"""What was promised for each financial year and what came of it, as bars: where they stand. Pure.

The bar of a year is as long as what was realised; an outline around it is as long as what was promised. Both start at zero. Their
words stand above them, outside of the picture, so that they are as large as other words however narrow the page is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 420, 30  # of the picture of one year
EDGE = 1  # half of an outline's line
INSET = 7  # from the outline to the bar in it


@dataclass(frozen=True)
class Year:
    """`promised` is None where nothing was, or the reader does not read it."""

    name: str
    realised: int
    promised: int | None


@dataclass(frozen=True)
class Bar:
    """`words` tell it all; `realised` and `promised` are lengths in a picture of `WIDTH`."""

    words: str
    realised: float
    promised: float | None


@dataclass(frozen=True)
class Chart:
    bars: Sequence[Bar]
    width: int = WIDTH
    height: int = HEIGHT
    edge: int = EDGE
    inset: int = INSET


def drawn(years: Sequence[Year], in_words: Callable[[int], str]) -> Chart:
    """`years` in order; `in_words` writes an amount."""
    longest = max((max(each.realised, each.promised or 0) for each in years), default=0) or 1

    def long(amount: int) -> float:
        return round((WIDTH - 2 * EDGE) * amount / longest, 1)

    return Chart(
        [
            Bar(
                _said(each, in_words),
                long(each.realised),
                None if each.promised is None else long(each.promised),
            )
            for each in years
        ]
    )


def _said(year: Year, in_words: Callable[[int], str]) -> str:
    of = "" if year.promised is None else f" of {in_words(year.promised)} promised"
    return f"{year.name}: {in_words(year.realised)}{of}"
