"""A worker that is killed between any two steps: the next one loses nothing, and doubles at most the message at hand.

What a worker does is one transaction after the other, so each kind is killed at each of its steps by itself: the whole took
ten times as long and showed no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from exchange.events import NewEvent
from exchange.extensions import db
from exchange.notifications import delivery, reminders, services
from exchange.notifications.models import Notification
from exchange.outbox import Message
from tests.assessment.arrange import make_cast, make_champion, make_manager, make_submitted
from tests.conftest import Committed
from tests.failures.killing import Life, at_every_step, killed_after
from tests.notifications.test_delivery import Post, queue

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def test_event_that_was_being_told_is_told_once(app: Flask, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        make_manager()
        make_submitted(champion)

    def tell_all() -> None:
        with app.app_context():
            while services.tell_next():
                continue

    told: list[int] = []

    def check(life: Life) -> None:
        with committed():
            found = db.session.scalars(select(Notification.id)).all()
            queued = db.session.scalars(select(Message.id)).all()
        assert len(found) == len(queued)
        told.append(len(found))

    steps = at_every_step(app, tell_all, check)
    assert set(told) == {0, 2}
    assert steps > 10
    with committed():
        assert list(db.session.scalars(select(NewEvent))) == []


def test_messages_all_go_out_and_only_the_one_at_hand_twice(
    app: Flask, committed: Committed, clock: time_machine.Traveller
) -> None:
    numbers = count(1)
    doubled: list[int] = []

    def send_all() -> None:
        with app.app_context():
            while delivery.send_next(post):
                continue

    while True:
        with committed():
            asked = [queue(next(numbers)).message_id for _ in range(2)]
        post = Post()
        with killed_after(len(doubled), app) as life:
            send_all()
        clock.shift(delivery.LEASE)
        send_all()
        sent = Counter(parcel.message_id for parcel in post.sent)
        assert sorted(sent) == sorted(asked)
        doubled.append(sent.total() - 2)
        if not life.is_over:
            break
    assert set(doubled) == {0, 1}
    assert doubled[-1] == 0
    with committed():
        assert set(db.session.scalars(select(Message.sent_at.is_(None)))) == {False}


def test_reminders_of_a_worker_killed_at_any_step_are_given_once(app: Flask, committed: Committed) -> None:
    with committed():
        cast = make_cast()

    def remind() -> None:
        with app.app_context():
            reminders.remind_all()

    given: list[int] = []

    def check(life: Life) -> None:
        with committed():
            given.append(len(list(db.session.scalars(select(Notification.id)))))

    with time_machine.travel(cast.round.due + timedelta(days=1), tick=False):
        at_every_step(app, remind, check)
        remind()
    with committed():
        people = list(db.session.scalars(select(Notification.person_id)))
    assert sorted(people) == sorted(person.id for person in cast.reviewers)
    assert given == sorted(given)
    assert set(given) == {0, 1, 2, 3}
