"""Rows from a spreadsheet: what each does, and what is to mend."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.adoption.pasted import Standing, planned, table
from exchange.adoption.steps import Step
from exchange.sheets import text_of, written

TODAY = date(2026, 11, 27)
HILL = Standing("hill", "Hill Hospital", None, None)
RIVER = Standing("river", "River Trust, East", Step.PILOTING, date(2026, 6, 1))
KNOWN = {"hill": HILL, "rh1": HILL, "hill hospital": HILL, "river": RIVER, "river trust, east": RIVER}


def said(text: str) -> list[str]:
    return [row.said for row in planned(text, KNOWN, TODAY).rows]


@pytest.mark.parametrize(
    "row",
    [
        "Hill Hospital, adopted, 4/3/2026",
        "HILL,Adopted,2026-03-04",
        "RH1\tadopted\t4 March 2026",
        " hill hospital ,  adopted , 4 Mar 2026 ",
        "hill,adopted,04.03.2026",
        "hill,adopted,4-Mar-26",
        "hill,adopted,04-Mar-2026",
        "hill,adopted,4 Mar 26",
        "hill,adopted,4 March 26",
    ],
)
def test_ways_to_write_a_row(row: str) -> None:
    assert said(row) == ["To “Adopted” on 4 March 2026"]


def test_rows_as_they_were_in_the_table_to_fill_in_change_nothing() -> None:
    rows = table([HILL, RIVER])
    assert rows[2] == ("River Trust, East", "Piloting", "01/06/2026", "")
    preview = planned(text_of(written(rows)), KNOWN, TODAY)
    assert [row.said for row in preview.rows] == ["Stays as it is"] * 2
    assert (preview.mistakes, preview.changing) == (0, [])


def test_rows_of_one_organisation_follow_each_other() -> None:
    text = '"River Trust, East",adopted,1/7/2026\n\nriver,stopped,1/9/2026,"No staff, for now"'
    preview = planned(text, KNOWN, TODAY)
    assert [row.said for row in preview.rows] == [
        "From “Piloting” to “Adopted” on 1 July 2026",
        "From “Adopted” to “Stopped” on 1 September 2026",
    ]
    assert [(row.number, row.reason) for row in preview.rows] == [(1, ""), (3, "No staff, for now")]
    assert preview.mistakes == 0


@pytest.mark.parametrize(
    ("row", "mistake"),
    [
        (
            "Nowhere, adopted, 1/1/2026",
            "The programme is for no organisation of this name. Check how it is written.",
        ),
        (
            "hill, , 1/1/2026",
            "“” is no step. Use interested, considering, planning, piloting, adopted, embedded, stopped or not proceeding.",
        ),
        ("hill, adopted, soon", "“soon” is no day. Write it like 4/12/2026."),
        ("hill, adopted, 31/2/2026", "“31/2/2026” is no day. Write it like 4/12/2026."),
        (
            "hill, adopted, 28/11/2026",
            "28 November 2026 has not come yet. Give the day on which it happened.",
        ),
        ("hill, adopted, 4/12/0206", "4 December 206 is more than ten years ago. Check the year."),
        ("hill, stopped, 1/1/2026", "“Stopped” does not follow where it stands."),
        (
            "hill, not proceeding, 1/1/2026",
            "Write why after the day: stopping, not proceeding and going back need a reason.",
        ),
        ("river, piloting, 1/7/2026", "It is at “Piloting” already. Take this row out."),
        ("river, adopted, 1/5/2026", "Its last step was on 1 June 2026. Give that day or a later one."),
        (
            "river, stopped, 1/7/2026, " + "x" * 1_501,
            "The reason is longer than 1,500 characters. Shorten it.",
        ),
    ],
)
def test_what_is_to_mend(row: str, mistake: str) -> None:
    assert said(row) == [mistake]


@given(st.text(max_size=200))
def test_any_text_is_read_without_failing(text: str) -> None:
    preview = planned(text, KNOWN, TODAY)
    assert all(row.said for row in preview.rows)
