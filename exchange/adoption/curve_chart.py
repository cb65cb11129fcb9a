"""The curve of adoption as a picture: where its lines and words stand. Pure.

The axis of organisations starts at zero and ends at all that are eligible, or at the target where that is more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from exchange.wording import counted, day

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 36, 44

ABOVE, BELOW = 8, 26  # from a line to the words about it
CLOSE = 34  # two lines nearer than this have their words on either side


@dataclass(frozen=True)
class Mark:
    """Words at a height or a place along the bottom."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Chart:
    """`line` is the path of the curve. `target` and `now` are labels beside their lines."""

    line: str
    target_y: float
    target: Mark
    now: Mark
    ticks: Sequence[Mark]
    ends: Sequence[Mark]
    said: str
    points: Sequence[tuple[date, int]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def drawn(points: Sequence[tuple[date, int]], eligible: int, target: int) -> Chart:
    """`points` are days in order, the first and the last of the picture among them, and how many have adopted from each."""
    first, last = points[0][0], points[-1][0]
    most = max(eligible, target, 1)

    def across(on: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (on - first).days / max((last - first).days, 1), 1)

    def up(count: int) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * count / most, 1)

    line = f"M{across(first)} {up(points[0][1])}"
    for on, count in points[1:]:
        line += f"H{across(on)}V{up(count)}"
    covered = points[-1][1]
    goal = Mark(f"Target {target}", WIDTH - RIGHT, up(target) - ABOVE)
    is_close = abs(up(target) - up(covered)) < CLOSE
    now = Mark(
        f"{covered} now", WIDTH - RIGHT, up(covered) + (BELOW if is_close and covered <= target else -ABOVE)
    )
    if is_close and covered > target:
        goal = Mark(goal.text, goal.x, up(target) + BELOW)
    return Chart(
        line=line,
        target_y=up(target),
        target=goal,
        now=now,
        ticks=[Mark(str(count), LEFT - 8, up(count)) for count in _ticks(most)],
        ends=[Mark(day(first), LEFT, HEIGHT - 12), Mark(day(last), WIDTH - RIGHT, HEIGHT - 12)],
        said=f"From {day(first)} to {day(last)} the number that has adopted went from {points[0][1]} to {covered}. "
        f"The target is {counted(target, 'organisation')}.",
        points=points,
    )


def _ticks(most: int) -> list[int]:
    step = next(
        size
        for scale in (10**power for power in range(7))
        for size in (scale, 2 * scale, 5 * scale)
        if most / size <= 5
    )
    return list(range(0, most + 1, step))
