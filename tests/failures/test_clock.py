"""The clock jumps forward and is put back: nothing goes out twice, and nobody and nothing waits until then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from exchange import heartbeat
from exchange.events import NewEvent
from exchange.extensions import db
from exchange.notifications import delivery, reminders, services
from exchange.notifications.mail import Parcel
from exchange.notifications.models import Notification
from exchange.notifications.transport import NotSent
from exchange.outbox import Message
from tests.assessment.arrange import make_cast
from tests.conftest import Committed
from tests.databases import Databases, make_app
from tests.factories import PASSWORD
from tests.mail import outbox, path_in
from tests.notifications.arrange import tell
from tests.notifications.test_delivery import Post, queue, send_next
from tests.pages import Client, Page
from tests.proposals.arrange import make_champion, make_submitted

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
YEAR, HOUR = timedelta(days=365), timedelta(hours=1)
JUMPS = [
    pytest.param(YEAR, -YEAR, id="a_year_ahead_and_back"),
    pytest.param(-YEAR, YEAR, id="a_year_back_and_ahead"),
    pytest.param(-HOUR, timedelta(), id="an_hour_back"),
    pytest.param(YEAR, timedelta(), id="a_year_ahead"),
    pytest.param(-YEAR, timedelta(), id="a_year_back"),
]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


class Killed(BaseException):
    pass


def leave_one_of_each(app: Flask, committed: Committed, number: int) -> None:
    """A message that waits for its next try, one that a killed worker held, and a new one."""

    def die(parcel: Parcel) -> None:
        raise Killed

    with committed():
        queue(number)
    send_next(app, Post(NotSent("451 later")))
    with committed():
        queue(number + 1)
    with pytest.raises(Killed):
        send_next(app, die)
    with committed():
        queue(number + 2)


@pytest.mark.parametrize(("first", "second"), JUMPS)
def test_every_message_goes_out_once_and_soon(
    app: Flask,
    committed: Committed,
    clock: time_machine.Traveller,
    first: timedelta,
    second: timedelta,
) -> None:
    leave_one_of_each(app, committed, 1)
    clock.shift(first)
    leave_one_of_each(app, committed, 4)
    clock.shift(second)
    post = Post()
    for _ in range(3):
        while send_next(app, post):
            continue
        clock.shift(delivery.LEASE)
    assert Counter(parcel.message_id for parcel in post.sent) == Counter(
        f"news.{number}" for number in range(1, 7)
    )


@pytest.mark.parametrize("jump", [-YEAR, -HOUR])
def test_message_that_is_being_sent_as_the_clock_is_put_back_is_left_to_its_worker(
    app: Flask, committed: Committed, clock: time_machine.Traveller, jump: timedelta
) -> None:
    other = Post()

    def slow(parcel: Parcel) -> None:
        clock.shift(jump)
        assert not send_next(app, other)

    with committed():
        queue()
    assert send_next(app, slow)
    assert not send_next(app, other)
    assert other.sent == []
    with committed():
        assert db.session.scalars(select(Message)).one().sent_at == START + jump


@pytest.mark.parametrize(("first", "second"), JUMPS)
def test_every_event_is_told_once_and_soon(
    app: Flask,
    committed: Committed,
    clock: time_machine.Traveller,
    first: timedelta,
    second: timedelta,
) -> None:
    with committed():
        champion = make_champion()
        make_submitted(champion)
    clock.shift(first)
    with committed():
        make_submitted(champion)
        for new in db.session.scalars(select(NewEvent)):  # one that could not be told
            services._postpone(new.event_id)
            break
    clock.shift(second)
    tell(app)
    clock.shift(services.LONGEST_WAIT)
    tell(app)
    with committed():
        told = db.session.scalars(select(Notification.kind).where(Notification.person_id == champion.id))
        assert list(told) == ["submitted", "submitted"]
        assert list(db.session.scalars(select(NewEvent))) == []


def test_each_reminder_is_given_once(app: Flask, committed: Committed, clock: time_machine.Traveller) -> None:
    with committed():
        make_cast()
    for jump in (timedelta(), YEAR, -YEAR, YEAR, -YEAR):
        clock.shift(jump)
        with app.app_context():
            reminders.remind_all()
    with committed():
        given = [name.split(".") for name in db.session.scalars(select(Notification.reminder)) if name]
    # A register is a year old by then, and is reminded of too.
    assert sorted({kind for kind, *_ in given}) == ["register", "review"]
    assert len([id_ for kind, id_, *_ in given if kind == "review"]) == 3


def test_mark_from_the_future_is_no_sign_of_life_and_is_replaced(
    client: Client, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        heartbeat.beat()
    clock.shift(-YEAR)
    said = client.visitor().get("health.ready", status=503).response.json
    assert said is not None
    assert said["worker"] == "unavailable: no worker was heard of for five minutes"
    with committed():
        heartbeat.beat()
    client.visitor().get("health.ready")


def sign_in(client: Client, password: str, status: int = 200) -> Page:
    page = client.visitor().get("/login")
    return page.submit("Sign in", email="amina@example.org", password=password, status=status)


def test_account_that_was_locked_in_the_future_opens(
    client: Client, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        make_champion(email="amina@example.org")
    clock.shift(YEAR)
    for _ in range(5):
        sign_in(client, "another password", status=422)
    sign_in(client, PASSWORD, status=429)
    clock.shift(-YEAR)
    assert sign_in(client, PASSWORD).h1 == "My work"


@pytest.mark.parametrize("jump", [YEAR, -YEAR, -HOUR])
def test_session_of_another_time_leads_to_signing_in(
    client: Client, committed: Committed, clock: time_machine.Traveller, jump: timedelta
) -> None:
    with committed():
        make_champion(email="amina@example.org")
    browser = sign_in(client, PASSWORD).browser
    clock.shift(jump)
    page = browser.get("/my-work")
    assert page.h1 == "Sign in"
    assert page.submit("Sign in", email="amina@example.org", password=PASSWORD).h1 == "My work"


@pytest.mark.parametrize("jump", [YEAR, -YEAR])
def test_link_of_another_time_says_how_to_get_a_new_one(
    client: Client, committed: Committed, clock: time_machine.Traveller, jump: timedelta
) -> None:
    with committed():
        make_champion(email="amina@example.org")
    client.visitor().get("/reset").submit("Send me a link", email="amina@example.org")
    clock.shift(jump)
    page = client.visitor().get(path_in(outbox(committed)[-1]))
    assert page.path == "/reset"
    assert "Ask for a new one here." in page.response.text


def test_limit_that_was_reached_in_the_future_is_no_limit_now(
    databases: Databases, clock: time_machine.Traveller
) -> None:
    with databases() as url:
        address = url.render_as_string(hide_password=False)
        app = make_app(address, RATELIMIT_ENABLED=True, RATELIMIT_DEFAULT="3 per minute")
        try:
            clock.shift(YEAR)
            ahead = [app.test_client().get("/help").status_code for _ in range(4)]
            clock.shift(-YEAR)
            back = app.test_client().get("/help").status_code
        finally:
            make_app(address)  # the limiter is one for all applications: off again, as tests have it
    assert (ahead, back) == ([200, 200, 200, 429], 200)
