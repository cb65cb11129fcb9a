import pytest

from exchange.assessment.letters import letter


@pytest.mark.parametrize(
    ("index", "name"), [(0, "A"), (2, "C"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ")]
)
def test_letter_counts_as_columns_do(index: int, name: str) -> None:
    assert letter(index) == name
