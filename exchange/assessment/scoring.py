"""How the scores of a panel come together: weighted means from 0 to 100, ranges, disagreement. Pure, and
nothing is rounded here.

Each score of 1 to 5 counts 25 points a step (1 is 0, 5 is 100); criteria are weighted as the rubric says. A criterion that
a reviewer cannot judge has None for its score, and its weight is left out of that review. The sums are exact fractions, so that
no order of reviews or criteria changes a figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

LOWEST, HIGHEST = 1, 5
WHOLE = 100
DISAGREEMENT = 3  # points between the highest and the lowest score of one criterion


@dataclass(frozen=True)
class Marks:
    """One counted review: its scores by criterion, and whether it recommends spread, with conditions or
    without."""

    scores: Mapping[str, int | None]
    recommends_spread: bool


@dataclass(frozen=True)
class CriterionScores:
    """What the panel gave one criterion, on the scale of 1 to 5."""

    key: str
    mean: float
    lowest: int
    highest: int

    @property
    def gap(self) -> int:
        return self.highest - self.lowest

    @property
    def disagrees(self) -> bool:
        return self.gap >= DISAGREEMENT


@dataclass(frozen=True)
class Aggregate:
    """A panel's reviews together. `mean`, `lowest` and `highest` are of the reviews' weighted means, from 0
    to 100, and None while there is no review; `criteria` are in the rubric's order, without those that nobody could judge."""

    count: int
    recommending: int
    mean: float | None
    lowest: float | None
    highest: float | None
    criteria: tuple[CriterionScores, ...]

    @property
    def disagrees(self) -> bool:
        return any(criterion.disagrees for criterion in self.criteria)

    @property
    def share_recommending(self) -> float | None:
        """From 0 to 1."""
        return self.recommending / self.count if self.count else None


def weighted_mean(scores: Mapping[str, int | None], weights: Mapping[str, int]) -> float:
    """One review's scores on 0 to 100. Raises KeyError when a weighted criterion has none, not even None, and ValueError when
    all are None."""
    return float(_weighted(scores, weights))


def aggregate(reviews: Sequence[Marks], weights: Mapping[str, int]) -> Aggregate:
    """The panel's figures. `weights` are by criterion, in the rubric's order, and sum to more than 0."""
    if not reviews:
        return Aggregate(0, 0, None, None, None, ())
    totals = [_weighted(review.scores, weights) for review in reviews]
    return Aggregate(
        count=len(reviews),
        recommending=sum(review.recommends_spread for review in reviews),
        mean=float(_mean(totals)),
        lowest=float(min(totals)),
        highest=float(max(totals)),
        criteria=tuple(
            _criterion(key, scores)
            for key in weights
            if (scores := _given(review.scores[key] for review in reviews))
        ),
    )


def whole(figure: float) -> int:
    """A figure as it is shown: no decimals, halves up."""
    return floor(figure + 0.5)


def of_whole(points: int, weight: int) -> Fraction:
    """Weighted points above the lowest score, on 0 to 100. `weight` is the sum of the weights."""
    return Fraction(WHOLE * points, (HIGHEST - LOWEST) * weight)


def _weighted(scores: Mapping[str, int | None], weights: Mapping[str, int]) -> Fraction:
    judged = [(score, weight) for key, weight in weights.items() if (score := scores[key]) is not None]
    if not judged:
        raise ValueError("a review scores one criterion at least")
    points = sum(weight * (score - LOWEST) for score, weight in judged)
    return of_whole(points, sum(weight for _, weight in judged))


def _given(scores: Iterable[int | None]) -> list[int]:
    return [score for score in scores if score is not None]


def _criterion(key: str, scores: Sequence[int]) -> CriterionScores:
    return CriterionScores(key, sum(scores) / len(scores), min(scores), max(scores))


def _mean(numbers: Iterable[Fraction]) -> Fraction:
    listed = list(numbers)
    return sum(listed, Fraction(0)) / len(listed)
