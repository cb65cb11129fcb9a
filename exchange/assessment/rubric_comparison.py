"""What is different between two versions of the rubric, criterion by criterion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.proposals.comparison import Change
from exchange.region.pack import Criterion


@dataclass(frozen=True)
class Part:
    """Something of a criterion that differs, as either version has it. `is_text` where words within it can be compared."""

    label: str
    before: str
    after: str
    is_text: bool = False


@dataclass(frozen=True)
class CriterionDifference:
    """One criterion, known by its key, as its newer version has it; `parts` are what changed in it."""

    criterion: Criterion
    change: Change
    parts: tuple[Part, ...] = ()


def compare(before: Sequence[Criterion], after: Sequence[Criterion]) -> list[CriterionDifference]:
    """Every criterion of either, in the order of the later one; those that were removed last."""
    old = {each.id: each for each in before}
    places = _places(before, after), _places(after, before)
    found = [
        _difference(old[each.id], each, places) if each.id in old else CriterionDifference(each, Change.ADDED)
        for each in after
    ]
    kept = {each.id for each in after}
    gone = [CriterionDifference(each, Change.REMOVED) for each in before if each.id not in kept]
    return found + gone


def _places(these: Sequence[Criterion], others: Sequence[Criterion]) -> dict[str, int]:
    """Where each stands among those that both have."""
    both = {each.id for each in others}
    return {each.id: place for place, each in enumerate((one for one in these if one.id in both), 1)}


def _difference(
    old: Criterion, new: Criterion, places: tuple[dict[str, int], dict[str, int]]
) -> CriterionDifference:
    was, now = (str(place[new.id]) for place in places)
    said = (
        Part("Name", old.name, new.name, is_text=True),
        Part("Weight", f"{old.weight} of 100", f"{new.weight} of 100"),
        Part("Score 1", old.low, new.low, is_text=True),
        Part("Score 3", old.mid, new.mid, is_text=True),
        Part("Score 5", old.high, new.high, is_text=True),
        Part("“Cannot judge”", _allowed(old), _allowed(new)),
        Part("Place among the criteria that both have", was, now),
    )
    parts = tuple(part for part in said if part.before != part.after)
    return CriterionDifference(new, Change.CHANGED if parts else Change.UNCHANGED, parts)


def _allowed(criterion: Criterion) -> str:
    return "Can be chosen" if criterion.cannot_judge else "Cannot be chosen"
