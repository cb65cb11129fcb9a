from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.assessment.leniency import Estimate, Fit, Review, Untold, connected_to, fit
from tests.methods.reference import cases

REVIEWERS = 4
few = settings(max_examples=15)


@st.composite
def reviews_of_panels(draw: st.DrawFn) -> list[Review]:
    """Five to eight proposals, nearly all reviewed by all four reviewers."""
    pairs = [
        (proposal, reviewer) for proposal in range(draw(st.integers(5, 8))) for reviewer in range(REVIEWERS)
    ]
    left_out = draw(st.sets(st.sampled_from(pairs), max_size=5))
    return [Review(*pair, draw(st.integers(0, 20)) * 5) for pair in pairs if pair not in left_out]


def figures(found: Fit | Untold) -> Any:
    """All numbers of a fit, in order: mu, then the three variances, then each proposal's and each reviewer's."""
    if isinstance(found, Untold):
        return found
    return (
        [found.mu, found.var_proposal, found.var_reviewer, found.var_error],
        [[each.raw, *each.adjusted] for each in found.proposals.values()],
        [[each.effect, each.conditional_sd] for each in found.proposals.values()],
        [[*each.effect] for each in found.reviewers.values()],
    )


def half_width(estimate: Estimate) -> float:
    assert estimate.value - estimate.lower == pytest.approx(estimate.upper - estimate.value)
    return estimate.upper - estimate.value


def assert_moved(found: Fit | Untold, before: Fit | Untold, factor: float, shift: float) -> None:
    """As near as the search for the variances comes twice."""
    if isinstance(found, Untold) or isinstance(before, Untold):
        assert found is before
        return

    def near(expected: list[float]) -> Any:
        return pytest.approx(expected, rel=1e-4, abs=1e-3 * factor)

    assert [found.mu] == near([before.mu * factor + shift])
    assert [found.var_proposal / factor, found.var_reviewer / factor, found.var_error / factor] == near(
        [before.var_proposal * factor, before.var_reviewer * factor, before.var_error * factor]
    )
    for number, proposal in before.proposals.items():
        other = found.proposals[number]
        assert [other.effect] == near([proposal.effect * factor])
        assert [*other.adjusted] == near([each * factor + shift for each in proposal.adjusted])
    for number, reviewer in before.reviewers.items():
        assert [*found.reviewers[number].effect] == near([each * factor for each in reviewer.effect])


@pytest.mark.parametrize("case", cases("leniency"), ids=lambda case: case["name"])
def test_fit_agrees_with_lme4(case: dict[str, Any]) -> None:
    found = fit(Review(*row) for row in case["rows"])
    assert isinstance(found, Fit)
    assert [found.mu, found.var_proposal, found.var_reviewer, found.var_error] == pytest.approx(
        [case["mu"], case["var_proposal"], case["var_reviewer"], case["var_error"]], abs=1e-3
    )
    assert list(found.reviewers) == case["reviewer_id"]
    proposals = found.proposals.values()
    assert [each.effect for each in proposals] == pytest.approx(case["proposal"], abs=1e-3)
    assert [each.conditional_sd for each in proposals] == pytest.approx(case["proposal_se"], abs=1e-3)
    assert [each.effect.value for each in found.reviewers.values()] == pytest.approx(
        case["reviewer"], abs=1e-3
    )


def test_a_balanced_design_has_the_estimates_and_errors_of_the_analysis_of_variance() -> None:
    """With every reviewer on every proposal all of it can be written down: Searle, Casella and McCulloch 1992, 4.7."""
    scores = [[60, 70, 50], [40, 65, 45], [80, 85, 60], [30, 55, 35], [75, 70, 65]]
    found = fit(Review(p, r, score) for p, row in enumerate(scores) for r, score in enumerate(row))
    assert isinstance(found, Fit)
    rows, columns = len(scores), len(scores[0])
    mean = sum(map(sum, scores)) / 15
    of_rows = [sum(row) / columns for row in scores]
    of_columns = [sum(row[r] for row in scores) / rows for r in range(columns)]
    square_rows = columns * sum((each - mean) ** 2 for each in of_rows) / (rows - 1)
    square_columns = rows * sum((each - mean) ** 2 for each in of_columns) / (columns - 1)
    square_error = sum(
        (scores[p][r] - of_rows[p] - of_columns[r] + mean) ** 2 for p in range(rows) for r in range(columns)
    ) / ((rows - 1) * (columns - 1))
    var_proposal, var_reviewer = (
        (square_rows - square_error) / columns,
        (square_columns - square_error) / rows,
    )
    assert (found.mu, found.var_error) == pytest.approx((mean, square_error))
    assert (found.var_proposal, found.var_reviewer) == pytest.approx((var_proposal, var_reviewer), rel=1e-5)
    drawn_in = columns * var_proposal / square_rows
    assert found.proposals[0].adjusted.value == pytest.approx(mean + drawn_in * (of_rows[0] - mean), rel=1e-5)
    # What mu + effect is off by: the reviewers and errors in the mean, and what is not known of the effect.
    error = var_reviewer / columns + square_error / 15 + (1 - 1 / rows) * var_proposal * (1 - drawn_in)
    assert half_width(found.proposals[0].adjusted) == pytest.approx(1.959964 * error**0.5, rel=1e-5)
    kept = 1 - rows * var_reviewer / square_columns
    error = var_reviewer / columns + (1 - 1 / columns) * var_reviewer * kept
    assert half_width(found.reviewers[0].effect) == pytest.approx(1.959964 * error**0.5, rel=1e-5)


