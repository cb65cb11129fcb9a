"""What an approval asks for: kept, read back, told, and what is lacking."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.spread import conditions
from exchange.spread.conditions import Asked

TODAY = date(2026, 11, 27)
FULL = Asked("A data agreement", True, "The ward sister", date(2027, 3, 31), "The signed agreement")
every = st.builds(Asked, st.text(), st.booleans(), st.text(), st.none() | st.dates(), st.text())


@given(st.lists(every))
def test_read_gives_back_what_kept_made(asked: list[Asked]) -> None:
    assert conditions.read(conditions.kept(asked)) == asked


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (FULL, {}),
        (
            Asked("A data agreement"),
            {
                "condition-1-owner": "Enter who sees to “A data agreement”",
                "condition-1-due": "Enter the date by which “A data agreement” is to be met",
                "condition-1-evidence": "Enter what will show that “A data agreement” is met",
            },
        ),
        (
            Asked("A plan", True, "Us", TODAY, "It."),
            {"condition-1-due": "Enter a date after today for “A plan”"},
        ),
    ],
)
def test_lacking_says_what_to_do_by_field(asked: Asked, expected: dict[str, str]) -> None:
    assert conditions.lacking([asked], TODAY) == expected


@given(st.lists(st.just(FULL) | st.just(Asked("A plan"))))
def test_lacking_names_every_condition_by_its_number(asked: list[Asked]) -> None:
    numbers = {int(name.split("-")[1]) for name in conditions.lacking(asked, TODAY)}
    assert numbers == {number for number, each in enumerate(asked, 1) if not each.owner}


def test_written_tells_all_of_them() -> None:
    assert conditions.written([FULL, Asked("Yearly figures", False)]) == (
        "1. A data agreement\n"
        "The ward sister sees to it by 31 March 2027. We need to see: The signed agreement.\n\n"
        "2. Yearly figures (while it runs)"
    )


@pytest.mark.parametrize(
    ("blocking", "expected"),
    [(1, "It starts when 1 condition is met"), (2, "It starts when 2 conditions are met")],
)
def test_starts_when_counts_without_telling(blocking: int, expected: str) -> None:
    assert conditions.starts_when(blocking) == expected


def test_lines_are_conditions_that_the_champion_sees_to() -> None:
    due = date(2027, 5, 28)
    asked = conditions.parse(["A data agreement", "  ", "Later: Yearly figures", "later:"], due=due)
    told = "The champion shows the theme director that it is met."
    assert asked == [
        Asked("A data agreement", True, "The champion", due, told),
        Asked("Yearly figures", False, "The champion", due, told),
    ]
    assert conditions.lacking(asked, TODAY) == {}
