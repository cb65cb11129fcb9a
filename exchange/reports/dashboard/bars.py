"""Bars side by side as a picture: where each stands, how long it is, and its words. Pure; lengths are the picture's own units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, STEP, THICK = 420, 58, 18
NAME, BAR, SAID = 20, 27, 42  # from the top of each: the foot of its name, its bar, the foot of its words
ROOM = 8  # between a bar and the words beside it
WORDS = 110  # for the words at the end of the longest bar


@dataclass(frozen=True)
class Bar:
    """`said` stands at its end; its name stands above it."""

    name: str
    said: str
    name_y: int
    y: int
    said_y: int
    width: float
    said_x: float


@dataclass(frozen=True)
class Picture:
    """`finding` says what it shows. The bars start at zero, and the longest of them, or `most`, takes the whole width."""

    finding: str
    bars: Sequence[Bar]
    height: int
    width: int = WIDTH
    thick: int = THICK


def drawn(finding: str, values: Sequence[tuple[str, float, str]], most: float | None = None) -> Picture:
    """`values` are names, lengths from 0, and the words of each."""
    largest = most or max((value for _, value, _ in values), default=0) or 1
    bars = []
    for number, (name, value, said) in enumerate(values):
        width = round((WIDTH - WORDS) * value / largest, 1)
        top = number * STEP
        bars.append(Bar(name, said, top + NAME, top + BAR, top + SAID, width, width + ROOM))
    return Picture(finding, bars, len(bars) * STEP)
