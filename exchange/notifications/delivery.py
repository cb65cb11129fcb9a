"""Sends what is queued: one message at a time, claimed by one worker, tried again for about a day, then left
to an administrator."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.exc import SQLAlchemyError

from exchange import clock
from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.notifications.faults import described
from exchange.notifications.mail import Parcel
from exchange.notifications.transport import NotSent, Refused, Transport
from exchange.outages import outage_of
from exchange.outbox import Message
from exchange.transaction import transaction

# Longer than any try takes, so that a second worker sends only what a first one left when it died.
LEASE = timedelta(minutes=10)
# How long to wait after each failed try; after the last comes giving up, at about a day.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=15),
)
MOST_TRIES = len(WAITS) + 1
LONGEST_ERROR = 300

log = logging.getLogger(__name__)


def send_next(transport: Transport, wait: Callable[[], bool] = lambda: False) -> bool:
    """Sends the message that is due for longest. False when there is none.

    It is claimed, sent and settled in three steps, as no lock may wait for a mail server. When a worker is
    killed between the last two, it is sent once more, with the same Message-ID. When only the database is away
    then, `wait` says whether to go on trying to settle it.
    """
    with transaction():
        parcel = _claim()
    if parcel is None:
        return False
    problem = _try_to_send(parcel, transport)
    while True:
        try:
            _settle(parcel, problem)
            return True
        except SQLAlchemyError as fault:
            log.error("message %d (%s) is not settled: %s", parcel.id, parcel.kind, described(fault))
            if outage_of(fault) is None or not wait():
                raise


def _try_to_send(parcel: Parcel, transport: Transport) -> NotSent | None:
    try:
        transport(parcel)
    except NotSent as problem:
        return problem
    except Exception as fault:
        # Ours, not the server's: the other messages still go.
        log.error("message %d (%s): %s", parcel.id, parcel.kind, described(fault))
        return NotSent(f"The service could not send it: {type(fault).__name__}.")
    return None


def _claim() -> Parcel | None:
    """Leases one due message to this worker. On PostgreSQL others skip its row; on SQLite they wait their
    turn."""
    moment = clock.now()
    due = (
        select(Message)
        .where(
            Message.sent_at.is_(None),
            Message.given_up_at.is_(None),
            _is_due(moment),
            or_(
                Message.leased_until.is_(None),
                Message.leased_until <= moment,
                Message.leased_until > moment + LEASE,
            ),
        )
        .order_by(Message.next_try_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    while (message := db.session.scalar(due)) is not None:
        if message.leased_until is not None and message.leased_until > moment:
            # The clock was put back since. Whoever has it may still be sending it.
            message.leased_until = moment + LEASE
            db.session.flush()
            continue
        if reason := _why_never(message):
            _give_up(message, reason)
            db.session.flush()
            continue
        message.tries += 1
        message.leased_until = moment + LEASE
        return Parcel(
            id=message.id,
            kind=message.kind,
            to_address=message.to_address,
            subject=message.subject,
            text=message.text,
            message_id=message.message_id,
            queued_at=message.queued_at,
            tries=message.tries,
            leased_until=message.leased_until,
        )
    return None


def _is_due(moment: datetime) -> ColumnElement[bool]:
    """Also when it would have to wait for longer than any does after so many tries: then the clock was put back since."""
    longer = [
        and_(Message.tries == tries, Message.next_try_at > moment + wait)
        for tries, wait in enumerate((timedelta(), *WAITS))
    ]
    return or_(Message.next_try_at <= moment, *longer)


def _why_never(message: Message) -> str:
    if message.tries >= MOST_TRIES:
        return "The worker ended each time while it sent this."
    person = None if message.person_id is None else db.session.get(Person, message.person_id)
    return "" if person is None or person.active else "The account is no longer active."


def _settle(parcel: Parcel, problem: NotSent | None) -> None:
    with transaction():
        message = db.session.get_one(Message, parcel.id, with_for_update=True, populate_existing=True)
        if message.sent_at is not None or (problem and message.leased_until != parcel.leased_until):
            return  # the lease ran out, and another worker has it
        message.leased_until = None
        message.last_error = None if problem is None else str(problem)[:LONGEST_ERROR]
        if problem is None:
            message.sent_at, message.given_up_at = clock.now(), None
            _forget_secret(message)
            log.info("message %d (%s): sent", parcel.id, parcel.kind)
        elif isinstance(problem, Refused) or parcel.tries >= MOST_TRIES:
            _give_up(message, str(problem))
        else:
            message.next_try_at = clock.now() + WAITS[parcel.tries - 1]
            log.warning("message %d (%s): not sent at try %d", parcel.id, parcel.kind, parcel.tries)


def _give_up(message: Message, reason: str) -> None:
    message.given_up_at, message.leased_until = clock.now(), None
    message.last_error = reason[:LONGEST_ERROR]
    _forget_secret(message)
    log.warning("message %d (%s): given up after try %d", message.id, message.kind, message.tries)


def _forget_secret(message: Message) -> None:
    if message.secret:
        message.text = ""
