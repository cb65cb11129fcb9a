from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.spread.xmr import (
    Assurance,
    Chart,
    Direction,
    Number,
    Segment,
    SpecialCause,
    Variation,
    chart,
)
from tests.methods.reference import cases

SPECIAL_CAUSES = {
    "Common Cause": None,
    "Above UCL": SpecialCause.ABOVE_LIMIT,
    "Below LCL": SpecialCause.BELOW_LIMIT,
    "7 Point Trend (Increasing)": SpecialCause.RISING,
    "7 Point Trend (Decreasing)": SpecialCause.FALLING,
    "2 in 3 Above CL": SpecialCause.TWO_OF_THREE_ABOVE,
    "2 in 3 Below CL": SpecialCause.TWO_OF_THREE_BELOW,
    "7 Points Above CL": SpecialCause.RUN_ABOVE,
    "7 Points Below CL": SpecialCause.RUN_BELOW,
}
VARIATIONS = {
    "common_cause": Variation.COMMON_CAUSE,
    "special_cause_improvement": Variation.IMPROVEMENT,
    "special_cause_concern": Variation.CONCERN,
    "special_cause_neutral_high": Variation.NEUTRAL_HIGH,
    "special_cause_neutral_low": Variation.NEUTRAL_LOW,
}
ASSURANCES = {
    None: None,
    "consistent_pass": Assurance.CONSISTENTLY_PASSES,
    "consistent_fail": Assurance.CONSISTENTLY_FAILS,
    "inconsistent": Assurance.INCONSISTENT,
}
SWAPPED = {Variation.IMPROVEMENT: Variation.CONCERN, Variation.CONCERN: Variation.IMPROVEMENT}
MIRRORED = {
    None: None,
    SpecialCause.ABOVE_LIMIT: SpecialCause.BELOW_LIMIT,
    SpecialCause.RISING: SpecialCause.FALLING,
    SpecialCause.TWO_OF_THREE_ABOVE: SpecialCause.TWO_OF_THREE_BELOW,
    SpecialCause.RUN_ABOVE: SpecialCause.RUN_BELOW,
}
MIRRORED |= {after: before for before, after in MIRRORED.items()}

decimals = st.decimals(-50, 50, places=1)
# Long runs and ties are what the rules are about: steps from a few values make them likely.
series = st.lists(
    st.one_of(st.none(), st.sampled_from([Decimal(n) for n in range(4)]), decimals), max_size=20
)
directions = st.sampled_from(Direction)
targets = st.one_of(st.none(), decimals)
Series = list[Decimal | None]


def causes(found: Chart) -> list[SpecialCause | None]:
    return [point.special_cause for point in found.points]


def variations(found: Chart) -> list[Variation]:
    return [point.variation for point in found.points]


def limits(found: Chart) -> list[float | None]:
    return [
        figure
        for each in found.segments
        for figure in (each.mean, each.lower, each.upper, each.near_lower, each.near_upper)
    ]


def between_wide_limits(
    low: Number, high: Number, values: Sequence[Number | None]
) -> list[SpecialCause | None]:
    """The causes of the values, between limits made by two others and far from them."""
    return causes(chart([low, high, *values], fix_after=2))[2:]


def moved(figures: list[float | None], factor: float, shift: float) -> Any:
    """As much as numbers and None can be compared approximately."""
    return [None if each is None else pytest.approx(each * factor + shift, abs=1e-9) for each in figures]


@pytest.mark.parametrize("case", cases("xmr"), ids=lambda case: case["name"])
def test_chart_agrees_with_plot_the_dots(case: dict[str, Any]) -> None:
    found = chart(
        case["y"],
        direction=None if case["direction"] == "neutral" else Direction(case["direction"]),
        target=case["target"],
        rebase=[case["rebase"] - 1] if case["rebase"] else [],
        fix_after=case["fix"],
        screen=case["screen"],
    )
    assert [point.value for point in found.points] == case["y"]
    assert causes(found) == [SPECIAL_CAUSES[name] for name in case["special"]]
    assert variations(found) == [VARIATIONS[name] for name in case["point"]]
    assert found.assurance == ASSURANCES[case["assurance"]]
    per_point = [each for each in found.segments for _ in range(each.start, each.end)]
    assert [each.mean for each in per_point] == pytest.approx(case["mean"], abs=1e-9)
    assert [each.lower for each in per_point] == pytest.approx(case["lpl"], abs=1e-9)
    assert [each.upper for each in per_point] == pytest.approx(case["upl"], abs=1e-9)


def test_no_points_make_no_segment() -> None:
    assert chart([], direction=Direction.INCREASE, target=1) == Chart((), (), None)


