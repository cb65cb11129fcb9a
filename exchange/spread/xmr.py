"""XmR charts of measures: process limits, special causes, what they mean, and whether a target will be met. Pure.

Source: NHS England's Making Data Count, as NHSRplotthedots 0.2.2 (`ptd_spc`) computes it; the limits are Wheeler's for
individual values and moving ranges. Where that package is silent or fails (gaps, one point, no points, a constant
series, a trend that ends on a tie) it is said here what happens.

Numbers are computed with as the decimals that they are written as, in exact fractions: a point on the mean, and a
target on a limit, are so whatever the unit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

Number = int | float | Decimal

LIMIT = Fraction("2.66")  # mean moving ranges from the mean to a process limit: 3 / 1.128
NEAR = LIMIT * 2 / 3
OUTLYING = Fraction("3.267")  # mean moving ranges from which a moving range is screened out
RUN = 7  # points in a row on one side, or rising, or falling
FEW = 12  # points below which limits are provisional


class Direction(StrEnum):
    """Where improvement is."""

    INCREASE = "increase"
    DECREASE = "decrease"


class SpecialCause(StrEnum):
    """Why a point is not common cause."""

    ABOVE_LIMIT = "above-limit"
    BELOW_LIMIT = "below-limit"
    RISING = "rising"  # part of 7 points in a row
    FALLING = "falling"
    TWO_OF_THREE_ABOVE = "two-of-three-above"  # between the near limit and the limit
    TWO_OF_THREE_BELOW = "two-of-three-below"
    RUN_ABOVE = "run-above"  # part of 7 points in a row above the mean
    RUN_BELOW = "run-below"

    @property
    def is_high(self) -> bool:
        return self in HIGH


HIGH = frozenset(
    {
        SpecialCause.ABOVE_LIMIT,
        SpecialCause.RISING,
        SpecialCause.TWO_OF_THREE_ABOVE,
        SpecialCause.RUN_ABOVE,
    }
)


class Variation(StrEnum):
    """What a point's colour says."""

    COMMON_CAUSE = "common-cause"
    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    NEUTRAL_HIGH = "neutral-high"
    NEUTRAL_LOW = "neutral-low"


class Assurance(StrEnum):
    """Whether the process, unless it changes, meets its target."""

    CONSISTENTLY_PASSES = "consistently-passes"
    CONSISTENTLY_FAILS = "consistently-fails"
    INCONSISTENT = "inconsistent"


@dataclass(frozen=True)
class Point:
    """One month, in the measure's unit. In a gap `value` and `special_cause` are None, and it is common cause."""

    value: Number | None
    special_cause: SpecialCause | None
    variation: Variation


@dataclass(frozen=True)
class Segment:
    """The limits of the points from `start` up to `end`, which is the next segment's start (places counted from 0), in
    the measure's unit.

    `mean` is None when no point is there to compute it from. The limits are None too when no two of those points are
    neighbours. `is_provisional` when they are computed from fewer than 12 points.
    """

    start: int
    end: int
    mean: float | None
    lower: float | None
    upper: float | None
    near_lower: float | None
    near_upper: float | None
    is_provisional: bool


@dataclass(frozen=True)
class Chart:
    """`points` as many as were given; `segments` one more than re-basings, and none when no points were given.
    `assurance` is None without a target, a direction or limits in the last segment."""

    points: tuple[Point, ...]
    segments: tuple[Segment, ...]
    assurance: Assurance | None


@dataclass(frozen=True)
class _Limits:
    mean: Fraction | None
    moving_range: Fraction | None

    def away(self, ranges: Fraction | int) -> Fraction | None:
        """So many mean moving ranges from the mean."""
        if self.mean is None or self.moving_range is None:
            return None
        return self.mean + ranges * self.moving_range


Values = Sequence[Fraction | None]


def chart(
    values: Sequence[Number | None],
    *,
    direction: Direction | None = None,
    target: Number | None = None,
    rebase: Collection[int] = (),
    fix_after: int | None = None,
    screen: bool = True,
) -> Chart:
    """The chart of a series in the order of time, None where a month has no figure.

    `rebase` are the places, counted from 0, where a new segment starts: limits, runs and trends begin anew there.
    `fix_after` computes each segment's limits from its first so many points. `screen` leaves out outlying moving
    ranges, once.

    A gap has no moving range on either side, and no run, trend or three points reach across it; it is not counted
    by `fix_after`. A trend rises or falls with every step: a tie ends it.

    Raises ValueError for a place that the series does not have, `fix_after` below 1, and a number that is not finite.
    """
    if any(not 0 <= place < len(values) for place in rebase):
        raise ValueError("a re-basing starts at one of the points")
    if fix_after is not None and fix_after < 1:
        raise ValueError("limits are fixed after one point or more")
    exact = [_exact(value) for value in values]
    bounds = sorted({*rebase, 0, len(values)})
    points: list[Point] = []
    segments: list[Segment] = []
    limits = _Limits(None, None)
    for start, end in pairwise(bounds):
        part = exact[start:end]
        base = part[: _end_of_base(part, fix_after)]
        limits = _limits(base, screen)
        counted = sum(value is not None for value in base)
        segments.append(_segment(start, end, limits, counted))
        points += [
            Point(value, cause, _variation(cause, direction))
            for value, cause in zip(values[start:end], _special_causes(part, limits), strict=True)
        ]
    return Chart(tuple(points), tuple(segments), _assurance(limits, target, direction))


