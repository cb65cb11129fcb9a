"""What tests of telling need: what the worker does, and what each person was told."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask
from sqlalchemy import select, update

from exchange import clock
from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.notifications import reminders, services
from exchange.notifications.models import Notification
from exchange.outbox import Message
from tests.conftest import Committed


def tell(app: Flask) -> None:
    """Does what the worker does with new events."""
    with app.app_context():
        while services.tell_next():
            continue


def remind(app: Flask) -> None:
    with app.app_context():
        reminders.remind_all()


def tell_in_here() -> None:
    """Tells of what has happened so far, within `with committed():`."""
    db.session.flush()
    services.tell_all()


def forget(committed: Committed) -> None:
    """Everybody reads what they were told, so that a test sees only what comes next."""
    with committed():
        db.session.execute(update(Notification).values(read_at=clock.now()))
        db.session.execute(update(Message).values(sent_at=clock.now()))


def told(committed: Committed) -> dict[str, list[str]]:
    """The news that each person has yet to read, by their name, without the reference: their lines in the inbox, which
    are the subjects of their e-mails."""
    unread = select(Person.name, Notification.line).join(Notification, Notification.person_id == Person.id)
    unsent = select(Person.name, Message.subject).join(Message, Message.person_id == Person.id)
    with committed():
        lines = by_name(
            db.session.execute(unread.where(Notification.read_at.is_(None)).order_by(Notification.id))
        )
        subjects = by_name(db.session.execute(unsent.where(Message.sent_at.is_(None)).order_by(Message.id)))
    assert lines == subjects
    return lines


def by_name(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, line in rows:
        found.setdefault(name, []).append(line.partition(": ")[2] or line)
    return found


def texts_to(committed: Committed, person: Person) -> list[str]:
    """The whole e-mails to one person that are not sent yet, subject first."""
    query = (
        select(Message).where(Message.person_id == person.id, Message.sent_at.is_(None)).order_by(Message.id)
    )
    with committed():
        return [f"{message.subject}\n{message.text}" for message in db.session.scalars(query)]
