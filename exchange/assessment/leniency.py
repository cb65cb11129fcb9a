"""How lenient reviewers are, and what a proposal's score would be if all were alike. Pure.

A score is taken to be mu + the proposal's effect + the reviewer's leniency + error, each normal, with variances fitted by
restricted maximum likelihood (`crossed_effects` has the source and the computing). Effects are drawn towards 0, the more
the fewer reviews there are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

ENOUGH_REVIEWERS = 3
ENOUGH_REVIEWS = 5  # of different proposals, by each of those reviewers
MOST_KEPT = 16  # fits, of up to some thousand reviews each
NORMAL_95 = 1.959964  # standard deviations on either side that hold 95 % of a normal distribution


class Review(NamedTuple):
    """One counted review. `score` is its weighted mean, in points from 0 to 100, not rounded. Someone may have
    reviewed a proposal more than once, in rounds after one another."""

    proposal: int
    reviewer: int
    score: float


class Untold(StrEnum):
    """Why leniency cannot be told from these reviews: the first of these that applies."""

    TOO_FEW_REVIEWS = "too-few-reviews"  # fewer than 3 reviewers have reviewed 5 proposals each
    DISCONNECTED = "disconnected"  # some reviewers and proposals share neither a review nor a chain of reviews with the others
    NO_VARIATION = "no-variation"  # all scores are equal
    NOT_CONVERGED = "not-converged"  # no best fit: as when the scores leave nothing to error


class Estimate(NamedTuple):
    """In points, with a 95 % interval, which may reach past 0 and 100."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class AdjustedScore:
    """One proposal's. `adjusted` is mu + `effect`, where `effect` is the conditional mode; `conditional_sd` is lme4's
    conditional standard deviation of the effect; `raw` the mean of its reviews."""

    reviews: int
    raw: float
    effect: float
    conditional_sd: float
    adjusted: Estimate


@dataclass(frozen=True)
class Leniency:
    """One reviewer's: how many points above reviewers in general they score the same proposals. Below 0 is strict."""

    reviews: int
    effect: Estimate


@dataclass(frozen=True)
class Fit:
    """`mu` in points, the variances in squared points; proposals and reviewers by their numbers, in order.

    A variance of zero is an answer: reviewers (or proposals) do not differ by more than error does. Their effects are
    then 0 with an interval of no width.
    """

    mu: float
    var_proposal: float
    var_reviewer: float
    var_error: float
    proposals: Mapping[int, AdjustedScore]
    reviewers: Mapping[int, Leniency]


def fit(reviews: Iterable[Review]) -> Fit | Untold:
    """Fits all reviews together, or says why that tells nothing. The order of the reviews does not matter.

    The interval of an adjusted score is 1.96 standard deviations on either side, of the error of mu + effect as a
    prediction of it (Henderson 1975), and not lme4's conditional standard deviation, which is of the effect alone with
    mu taken as known: what is shown is the sum, and mu is estimated from the same reviews. A reviewer's interval is of
    the error of their leniency in the same sense, so that with few reviewers it is wide: who reviewers in general are
    is then hardly known. Both take the fitted variances as known, and are a little too narrow for it.

    2,000 proposals with 6,000 reviews by 200 reviewers take less than a second. Raises ValueError for a score that is not
    a finite number.
    """
    ordered = sorted(reviews)
    if not all(isfinite(review.score) for review in ordered):
        raise ValueError("a score is a finite number")
    untold = _untold(ordered)
    if untold:
        return untold
    # Imported here: it takes long, and most of the service never needs it.
    from exchange.assessment import crossed_effects

    proposals = _numbered(review.proposal for review in ordered)
    reviewers = _numbered(review.reviewer for review in ordered)
    found = crossed_effects.fit(
        [proposals[review.proposal] for review in ordered],
        [reviewers[review.reviewer] for review in ordered],
        [review.score for review in ordered],
    )
    if found is None:
        return Untold.NOT_CONVERGED
    given, written = defaultdict(list), Counter(review.reviewer for review in ordered)
    for review in ordered:
        given[review.proposal].append(review.score)
    return Fit(
        found.mu,
        found.var_proposal,
        found.var_reviewer,
        found.var_error,
        {
            proposal: AdjustedScore(
                len(given[proposal]),
                sum(given[proposal]) / len(given[proposal]),
                found.proposal[place],
                found.proposal_sd[place],
                _estimate(found.mu + found.proposal[place], found.mean_sd[place]),
            )
            for proposal, place in proposals.items()
        },
        {
            reviewer: Leniency(written[reviewer], _estimate(found.reviewer[place], found.reviewer_sd[place]))
            for reviewer, place in reviewers.items()
        },
    )


def fit_of(reviews: Iterable[Review]) -> Fit | Untold:
    """The same, kept for the next who asks of the same reviews."""
    return _kept_fit(tuple(sorted(reviews)))


@lru_cache(MOST_KEPT)
def _kept_fit(reviews: tuple[Review, ...]) -> Fit | Untold:
    return fit(reviews)


def connected_to(proposals: Collection[int], reviews: Sequence[Review]) -> list[Review]:
    """The reviews that can be compared with those of these proposals, directly or from review to review."""
    reviewers_of, proposals_of = defaultdict(set), defaultdict(set)
    for review in reviews:
        reviewers_of[review.proposal].add(review.reviewer)
        proposals_of[review.reviewer].add(review.proposal)
    reached = set(proposals) & reviewers_of.keys()
    waiting = list(reached)
    while waiting:
        for reviewer in reviewers_of[waiting.pop()]:
            fresh = proposals_of[reviewer] - reached
            reached |= fresh
            waiting += fresh
    return [review for review in reviews if review.proposal in reached]


def _untold(reviews: Sequence[Review]) -> Untold | None:
    reviewed = Counter(reviewer for _, reviewer in {(review.proposal, review.reviewer) for review in reviews})
    if sum(number >= ENOUGH_REVIEWS for number in reviewed.values()) < ENOUGH_REVIEWERS:
        return Untold.TOO_FEW_REVIEWS
    if not _is_connected(reviews):
        return Untold.DISCONNECTED
    if len({review.score for review in reviews}) == 1:
        return Untold.NO_VARIATION
    return None


def _is_connected(reviews: Sequence[Review]) -> bool:
    """Whether each proposal and reviewer can be reached from every other, from review to review."""
    return len(connected_to({reviews[0].proposal}, reviews)) == len(reviews)


def _numbered(keys: Iterable[int]) -> dict[int, int]:
    return {key: place for place, key in enumerate(sorted(set(keys)))}


def _estimate(value: float, deviation: float) -> Estimate:
    return Estimate(value, value - NORMAL_95 * deviation, value + NORMAL_95 * deviation)
