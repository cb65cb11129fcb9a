"""How far a programme has come: coverage, its curve, and times to adopt, from the dated steps of organisations. Pure.

Coverage is the organisations at adopted or embedded, of those that are eligible, at a date. A step holds from its day on, and
of two on one day the one recorded later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from exchange.adoption.steps import COVERED, Step
from exchange.spread.survival import Time


class Taken(NamedTuple):
    """A step, and the day from which it holds."""

    step: Step
    on: date


@dataclass(frozen=True)
class Adopter:
    """An eligible organisation. `taken` are its steps by day, and on one day as they were recorded."""

    id: str
    name: str
    type: str
    system: str | None
    taken: tuple[Taken, ...] = ()

    def at(self, day: date) -> Taken | None:
        """Where it stands at the end of that day."""
        return next((taken for taken in reversed(self.taken) if taken.on <= day), None)

    def covers(self, day: date) -> bool:
        taken = self.at(day)
        return taken is not None and taken.step in COVERED


class Share(NamedTuple):
    covered: int
    eligible: int

    @property
    def percent(self) -> float | None:
        """From 0 to 100; None where nobody is eligible."""
        return 100 * self.covered / self.eligible if self.eligible else None

    @property
    def of_100(self) -> int | None:
        """Whole, and rounded down, as the colours of the map are: 74.9 is not yet 75."""
        return None if self.percent is None else int(self.percent)


def share(adopters: Iterable[Adopter], day: date) -> Share:
    covers = [adopter.covers(day) for adopter in adopters]
    return Share(sum(covers), len(covers))


def shares_by(
    adopters: Iterable[Adopter], day: date, key: Callable[[Adopter], str | None]
) -> dict[str | None, Share]:
    """The same for each value of the key that an organisation has. They sum to the whole."""
    groups: dict[str | None, list[Adopter]] = {}
    for adopter in adopters:
        groups.setdefault(key(adopter), []).append(adopter)
    return {value: share(group, day) for value, group in groups.items()}


def curve(adopters: Sequence[Adopter], first: date, last: date) -> list[tuple[date, int]]:
    """How many are covered, on the first day, on the last, and on every day between on which that changes."""
    days = {taken.on for adopter in adopters for taken in adopter.taken if first < taken.on < last}
    points: list[tuple[date, int]] = []
    for day in sorted({first, *days, last}):
        covered = share(adopters, day).covered
        if not points or day == last or points[-1][1] != covered:
            points.append((day, covered))
    return points


def times_to_adopt(adopters: Iterable[Adopter], active_since: date, today: date) -> list[Time]:
    """Days from the programme becoming active to adopting. Who had adopted before took none. Who has not, was last looked at
    today, also where they said that they would not: half of all is half of those as well."""
    return [_time(adopter, active_since, today) for adopter in adopters]


def _time(adopter: Adopter, active_since: date, today: date) -> Time:
    """A day counts by its last step, as coverage has it: what was mended on the same day never was."""
    adopted = next((taken.on for taken in adopter.taken if adopter.covers(taken.on)), None)
    return Time(max(((adopted or today) - active_since).days, 0), adopted is not None)
