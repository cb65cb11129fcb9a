"""What a chart says in words, and that its picture stays within its frame."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.axes import Frame
from exchange.measures import months
from exchange.measures.spc_chart import NARROW, WIDE, Drawn, drawn, number
from exchange.spread.xmr import Assurance, Direction, Variation

FIRST = date(2025, 1, 1)


def series(*values: int | None) -> tuple[list[date], list[Decimal | None]]:
    days = [FIRST]
    while len(days) < len(values):
        days.append(months.next_month(days[-1]))
    return days[: len(values)], [None if value is None else Decimal(value) for value in values]


def made(
    *values: int | None, direction: Direction | None = Direction.DECREASE, target: int | None = None
) -> Drawn:
    wanted = None if target is None else Decimal(target)
    return drawn(*series(*values), unit="falls", direction=direction, target=wanted)


USUAL = (9, 11, 10, 9, 11, 10, 9, 11, 10, 9, 11, 10)


@pytest.mark.parametrize(
    ("values", "direction", "finding"),
    [
        (USUAL, Direction.DECREASE, "No significant change: the newest figure is within what is usual"),
        ((*USUAL, 30), Direction.DECREASE, "Concern: above the upper process limit in January 2026"),
        ((*USUAL, 30), Direction.INCREASE, "Improvement: above the upper process limit in January 2026"),
        ((*USUAL, 30), None, "A change upwards: above the upper process limit in January 2026"),
    ],
)
def test_what_the_newest_point_says(
    values: tuple[int, ...], direction: Direction | None, finding: str
) -> None:
    assert made(*values, direction=direction).finding == finding


def test_a_run_is_told_since_its_first_point() -> None:
    found = made(*[10, 12] * 8, *[10] * 7, direction=Direction.DECREASE)
    assert found.finding == "Improvement: 7 or more points in a row below the mean since May 2026"
    assert found.variation is Variation.IMPROVEMENT


def test_the_target_and_few_figures_are_told() -> None:
    assert made(*USUAL, target=20).notes == [
        "The target of 20 will be met every month, unless something changes."
    ]
    assert made(*USUAL, target=20).assurance is Assurance.CONSISTENTLY_PASSES
    assert made(10, 12).notes == ["Its limits are provisional: there are fewer than 12 figures."]


def test_nothing_is_drawn_of_no_figures() -> None:
    assert (made().finding, made().picture) == ("No figures yet", None)


def test_a_gap_breaks_the_line_and_stands_in_the_table() -> None:
    found = made(10, None, 12, 11)
    assert found.picture is not None
    assert [len(found.picture.dots), found.picture.path.count("M")] == [3, 2]
    assert [row.value for row in found.rows] == ["11", "12", "no figure", "10"]


def test_numbers_are_written_as_people_read_them() -> None:
    assert [number(Decimal(each)) for each in ("1234.5", "10.00", "0.001")] == ["1,234.5", "10", "0.001"]


@given(
    st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9)), min_size=1, max_size=30),
    st.one_of(st.none(), st.integers(-(10**9), 10**9)),
    st.sampled_from([*Direction, None]),
    st.sampled_from([WIDE, NARROW]),
)
def test_everything_stands_within_the_frame(
    values: list[int | None], target: int | None, direction: Direction | None, frame: Frame
) -> None:
    wanted = None if target is None else Decimal(target)
    found = drawn(*series(*values), unit="falls", direction=direction, target=wanted, frame=frame)
    picture = found.picture
    if picture is None:
        return
    lines = [*picture.means, *picture.limits, *([picture.target] if picture.target else [])]
    heights = (
        [dot.y for dot in picture.dots] + [tick.y for tick in picture.ticks] + [line.y for line in lines]
    )
    assert all(0 <= each <= frame.height for each in heights)
    places = [dot.x for dot in picture.dots] + [each for line in lines for each in (line.x1, line.x2)]
    assert all(frame.start <= each <= frame.end for each in places)


def test_small_figures_have_ticks_that_tell_them_apart() -> None:
    days, _ = series(1, 2, 3)
    values = [Decimal(each) for each in ("0.001", "0.004", "0.002")]
    picture = drawn(days, values, unit="harm", direction=None, target=None).picture
    assert picture is not None
    assert len({tick.text for tick in picture.ticks}) == len(picture.ticks) > 2


def test_since_goes_back_over_other_causes_of_the_same_side() -> None:
    found = made(*[10, 12] * 8, 10, 10, 10, 5, 10, 10, 10, direction=Direction.DECREASE)
    assert found.finding.endswith("since May 2026")