def _exact(value: Number | None) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def _end_of_base(values: Values, fix_after: int | None) -> int:
    """Up to where the points of a segment make its limits."""
    there = [place for place, value in enumerate(values) if value is not None]
    return len(values) if fix_after is None or fix_after >= len(there) else there[fix_after]


def _limits(base: Values, screen: bool) -> _Limits:
    mean = _mean([value for value in base if value is not None])
    ranges = [
        abs(after - before) for before, after in pairwise(base) if before is not None and after is not None
    ]
    typical = _mean(ranges)
    if screen and typical:  # 0 in a constant series, where none is outlying
        typical = _mean([each for each in ranges if each < OUTLYING * typical])
    return _Limits(mean, typical)


def _mean(numbers: Sequence[Fraction]) -> Fraction | None:
    return sum(numbers, Fraction(0)) / len(numbers) if numbers else None


def _segment(start: int, end: int, limits: _Limits, counted: int) -> Segment:
    mean, lower, upper, near_lower, near_upper = (
        None if figure is None else float(figure)
        for figure in (limits.mean, *(limits.away(ranges) for ranges in (-LIMIT, LIMIT, -NEAR, NEAR)))
    )
    return Segment(start, end, mean, lower, upper, near_lower, near_upper, counted < FEW)


def _special_causes(values: Values, limits: _Limits) -> list[SpecialCause | None]:
    """The first that applies to each point of one segment."""
    sides = [_sign(value, limits.mean) for value in values]
    outside, near = _zones(values, limits)
    trends = _trends(values)
    two_of_three = _two_of_three(sides, near)
    runs = _runs(sides)
    return [
        _cause(SpecialCause.ABOVE_LIMIT, SpecialCause.BELOW_LIMIT, outside[place])
        or _cause(SpecialCause.RISING, SpecialCause.FALLING, trends[place])
        or _cause(SpecialCause.TWO_OF_THREE_ABOVE, SpecialCause.TWO_OF_THREE_BELOW, two_of_three[place])
        or _cause(SpecialCause.RUN_ABOVE, SpecialCause.RUN_BELOW, runs[place])
        for place in range(len(values))
    ]


def _cause(high: SpecialCause, low: SpecialCause, sign: int) -> SpecialCause | None:
    return (None, high, low)[sign]


def _sign(value: Fraction | None, against: Fraction | None) -> int:
    """1 above, -1 below, 0 when equal or when either is missing."""
    if value is None or against is None:
        return 0
    return (value > against) - (value < against)


def _zones(values: Values, limits: _Limits) -> tuple[list[int], list[int]]:
    """For each point the side (1 above, -1 below, else 0) on which it is outside a limit; and on which it is between a
    near limit and the limit."""
    outside = _beyond(values, limits, LIMIT)
    past_near = _beyond(values, limits, NEAR)
    return outside, [0 if out else side for out, side in zip(outside, past_near, strict=True)]


def _beyond(values: Values, limits: _Limits, ranges: Fraction) -> list[int]:
    lower, upper = limits.away(-ranges), limits.away(ranges)
    return [1 if _sign(value, upper) == 1 else -1 if _sign(value, lower) == -1 else 0 for value in values]


def _trends(values: Values) -> list[int]:
    """1 for each point that is part of 7 rising in a row, -1 of 7 falling. The point in which two of them meet is of the
    later one."""
    found = [0] * len(values)
    steps = [_sign(after, before) for before, after in pairwise(values)]
    for first, sign in _unbroken(steps, RUN - 1):
        found[first : first + RUN] = [sign] * RUN
    return found


def _runs(sides: Sequence[int]) -> list[int]:
    found = [0] * len(sides)
    for first, sign in _unbroken(sides, RUN):
        found[first : first + RUN] = [sign] * RUN
    return found


def _unbroken(signs: Sequence[int], length: int) -> Iterator[tuple[int, int]]:
    """Every place from which so many signs in a row are the same and not 0, with that sign."""
    for first in range(len(signs) - length + 1):
        if signs[first] and all(sign == signs[first] for sign in signs[first : first + length]):
            yield first, signs[first]


def _two_of_three(sides: Sequence[int], near: Sequence[int]) -> list[int]:
    """The points near a limit, where two of three in a row are, and all three are on that side of the mean."""
    found = [0] * len(sides)
    for first, side in _unbroken(sides, 3):
        window = range(first, first + 3)
        if sum(near[place] == side for place in window) >= 2:
            for place in window:
                found[place] = near[place] or found[place]
    return found


def _variation(cause: SpecialCause | None, direction: Direction | None) -> Variation:
    if cause is None:
        return Variation.COMMON_CAUSE
    if direction is None:
        return Variation.NEUTRAL_HIGH if cause.is_high else Variation.NEUTRAL_LOW
    improves = cause.is_high is (direction is Direction.INCREASE)
    return Variation.IMPROVEMENT if improves else Variation.CONCERN


def _assurance(limits: _Limits, target: Number | None, direction: Direction | None) -> Assurance | None:
    """A target on a limit is inconsistent."""
    lower, upper, wanted = limits.away(-LIMIT), limits.away(LIMIT), _exact(target)
    if wanted is None or direction is None or lower is None or upper is None:
        return None
    if lower <= wanted <= upper:
        return Assurance.INCONSISTENT
    passes = (wanted < lower) is (direction is Direction.INCREASE)
    return Assurance.CONSISTENTLY_PASSES if passes else Assurance.CONSISTENTLY_FAILS
