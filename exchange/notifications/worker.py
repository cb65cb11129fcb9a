"""`flask worker`: tells people of new events, sends what is queued, reminds, sweeps. Any number may run, or
die, at once."""

from __future__ import annotations

import logging
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from urllib.parse import urlsplit

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from config import BadSettings
from exchange import heartbeat, once
from exchange.accounts import services as accounts
from exchange.campaigns import services as campaigns
from exchange.extensions import db
from exchange.notifications import delivery, reminders, services
from exchange.notifications.faults import described
from exchange.notifications.mail import Sender
from exchange.notifications.transport import Transport, transport_to
from exchange.proposals import services as proposals
from exchange.transaction import refresh_statistics, transaction

IDLE_SECONDS = 2.0
STOPPING = (signal.SIGINT, signal.SIGTERM)

log = logging.getLogger(__name__)


class Stop:
    """Whether this process was asked to stop, and a sleep that such a request ends. Nothing else is
    interrupted by it."""

    def __init__(self) -> None:
        self.asked = False
        self._waking, self._woken = socket.socketpair()
        self._woken.setblocking(False)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Takes the signals over inside the block."""
        before = {number: signal.signal(number, self._ask) for number in STOPPING}
        woken = signal.set_wakeup_fd(self._woken.fileno())
        try:
            yield
        finally:
            signal.set_wakeup_fd(woken)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._waking.close()
            self._woken.close()

    def sleep(self, seconds: float) -> None:
        if not self.asked:
            select.select([self._waking], [], [], seconds)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


@dataclass
class Chore:
    """Something done now and then."""

    name: str
    work: Callable[[], object]
    every_seconds: float
    next_at: float = 0.0

    def is_due(self) -> bool:
        return time.monotonic() >= self.next_at

    def do(self) -> None:
        """A fault in it must not end the worker: it is done again when its time comes."""
        self.next_at = time.monotonic() + self.every_seconds
        try:
            self.work()
        except Exception as fault:
            log.error("%s: %s", self.name, described(fault))


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is to be done now, then end.")
@with_appcontext
def worker(once: bool) -> None:
    """Deliver notifications and e-mail, give reminders."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    transport = _transport(app)
    chores = [
        Chore("campaigns", campaigns.notice_all, 5),
        Chore("reminders", reminders.remind_all, 10 * 60),
        Chore("sweep", _sweep, 60 * 60),
        Chore("statistics", lambda: refresh_statistics(db.engine), 24 * 60 * 60),
    ]
    stop = Stop()
    with stop.listening():
        log.info("started")
        try:
            _work(app, transport, chores, stop, once=once)
        except Exception:
            # What Python itself would write of it may hold anybody's rows.
            log.exception("ended by a fault")
            raise SystemExit(1) from None
        log.info("ended")


def _work(app: Flask, transport: Transport, chores: list[Chore], stop: Stop, *, once: bool) -> None:
    while not stop.asked:
        busy = _one_round(app, transport, chores, stop, once=once)
        if once and not busy:
            break
        if not busy:
            stop.sleep(IDLE_SECONDS)


def _transport(app: Flask) -> Transport:
    config = app.config
    host = urlsplit(config["PUBLIC_URL"]).hostname or ""
    try:
        return transport_to(config["MAIL_URL"], Sender(config["SERVICE_NAME"], config["MAIL_FROM"], host))
    except BadSettings as bad:
        raise click.ClickException(str(bad)) from None


def _one_round(app: Flask, transport: Transport, chores: list[Chore], stop: Stop, *, once: bool) -> bool:
    """The chores that are due, all new events, and one message, as a mail server may take its time over each.
    False when there was nothing to do."""

    def wait() -> bool:
        if once or stop.asked:
            return False
        stop.sleep(IDLE_SECONDS)
        return True

    try:
        told = False
        _beat(app)
        # Contexts of their own: what they cache and load must not grow old.
        with app.app_context():
            for chore in chores:
                if chore.is_due():
                    chore.do()
        with app.app_context():
            while not stop.asked and services.tell_next():
                told = True
                _beat(app)
        with app.app_context():
            return (not stop.asked and delivery.send_next(transport, wait)) or told
    except SQLAlchemyError as fault:
        if once:
            raise
        # The database is away or busy; nothing is lost by trying again.
        log.error("the database did not answer: %s", described(fault))
        return False


def _beat(app: Flask) -> None:
    with app.app_context(), transaction():
        heartbeat.beat()


def _sweep() -> None:
    with transaction():
        proposals.sweep_files()
        accounts.forget_old_tries()
        accounts.forget_old_sessions()
        once.forget_old()
