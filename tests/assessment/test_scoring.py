from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.assessment.scoring import Marks, aggregate, weighted_mean, whole

KEYS = ("need", "benefit", "value")
scores = st.fixed_dictionaries({key: st.integers(1, 5) for key in KEYS})
with_gaps = st.fixed_dictionaries({key: st.none() | st.integers(1, 5) for key in KEYS}).filter(
    lambda given: any(given.values())
)
weights = st.fixed_dictionaries({key: st.integers(1, 100) for key in KEYS})
marks = st.builds(Marks, with_gaps, st.booleans())
panels = st.lists(marks, min_size=1, max_size=9)


def test_weighted_mean_of_known_scores() -> None:
    assert weighted_mean({"need": 5, "benefit": 2}, {"need": 40, "benefit": 60}) == 55.0


def test_aggregate_of_known_reviews() -> None:
    found = aggregate(
        [Marks({"need": 5, "benefit": 2}, True), Marks({"need": 2, "benefit": 2}, False)],
        {"need": 40, "benefit": 60},
    )
    assert (found.count, found.recommending, found.share_recommending) == (2, 1, 0.5)
    assert (found.mean, found.lowest, found.highest) == (40.0, 25.0, 55.0)
    assert [(each.key, each.mean, each.lowest, each.highest, each.gap) for each in found.criteria] == [
        ("need", 3.5, 2, 5, 3),
        ("benefit", 2.0, 2, 2, 0),
    ]
    assert found.disagrees
    assert [each.disagrees for each in found.criteria] == [True, False]


def test_aggregate_of_nothing() -> None:
    found = aggregate([], {"need": 100})
    assert (found.count, found.recommending, found.share_recommending) == (0, 0, None)
    assert (found.mean, found.lowest, found.highest, found.criteria, found.disagrees) == (
        None,
        None,
        None,
        (),
        False,
    )


@pytest.mark.parametrize(("figure", "shown"), [(0.0, 0), (62.4, 62), (62.5, 63), (63.5, 64), (100.0, 100)])
def test_whole_rounds_halves_up(figure: float, shown: int) -> None:
    assert whole(figure) == shown


def test_what_a_reviewer_cannot_judge_is_no_zero() -> None:
    assert weighted_mean({"need": None, "benefit": 2}, {"need": 40, "benefit": 60}) == 25.0
    found = aggregate(
        [Marks({"need": None, "benefit": 2}, True), Marks({"need": 5, "benefit": 2}, False)],
        {"need": 40, "benefit": 60},
    )
    assert (found.mean, found.lowest, found.highest) == (40.0, 25.0, 55.0)
    assert [(each.key, each.mean, each.lowest, each.highest) for each in found.criteria] == [
        ("need", 5.0, 5, 5),
        ("benefit", 2.0, 2, 2),
    ]


def test_a_criterion_that_nobody_can_judge_has_no_figures() -> None:
    found = aggregate([Marks({"need": None, "benefit": 2}, True)] * 2, {"need": 40, "benefit": 60})
    assert [each.key for each in found.criteria] == ["benefit"]


@pytest.mark.parametrize(
    ("given_scores", "error"), [({"need": None, "benefit": None}, ValueError), ({"need": 3}, KeyError)]
)
def test_nothing_judged_and_nothing_said_are_mistakes(
    given_scores: dict[str, int | None], error: type[Exception]
) -> None:
    with pytest.raises(error):
        weighted_mean(given_scores, {"need": 40, "benefit": 60})


@given(with_gaps, weights)
def test_what_is_not_judged_counts_as_a_rubric_without_it(
    given_scores: dict[str, int | None], given_weights: dict[str, int]
) -> None:
    judged = {key: score for key, score in given_scores.items() if score is not None}
    without = {key: given_weights[key] for key in judged}
    assert weighted_mean(given_scores, given_weights) == weighted_mean(judged, without)


@given(panels, weights, st.sampled_from(KEYS))
def test_a_criterion_that_all_leave_out_is_as_if_it_were_not_there(
    panel: list[Marks], given_weights: dict[str, int], key: str
) -> None:
    left_out = [Marks({**each.scores, key: None}, each.recommends_spread) for each in panel]
    without = {each: weight for each, weight in given_weights.items() if each != key}
    if all(any(each.scores[other] for other in without) for each in left_out):
        assert aggregate(left_out, given_weights) == aggregate(left_out, without)


@given(scores, weights)
def test_weighted_mean_stays_between_the_scores(
    given_scores: dict[str, int], given_weights: dict[str, int]
) -> None:
    on_scale = [(score - 1) * 25 for score in given_scores.values()]
    mean = weighted_mean(given_scores, given_weights)
    assert min(on_scale) - 1e-9 <= mean <= max(on_scale) + 1e-9


@given(st.integers(1, 5), weights)
def test_weighted_mean_of_one_score_throughout_is_that_score(
    score: int, given_weights: dict[str, int]
) -> None:
    assert weighted_mean(dict.fromkeys(KEYS, score), given_weights) == (score - 1) * 25


@given(scores, weights, st.sampled_from(KEYS))
def test_a_point_more_moves_the_mean_by_its_weight(
    given_scores: dict[str, int], given_weights: dict[str, int], key: str
) -> None:
    lower = {**given_scores, key: min(given_scores[key], 4)}
    higher = {**lower, key: lower[key] + 1}
    moved = weighted_mean(higher, given_weights) - weighted_mean(lower, given_weights)
    assert moved == pytest.approx(25 * given_weights[key] / sum(given_weights.values()))


@given(scores, weights, st.integers(2, 9))
def test_only_the_proportion_of_weights_matters(
    given_scores: dict[str, int], given_weights: dict[str, int], factor: int
) -> None:
    scaled = {key: weight * factor for key, weight in given_weights.items()}
    assert weighted_mean(given_scores, scaled) == weighted_mean(given_scores, given_weights)


@given(panels, weights, st.randoms(use_true_random=False))
def test_no_order_of_reviews_changes_a_figure(
    panel: list[Marks], given_weights: dict[str, int], lots: object
) -> None:
    shuffled = list(panel)
    lots.shuffle(shuffled)  # type: ignore[attr-defined]
    assert aggregate(shuffled, given_weights) == aggregate(panel, given_weights)


@given(panels, weights)
def test_mean_lies_in_the_range_and_in_bounds(panel: list[Marks], given_weights: dict[str, int]) -> None:
    found = aggregate(panel, given_weights)
    assert found.mean is not None
    assert found.lowest is not None
    assert found.highest is not None
    assert 0 <= found.lowest <= found.mean + 1e-9
    assert found.mean - 1e-9 <= found.highest <= 100


@given(panels, weights)
def test_doubling_a_panel_changes_only_the_counts(panel: list[Marks], given_weights: dict[str, int]) -> None:
    once, twice = aggregate(panel, given_weights), aggregate(panel * 2, given_weights)
    assert (twice.mean, twice.lowest, twice.highest, twice.criteria) == (
        once.mean,
        once.lowest,
        once.highest,
        once.criteria,
    )
    assert (twice.count, twice.recommending) == (once.count * 2, once.recommending * 2)
    assert twice.share_recommending == once.share_recommending


@given(panels, weights)
def test_disagreement_is_a_gap_of_three_in_any_criterion(
    panel: list[Marks], given_weights: dict[str, int]
) -> None:
    judged = {key: [score for each in panel if (score := each.scores[key]) is not None] for key in KEYS}
    gaps = [max(found) - min(found) for found in judged.values() if found]
    assert aggregate(panel, given_weights).disagrees is (max(gaps) >= 3)
