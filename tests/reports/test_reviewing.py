"""How reviewing goes: every figure recomputed in another way, and shown to managers of what they may know."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborNode

from exchange.accounts.models import Person
from exchange.assessment import services as assessment
from exchange.assessment.models import DECLINED, Interest
from exchange.extensions import db
from exchange.proposals import services as proposals
from exchange.reports.reviewing import Became, Place, summed_up
from exchange.working_days import is_working_day
from tests.assessment.arrange import (
    declare,
    make_champion,
    make_manager,
    make_reviewer,
    make_submitted,
    start,
    submit,
)
from tests.conftest import Committed
from tests.pages import Client
from tests.statements import counted_queries

TODAY = date(2026, 11, 27)
SINCE = TODAY - timedelta(days=365)
minutes = st.integers(0, 329 * 24 * 60)
moments = minutes.map(lambda count: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=count))
places = st.lists(
    st.builds(
        Place,
        reviewer=st.integers(1, 3),
        name=st.just("A reviewer"),
        assigned_at=moments,
        declared_at=st.none() | moments,
        interest=st.none() | st.sampled_from(Interest),
        removed_at=st.none() | moments,
        submitted_at=st.none() | moments,
        due=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        ended_at=st.none() | moments,
        rests=st.lists(
            st.tuples(st.dates(date(2026, 1, 1), TODAY), st.none() | st.dates(date(2026, 1, 1), TODAY)),
            max_size=2,
        ).map(tuple),
    ),
    max_size=12,
)


def local(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo("Europe/London")).date()


def walked(start: date, end: date) -> int:
    """Working days after the one and up to the other, day by day; as many less than none the other way."""
    first, last, sign = (start, end, 1) if start <= end else (end, start, -1)
    days = 0
    while first < last:
        first += timedelta(days=1)
        days += is_working_day(first)
    return sign * days


def worked(place: Place, end: datetime) -> int:
    """As `walked`, without the working days on which the round rested."""
    start, last = local(place.assigned_at), local(end)
    if last < start:
        return walked(start, last)
    days = (start + timedelta(days=count) for count in range(1, (last - start).days + 1))
    return sum(
        is_working_day(day)
        and not any(since < day and (until is None or day <= until) for since, until in place.rests)
        for day in days
    )


@given(places)
def test_figures_are_those_of_another_reckoning(given_places: list[Place]) -> None:
    found = summed_up(given_places, SINCE, TODAY)
    answered = [
        worked(each, each.declared_at)
        for each in given_places
        if each.declared_at is not None and each.declared_at >= each.assigned_at
    ]
    reviewed = [worked(each, each.submitted_at) for each in given_places if each.submitted_at]
    for pace, days in (found.answering, answered), (found.reviewing, reviewed):
        assert pace.count == len(days)
        if days:
            assert pace.half is not None
            assert sum(day <= pace.half for day in days) * 2 >= len(days)
            assert sum(day >= pace.half for day in days) * 2 >= len(days)
            assert pace.most == min(
                day for day in days if sum(each <= day for each in days) * 10 >= 9 * len(days)
            )
    told = dict(found.became)
    assert sum(told.values()) == found.asked == len(given_places)
    free = [each for each in given_places if each.interest in {None, Interest.NONE} and not each.removed_at]
    assert told[Became.HAD_AN_INTEREST] == sum(each.interest is Interest.INTEREST for each in given_places)
    assert told[Became.DECLINED] == sum(each.interest in DECLINED for each in given_places)
    in_time = sum(each.submitted_at is not None and local(each.submitted_at) <= each.due for each in free)
    assert told[Became.ON_TIME] == in_time
    assert told[Became.ON_TIME] + told[Became.LATE] == sum(each.submitted_at is not None for each in free)
    waiting = [each for each in free if each.submitted_at is None and each.ended_at is None]
    resting = [each for each in waiting if any(until is None for _, until in each.rests)]
    assert told[Became.OVERDUE] == sum(each.due < TODAY and each not in resting for each in waiting)
    assert told[Became.TO_COME] == len(waiting) - told[Became.OVERDUE]
    assert sum(load.asked for load in found.loads) == len(given_places)
    assert sum(load.open for load in found.loads) == len(waiting)


def test_manager_sees_how_reviewing_goes(client: Client, committed: Committed) -> None:
    with time_machine.travel("2026-10-01T09:00:00Z", tick=False) as clock, committed():
        champion, manager = make_champion(), make_manager()
        people = [make_reviewer(f"Reviewing Person {number}") for number in range(4)]
        round_ = start(make_submitted(champion), manager, people)
        by_name = {place.person.name[-1]: place for place in round_.assignments}
        clock.move_to("2026-10-05T09:00:00Z")  # two working days on
        declare(by_name["0"])
        assessment.declare(by_name["1"], Interest.TOO_MANY)
        clock.move_to("2026-10-08T09:00:00Z")  # five
        submit(by_name["0"])
        clock.move_to("2026-11-05T09:00:00Z")  # 25, past the due date of 20
        submit(by_name["2"])
    with time_machine.travel("2026-11-27T10:00:00Z", tick=False):
        page = client.as_(manager).get("reports.my_work").click("How reviewing goes")
    assert "2 working days or fewer for half of 3 answers, 25 or fewer for 90 of 100" in page.text
    assert "15 working days or fewer for half of 2 reviews, 25 or fewer for 90 of 100" in page.text
    became, loads = (cells_of(table) for table in page.select("table"))
    assert became == [
        ["Declined: outside their expertise, or too many", "1", "25"],
        ["Reviewed by the due date", "1", "25"],
        ["Reviewed after the due date", "1", "25"],
        ["Overdue", "1", "25"],
    ]
    assert loads == [
        ["Reviewing Person 3", "1", "0", "0", "0", "1", "–"],
        ["Reviewing Person 0", "1", "1", "0", "0", "0", "5"],
        ["Reviewing Person 1", "1", "0", "0", "1", "0", "–"],
        ["Reviewing Person 2", "1", "1", "1", "0", "0", "25"],
    ]


def test_days_of_rest_and_of_changing_a_review_do_not_count(client: Client, committed: Committed) -> None:
    with time_machine.travel("2026-10-01T09:00:00Z", tick=False) as clock, committed():
        champion, manager = make_champion(), make_manager()
        people = [make_reviewer(f"Reviewing Person {number}") for number in range(3)]
        proposal = make_submitted(champion)
        round_ = start(proposal, manager, people)
        first, second, third = (
            place for _, place in sorted((each.person.name, each) for each in round_.assignments)
        )
        clock.move_to("2026-10-05T09:00:00Z")  # two working days on
        submit(first)
        declare(second)
        declare(third)
        assessment.request_changes(
            proposal, manager, sections=["need"], message="Count.", due=date(2026, 11, 2)
        )
        clock.move_to("2026-10-19T09:00:00Z")
        proposals.submit(proposal, champion)
        assessment.start_assessment(proposal, manager, [])
        clock.move_to("2026-10-20T09:00:00Z")  # one working day on
        submit(first)
        submit(second)
        clock.move_to("2026-10-22T09:00:00Z")
        assessment.reopen_review(first)
        clock.move_to("2026-10-28T09:00:00Z")
        submit(first)
        assessment.request_changes(
            proposal, manager, sections=["need"], message="Count.", due=date(2026, 12, 2)
        )
    with time_machine.travel("2026-11-27T10:00:00Z", tick=False):
        page = client.as_(manager).get("reports.reviewing")
    assert "3 working days or fewer for half of 2 reviews, 3 or fewer for 90 of 100" in page.text
    became, _ = (cells_of(table) for table in page.select("table"))
    assert became == [["Reviewed by the due date", "2", "67"], ["Still in time", "1", "33"]]


def cells_of(table: LexborNode) -> list[list[str]]:
    """Without the headings that each cell repeats on a phone."""
    heads = [head.text(strip=True) for head in table.css("thead th")]
    return [
        [
            cell.text(strip=True).removeprefix(head)
            for head, cell in zip(heads, row.css("td, th"), strict=True)
        ]
        for row in table.css("tbody tr")
    ]


def test_proposals_that_bind_the_manager_do_not_enter(client: Client, committed: Committed) -> None:
    with committed():
        champion, bound = make_champion(), make_manager(name="Bea Bound")
        people = [make_reviewer(f"Reviewing Person {number}") for number in range(3)]
        start(make_submitted(champion), make_manager(), people)
        db.session.get_one(Person, bound.id).organisation_id = champion.organisation_id
    page = client.as_(bound).get("reports.reviewing")
    assert "Nobody was asked to review" in page.text
    assert "Reviewing Person" not in page.text


def test_page_asks_the_database_as_often_for_many_as_for_one(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        people = [make_reviewer(f"Reviewing Person {number}") for number in range(3)]
        start(make_submitted(champion), manager, people)
    before = counted_queries(app, client, manager, "/reviewing")
    with committed():
        for _ in range(2):
            start(make_submitted(db.session.get_one(Person, champion.id)), manager, people)
    assert counted_queries(app, client, manager, "/reviewing") == before