@pytest.mark.parametrize(("values", "mean"), [([5], 5.0), ([None, 5, None], 5.0), ([4, None, 6], 5.0)])
def test_points_without_neighbours_have_a_mean_and_no_limits(
    values: Sequence[Number | None], mean: float
) -> None:
    found = chart(values, direction=Direction.INCREASE, target=1)
    assert found.segments == (Segment(0, len(values), mean, None, None, None, None, True),)
    assert set(variations(found)) == {Variation.COMMON_CAUSE}
    assert found.assurance is None


def test_gaps_alone_have_neither_mean_nor_limits() -> None:
    assert chart([None, None]).segments == (Segment(0, 2, None, None, None, None, None, True),)


def test_limits_of_a_constant_series_equal_its_mean() -> None:
    found = chart([0.1] * 12, direction=Direction.INCREASE, target=0.1)
    assert found.segments == (Segment(0, 12, 0.1, 0.1, 0.1, 0.1, 0.1, False),)
    assert causes(found) == [None] * 12
    assert found.assurance is Assurance.INCONSISTENT


def test_a_point_on_the_mean_breaks_a_run() -> None:
    run, broken = [0.3] * 7, [0.3] * 6 + [0.2]
    assert between_wide_limits(0.3, 0.1, run) == [SpecialCause.RUN_ABOVE] * 7
    assert between_wide_limits(0.3, 0.1, broken) == [None] * 7


def test_a_tie_ends_a_trend() -> None:
    assert between_wide_limits(0, 8, [1, 2, 3, 4, 5, 6, 7]) == [SpecialCause.RISING] * 7
    assert between_wide_limits(0, 8, [1, 2, 3, 4, 4, 5, 6, 7]) == [None] * 8


def test_the_point_where_two_trends_meet_is_of_the_later_one() -> None:
    found = between_wide_limits(0, 8, [1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1])
    assert found == [SpecialCause.RISING] * 6 + [SpecialCause.FALLING] * 7


def test_trends_on_either_side_of_a_tie_keep_their_directions() -> None:
    found = between_wide_limits(0, 8, [1, 2, 3, 4, 5, 6, 7, 7, 6, 5, 4, 3, 2, 1])
    assert found == [SpecialCause.RISING] * 7 + [SpecialCause.FALLING] * 7


def test_nothing_reaches_across_a_gap() -> None:
    assert between_wide_limits(0, 8, [1, 2, 3, None, 4, 5, 6, 7]) == [None] * 8
    assert between_wide_limits(0, 8, [5, 5, 5, None, 5, 5, 5, 5]) == [None] * 8
    near = 4 + 2.66 * 8 * 0.9
    assert between_wide_limits(0, 8, [near, 5, near]).count(SpecialCause.TWO_OF_THREE_ABOVE) == 2
    assert between_wide_limits(0, 8, [near, None, near, 5]) == [None] * 4


def test_a_gap_leaves_out_both_moving_ranges() -> None:
    found = chart([1, 3, None, 9, 11], screen=False)
    assert found.segments[0].upper == pytest.approx(6 + 2.66 * 2)


def test_limits_are_fixed_by_the_points_that_are_there() -> None:
    found = chart([1, None, 3, 100, 200], fix_after=2)
    assert (found.segments[0].mean, found.segments[0].upper) == (2.0, None)
    beside = chart([None, 1, 3, 100, 200], fix_after=2).segments[0]
    assert beside.mean == 2.0
    assert beside.upper == pytest.approx(2 + 2.66 * 2)


def test_limits_fixed_after_more_points_than_there_are_use_all() -> None:
    assert chart([1, 2, 4], fix_after=9) == chart([1, 2, 4])


def test_an_outlying_moving_range_is_left_out_once() -> None:
    values = [10, 11] * 7 + [100]
    assert chart(values).segments[0].upper == pytest.approx(sum(values) / 15 + 2.66)
    kept = chart(values, screen=False).segments[0]
    assert kept.upper == pytest.approx(sum(values) / 15 + 2.66 * (13 + 89) / 14)


@pytest.mark.parametrize(
    ("count", "fix_after", "provisional"), [(11, None, True), (12, None, False), (20, 11, True)]
)
def test_limits_from_fewer_than_twelve_points_are_provisional(
    count: int, fix_after: int | None, provisional: bool
) -> None:
    found = chart([*range(count)], fix_after=fix_after).segments[0]
    assert found.is_provisional is provisional


def test_a_gap_is_not_a_point_that_makes_limits_firm() -> None:
    assert chart([*range(11), None]).segments[0].is_provisional


def test_rebasing_begins_everything_anew() -> None:
    first, second = [1, 2, 3, 4, 5, 6], [7, 8, 9]
    found = chart([*first, *second], rebase=[6])
    apart = [chart(first), chart(second)]
    assert found.points == apart[0].points + apart[1].points
    assert limits(found) == limits(apart[0]) + limits(apart[1])
    assert [(each.start, each.end) for each in found.segments] == [(0, 6), (6, 9)]


