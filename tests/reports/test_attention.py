"""What needs attention first: each rule on the day before it holds and on the day on which it does, and the order."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.adoption.coverage import Adopter, Taken
from exchange.adoption.steps import Step
from exchange.assessment.closing import Tally
from exchange.reports.dashboard import attention
from exchange.reports.dashboard.attention import GROUPS, Group, Kind, Line, grouped, in_order
from exchange.reports.dashboard.period import Period, last_quarter, quick

TODAY = date(2026, 11, 27)  # a Friday
DAY = timedelta(days=1)

lines = st.lists(
    st.builds(
        Line,
        kind=st.sampled_from(Kind),
        title=st.sampled_from(["Falls huddles", "Lights down", "allergies"]),
        endpoint=st.just("proposals.show"),
        values=st.just({}),
        reason=st.sampled_from(["One.", "Two."]),
        days=st.integers(0, 3),
    )
)


def kind(line: Line | None) -> Kind | None:
    return None if line is None else line.kind


@given(lines)
def test_groups_come_in_their_order_and_the_longest_first_in_each(given_lines: list[Line]) -> None:
    found = in_order(given_lines)
    assert len(found) == len(given_lines)
    for before, after in pairwise(found):
        assert before.group <= after.group
        if before.group is after.group:
            assert before.days >= after.days
            if before.days == after.days:
                kinds = list(Kind)
                assert kinds.index(before.kind) <= kinds.index(after.kind)
    assert in_order(reversed(given_lines)) == found
    assert [line for _, those in grouped(found) for line in those] == found
    assert [group for group, _ in grouped(found)] == sorted({line.group for line in given_lines})


def test_every_kind_has_its_group_and_every_group_its_heading() -> None:
    assert set(GROUPS) == set(Kind)
    assert all(group.heading for group in Group)


@pytest.mark.parametrize(
    ("counted", "panel", "due", "expected"),
    [
        (0, 3, TODAY, None),
        (1, 3, TODAY - DAY, Kind.NO_QUORUM),
        (2, 3, TODAY - DAY, Kind.TO_CLOSE),
        (3, 3, TODAY, None),  # on time, and ready: the manager's list says so
        (0, 2, TODAY, Kind.TOO_FEW_REVIEWERS),
    ],
)
def test_assessments(counted: int, panel: int, due: date, expected: Kind | None) -> None:
    tally = Tally(counted, panel, quorum=3, minimum=2, due=due)
    assert kind(attention.assessment("Falls", "R", tally, TODAY - DAY, TODAY)) is expected


def test_waiting_is_long_after_ten_working_days() -> None:
    since, later = date(2026, 11, 12), date(2026, 11, 13)  # eleven and ten working days
    line = attention.to_triage("Falls", "R", date(2026, 11, 2), since, TODAY)  # moved to another theme since
    assert line is not None
    assert (line.kind, line.reason[:36]) == (Kind.TO_TRIAGE, "It was submitted on 2 November 2026,")
    assert attention.to_triage("Falls", "R", since, later, TODAY) is None
    assert kind(attention.to_decide("Falls", "R", since, TODAY, is_prepared=False)) is Kind.TO_DECIDE
    assert attention.to_decide("Falls", "R", later, TODAY, is_prepared=False) is None
    assert kind(attention.to_decide("Falls", "R", TODAY, TODAY, is_prepared=True)) is Kind.PREPARED


def test_a_day_has_passed_the_day_after() -> None:
    assert attention.changes_late("Falls", "R", TODAY, TODAY) is None
    assert attention.changes_late("Falls", "R", None, TODAY) is None
    assert kind(attention.changes_late("Falls", "R", TODAY - DAY, TODAY)) is Kind.CHANGES_LATE
    assert attention.review_of_pause("Falls", "falls", TODAY, TODAY) is None
    assert attention.review_of_pause("Falls", "falls", None, TODAY) is None
    assert kind(attention.review_of_pause("Falls", "falls", TODAY - DAY, TODAY)) is Kind.REVIEW_OF_PAUSE


@pytest.mark.parametrize(
    ("steps", "days_ago", "is_lost"),
    [
        ([Step.PILOTING], 1, False),
        ([Step.PILOTING, Step.ADOPTED], 1, False),
        ([Step.PLANNING, Step.CONSIDERING], 1, False),  # it never used it
        ([Step.CONSIDERING, Step.NOT_PROCEEDING], 1, False),
        ([Step.ADOPTED, Step.PILOTING], 1, True),
        ([Step.EMBEDDED, Step.ADOPTED], 90, True),
        ([Step.EMBEDDED, Step.ADOPTED], 91, False),
        ([Step.PILOTING, Step.STOPPED], 1, True),
        ([Step.STOPPED, Step.PILOTING], 1, False),  # it took it up again
    ],
)
def test_adopters_that_stop_or_go_back(steps: list[Step], days_ago: int, is_lost: bool) -> None:
    on = TODAY - timedelta(days=days_ago)
    taken = tuple(Taken(step, on - DAY * back) for back, step in zip((1, 0), steps[-2:], strict=False))
    adopter = Adopter("hill", "Hill Hospital", "acute", None, taken)
    assert (attention.adopter_lost("Falls", "falls", adopter, TODAY) is not None) is is_lost


def test_an_adopter_that_left_in_more_than_one_step_stays_lost_and_one_entered_by_mistake_was_none() -> None:
    def lost(*taken: tuple[Step, int]) -> str:
        steps = tuple(Taken(step, TODAY - timedelta(days=ago)) for step, ago in taken)
        line = attention.adopter_lost("F", "falls", Adopter("hill", "Hill", "acute", None, steps), TODAY)
        return line.reason if line else ""

    assert lost((Step.PLANNING, 9), (Step.ADOPTED, 2), (Step.PLANNING, 2)) == ""
    assert lost((Step.ADOPTED, 200), (Step.PLANNING, 20), (Step.NOT_PROCEEDING, 2)) == (
        "Hill went from “Adopted” to “Planning” on 7 November 2026, and is at “Not proceeding” now."
    )
    assert lost((Step.ADOPTED, 200), (Step.PLANNING, 91), (Step.NOT_PROCEEDING, 2)) == ""
    assert lost((Step.ADOPTED, 200), (Step.STOPPED, 20), (Step.PILOTING, 2)) == ""


def test_the_plan_says_by_when() -> None:
    active = TODAY - timedelta(days=100)
    assert attention.behind_target("Falls", "falls", 1, 12, active, None, TODAY) is None
    line = attention.behind_target("Falls", "falls", 1, 12, active, TODAY + timedelta(days=100), TODAY)
    assert line is not None
    assert line.reason == "1 organisation has adopted it. To reach 12 by 7 March 2027, it would be 6 by now."


@given(
    st.integers(1, 500),
    st.integers(0, 1500),
    st.integers(0, 500),
    st.none() | st.integers(-100, 2000),
)
def test_behind_the_line_by_whole_organisations(
    target: int, age: int, covered: int, planned: int | None
) -> None:
    active = TODAY - timedelta(days=age)
    due = None if planned is None else active + timedelta(days=planned)
    found = attention.behind_target("Falls", "falls", covered, target, active, due, TODAY)
    whole = 730 if planned is None else max(planned, 0)
    on_line = next(n for n in range(target, -1, -1) if n * whole <= target * min(age, whole))
    assert (found is not None) == (covered < on_line)
    if found is not None:
        # On that day the line had one more than have adopted it, and the day before it had not.
        reached = TODAY - timedelta(days=found.days)
        assert attention.expected_by(target, active, due, reached) > covered
        assert reached == active or attention.expected_by(target, active, due, reached - DAY) <= covered


def test_a_figure_is_missed_when_the_month_after_it_is_over_too() -> None:
    def missing(newest: date | None, defined: date, today: date) -> Kind | None:
        return kind(attention.figures_missing("Falls", "falls", 1, "Falls", newest, defined, today))

    assert missing(date(2026, 8, 1), date(2026, 1, 5), date(2026, 10, 31)) is None
    assert missing(date(2026, 8, 1), date(2026, 1, 5), date(2026, 11, 1)) is Kind.FIGURES_MISSING
    assert missing(None, date(2026, 8, 31), date(2026, 9, 30)) is None
    assert missing(None, date(2026, 8, 31), date(2026, 10, 1)) is Kind.FIGURES_MISSING


def test_a_programme_has_ninety_days_to_decide_what_it_measures() -> None:
    active = TODAY - timedelta(days=90)
    assert attention.not_measured("Falls", "falls", active, TODAY) is None
    assert kind(attention.not_measured("Falls", "falls", active - DAY, TODAY)) is Kind.NOT_MEASURED


@pytest.mark.parametrize(
    ("today", "year", "quarter", "months"),
    [
        ("2026-11-27", "2026-04-01", ("2026-07-01", "2026-09-30"), "2025-11-28"),
        ("2026-03-31", "2025-04-01", ("2025-10-01", "2025-12-31"), "2025-04-01"),
        ("2026-04-01", "2026-04-01", ("2026-01-01", "2026-03-31"), "2025-04-02"),
        ("2028-02-29", "2027-04-01", ("2027-10-01", "2027-12-31"), "2027-03-01"),
    ],
)
def test_quick_periods(today: str, year: str, quarter: tuple[str, str], months: str) -> None:
    now = date.fromisoformat(today)
    found = [each.period for each in quick(now)]
    first, last = map(date.fromisoformat, quarter)
    assert found == [
        Period(date.fromisoformat(year), now),
        Period(first, last),
        Period(date.fromisoformat(months), now),
    ]


@given(st.dates(date(2001, 1, 1), date(2100, 12, 31)))
def test_the_last_quarter_is_over_and_three_months_long(today: date) -> None:
    first, last = last_quarter(today)
    assert first.day == 1
    assert (last + DAY).day == 1
    assert (last + DAY).month in {1, 4, 7, 10}
    assert 89 <= (last - first).days <= 91
    assert last < today <= last + timedelta(days=92)
