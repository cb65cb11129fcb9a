"""A mail server that is slow, stalls or dribbles: each message has its time, the others go on, and none goes out twice for it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Event, Thread, Timer

import pytest
from flask import Flask
from sqlalchemy import select

from exchange import heartbeat
from exchange.extensions import db
from exchange.notifications import delivery
from exchange.notifications.mail import Parcel
from exchange.notifications.transport import PATIENCE, NotSent, Patience, transport_to
from exchange.outbox import Message
from tests.conftest import Committed
from tests.failures.arrange import away
from tests.notifications.conftest import Server
from tests.notifications.test_delivery import Post, queue
from tests.notifications.test_transport import SENDER, make_parcel
from tests.test_deploy import unit

LONGEST = 60.0
StartServer = Callable[..., Server]


class Dribbler:
    """Says one letter of its greeting after the other, never the end of it, until the other side hangs up."""

    def __init__(self, *, every: float | None) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.every = every
        self.over = Event()
        self.was_left = False
        self.thread = Thread(target=self._dribble)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.listening.getsockname()[1]}"

    def _dribble(self) -> None:
        held, _ = self.listening.accept()
        held.settimeout(self.every or LONGEST)
        while not self.over.is_set() and not self.was_left:
            try:
                self.was_left = held.recv(1024) == b""
            except TimeoutError:
                held.sendall(b"2")
            except OSError:
                self.was_left = True
        held.close()


@pytest.fixture
def dribbler() -> Iterator[Callable[..., Dribbler]]:
    started: list[Dribbler] = []

    def start(*, every: float | None) -> Dribbler:
        started.append(Dribbler(every=every))
        return started[-1]

    yield start
    for each in started:
        each.over.set()
        each.thread.join()
        each.listening.close()


@pytest.mark.parametrize(
    ("every", "patience"),
    [
        pytest.param(None, Patience(0.2, LONGEST, LONGEST), id="stalls"),
        pytest.param(0.05, Patience(LONGEST, LONGEST, 0.5), id="dribbles"),
    ],
)
def test_server_that_never_gets_to_the_end_is_left(
    dribbler: Callable[..., Dribbler], every: float | None, patience: Patience
) -> None:
    server = dribbler(every=every)
    with pytest.raises(NotSent, match=r"^The mail server cannot be used: ") as problem:
        transport_to(server.url, SENDER, patience)(make_parcel())
    assert type(problem.value) is NotSent
    server.thread.join()
    assert server.was_left


def test_server_that_thinks_over_a_message_is_waited_for(mail_server: StartServer) -> None:
    server = mail_server()
    server.postbox.may_answer.clear()
    thinking = Timer(3.0, server.postbox.may_answer.set)
    thinking.start()
    transport_to(server.url, SENDER, Patience(2.0, LONGEST, LONGEST))(make_parcel())
    assert server.postbox.recipients == ["chloe@example.org"]


def test_server_that_stalls_over_one_message_holds_up_no_other(
    app: Flask, committed: Committed, mail_server: StartServer
) -> None:
    server = mail_server()
    with committed():
        queue(1)
        queue(2)
    server.postbox.may_answer.clear()
    with app.app_context():
        assert delivery.send_next(transport_to(server.url, SENDER, Patience(LONGEST, 0.3, LONGEST)))
        server.postbox.may_answer.set()
        assert delivery.send_next(transport_to(server.url, SENDER))
        assert not delivery.send_next(transport_to(server.url, SENDER))
    with committed():
        first, second = db.session.scalars(select(Message).order_by(Message.id))
    assert (first.sent_at, first.tries, first.last_error) == (
        None,
        1,
        "Connection unexpectedly closed: timed out",
    )
    assert second.sent_at is not None


def test_worker_that_waits_for_a_mail_server_is_not_taken_for_dead() -> None:
    assert PATIENCE.step < PATIENCE.message < PATIENCE.whole
    assert PATIENCE.whole < heartbeat.LONGEST_SILENCE.total_seconds() < delivery.LEASE.total_seconds()
    assert PATIENCE.whole < int(unit("worker")["Service"]["TimeoutStopSec"])


def test_message_that_is_sent_as_the_database_goes_is_not_sent_again(
    app: Flask, committed: Committed
) -> None:
    waited: list[bool] = []
    with committed():
        queue()
    with app.app_context(), ExitStack() as gone:
        post = Post()

        def send(parcel: Parcel) -> None:
            post(parcel)
            gone.enter_context(away(app))

        def wait() -> bool:
            waited.append(True)
            if len(waited) == 2:
                gone.close()
            return True

        assert delivery.send_next(send, wait)
        assert not delivery.send_next(send, wait)
    assert (len(post.sent), len(waited)) == (1, 2)
    with committed():
        assert db.session.scalars(select(Message)).one().sent_at is not None
