"""Whom to ask to review what: the assignment of reviewers to proposals that fits best and spreads the load. Pure.

Best is, of all assignments with the most places filled, the one with the highest total fit minus unevenness of load,
which is the largest load less the smallest, of all reviewers given. Where several are equally good, the one with the
smallest unevenness; then the smallest largest load; then the lowest sum of lots. A pair's lot is a number fixed by the two
numbers that it joins, so that ties favour nobody and are broken in the same way whatever the order of what is given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from operator import attrgetter
from typing import NamedTuple, TypeVar

Numbered = TypeVar("Numbered", "Proposal", "Reviewer")

LEAD_THEME, SUPPORTING_THEME, SHARED_PRIORITY = 3, 1, 1
LOTS = (
    2**20
)  # few enough that sums of fits and lots are exact, and enough that two sums are hardly ever the same


class Pair(NamedTuple):
    proposal: int
    reviewer: int


@dataclass(frozen=True)
class Proposal:
    """`assigned` are the reviewers on its panel already, who count towards the quorum and are not chosen again."""

    number: int
    quorum: int
    assigned: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if self.quorum < 0:
            raise ValueError("a quorum is 0 or more")

    @property
    def needs(self) -> int:
        return max(self.quorum - len(self.assigned), 0)


@dataclass(frozen=True)
class Reviewer:
    """`load` is how many reviews they owe already, and `limit` how many they may owe at once. A load above the limit
    stays."""

    number: int
    load: int
    limit: int

    def __post_init__(self) -> None:
        if self.load < 0 or self.limit < 0:
            raise ValueError("a load and a limit are 0 or more")

    @property
    def room(self) -> int:
        return max(self.limit - self.load, 0)


class Lack(StrEnum):
    """Why a place stays empty."""

    TOO_FEW_REVIEWERS = "too-few-reviewers"  # not enough come into question, beside those on the panel
    CONFLICTED = "conflicted"  # enough do, and the others have a conflict of interest
    AT_LIMIT = "at-limit"  # enough are free of conflicts, and the others owe as much as they may already
    TAKEN = "taken"  # enough had room, and fill as many places elsewhere


class Missing(NamedTuple):
    """So many places of a proposal stay empty for this reason."""

    proposal: int
    places: int
    why: Lack


@dataclass(frozen=True)
class Allocation:
    """`pairs` are new, by proposal and reviewer; `loads` are the reviewers' with them; `missing` is empty when every
    proposal has its quorum."""

    pairs: tuple[Pair, ...]
    total_fit: int
    unevenness: int
    loads: Mapping[int, int]
    missing: tuple[Missing, ...]


def fit(*, lead_theme: bool, supporting_theme: bool, shared_priorities: int) -> int:
    """How well a reviewer fits a proposal: they review in its lead theme, in a supporting one (once, however many), and
    in so many of its priorities."""
    return LEAD_THEME * lead_theme + SUPPORTING_THEME * supporting_theme + SHARED_PRIORITY * shared_priorities


def allocate(
    proposals: Iterable[Proposal],
    reviewers: Iterable[Reviewer],
    fits: Mapping[Pair, int],
    conflicts: Collection[Pair] = (),
) -> Allocation:
    """Fills as many places as can be, in the best way. Only pairs that have a fit come into question, and of these none
    that has a conflict.

    The same input gives the same answer, in any order: nothing is cut short by a time limit (`transportation` says why
    none is needed). 300 proposals with 60 reviewers for 3 places each take a few seconds, most of which is
    SciPy's HiGHS.

    Raises ValueError when a quorum, load or limit is negative, when a proposal or reviewer is given twice, and when a fit
    is of one that is not given.
    """
    panels, people = _by_number(proposals), _by_number(reviewers)
    if any(pair.proposal not in panels or pair.reviewer not in people for pair in fits):
        raise ValueError("each fit is of a proposal and a reviewer that are given")
    conflicted = frozenset(conflicts)
    askable = [pair for pair in sorted(fits) if pair.reviewer not in panels[pair.proposal].assigned]
    free = [pair for pair in askable if pair not in conflicted]
    open_ = [pair for pair in free if people[pair.reviewer].room]
    pairs = _best(panels, people, open_, fits)
    given = Counter(pair.reviewer for pair in pairs)
    loads = {number: each.load + given[number] for number, each in people.items()}
    return Allocation(
        tuple(pairs),
        sum(fits[pair] for pair in pairs),
        max(loads.values()) - min(loads.values()) if loads else 0,
        loads,
        tuple(_missing(panels, pairs, askable, free, open_)),
    )


def _by_number(given: Iterable[Numbered]) -> dict[int, Numbered]:
    ordered = sorted(given, key=attrgetter("number"))
    found = {each.number: each for each in ordered}
    if len(found) < len(ordered):
        raise ValueError("a proposal or reviewer is given twice")
    return found


def _best(
    panels: Mapping[int, Proposal],
    people: Mapping[int, Reviewer],
    open_: Sequence[Pair],
    fits: Mapping[Pair, int],
) -> list[Pair]:
    if not open_:
        return []
    # Imported here: it takes long, and most of the service never needs it.
    from exchange.assessment import transportation

    place = {number: place for place, number in enumerate(panels)}
    person = {number: place for place, number in enumerate(people)}
    chosen = transportation.solve(
        [
            transportation.Route(place[pair.proposal], person[pair.reviewer], fits[pair], _lot(pair))
            for pair in open_
        ],
        [each.needs for each in panels.values()],
        [each.load for each in people.values()],
        [each.room for each in people.values()],
    )
    return [open_[number] for number in chosen]


def _lot(pair: Pair) -> int:
    drawn = blake2b(f"{pair.proposal} {pair.reviewer}".encode(), digest_size=8)
    return int.from_bytes(drawn.digest()) % LOTS


def _missing(
    panels: Mapping[int, Proposal],
    pairs: Sequence[Pair],
    askable: Sequence[Pair],
    free: Sequence[Pair],
    open_: Sequence[Pair],
) -> Iterator[Missing]:
    """Each proposal's empty places, by the first reason that explains them."""
    sieves = [
        (why, Counter(pair.proposal for pair in kept))
        for why, kept in (
            (Lack.TOO_FEW_REVIEWERS, askable),
            (Lack.CONFLICTED, free),
            (Lack.AT_LIMIT, open_),
            (Lack.TAKEN, pairs),
        )
    ]
    for number, proposal in panels.items():
        explained = 0
        for why, kept in sieves:
            empty = max(proposal.needs - kept[number], 0)
            if empty > explained:
                yield Missing(number, empty - explained, why)
                explained = empty
