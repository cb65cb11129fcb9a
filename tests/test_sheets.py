"""Tables from spreadsheets, in every way that Excel writes them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.sheets import FORMULA, MOST_BYTES, BadSheet, filled_in, numbered, text_of, written

ROWS = "Organisation,Step,Since,Reason\r\nRiver Trust,stopped,1/9/2026,“Nobody – yet”\r\n"
EXPECTED = [(2, ["River Trust", "stopped", "1/9/2026", "“Nobody – yet”"])]


@pytest.mark.parametrize(
    "content",
    [
        ROWS.encode(),
        ROWS.encode("utf-8-sig"),
        ROWS.encode("cp1252"),
        ROWS.encode("utf-16"),
        ROWS.replace(",", ";").encode("cp1252"),
        ROWS.replace(",", "\t").encode("utf-16"),
        b"sep=;\r\n" + ROWS.replace(",", ";").encode("cp1252"),
        ROWS.replace("\r\n", "\n").encode(),
    ],
)
def test_what_excel_writes(content: bytes) -> None:
    assert numbered(text_of(content), "Organisation") == EXPECTED


def test_a_cell_with_commas_and_lines_is_one_cell() -> None:
    content = b'River Trust;stopped;1/9/2026;"No staff, for now\nand ""no"" money"\n'
    assert numbered(text_of(content), "Organisation") == [
        (1, ["River Trust", "stopped", "1/9/2026", 'No staff, for now and "no" money'])
    ]


def test_a_lone_cell_with_a_comma_is_one_cell() -> None:
    content = b"River Trust;stopped\nA, B Trust\nHill;adopted\n"
    assert numbered(text_of(content), "Organisation")[1] == (2, ["A, B Trust", ""])


def test_rows_that_were_not_filled_in_are_left_out() -> None:
    text = (
        'Organisation\tMonth\tFigure\nRiver\tMay 2026\t\t\n\nRiver\tJune 2026\t4\t\n"Hill, N",May 2026,,Why'
    )
    assert filled_in(text, 2).splitlines() == [
        *("Organisation\tMonth\tFigure", "", "River\tJune 2026\t4\t", '"Hill, N",May 2026,,Why'),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file has no rows. Choose one that has"),
        (b" \r\n \r\n", "The file has no rows. Choose one that has"),
        (b"PK\x03\x04 a workbook", "The file is no CSV file. In Excel, choose “Save as” and then “CSV”"),
        (b"a\x00b", "The file is no CSV file. In Excel, choose “Save as” and then “CSV”"),
        (b"x" * (MOST_BYTES + 1), "The file must be smaller than 500 kB. Send it in parts"),
        (b"x" * 200_000, "The file cannot be read. In Excel, choose “Save as” and then “CSV”"),
    ],
)
def test_what_is_no_table(content: bytes, message: str) -> None:
    with pytest.raises(BadSheet) as refused:
        text_of(content)
    assert str(refused.value) == message


@given(st.binary(max_size=300))
def test_any_file_is_read_or_refused(content: bytes) -> None:
    with suppress(BadSheet):
        assert all(any(cells) for _, cells in numbered(text_of(content), "Organisation"))


TIDY = st.text(st.characters(exclude_categories=("C", "Z")), max_size=12)


@given(st.lists(st.lists(TIDY, min_size=2, max_size=4), min_size=1, max_size=5))
def test_what_is_written_is_read_again_and_computes_nothing(rows: list[list[str]]) -> None:
    told = [[f"{number} {row[0]}", *row[1:]] for number, row in enumerate(rows)]
    read = numbered(text_of(written([["Organisation", "x"], *told])), "Organisation")
    assert [cells for _, cells in read] == [[cell.strip() for cell in row] for row in told]


@pytest.mark.parametrize("start", FORMULA)
def test_no_cell_begins_a_formula(start: str) -> None:
    assert written([[f"{start}1+1"]]).decode("utf-8-sig").lstrip('"').startswith("'")
