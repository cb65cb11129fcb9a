"""How long proposals stay in each stage, and how long that usually is. Pure. Days are calendar days, from the day on which
a stage was entered to the day on which it was left; within one day is 0 days.

The median is the middle of the stays in order of length, or halfway between the two in the middle. The 90th percentile is the
shortest stay that at least 90 of 100 stays are no longer than (nearest rank), so it is always a stay that there was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import NamedTuple

from exchange import clock
from exchange.proposals.lifecycle import Stage

# Where somebody waits for somebody else; a draft is its team's own affair, and what ended waits for nobody.
CLOCKED = (Stage.SUBMITTED, Stage.CHANGES_REQUESTED, Stage.IN_ASSESSMENT, Stage.ASSESSED)
PERCENTILE = 90
RECALL = "recall"


@dataclass(frozen=True)
class Stay:
    """One proposal in one stage; `until` is None while it is there."""

    stage: Stage
    since: date
    until: date | None

    def days(self, today: date) -> int:
        return ((self.until or today) - self.since).days


@dataclass(frozen=True)
class Usual:
    """The stays in one stage: of those that ended how many, the median and the 90th percentile of their days, None where
    there is none; of those that go on how many, and the days so far of the longest."""

    stage: Stage
    ended: int
    median: float | None
    percentile: int | None
    going_on: int
    longest: int | None


class Move(NamedTuple):
    """The day on which an action brought a proposal into a stage."""

    on: date
    stage: Stage
    action: str


def moved(at: datetime, stage: str, action: str) -> Move:
    """The move that an event tells of."""
    return Move(clock.day_of(at), Stage(stage), action)


def stays(moves: Iterable[Move]) -> list[Stay]:
    """One proposal's way through its stages, by its moves in order. A move into the stage where it is already, as to another
    theme, does not begin a new stay. One that its team submitted and took back was never submitted: the stay before goes on."""
    found: list[Stay] = []
    for day, stage, action in moves:
        if action == RECALL:
            del found[-1:]
            if found:
                found[-1] = Stay(found[-1].stage, found[-1].since, None)
            continue
        if found and found[-1].stage is stage:
            continue
        if found:
            found[-1] = Stay(found[-1].stage, found[-1].since, day)
        found.append(Stay(stage, day, None))
    return found


def days_by_stage(way: Iterable[Stay], today: date) -> dict[Stage, int]:
    """One proposal's days in each stage that is clocked, all its stays there together; only the stages that it was in."""
    total: dict[Stage, int] = {}
    for stay in way:
        if stay.stage in CLOCKED:
            total[stay.stage] = total.get(stay.stage, 0) + stay.days(today)
    return {stage: total[stage] for stage in CLOCKED if stage in total}


def usual(
    ways: Iterable[Stay], today: date, since: date | None = None, until: date | None = None
) -> list[Usual]:
    """Of many proposals, for each stage that is clocked. A stay counts when it ended on `since` or later, and on `until` or
    earlier; one that goes on has no length yet, and is told apart."""
    by_stage: dict[Stage, list[Stay]] = {stage: [] for stage in CLOCKED}
    for stay in ways:
        if stay.stage in by_stage:
            by_stage[stay.stage].append(stay)
    return [
        _of_stage(stage, held, today, since or date.min, until or date.max)
        for stage, held in by_stage.items()
    ]


def nearest_rank(values: Sequence[int], percent: int) -> int:
    """The smallest of the values that at least so many of a hundred do not exceed. There is at least one value."""
    rank = -(-len(values) * percent // 100)  # rounded up, in whole numbers
    return sorted(values)[max(rank, 1) - 1]


def _of_stage(stage: Stage, held: Sequence[Stay], today: date, since: date, until: date) -> Usual:
    ended = [stay.days(today) for stay in held if stay.until is not None and since <= stay.until <= until]
    going_on = [stay.days(today) for stay in held if stay.until is None]
    return Usual(
        stage,
        len(ended),
        float(median(ended)) if ended else None,
        nearest_rank(ended, PERCENTILE) if ended else None,
        len(going_on),
        max(going_on, default=None),
    )
