"""How long organisations take to adopt: the Kaplan–Meier estimate and its median. Pure.

Those who have not adopted yet are censored: they count among those at risk until the day they were last
looked at, and not after.

Source: Kaplan and Meier 1958, as `survfit` of R's package survival computes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

HALF = Fraction(1, 2)


class Time(NamedTuple):
    """Days from the programme becoming active to adopting, or so far when not `adopted`. A whole number, 0 or
    more."""

    days: int
    adopted: bool


class Step(NamedTuple):
    """One day on which somebody adopted or was last looked at. `at_risk` had not adopted before it; `surviving` is
    the share, from 0 to 1, estimated not to have adopted by its end."""

    days: int
    at_risk: int
    adopted: int
    censored: int
    surviving: float


class Curve(NamedTuple):
    """`steps` by day, and none for no times. `median` is in days, and None while the curve is above a half."""

    steps: tuple[Step, ...]
    median: float | None


def kaplan_meier(times: Iterable[Time]) -> Curve:
    """The share that has not adopted, by day. Who is censored on a day when others adopt was at risk that day.

    The products are exact fractions, so that a curve at exactly one half is seen to be.
    Raises ValueError for a time below 0.
    """
    counted = Counter(times)
    if any(time.days < 0 for time in counted):
        raise ValueError("a time to adopt is 0 days or more")
    at_risk, surviving = counted.total(), Fraction(1)
    steps: list[Step] = []
    falls: list[tuple[int, Fraction]] = []  # the curve where it falls: the day, and its height from then on
    for days in sorted({time.days for time in counted}):
        adopted, censored = counted[Time(days, True)], counted[Time(days, False)]
        if adopted:
            surviving *= Fraction(at_risk - adopted, at_risk)
            falls.append((days, surviving))
        steps.append(Step(days, at_risk, adopted, censored, float(surviving)))
        at_risk -= adopted + censored
    return Curve(tuple(steps), _median(falls))


def _median(falls: list[tuple[int, Fraction]]) -> float | None:
    """The day on which the curve falls to a half or below. Where it stays at exactly a half: midway to the next fall,
    or that day itself when none follows, as R's summary of a `survfit` says."""
    reached = [place for place, (_, height) in enumerate(falls) if height <= HALF]
    if not reached:
        return None
    first = reached[0]
    days, height = falls[first]
    if height == HALF and first + 1 < len(falls):
        return (days + falls[first + 1][0]) / 2
    return float(days)