def test_rebasing_at_the_first_point_or_twice_changes_nothing() -> None:
    assert chart([1, 2, 3, 5], rebase=[0, 2, 2]) == chart([1, 2, 3, 5], rebase=[2])


def test_assurance_is_by_the_last_limits() -> None:
    values = [1, 2, 1, 2, 11, 12, 11, 12]
    assert chart(values, direction=Direction.INCREASE, target=6).assurance is Assurance.INCONSISTENT
    later = chart(values, direction=Direction.INCREASE, target=6, rebase=[4])
    assert later.assurance is Assurance.CONSISTENTLY_PASSES


@pytest.mark.parametrize(
    ("target", "direction", "expected"),
    [
        ("4.16", Direction.INCREASE, Assurance.INCONSISTENT),  # on the upper limit
        ("-1.16", Direction.DECREASE, Assurance.INCONSISTENT),  # on the lower one
        ("4.17", Direction.INCREASE, Assurance.CONSISTENTLY_FAILS),
        ("4.17", Direction.DECREASE, Assurance.CONSISTENTLY_PASSES),
        ("-1.17", Direction.INCREASE, Assurance.CONSISTENTLY_PASSES),
        ("-1.17", Direction.DECREASE, Assurance.CONSISTENTLY_FAILS),
        ("9", None, None),
        (None, Direction.INCREASE, None),
    ],
)
def test_assurance(target: str | None, direction: Direction | None, expected: Assurance | None) -> None:
    found = chart([1, 2] * 6, direction=direction, target=None if target is None else Decimal(target))
    assert (found.segments[0].lower, found.segments[0].upper) == (-1.16, 4.16)
    assert found.assurance is expected


@pytest.mark.parametrize("place", [-1, 2])
def test_rebasing_outside_the_series_is_refused(place: int) -> None:
    with pytest.raises(ValueError, match="re-basing"):
        chart([1, 2], rebase=[place])


def test_limits_fixed_after_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="one point or more"):
        chart([1, 2], fix_after=0)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), Decimal("nan")])
def test_a_number_that_is_none_is_refused(number: Number) -> None:
    with pytest.raises(ValueError, match="Fraction"):
        chart([1, number])


@given(series, directions, targets, decimals, st.sampled_from([Decimal("0.1"), Decimal("2.5"), Decimal(100)]))
def test_shift_and_scale_move_the_limits_alone(
    values: Series, direction: Direction, target: Decimal | None, shift: Decimal, factor: Decimal
) -> None:
    found = chart(values, direction=direction, target=target)
    changed = chart(
        [None if value is None else value * factor + shift for value in values],
        direction=direction,
        target=None if target is None else target * factor + shift,
    )
    assert (causes(changed), variations(changed)) == (causes(found), variations(found))
    assert changed.assurance is found.assurance
    assert limits(changed) == moved(limits(found), float(factor), float(shift))


@given(series, directions, targets)
def test_the_other_direction_swaps_improvement_and_concern(
    values: Series, direction: Direction, target: Decimal | None
) -> None:
    found = chart(values, direction=direction, target=target)
    other = Direction.DECREASE if direction is Direction.INCREASE else Direction.INCREASE
    turned = chart(values, direction=other, target=target)
    assert (turned.segments, causes(turned)) == (found.segments, causes(found))
    assert variations(turned) == [SWAPPED.get(each, each) for each in variations(found)]
    swapped = {
        Assurance.CONSISTENTLY_PASSES: Assurance.CONSISTENTLY_FAILS,
        Assurance.CONSISTENTLY_FAILS: Assurance.CONSISTENTLY_PASSES,
    }
    assert turned.assurance is (found.assurance and swapped.get(found.assurance, found.assurance))


@given(series)
def test_upside_down_every_cause_is_its_opposite(values: Series) -> None:
    turned = chart([None if value is None else -value for value in values])
    assert causes(turned) == [MIRRORED[cause] for cause in causes(chart(values))]


@given(series)
def test_a_point_is_special_exactly_when_it_has_a_cause_and_a_gap_never_has(values: Series) -> None:
    for point in chart(values, direction=Direction.INCREASE).points:
        assert (point.variation is Variation.COMMON_CAUSE) is (point.special_cause is None)
        assert point.value is not None or point.special_cause is None


@given(series, series)
def test_segments_know_nothing_of_each_other(first: Series, second: Series) -> None:
    places = [len(first)] if first and second else []
    found = chart([*first, *second], rebase=places)
    assert found.points == chart(first).points + chart(second).points
    assert limits(found) == limits(chart(first)) + limits(chart(second))
