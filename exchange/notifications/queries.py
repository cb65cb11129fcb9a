"""Reads of notifications: a person's inbox, and the mail that could not be sent."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select

from exchange.accounts.models import Person
from exchange.errors import NotFound
from exchange.extensions import db
from exchange.notifications.discussing import FOR_READERS
from exchange.notifications.models import Notification
from exchange.notifications.policy import handles_mail
from exchange.outbox import Message
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal

PAGE = 25
MOST_MAIL = 200


@dataclass(frozen=True)
class Line:
    """One notification, with the title of the proposal that it is about."""

    notification: Notification
    title: str


@dataclass(frozen=True)
class Inbox:
    """One page, newest first. `unread` counts all there are; `older` and `newer` are the ids to go on from,
    where there is more."""

    lines: list[Line]
    unread: int
    older: int | None
    newer: int | None

    @property
    def newest(self) -> int:
        return self.lines[0].notification.id if self.lines else 0


def inbox(person: Person, *, before: int | None = None, after: int | None = None) -> Inbox:
    """The page of lines older than `before`, or newer than `after`; without either the newest."""
    query = select(Notification, Proposal.title).outerjoin(Proposal).where(_shown_to(person))
    if after is not None:
        query = query.where(Notification.id > after).order_by(Notification.id)
    else:
        query = query.order_by(Notification.id.desc())
        if before is not None:
            query = query.where(Notification.id < before)
    found = [
        Line(notification, title or "") for notification, title in db.session.execute(query.limit(PAGE + 1))
    ]
    has_more, lines = len(found) > PAGE, found[:PAGE]
    if after is not None:
        lines.reverse()
    first, last = (lines[0].notification.id, lines[-1].notification.id) if lines else (None, None)
    return Inbox(
        lines,
        unread_count(person),
        older=last if (has_more if after is None else True) else None,
        newer=first if (before is not None if after is None else has_more) else None,
    )


def unread_count(person: Person) -> int:
    """How many lines this person has not opened; for the header of every page."""
    query = select(func.count()).select_from(Notification).outerjoin(Proposal)
    return db.session.scalar(query.where(_shown_to(person), Notification.read_at.is_(None))) or 0


def notification(person: Person, notification_id: int) -> Notification:
    """A line of this person's inbox. Raises NotFound."""
    query = (
        select(Notification).outerjoin(Proposal).where(_shown_to(person), Notification.id == notification_id)
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def failed_mail() -> list[Message]:
    """What was given up, newest first."""
    query = (
        select(Message)
        .where(Message.given_up_at.is_not(None))
        .order_by(Message.given_up_at.desc(), Message.id.desc())
    )
    return list(db.session.scalars(query.limit(MOST_MAIL)))


def failed_mail_count() -> int:
    return (
        db.session.scalar(select(func.count()).select_from(Message).where(Message.given_up_at.is_not(None)))
        or 0
    )


def failed_message(person: Person, message_id: int) -> Message:
    """A message, for those who handle them. Raises NotFound."""
    found = db.session.get(Message, message_id) if handles_mail(person) else None
    if found is None:
        raise NotFound
    return found


def _shown_to(person: Person) -> ColumnElement[bool]:
    """The person's own lines, but for those about a proposal that they may no longer see, or in which they now
    have an interest: who assessed it or decided was told what the members are not. What any reader may know stays."""
    for_readers = Notification.kind.in_(sorted(FOR_READERS))
    is_free = or_(for_readers, proposals.on_team(person), ~proposals.conflicted(person))
    may_see = or_(Notification.proposal_id.is_(None), and_(proposals.visible_to(person), is_free))
    return (Notification.person_id == person.id) & may_see
