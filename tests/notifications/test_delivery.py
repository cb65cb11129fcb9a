"""Queued messages are sent once, tried again, given up, and outlive the workers that send them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Lock

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from exchange import outbox
from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.notifications import delivery
from exchange.notifications.mail import Parcel
from exchange.notifications.transport import NotSent, Refused
from exchange.outbox import Message
from tests.conftest import Committed
from tests.factories import make_person

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Post:
    """A transport that keeps what it was given, and meets the problems that it is told to meet."""

    def __init__(self, *problems: Exception) -> None:
        self.sent: list[Parcel] = []
        self.problems = list(problems)

    def __call__(self, parcel: Parcel) -> None:
        self.sent.append(parcel)
        if self.problems:
            raise self.problems.pop(0)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def queue(number: int = 1, *, secret: bool = False, person: Person | None = None) -> Message:
    return outbox.queue(
        "news",
        f"p{number}@example.org",
        "News",
        "Text\n",
        message_id=f"news.{number}",
        secret=secret,
        person=person,
    )


def send_next(app: Flask, post: Callable[[Parcel], None]) -> bool:
    with app.app_context():
        return delivery.send_next(post)


def only_message(committed: Committed) -> Message:
    with committed():
        return db.session.scalars(select(Message)).one()


def test_message_is_sent_once(app: Flask, committed: Committed, clock: time_machine.Traveller) -> None:
    with committed():
        queue()
    post = Post()
    assert send_next(app, post)
    assert not send_next(app, post)
    [parcel] = post.sent
    assert (parcel.to_address, parcel.subject, parcel.text, parcel.message_id, parcel.queued_at) == (
        "p1@example.org",
        "News",
        "Text\n",
        "news.1",
        START,
    )
    message = only_message(committed)
    assert (message.sent_at, message.tries, message.leased_until, message.text) == (START, 1, None, "Text\n")


def test_messages_go_in_the_order_they_were_queued(app: Flask, committed: Committed) -> None:
    for number in (2, 1, 3):
        with committed():
            queue(number)
    post = Post()
    while send_next(app, post):
        continue
    assert [parcel.message_id for parcel in post.sent] == ["news.2", "news.1", "news.3"]


def test_secret_is_wiped_once_sent(app: Flask, committed: Committed) -> None:
    with committed():
        queue(secret=True)
    post = Post()
    send_next(app, post)
    assert post.sent[0].text == "Text\n"
    assert only_message(committed).text == ""


def test_secret_is_wiped_when_given_up(app: Flask, committed: Committed) -> None:
    with committed():
        queue(secret=True)
    send_next(app, Post(Refused("550 nobody")))
    assert only_message(committed).text == ""


def test_secret_is_kept_while_there_is_hope(app: Flask, committed: Committed) -> None:
    with committed():
        queue(secret=True)
    send_next(app, Post(NotSent("451 later")))
    assert only_message(committed).text == "Text\n"


def test_failed_message_is_tried_again_and_again_for_a_day(
    app: Flask, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        queue()
    post = Post(*[NotSent("451 later")] * 7)
    waited = []
    while (message := only_message(committed)).given_up_at is None:
        clock.move_to(message.next_try_at - timedelta(seconds=1))
        assert not post.sent or not send_next(app, post)
        clock.move_to(message.next_try_at)
        waited.append(message.next_try_at - START)
        assert send_next(app, post)
    assert waited == [
        timedelta(),
        timedelta(minutes=1),
        timedelta(minutes=6),
        timedelta(minutes=36),
        timedelta(hours=2, minutes=36),
        timedelta(hours=8, minutes=36),
        timedelta(hours=23, minutes=36),
    ]
    assert {parcel.message_id for parcel in post.sent} == {"news.1"}
    assert (message.tries, message.last_error, message.sent_at) == (7, "451 later", None)


def test_message_that_is_refused_for_good_is_given_up_at_once(app: Flask, committed: Committed) -> None:
    with committed():
        queue()
    post = Post(Refused("550 5.1.1 No such mailbox"))
    send_next(app, post)
    assert not send_next(app, post)
    message = only_message(committed)
    assert message.given_up_at is not None
    assert message.last_error == "550 5.1.1 No such mailbox"


def test_fault_of_ours_holds_up_no_other_message(app: Flask, committed: Committed) -> None:
    with committed():
        queue(1)
        queue(2)
    post = Post(KeyError("p1@example.org"))
    assert send_next(app, post)
    assert send_next(app, post)
    with committed():
        first, second = db.session.scalars(select(Message).order_by(Message.id))
    assert (first.sent_at, first.last_error) == (None, "The service could not send it: KeyError.")
    assert second.sent_at is not None


def test_log_names_no_person(app: Flask, committed: Committed, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with committed():
        queue(1)
        queue(2)
        queue(3)
    post = Post(KeyError("p1@example.org"), NotSent("451 p2@example.org is busy"))
    while send_next(app, post):
        continue
    assert len(caplog.messages) == 4
    assert not any("@" in message for message in caplog.messages)


def test_what_a_dead_worker_held_is_sent_when_its_lease_ends(
    app: Flask, committed: Committed, clock: time_machine.Traveller
) -> None:
    class Killed(BaseException):
        pass

    def dies(parcel: Parcel) -> None:
        raise Killed

    with committed():
        queue()
    with pytest.raises(Killed):
        send_next(app, dies)
    post = Post()
    assert not send_next(app, post)
    clock.shift(delivery.LEASE)
    assert send_next(app, post)
    assert post.sent[0].message_id == "news.1"
    assert only_message(committed).tries == 2


def test_message_that_ends_every_worker_is_given_up(
    app: Flask, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        queue(1).tries = delivery.MOST_TRIES
        queue(2)
    post = Post()
    assert send_next(app, post)
    assert [parcel.message_id for parcel in post.sent] == ["news.2"]
    with committed():
        lost = db.session.scalars(select(Message).where(Message.message_id == "news.1")).one()
    assert lost.last_error == "The worker ended each time while it sent this."


def test_slow_worker_does_not_undo_what_another_did_meanwhile(
    app: Flask, committed: Committed, clock: time_machine.Traveller
) -> None:
    quick = Post()

    def slow(parcel: Parcel) -> None:
        clock.shift(delivery.LEASE)
        assert send_next(app, quick)
        raise NotSent("451 later")

    with committed():
        queue()
    assert send_next(app, slow)
    message = only_message(committed)
    assert message.sent_at is not None
    assert (message.tries, message.last_error) == (2, None)


def test_leaver_gets_nothing_that_still_waits(app: Flask, committed: Committed) -> None:
    with committed():
        queue(person=make_person(active=False))
    post = Post()
    assert not send_next(app, post)
    assert post.sent == []
    assert only_message(committed).last_error == "The account is no longer active."


def test_two_workers_at_once_send_each_message_once(app: Flask, committed: Committed) -> None:
    with committed():
        for number in range(40):
            queue(number)
    sent: list[str] = []
    lock = Lock()

    def post(parcel: Parcel) -> None:
        with lock:
            sent.append(parcel.message_id)

    def work() -> None:
        while send_next(app, post):
            continue

    with ThreadPoolExecutor(4) as pool:
        for worker in [pool.submit(work) for _ in range(4)]:
            worker.result()
    assert sorted(sent) == sorted(f"news.{number}" for number in range(40))
