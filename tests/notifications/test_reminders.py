"""Reminders: what has come, once, and only the newest."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from exchange.accounts.models import Person
from exchange.assessment import services as assessment
from exchange.assessment.models import Interest
from exchange.extensions import db
from exchange.notifications.models import Notification
from exchange.notifications.reminders import reached
from exchange.proposals import services as proposals
from exchange.proposals.models import Proposal
from exchange.region import queries as region
from exchange.spread.life import CHANGES
from exchange.spread.models import Programme
from exchange.spread.services import change_programme
from exchange.working_days import add_working_days
from tests.assessment.arrange import TEAM, make_cast, make_champion, make_manager, make_submitted, submit
from tests.conftest import Committed
from tests.decisions.arrange import make_staff
from tests.notifications.arrange import forget, remind, tell, texts_to, told
from tests.spread.arrange import make_programme

DUE = date(2026, 12, 18)  # a Friday
TOLD = date(2026, 11, 20)
BEFORE = [5, 1]
# Four weeks of working days before it is due.
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 12, 10), None),
        (date(2026, 12, 11), 5),
        (date(2026, 12, 16), 5),
        (date(2026, 12, 17), 1),
        (date(2026, 12, 18), 0),
        (date(2027, 2, 1), 0),
    ],
)
def test_newest_reminder_that_has_come(today: date, expected: int | None) -> None:
    assert reached(DUE, TOLD, today, BEFORE) == expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 12, 18), 0),
        (date(2026, 12, 20), 0),
        (date(2026, 12, 21), -1),
        (date(2026, 12, 24), -1),
        (date(2026, 12, 29), -5),  # Christmas Day and Boxing Day's Monday lie between
        (date(2027, 2, 1), -5),
    ],
)
def test_newest_reminder_after_the_date(today: date, expected: int) -> None:
    assert reached(DUE, TOLD, today, BEFORE, (1, 5)) == expected


def test_reminder_that_would_have_come_before_the_telling_is_left_out() -> None:
    asked = date(2026, 12, 14)
    assert reached(DUE, asked, asked, BEFORE) is None
    assert reached(DUE, asked, date(2026, 12, 16), BEFORE) is None
    assert reached(DUE, asked, date(2026, 12, 17), BEFORE) == 1


def test_bank_holidays_are_no_working_days() -> None:
    due = date(2026, 12, 30)  # Christmas Day and Boxing Day's Monday lie before it
    assert reached(due, TOLD, date(2026, 12, 20), BEFORE) is None
    assert reached(due, TOLD, date(2026, 12, 21), BEFORE) == 5
    assert reached(due, TOLD, date(2026, 12, 29), BEFORE) == 1


days = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@given(due=days, ahead=st.integers(1, 60), before=st.lists(st.integers(0, 20), max_size=4))
def test_each_reminder_comes_on_its_day_and_they_come_in_order(
    due: date, ahead: int, before: list[int]
) -> None:
    since = due - timedelta(days=ahead)
    came = [reached(due, since, since + timedelta(days=day), before) for day in range(ahead + 30)]
    counts = [count for count in came if count is not None]
    assert counts == sorted(counts, reverse=True)
    expected = {count for count in {0, *before} if add_working_days(due, -count) > since}
    assert set(counts) == expected
    assert came[0] is None


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def days_on_which_told(
    app: Flask, committed: Committed, clock: time_machine.Traveller, until: date
) -> dict[str, list[str]]:
    """Lets days pass, with reminders given twice on each; what each person was told, with the day."""
    tell(app)
    found: dict[str, list[str]] = {}
    while (today := datetime.now(UTC).date()) <= until:
        forget(committed)
        remind(app)
        remind(app)
        for name, lines in told(committed).items():
            found.setdefault(name, []).extend(f"{today:%d %b}: {line}" for line in lines)
        clock.shift(timedelta(days=1))
    return found


def test_reviewer_is_reminded_before_on_and_after_the_date(
    app: Flask, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        assert cast.round.due == DUE
        cast.reviewers[3].organisation_id = TEAM  # so that a conflict binds them
        submit(cast.assignment(1))
        assessment.declare(cast.assignment(2), Interest.OUTSIDE_MY_EXPERTISE, reason="")
    owing = cast.reviewers[0].name
    assert days_on_which_told(app, committed, clock, date(2027, 1, 31)) == {
        owing: [
            "11 Dec: your review is due on 18 December 2026",
            "17 Dec: your review is due on 18 December 2026",
            "18 Dec: your review is due on 18 December 2026",
            "21 Dec: your review was due on 18 December 2026",
            "29 Dec: your review was due on 18 December 2026",
        ]
    }


def test_reminders_end_when_the_review_is_in(
    app: Flask, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        cast = make_cast()
    names = {person.name for person in cast.reviewers}
    clock.move_to(datetime(2026, 12, 11, 9, 0, tzinfo=UTC))
    tell(app)
    forget(committed)
    remind(app)
    assert told(committed).keys() == names
    with committed():
        for index in range(3):
            submit(cast.assignment(index))
    tell(app)
    forget(committed)
    clock.move_to(datetime(2026, 12, 18, 9, 0, tzinfo=UTC))
    remind(app)
    assert told(committed) == {}


def test_worker_that_was_down_gives_one_reminder(
    app: Flask, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        cast = make_cast()
    tell(app)
    forget(committed)
    clock.move_to(datetime(2026, 12, 22, 9, 0, tzinfo=UTC))
    remind(app)
    assert told(committed) == {
        person.name: ["your review was due on 18 December 2026"] for person in cast.reviewers
    }
    assert "as soon as you can" in texts_to(committed, cast.reviewers[0])[0]


def test_more_time_brings_reminders_of_the_new_day(
    app: Flask, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        cast = make_cast()
    clock.move_to(datetime(2026, 12, 18, 9, 0, tzinfo=UTC))
    tell(app)
    remind(app)
    with committed():
        assessment.extend(cast.assignment(0).round, cast.manager, due=date(2027, 1, 8), reason="Holidays")
    tell(app)
    forget(committed)
    news = days_on_which_told(app, committed, clock, date(2027, 1, 12))
    assert news[cast.reviewers[0].name] == [
        "31 Dec: your review is due on 8 January 2027",
        "07 Jan: your review is due on 8 January 2027",
        "08 Jan: your review is due on 8 January 2027",
        "11 Jan: your review was due on 8 January 2027",
    ]


def test_reminders_end_when_the_proposal_is_withdrawn(
    app: Flask, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        cast = make_cast()
        assessment.withdraw(db.session.get_one(Proposal, cast.proposal.id), cast.champion, reason="No")
    assert days_on_which_told(app, committed, clock, date(2026, 12, 20)) == {}


def test_leaver_is_not_reminded(app: Flask, committed: Committed, clock: time_machine.Traveller) -> None:
    with committed():
        cast = make_cast()
        for person in cast.reviewers:
            person.active = False
    assert days_on_which_told(app, committed, clock, date(2026, 12, 20)) == {}


def test_champion_is_reminded_of_changes(
    app: Flask, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        champion, author, manager = make_champion(), make_champion(name="Co Author"), make_manager()
        proposal = make_submitted(champion, co_authors=[author])
        proposals.request_changes(proposal, manager, sections=[], message="More", due=DUE)
    assert days_on_which_told(app, committed, clock, date(2026, 12, 31)) == {
        "Amina Begum": [
            "11 Dec: your changes are due on 18 December 2026",
            "17 Dec: your changes are due on 18 December 2026",
            "18 Dec: your changes are due on 18 December 2026",
            "21 Dec: your changes were due on 18 December 2026",
            "29 Dec: your changes were due on 18 December 2026",
        ]
    }


def test_workers_at_once_give_each_reminder_once(
    app: Flask, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        cast = make_cast(reviewers=6)
    tell(app)
    forget(committed)
    clock.move_to(datetime(2026, 12, 11, 9, 0, tzinfo=UTC))
    with ThreadPoolExecutor(4) as pool:
        for worker in [pool.submit(remind, app) for _ in range(4)]:
            worker.result()
    assert {name: len(lines) for name, lines in told(committed).items()} == {
        person.name: 1 for person in cast.reviewers
    }


def test_pack_says_when_who_is_late_is_reminded(
    app: Flask, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        region.current().rules = {**region.current().rules, "reminders_after": [2]}
        cast = make_cast()
        due = cast.round.due
    tell(app)
    for days, reminders in ((0, 1), (1, 1), (2, 2), (5, 2)):
        clock.move_to(datetime.combine(add_working_days(due, days), time(10), UTC))
        remind(app)
        with committed():
            given = db.session.query(Notification).filter_by(
                kind="review_due", person_id=cast.reviewers[0].id
            )
            assert given.count() == reminders


def test_nothing_is_given_before_a_region_is_loaded(app: Flask, committed: Committed) -> None:
    with committed() as session:
        session.delete(region.current())
    remind(app)
    assert told(committed) == {}


def test_a_pause_is_looked_at_again_once_and_anew_when_it_is_prolonged(
    app: Flask, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        staff = make_staff()
        programme = make_programme(staff)
        said = {"reason": "Beds are closed.", "review_on": date(2026, 12, 1)}
        change_programme(programme, CHANGES["pause"], staff.director, said)
    line = "look again at a paused programme"
    expected = {name: [f"01 Dec: {line}"] for name in (staff.manager.name, staff.director.name)}
    found = days_on_which_told(app, committed, clock, date(2026, 12, 4))
    assert {
        name: [each for each in lines if line in each] for name, lines in found.items() if name in expected
    } == expected
    with committed():
        programme = db.session.scalars(select(Programme)).one()
        director = db.session.get_one(Person, staff.director.id)
        said = {"reason": "Still closed.", "review_on": date(2026, 12, 7)}
        change_programme(programme, CHANGES["prolong"], director, said)
    found = days_on_which_told(app, committed, clock, date(2026, 12, 9))
    assert [each for each in found[staff.director.name] if line in each] == [f"07 Dec: {line}"]
