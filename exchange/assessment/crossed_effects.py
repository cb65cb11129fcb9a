"""The crossed random-effects model of scores, fitted by restricted maximum likelihood. Only `leniency` uses it: it needs
NumPy and SciPy, which take long to import.

    score = mu + proposal + reviewer + error

with the effects of proposals and of reviewers, and the errors, each normal around 0 with a variance of its own. It is
lme4's `lmer(score ~ 1 + (1|proposal) + (1|reviewer))`, computed in the same way: Bates, Mächler, Bolker and Walker 2015,
"Fitting linear mixed-effects models using lme4", section 3. With the ratios of the two effects' variances to the error's
given, everything else follows from Henderson's equations, so that only two numbers are searched for.

The names in the code: `ratio` is a variance over the error's, and a spherical effect is one over its standard deviation,
counted in errors' standard deviations. The equations are those of the spherical effects. There are many proposals, and
their block is diagonal, so they are eliminated first; what is left (`schur`) is a dense matrix of the reviewers, the
intercept and, as a last column, the scores, whose last pivot is the residual sum of squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import log, pi

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize
from scipy.sparse import csr_array

Floats = NDArray[np.float64]

# Ratios are searched for between these; what ends at the lowest is zero, what ends at the highest has no end.
LOWEST, HIGHEST = 1e-8, 1e5
STARTS = (0.03, 1.0, 30.0)
# How far from level the deviance may be at its lowest point: by the logarithm of a ratio, or from zero by the ratio.
LEVEL = 1e-3


@dataclass(frozen=True)
class CrossedEffects:
    """A fit. Variances in squared points, all else in points. Proposals and reviewers are in the order of their numbers.

    `proposal` and `reviewer` are the conditional modes (the best linear unbiased predictions), `proposal_sd` lme4's
    conditional standard deviations. `mean_sd` is of the error of mu + proposal, `reviewer_sd` of the error of the reviewer's
    effect: both are Henderson's prediction errors, which hold that mu is estimated too.
    """

    mu: float
    var_proposal: float
    var_reviewer: float
    var_error: float
    proposal: tuple[float, ...]
    proposal_sd: tuple[float, ...]
    mean_sd: tuple[float, ...]
    reviewer: tuple[float, ...]
    reviewer_sd: tuple[float, ...]


def fit(proposals: Sequence[int], reviewers: Sequence[int], scores: Sequence[float]) -> CrossedEffects | None:
    """Fits the scores, whose proposals and reviewers are numbered from 0 without gaps; None when the likelihood has no
    maximum that can be found. There are two or more of both, and more scores than of either, and not all are equal."""
    data = _Data(np.array(proposals), np.array(reviewers), np.array(scores, dtype=np.float64))
    start = min(((a, b) for a in STARTS for b in STARTS), key=lambda ratios: _at(data, *ratios).deviance)
    found = minimize(
        partial(_deviance, data),
        np.array(start),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LOWEST, HIGHEST)] * 2,
        options={"ftol": 0.0, "gtol": 1e-7, "maxiter": 500},
    )
    ratios: list[float] = found.x.tolist()
    _, slopes = _deviance(data, found.x)
    if not _is_lowest(slopes, ratios):
        return None
    return _effects(data, *(0.0 if ratio <= LOWEST else ratio for ratio in ratios))


class _Data:
    """What the equations need of the scores, which are brought to mean 0 and standard deviation 1.

    Proposals with equally many reviews have the same weights in every sum, so they are added up beforehand: `squares` has a
    matrix for each of the `sizes`, of which there are `counts`.
    """

    def __init__(self, proposals: NDArray[np.int_], reviewers: NDArray[np.int_], scores: Floats) -> None:
        self.centre, self.scale = float(scores.mean()), float(scores.std())
        y = (scores - self.centre) / self.scale
        ones = np.ones_like(y)
        self.scores, self.reviewers = len(y), int(reviewers.max()) + 1
        self.reviews = np.bincount(proposals).astype(np.float64)  # of each proposal
        self.sizes, size, self.counts = np.unique(self.reviews, return_inverse=True, return_counts=True)
        # Each score as a row of reviewer, intercept and the score itself; then summed over each proposal.
        intercept = np.full_like(reviewers, self.reviewers)
        columns = np.concatenate([reviewers, intercept, intercept + 1])
        values = np.concatenate([ones, ones, y])
        rows = csr_array((values, (np.tile(np.arange(len(y)), 3), columns)))
        self.of_all: Floats = (rows.T @ rows).toarray()
        self.of_proposals = csr_array((values, (np.tile(proposals, 3), columns)))
        alike = [self.of_proposals[size == each] for each in range(len(self.sizes))]
        self.squares: Floats = np.stack([(part.T @ part).toarray() for part in alike])

    def weighted(self, weights: Floats) -> Floats:
        """The proposals' squared sums, with a weight for each size."""
        return np.tensordot(weights, self.squares, 1)


