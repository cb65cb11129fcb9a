import pytest

from exchange.assessment.effort import minutes


@pytest.mark.parametrize(
    ("words", "criteria", "expected"), [(0, 0, 1), (2300, 7, 21), (0, 7, 11), (0, 1, 2), (100, 0, 1)]
)
def test_minutes_of_reading_and_scoring(words: int, criteria: int, expected: int) -> None:
    assert minutes(words, criteria) == expected
