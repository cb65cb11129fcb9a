"""The curve of adoption as a picture: where its lines and words stand. Pure.

The axis of organisations starts at zero and ends at all that are eligible, or at the target where that is more. The axis of days
reaches to the day by which the target is due, so that what is still to come can be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from exchange.axes import Frame, Mark, round_levels
from exchange.wording import counted, day, number

FRAME = Frame(640, 320, left=56, right=16, top=36, bottom=44)
FURTHEST = timedelta(days=1096)  # three years: a later day is told in words alone

ABOVE, BELOW = 8, 26  # from a line to the words about it
CLOSE = 34  # two lines nearer than this have their words on either side


@dataclass(frozen=True)
class Target:
    """So many organisations, by a day where one is set."""

    count: int
    on: date | None = None


@dataclass(frozen=True)
class Chart:
    """`line` is the path of the curve, which ends at `today`. `goal` is the place of the target on its day, where that is in the
    picture."""

    line: str
    today: tuple[float, float]
    now: Mark
    target_y: float | None
    target: Mark | None
    goal: tuple[float, float] | None
    ticks: Sequence[Mark]
    ends: Sequence[Mark]
    said: str
    points: Sequence[tuple[date, int]]
    frame: Frame = FRAME

    @property
    def rows(self) -> list[tuple[str, int]]:
        """The same for a table, the newest first."""
        return [(day(on), count) for on, count in reversed(self.points)]


def drawn(points: Sequence[tuple[date, int]], eligible: int, target: Target | None) -> Chart:
    """`points` are days in order, the first and today among them, and how many have adopted from each. Without a target, as for
    a part of those that are eligible, none is drawn."""
    first, today = points[0][0], points[-1][0]
    due = target.on if target and target.on and today < target.on <= today + FURTHEST else None
    last, most = due or today, max(eligible, target.count if target else 0, 1)

    def across(on: date) -> float:
        return FRAME.across((on - first).days / max((last - first).days, 1))

    def up(count: float) -> float:
        return FRAME.up(count, 0, most)

    line = f"M{across(first)} {up(points[0][1])}"
    for on, count in points[1:]:
        line += f"H{across(on)}V{up(count)}"
    covered = points[-1][1]
    level = None if target is None else up(target.count)
    is_close = level is not None and due is None and abs(level - up(covered)) < CLOSE
    is_below = is_close and target is not None and covered <= target.count
    return Chart(
        line=line,
        today=(across(today), up(covered)),
        now=Mark(f"{covered} now", across(today), up(covered) + (BELOW if is_below else -ABOVE)),
        target_y=level,
        target=None
        if target is None or level is None
        else Mark(
            f"Target {number(target.count)}",
            FRAME.end,
            level + (BELOW if is_close and not is_below else -ABOVE),
        ),
        goal=None if due is None or level is None else (across(due), level),
        ticks=FRAME.levels(
            [(number(int(count)), count) for count in round_levels(0, most, whole=True)], 0, most
        ),
        ends=FRAME.ends(day(first), day(last)),
        said=_said(points, eligible, target),
        points=points,
    )


def _said(points: Sequence[tuple[date, int]], eligible: int, target: Target | None) -> str:
    (first, before), (today, now) = points[0], points[-1]
    of = f"of {counted(eligible, 'eligible organisation')}"
    told = f"{number(now)} {of} had adopted it on {day(today)}, after {number(before)} on {day(first)}."
    if target is None:
        return told
    by = f" by {day(target.on)}" if target.on else ""
    if now >= target.count:
        return f"{told} The target of {number(target.count)}{by} is met."
    more = counted(target.count - now, "more is", "more are").capitalize()
    return f"{told} {more} needed for the target of {number(target.count)}{by}."
