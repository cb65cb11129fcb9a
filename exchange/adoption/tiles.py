"""The drawn map of the region: one tile for each integrated care system, in its place, coloured by coverage. Pure.

A region says where its tiles stand. One that does not gets them row by row, in a grid as square as can be; so does a system that
was left out, below the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, sqrt
from typing import NamedTuple

from exchange.adoption.coverage import Share

MOST_COLUMNS = 4  # as many as a phone can show

# From which percentage each colour holds, and what the legend calls it.
BANDS = (
    (75.0, "most", "75% or more"),
    (50.0, "half", "50% to 74%"),
    (25.0, "some", "25% to 49%"),
    (0.000001, "few", "Under 25%"),
    (0.0, "none", "None yet"),
)
NOBODY = "nobody"


class Place(NamedTuple):
    """Row and column, counted from 1, and how many of each it takes."""

    row: int
    column: int
    height: int = 1
    width: int = 1


def band(share: Share) -> str:
    """The name of its colour; of a system where nobody is eligible, one of its own."""
    percent = share.percent
    return NOBODY if percent is None else next(name for least, name, _ in BANDS if percent >= least)


def laid_out(given: Mapping[str, Sequence[int] | None]) -> dict[str, Place]:
    """The place of every system, in the order given. No two overlap as long as those that are given do not."""
    places = {code: Place(*place) for code, place in given.items() if place}
    below = max((place.row + place.height - 1 for place in places.values()), default=0)
    lacking = [code for code in given if code not in places]
    columns = max((place.column + place.width - 1 for place in places.values()), default=0) or min(
        max(ceil(sqrt(len(lacking))), 1), MOST_COLUMNS
    )
    found = {
        code: Place(below + 1 + number // columns, 1 + number % columns)
        for number, code in enumerate(lacking)
    }
    return {code: (places | found)[code] for code in given}
