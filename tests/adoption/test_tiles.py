"""The drawn map: every system has a tile, no two share a place, and the colour follows the figure."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.adoption.coverage import Share
from exchange.adoption.tiles import MOST_COLUMNS, NOBODY, Place, band, laid_out


def cells(place: Place) -> set[tuple[int, int]]:
    rows, columns = (
        range(place.row, place.row + place.height),
        range(place.column, place.column + place.width),
    )
    return set(product(rows, columns))


def test_a_region_says_where_its_systems_lie() -> None:
    assert laid_out({"W": [1, 1, 2, 1], "N": [1, 2], "S": [2, 2]}) == {
        "W": Place(1, 1, 2, 1),
        "N": Place(1, 2),
        "S": Place(2, 2),
    }


def test_one_that_does_not_gets_a_grid() -> None:
    places = laid_out(dict.fromkeys("ABCDE"))
    assert list(places.values()) == [Place(1, 1), Place(1, 2), Place(1, 3), Place(2, 1), Place(2, 2)]
    assert laid_out({"A": None}) == {"A": Place(1, 1)}
    assert laid_out({}) == {}


@given(st.integers(0, 30), st.booleans())
def test_no_two_tiles_overlap_and_none_leaves_a_phone(count: int, one_is_placed: bool) -> None:
    given_places: dict[str, list[int] | None] = {f"Q{number}": None for number in range(count)}
    if one_is_placed:
        given_places["Q0"] = [1, 1, 2, 3]
    places = list(laid_out(given_places).values())
    assert len(places) == len(given_places)
    taken = [cell for place in places for cell in cells(place)]
    assert len(taken) == len(set(taken))
    assert all(1 <= column <= MOST_COLUMNS for _, column in taken)


@pytest.mark.parametrize(
    ("covered", "eligible", "expected"),
    [
        (0, 0, NOBODY),
        (0, 7, "none"),
        (1, 100, "few"),
        (1, 4, "some"),
        (1, 2, "half"),
        (3, 4, "most"),
        (7, 7, "most"),
    ],
)
def test_bands(covered: int, eligible: int, expected: str) -> None:
    assert band(Share(covered, eligible)) == expected
