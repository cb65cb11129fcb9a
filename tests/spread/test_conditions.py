import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.spread import conditions
from exchange.spread.conditions import Asked

words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)
texts = (
    st.lists(words, min_size=1, max_size=6)
    .map(" ".join)
    .filter(lambda text: not text.lower().startswith("later"))
)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", []),
        (" \n\t\n", []),
        ("A data agreement", [Asked("A data agreement", True)]),
        ("  A  data\tagreement ", [Asked("A data agreement", True)]),
        ("later: Yearly figures", [Asked("Yearly figures", False)]),
        ("LATER :Yearly figures", [Asked("Yearly figures", False)]),
        ("Later than May: a report", [Asked("Later than May: a report", True)]),
        ("later a report", [Asked("later a report", True)]),
        ("One\n\nlater: Two\r\nThree", [Asked("One", True), Asked("Two", False), Asked("Three", True)]),
        ("later:", []),
    ],
)
def test_parse_reads_one_condition_a_line(typed: str, expected: list[Asked]) -> None:
    assert conditions.parse(typed) == expected


@given(st.lists(st.builds(Asked, texts, st.booleans())))
def test_parse_reads_back_what_write_wrote(asked: list[Asked]) -> None:
    assert conditions.parse(conditions.write(asked)) == asked


@given(st.text())
def test_parse_finds_no_empty_condition(typed: str) -> None:
    found = conditions.parse(typed)
    assert all(each.text.strip() for each in found)
    assert len(found) <= len(typed.splitlines())


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", ""),
        ("One\nlater: Two", ""),
        ("One\nlater:", "Enter what is asked after “later:”, or take that line away"),
        ("\n".join(map(str, range(21))), "Enter 20 conditions or fewer. There are 21"),
        ("One\n" + "x" * 501, "Condition 2 must be 500 characters or fewer. It has 501"),
        ("x" * 500, ""),
    ],
)
def test_mistake_says_how_to_mend_it(typed: str, expected: str) -> None:
    assert conditions.mistake(typed) == expected


@pytest.mark.parametrize(
    ("blocking", "expected"),
    [(1, "It starts when 1 condition is met"), (2, "It starts when 2 conditions are met")],
)
def test_starts_when_counts_without_telling(blocking: int, expected: str) -> None:
    assert conditions.starts_when(blocking) == expected
