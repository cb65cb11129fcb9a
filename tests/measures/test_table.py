"""A table of figures: what each row does, and what is to mend."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.measures.table import Site, planned, to_fill_in
from exchange.sheets import text_of, written

TODAY = date(2026, 11, 27)
HILL, RIVER = Site("hill", "Hill Hospital"), Site("river", "River Trust, East")
SITES = {"hill": HILL, "rh1": HILL, "hill hospital": HILL, "river trust, east": RIVER}
HELD = {"hill": {date(2026, 10, 1): Decimal("4.5")}}


def said(text: str) -> list[str]:
    return [row.said for row in planned(text, SITES, HELD, TODAY).rows]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("RH1, November 2026, 12", "November 2026: 12"),
        ('"River Trust, East",Nov-26,"1,234"', "November 2026: 1,234"),
        ("hill;11/2026;98%", "November 2026: 98"),
        ("hill, October 2026, 4.50", "October 2026: stays as it is"),
        ("hill, October 2026, 5, Counted again", "October 2026: 5, before 4.5"),
        ("hill, October 2026,", "Stays as it is"),
        ("Organisation, Month, Figure\nhill, Nov 2026, 1", "November 2026: 1"),
        (
            "Elsewhere, Nov 2026, 1",
            "You enter figures of no organisation of this name. Check how it is written.",
        ),
        ("hill, soon, 1", "“soon” is no month. Write it like November 2026."),
        ("hill, Nov 2026, many", "“many” is no number. Write it like 12 or 4.5."),
        ("hill, December 2026, 1", "December 2026 has not come yet."),
        ("hill, October 2016, 1", "October 2016 is more than 10 years ago. Check the year."),
        (
            "hill, October 2026, 5",
            "October 2026 has 4.5 already. Write why it changes after the figure.",
        ),
        ("hill, Nov 2026, 1, " + "x" * 801, "The reason is longer than 800 characters. Shorten it."),
    ],
)
def test_what_a_row_does(row: str, expected: str) -> None:
    assert said(row) == [expected]


def test_a_month_that_is_there_twice_is_to_mend() -> None:
    preview = planned("hill, Nov 2026, 1\nRH1, 11/2026, 2", SITES, HELD, TODAY)
    assert [row.said for row in preview.rows] == ["November 2026: 1", "November 2026 is there twice."]
    assert (preview.mistakes, len(preview.changing)) == (1, 1)


def test_the_table_to_fill_in_changes_nothing_until_it_is() -> None:
    rows = to_fill_in([HILL, RIVER], HELD, TODAY)
    assert [rows[1], rows[12]] == [
        ("Hill Hospital", "November 2025", "", ""),
        ("Hill Hospital", "October 2026", "4.5", ""),
    ]
    preview = planned(text_of(written(rows)), SITES, HELD, TODAY)
    assert (len(preview.rows), preview.mistakes, preview.changing) == (24, 0, [])


@given(st.text(max_size=200))
def test_any_text_is_read_without_failing(text: str) -> None:
    assert all(row.said for row in planned(text, SITES, HELD, TODAY).rows)
