"""The frame of a chart and its round levels."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.axes import LEVELS, Frame, round_levels

FRAME = Frame(640, 320, left=56, right=16, top=36, bottom=44, inset=8)


@pytest.mark.parametrize(
    ("low", "high", "whole", "expected"),
    [
        (0, 23, True, [0, 10, 20]),
        (0, 1, True, [0, 1]),
        (0, 3, True, [0, 1, 2, 3]),
        (0, 100_000, True, [0, 50_000, 100_000]),
        (0, 1, False, [0, 0.5, 1]),
        (-0.3, 0.3, False, [-0.2, 0, 0.2]),
        (9.4, 30.6, False, [10, 20, 30]),
    ],
)
def test_levels(low: float, high: float, whole: bool, expected: list[float]) -> None:
    assert round_levels(low, high, whole=whole) == expected


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_levels_are_few_even_and_within(low: float, span: float) -> None:
    high = low + span
    if high - low < span * 0.9:
        return  # too near to each other for a float to tell
    levels = round_levels(low, high)
    slack = 1e-6 * max(abs(low), abs(high), span)
    assert 1 <= len(levels) <= LEVELS + 1
    assert all(low - slack <= each <= high + slack for each in levels)
    gaps = [second - first for first, second in pairwise(levels)]
    assert all(abs(gap - gaps[0]) <= slack for gap in gaps)


@given(st.floats(0, 1), st.floats(0, 1))
def test_what_comes_later_stands_further_right_and_more_stands_higher(first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert FRAME.start <= FRAME.across(low) <= FRAME.across(high) <= FRAME.end
    assert FRAME.top <= FRAME.up(high, 0, 1) <= FRAME.up(low, 0, 1) <= FRAME.height - FRAME.bottom
