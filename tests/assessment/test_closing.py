from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.assessment import closing
from exchange.assessment.closing import Tally

DUE = date(2026, 12, 4)
BEFORE, LATER = date(2026, 11, 22), date(2026, 12, 5)


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    quorum = draw(st.integers(1, 6))
    panel = draw(st.integers(0, 8))
    return Tally(draw(st.integers(0, panel)), panel, quorum, draw(st.integers(1, quorum)), DUE)


days = st.dates(BEFORE, date(2026, 12, 20))


UNTIL = "You can close the assessment"
OR_LATER = "or on 5 December 2026 if two are in by then."
WAS_DUE = "The reviews were due on 4 December 2026."
HELP = "give more time or choose another reviewer under “Reviewers”."


@pytest.mark.parametrize(
    ("counted", "panel", "today", "sentence"),
    [
        (
            2,
            3,
            BEFORE,
            f"Two of three reviews are in. {UNTIL} on 5 December 2026, or when the third arrives.",
        ),
        (1, 3, BEFORE, f"One of three reviews is in. {UNTIL} when two more arrive, {OR_LATER}"),
        (0, 3, BEFORE, f"No review is in yet. {UNTIL} when three arrive, {OR_LATER}"),
        (
            2,
            5,
            DUE,
            f"Two reviews are in and three are needed. {UNTIL} on 5 December 2026, or when the third arrives.",
        ),
        (1, 2, BEFORE, f"One review is in and three are needed. {UNTIL} when two more arrive, {OR_LATER}"),
        (1, 3, LATER, f"One of three reviews is in. {WAS_DUE} {UNTIL} when the second arrives: {HELP}"),
        (0, 3, LATER, f"No review is in yet. {WAS_DUE} {UNTIL} when two arrive: {HELP}"),
        (2, 3, LATER, ""),
        (3, 3, BEFORE, ""),
        (4, 5, BEFORE, ""),
    ],
)
def test_unmet_says_what_is_missing_and_when_it_can_close(
    counted: int, panel: int, today: date, sentence: str
) -> None:
    assert closing.unmet(Tally(counted, panel, 3, 2, DUE), today) == sentence


def test_unmet_of_one_review_alone() -> None:
    assert (
        closing.unmet(Tally(0, 1, 1, 1, DUE), BEFORE)
        == "No review is in yet. You can close the assessment when the first arrives."
    )


@pytest.mark.parametrize(("number", "words"), [(0, "no"), (3, "three"), (10, "ten"), (11, "11")])
def test_cardinal_in_words_up_to_ten(number: int, words: str) -> None:
    assert closing.cardinal(number) == words


@given(tallies(), days)
def test_a_sentence_exactly_where_it_is_not_ready(tally: Tally, today: date) -> None:
    assert (closing.unmet(tally, today) == "") is closing.is_ready(tally, today)


@given(tallies(), days)
def test_overdue_is_past_due_and_not_ready(tally: Tally, today: date) -> None:
    assert closing.is_overdue(tally, today) is (today > DUE and not closing.is_ready(tally, today))


@given(tallies(), days)
def test_another_day_never_takes_readiness_away(tally: Tally, today: date) -> None:
    if closing.is_ready(tally, today):
        assert closing.is_ready(tally, today + timedelta(days=1))


@given(tallies(), days)
def test_another_review_never_takes_readiness_away(tally: Tally, today: date) -> None:
    more = Tally(tally.counted + 1, tally.panel + 1, tally.quorum, tally.minimum, tally.due)
    assert closing.is_ready(more, today) or not closing.is_ready(tally, today)


@given(tallies())
def test_the_day_it_names_is_the_first_on_which_the_minimum_is_enough(tally: Tally) -> None:
    assert not closing.is_past_due(tally, tally.closes_early - timedelta(days=1))
    assert closing.is_past_due(tally, tally.closes_early)
