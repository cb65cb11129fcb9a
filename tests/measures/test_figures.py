"""Months and figures as people write them, and the region's figures made of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.measures import figures, months

TODAY = date(2026, 11, 27)
MONTHS = st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(months.month_of)


@pytest.mark.parametrize(
    "typed",
    [
        *("November 2026", "nov 2026", "Nov 26", "Nov-26", "11/2026", "2026-11", "2026-11-01", "01/11/2026"),
        *("1-Nov-26", "01-Nov-2026", "1 November 2026"),
    ],
)
def test_ways_to_write_a_month(typed: str) -> None:
    assert months.read(typed) == date(2026, 11, 1)


@pytest.mark.parametrize("typed", ["", "Novembre 2026", "13/2026", "2026", "November", "0/2026"])
def test_what_is_no_month(typed: str) -> None:
    assert months.read(typed) is None


@pytest.mark.parametrize(
    ("typed", "value"),
    [("12", "12"), ("1,234.50", "1234.5"), ("£45", "45"), ("98%", "98"), ("-3", "-3"), ("0.000", "0")],
)
def test_ways_to_write_a_figure(typed: str, value: str) -> None:
    found = figures.decimal(typed)
    assert found is not None
    assert figures.plain(found) == value


@pytest.mark.parametrize(
    "typed",
    ["", "twelve", "1,23", "1.2.3", "NaN", "1e9", "9" * 13, "1" + ",000" * 4, "12\t134", "12, 134", "12 34"],
)
def test_what_is_no_figure(typed: str) -> None:
    assert figures.decimal(typed) is None


def test_rows_with_commas_tabs_and_semicolons() -> None:
    text = "October 2026, 12\nNovember 2026\t4.5\n\nSep 2026; 1,234"
    assert figures.read(text, TODAY).figures == {
        date(2026, 10, 1): Decimal(12),
        date(2026, 11, 1): Decimal("4.5"),
        date(2026, 9, 1): Decimal(1234),
    }


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("yesterday, 3", "Row 1: write the month like “November 2026”, then a comma and the figure"),
        ("Oct 2026, 3\nNov 2026", "Row 2: write the figure as a number, like 12 or 4.5"),
        ("December 2026, 3", "Row 1: December 2026 has not come yet"),
        ("November 1926, 3", "Row 1: November 1926 is more than 10 years ago"),
        ("Oct 2026\t12\t134", "Row 1: write the figure as a number, like 12 or 4.5"),
        ("Oct 2026, 3\n10/2026, 4", "Row 2: October 2026 is there twice"),
        ("Oct 2026, 3\n" * 241, "Enter 240 months or fewer at a time"),
    ],
)
def test_what_is_to_mend(text: str, mistake: str) -> None:
    assert figures.read(text, TODAY) == figures.Entered({}, mistake)


@given(st.text(max_size=120))
def test_any_text_is_read_without_failing(text: str) -> None:
    figures.read(text, TODAY)


@given(st.dictionaries(MONTHS, st.decimals(-10, 10, places=1), max_size=6))
def test_every_month_between_is_there_once(held: dict[date, Decimal]) -> None:
    found, values = months.filled(held)
    assert found == sorted(set(found))
    assert {month: value for month, value in zip(found, values, strict=True) if value is not None} == held
    assert all(months.next_month(one) == other for one, other in pairwise(found))


SERIES = st.lists(st.dictionaries(MONTHS, st.integers(-1000, 1000).map(Decimal), max_size=4), max_size=5)


@given(SERIES)
def test_the_region_is_the_sum_of_all_whatever_the_order(series: list[dict[date, Decimal]]) -> None:
    added = months.combined(series, averaged=False)
    assert added == months.combined(reversed(series), averaged=False)
    for month, value in added.items():
        due = [each for each in series if each and min(each) <= month]
        assert value == sum(each[month] for each in due)


def test_a_month_waits_for_everybody_who_had_begun() -> None:
    october, november = date(2026, 10, 1), date(2026, 11, 1)
    early = {october: Decimal(10), november: Decimal(1)}
    late = {november: Decimal(7)}
    slow = {october: Decimal(11)}
    assert months.combined([early, late], averaged=False) == {october: 10, november: 8}
    assert months.combined([early, slow], averaged=True) == {october: Decimal("10.5")}
    assert months.incomplete([early, slow]) == (november, 1, 2)
    assert months.incomplete([early, late]) is None
    assert months.incomplete([]) is None


def test_a_mean_has_one_digit_more_than_its_figures() -> None:
    october = date(2026, 10, 1)
    for entered, mean in ((("1", "2", "2"), "1.7"), (("4.7", "4.7", "4.8"), "4.73"), (("100", "300"), "200")):
        series = [{october: Decimal(figure)} for figure in entered]
        assert months.combined(series, averaged=True) == {october: Decimal(mean)}