@dataclass(frozen=True)
class _Solution:
    """The equations solved for given ratios. `scaling` is of the reviewers and the intercept, `inverse` of their part of
    `schur`; `solved` are the reviewers' spherical effects and mu."""

    scaling: Floats
    schur: Floats
    inverse: Floats
    solved: Floats
    residual: float
    deviance: float

    @property
    def left_over(self) -> Floats:
        """What leaves of a row of reviewers, intercept and score the part that is not explained by these."""
        return np.append(-self.scaling * self.solved, 1.0)


def _at(data: _Data, proposal_ratio: float, reviewer_ratio: float) -> _Solution:
    count, degrees = data.reviewers, data.scores - 1
    diagonal = proposal_ratio * data.sizes + 1
    scaling = np.append(np.full(count, np.sqrt(reviewer_ratio)), 1.0)
    scales = np.append(scaling, 1.0)
    schur = np.outer(scales, scales) * (data.of_all - proposal_ratio * data.weighted(1 / diagonal))
    schur[np.arange(count), np.arange(count)] += 1
    lower: Floats = cholesky(schur, lower=True)
    factor, pivots = lower[:-1, :-1], np.diag(lower)
    residual = float(pivots[-1] ** 2)
    solved: Floats = solve_triangular(factor, lower[-1, :-1], lower=True, trans="T")
    inverse: Floats = cho_solve((factor, True), np.eye(count + 1))
    deviance = data.counts @ np.log(diagonal) + 2 * np.log(pivots[:-1]).sum()
    deviance += degrees * (1 + log(2 * pi * residual / degrees))
    return _Solution(scaling, schur, inverse, solved, residual, float(deviance))


def _slopes(data: _Data, ratios: Sequence[float], found: _Solution) -> tuple[float, float]:
    """The deviance's, by the logarithm of each ratio: how many effects there are, less what the scores leave unknown of
    them, less their squares."""
    count, per_residual = data.reviewers, (data.scores - 1) / found.residual
    diagonal = ratios[0] * data.sizes + 1
    spread = ratios[0] * data.weighted(diagonal**-2)
    both = np.outer(found.scaling, found.scaling)
    unknown = data.counts @ (1 / diagonal) + (found.inverse * both * spread[:-1, :-1]).sum()
    of_proposals = found.left_over @ spread @ found.left_over
    of_reviewers = (found.solved[:-1] ** 2).sum()
    return (
        float(data.counts.sum() - unknown - per_residual * of_proposals),
        float(count - np.trace(found.inverse[:-1, :-1]) - per_residual * of_reviewers),
    )


def _deviance(data: _Data, ratios: Floats) -> tuple[float, list[float]]:
    """Minus twice the restricted log-likelihood, and its slopes by the ratios."""
    listed: list[float] = ratios.tolist()
    found = _at(data, *listed)
    slopes = _slopes(data, listed, found)
    return found.deviance, [slope / ratio for slope, ratio in zip(slopes, listed, strict=True)]


def _is_lowest(slopes: Sequence[float], ratios: Sequence[float]) -> bool:
    """Level, or rising from zero; and not still falling at the highest ratio, as when the scores leave no error."""
    return all(
        slope >= -LEVEL if ratio <= LOWEST else abs(slope * ratio) <= LEVEL and ratio < HIGHEST
        for slope, ratio in zip(slopes, ratios, strict=True)
    )


def _effects(data: _Data, proposal_ratio: float, reviewer_ratio: float) -> CrossedEffects:
    found = _at(data, proposal_ratio, reviewer_ratio)
    var_error = found.residual / (data.scores - 1) * data.scale**2
    of_own = proposal_ratio / (proposal_ratio * data.reviews + 1)
    proposal = of_own * (data.of_proposals @ found.left_over)
    # How a proposal's effect answers to the reviewers' effects and mu; then mu + proposal to the same.
    answers = of_own[:, None] * data.of_proposals.toarray()[:, :-1] * found.scaling
    of_reviewers = cho_factor(found.schur[:-2, :-2], lower=True)
    conditional = of_own + _quadratic(answers[:, :-1], cho_solve(of_reviewers, np.eye(data.reviewers)))
    answers[:, -1] -= 1
    error = of_own + _quadratic(answers, found.inverse)
    of_reviewer = reviewer_ratio * np.diag(found.inverse)[:-1]
    return CrossedEffects(
        mu=data.centre + data.scale * float(found.solved[-1]),
        var_proposal=proposal_ratio * var_error,
        var_reviewer=reviewer_ratio * var_error,
        var_error=var_error,
        proposal=_plain(data.scale * proposal),
        proposal_sd=_plain(np.sqrt(var_error * conditional)),
        mean_sd=_plain(np.sqrt(var_error * error)),
        reviewer=_plain(data.scale * np.sqrt(reviewer_ratio) * found.solved[:-1]),
        reviewer_sd=_plain(np.sqrt(var_error * of_reviewer)),
    )


def _quadratic(rows: Floats, matrix: Floats) -> Floats:
    """row · matrix · row, of each row."""
    products: Floats = ((rows @ matrix) * rows).sum(axis=1)
    return products


def _plain(numbers: Floats) -> tuple[float, ...]:
    return tuple(numbers.tolist())
