from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.spread.survival import Curve, Step, Time, kaplan_meier
from tests.methods.reference import cases

times = st.lists(st.builds(Time, st.integers(0, 30), st.booleans()), max_size=12)


@pytest.mark.parametrize("case", cases("time_to_adopt"))
def test_kaplan_meier_agrees_with_survfit(case: dict[str, Any]) -> None:
    found = kaplan_meier(map(Time, case["time"], map(bool, case["event"])))
    assert found.median == case["median"]
    assert [step.days for step in found.steps] == case["surv_time"]
    assert [step.surviving for step in found.steps] == pytest.approx(case["surv"], abs=1e-10)


def test_kaplan_meier_of_nothing() -> None:
    assert kaplan_meier([]) == Curve((), None)


def test_who_is_censored_on_a_day_of_adoption_was_at_risk() -> None:
    found = kaplan_meier([Time(10, True), Time(10, False), Time(20, True), Time(20, True)])
    assert found.steps == (Step(10, 4, 1, 1, 0.75), Step(20, 2, 2, 0, 0.0))
    assert found.median == 20


def test_median_is_none_while_fewer_than_half_have_adopted() -> None:
    assert kaplan_meier([Time(10, True), Time(20, False), Time(30, False)]).median is None


def test_median_of_a_curve_at_exactly_half_is_midway_to_the_next_adoption() -> None:
    assert kaplan_meier([Time(10, True), Time(15, True)]).median == 12.5
    flat = [Time(10, True), Time(10, True), Time(12, False), Time(20, True)]
    assert kaplan_meier(flat).median == 15


def test_median_of_a_curve_that_ends_at_half_is_the_day_it_got_there() -> None:
    assert kaplan_meier([Time(10, True), Time(50, False)]).median == 10


def test_who_adopts_at_once_takes_no_days() -> None:
    assert kaplan_meier([Time(0, True)]) == Curve((Step(0, 1, 1, 0, 0.0),), 0)


def test_a_time_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="0 days or more"):
        kaplan_meier([Time(-1, True)])


@given(times)
def test_the_curve_only_falls_and_only_when_somebody_adopts(given_times: list[Time]) -> None:
    before = 1.0
    for step in kaplan_meier(given_times).steps:
        assert 0 <= step.surviving <= before
        assert (step.surviving < before) is (step.adopted > 0)
        before = step.surviving


@given(times, st.randoms(use_true_random=False))
def test_no_order_of_times_changes_the_curve(given_times: list[Time], lots: Any) -> None:
    shuffled = list(given_times)
    lots.shuffle(shuffled)
    assert kaplan_meier(shuffled) == kaplan_meier(given_times)


@given(times.filter(bool))
def test_when_all_have_adopted_the_curve_is_the_share_still_waiting(given_times: list[Time]) -> None:
    adopted = [Time(days, True) for days, _ in given_times]
    for step in kaplan_meier(adopted).steps:
        waiting = sum(days > step.days for days, _ in adopted)
        assert step.surviving == pytest.approx(waiting / len(adopted))


@given(times, st.integers(1, 100))
def test_the_median_keeps_to_the_unit_of_time(given_times: list[Time], factor: int) -> None:
    found = kaplan_meier(given_times).median
    longer = kaplan_meier([Time(days * factor, adopted) for days, adopted in given_times]).median
    assert longer == (None if found is None else found * factor)
