"""The frame of a chart: where a value stands in it, the round levels of its axis, and words at a place. Pure.

Lengths are in the units of the picture's view box, whose y grows downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

LEVELS = 4  # about so many lines across a picture


@dataclass(frozen=True)
class Mark:
    """Words at a place."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Frame:
    """A picture with room around its plot for words, and inset so much on either side that nothing drawn at an end is cut."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    inset: int = 0

    @property
    def start(self) -> int:
        """Where the plot begins."""
        return self.left

    @property
    def end(self) -> int:
        return self.width - self.right

    def across(self, part: float) -> float:
        """The place of a share of the way from the first to the last, from 0 to 1."""
        return round(self.start + self.inset + (self.end - self.start - 2 * self.inset) * part, 1)

    def up(self, value: float, low: float, high: float) -> float:
        """The height of a value on an axis from low to high."""
        plot = self.height - self.top - self.bottom
        return round(self.height - self.bottom - plot * (value - low) / (high - low), 1)

    def levels(self, texts: Sequence[tuple[str, float]], low: float, high: float) -> list[Mark]:
        """Words beside lines across the picture, at these values."""
        return [Mark(text, self.left - 8, self.up(value, low, high)) for text, value in texts]

    def ends(self, first: str, last: str) -> tuple[Mark, Mark]:
        """Words below the first and the last place."""
        return Mark(first, self.start, self.height - 12), Mark(last, self.end, self.height - 12)


def round_levels(low: float, high: float, *, whole: bool = False) -> list[float]:
    """Steps of 1, 2 or 5 times a power of ten, about as many as LEVELS, from low to high; of whole numbers at least 1 apart.
    Low is less than high."""
    rough = (high - low) / LEVELS
    if whole:
        rough = max(rough, 1)
    exponent = floor(log10(rough))
    step = next(size * 10.0**exponent for size in (1, 2, 5, 10) if size * 10.0**exponent >= rough * 0.999999)
    decimals = max(-floor(log10(step)), 0)
    return [
        round(step * place, decimals)
        for place in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)
    ]