def test_reviewers_who_are_alike_have_no_variance() -> None:
    scores = [(10, 14, 12), (30, 26, 28), (52, 50, 48), (68, 72, 70), (91, 89, 93)]
    found = fit(Review(p, r, score) for p, row in enumerate(scores) for r, score in enumerate(row))
    assert isinstance(found, Fit)
    assert found.var_reviewer == 0
    assert [each.effect for each in found.reviewers.values()] == [Estimate(0, 0, 0)] * 3
    assert found.var_proposal > 0


def test_proposals_that_are_alike_have_no_variance() -> None:
    scores = [(10, 50, 90), (12, 52, 88), (11, 48, 92), (9, 51, 91), (8, 49, 89)]
    found = fit(Review(p, r, score) for p, row in enumerate(scores) for r, score in enumerate(row))
    assert isinstance(found, Fit)
    assert found.var_proposal == 0
    assert {each.adjusted.value for each in found.proposals.values()} == {found.mu}
    assert [each.effect.value for each in found.reviewers.values()] == pytest.approx([-40, 0, 40], abs=0.5)


def panel(proposals: range, reviewers: range) -> list[Review]:
    """Scores that vary with everything."""
    return [Review(p, r, 30 + 7 * p % 40 + 3 * r + p * r % 5) for p in proposals for r in reviewers]


@pytest.mark.parametrize(
    ("reviews", "why"),
    [
        ([], Untold.TOO_FEW_REVIEWS),
        (panel(range(9), range(2)), Untold.TOO_FEW_REVIEWS),
        (panel(range(4), range(9)), Untold.TOO_FEW_REVIEWS),
        (panel(range(1), range(3)) * 5, Untold.TOO_FEW_REVIEWS),  # five times the same proposal
        (panel(range(5), range(3)) + panel(range(5, 9), range(3, 6)), Untold.DISCONNECTED),
        ([Review(p, r, 50) for p in range(5) for r in range(3)], Untold.NO_VARIATION),
        ([Review(p, r, 10 * p + 5 * r) for p in range(5) for r in range(3)], Untold.NOT_CONVERGED),
    ],
)
def test_why_leniency_cannot_be_told(reviews: list[Review], why: Untold) -> None:
    assert fit(reviews) is why


def test_one_shared_reviewer_connects_two_panels() -> None:
    assert isinstance(fit(panel(range(5), range(3)) + panel(range(5, 10), range(2, 5))), Fit)


def test_reviewing_a_proposal_again_counts() -> None:
    again = [*panel(range(5), range(3)), Review(0, 0, 90)]
    found = fit(again)
    assert isinstance(found, Fit)
    assert (found.proposals[0].reviews, found.reviewers[0].reviews) == (4, 6)


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_score_that_is_not_finite_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        fit([Review(1, 1, score)])


@few
@given(reviews_of_panels(), st.randoms(use_true_random=False))
def test_no_order_of_reviews_changes_a_fit(reviews: list[Review], lots: Any) -> None:
    shuffled = list(reviews)
    lots.shuffle(shuffled)
    assert fit(shuffled) == fit(reviews)


@few
@given(reviews_of_panels(), st.integers(-50, 50))
def test_a_shift_of_all_scores_moves_only_mu(reviews: list[Review], shift: int) -> None:
    shifted = [each._replace(score=each.score + shift) for each in reviews]
    assert_moved(fit(shifted), fit(reviews), 1, shift)


@few
@given(reviews_of_panels(), st.sampled_from([0.01, 0.3, 4.0]))
def test_a_scale_of_all_scores_scales_the_fit(reviews: list[Review], factor: float) -> None:
    scaled = [each._replace(score=each.score * factor) for each in reviews]
    assert_moved(fit(scaled), fit(reviews), factor, 0)


@few
@given(reviews_of_panels(), st.integers(0, 100))
def test_a_reviewer_who_is_recused_is_as_if_never_there(reviews: list[Review], score: int) -> None:
    recused = [Review(each.proposal, REVIEWERS, score) for each in reviews if each.reviewer == 0]
    withdrawn = [each for each in [*recused, *reviews] if each.reviewer != REVIEWERS]
    assert fit(withdrawn) == fit(reviews)


@few
@given(reviews_of_panels())
def test_other_numbers_of_people_and_proposals_change_nothing(reviews: list[Review]) -> None:
    renumbered = [Review(each.proposal + 500, each.reviewer * 7 + 3, each.score) for each in reviews]
    assert figures(fit(renumbered)) == figures(fit(reviews))


def test_reviews_that_nothing_connects_are_left_out() -> None:
    mine = [Review(1, 1, 50.0), Review(1, 2, 60.0), Review(2, 2, 40.0)]
    others = [Review(3, 3, 70.0), Review(4, 3, 80.0)]
    assert connected_to({1}, [*others, *mine]) == mine
    assert connected_to({1, 4}, [*others, *mine]) == [*others, *mine]
    assert connected_to({5}, mine) == []
