"""Writes of notifications: what happened becomes lines in inboxes and queued e-mails; people read them."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from typing import Any

from flask import render_template
from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from exchange import addresses, clock, events, outbox
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.errors import Conflict
from exchange.events import Event, NewEvent
from exchange.extensions import db
from exchange.notifications import discussing, paths, who
from exchange.notifications.faults import described
from exchange.notifications.models import Notification
from exchange.notifications.news import News, Row
from exchange.outbox import Message
from exchange.proposals import policy
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal
from exchange.transaction import transaction

LONGEST_WAIT = timedelta(hours=1)
GATHERED_FOR = timedelta(hours=1)
LONGEST_LINE = 200
MOST_AT_ONCE = 200  # people told in one transaction
BLANK_LINES = re.compile(r"\n\s*\n")

log = logging.getLogger(__name__)


def tell_next() -> bool:
    """Tells the people concerned of the event that waits for longest, in one transaction. False when there is
    none.

    An event that cannot be told, for a fault of ours, waits longer each time and holds up no other; once that
    is mended it is told.
    """
    event_id = 0
    try:
        with transaction():
            waiting = select(NewEvent).where(_is_due(clock.now())).order_by(NewEvent.event_id)
            new = db.session.scalar(waiting.limit(1).with_for_update(skip_locked=True))
            if new is None:
                return False
            event_id = new.event_id
            _tell_new(new)
    except Exception as fault:
        if not event_id:
            raise
        log.error("event %d is not told: %s", event_id, described(fault))
        _postpone(event_id)
    return True


def tell_all() -> None:
    """Tells of every event that waits, in the transaction at hand; for the demo, which plays past days."""
    for new in db.session.scalars(select(NewEvent).order_by(NewEvent.event_id)).all():
        _tell_new(new)


def tell(event: Event) -> datetime | None:
    """Adds the lines and e-mails of one event: each person once, by the first row of the table that names them. Whoever was
    told of the like less than an hour ago waits, where the row gathers, and so do those beyond the most that are told at once:
    when to tell the first of them, or None."""
    told = set(db.session.scalars(select(Notification.person_id).where(Notification.event_id == event.id)))
    news = News(event, proposal_of(event), frozenset(told))
    if news.proposal is None and event.subject.startswith("proposal:"):
        return None  # a draft that was deleted meanwhile
    for address in who.invited_without_account(news) if not told else ():
        _write_to_newcomer(address, news)
    most, waiting = len(told) + MOST_AT_ONCE, []
    for row in who.TOLD.get(event.kind, ()):
        if row.while_in is not None and news.about.stage is not row.while_in:
            continue
        for person in row.to(news):
            is_own_doing = person.id == event.actor_id and not row.confirms
            if (
                person.id in told
                or is_own_doing
                or not may_know(person, news.proposal, outlives=row.outlives)
            ):
                continue
            if len(told) == most:
                return clock.now()
            told.add(person.id)
            last = _last_told(person, row, news) if row.gathers else None
            if last is not None and last + GATHERED_FOR > clock.now() and last < event.at:
                waiting.append(last + GATHERED_FOR)
            elif last is None or last < event.at:  # else that told them of this too
                notify(person, row, news, key=f"event.{event.id}", event_id=event.id)
    return min(waiting, default=None)


def _last_told(person: Person, row: Row, news: News) -> datetime | None:
    """When they last got this row's news of this proposal."""
    theirs = Notification.person_id == person.id, Notification.kind == row.template
    query = select(func.max(Notification.at)).where(*theirs, Notification.proposal_id == news.about.id)
    return db.session.scalar(query)


def forget_news(proposal_id: int) -> None:
    """Lines about a draft that was submitted and taken back, before it is deleted: they would lead nowhere."""
    db.session.execute(delete(Notification).where(Notification.proposal_id == proposal_id))


def notify(
    person: Person,
    row: Row,
    news: News,
    *,
    key: str,
    event_id: int | None = None,
    reminder: str | None = None,
    **more: Any,
) -> None:
    """Adds one person's line and e-mail. `key` names the news; with the person it makes the Message-ID."""
    proposal, path = news.proposal, row.path(news)
    subject, text = _written(
        row.template, news, path, person=person, texts=_texts_for(person, news), **row.more(news), **more
    )
    db.session.add(
        Notification(
            person_id=person.id,
            event_id=event_id,
            reminder=reminder,
            proposal_id=None if proposal is None or row.outlives else proposal.id,
            kind=row.template,
            line=" ".join(subject.split())[:LONGEST_LINE],
            path=path,
            at=news.event.at if news.event and not row.gathers else clock.now(),
        )
    )
    outbox.queue(
        row.template,
        person.email,
        subject,
        text,
        message_id=f"{key}.{person.id}",
        person=person,
    )


def proposal_of(event: Event) -> Proposal | None:
    """The proposal that the event is about, while it is still there."""
    kind, _, number = event.subject.partition(":")
    return db.session.get(Proposal, int(number)) if kind == "proposal" else discussing.proposal_of(event)


def mark_read(notification: Notification) -> None:
    """No event: what someone has read is nobody's business."""
    if notification.read_at is None:
        notification.read_at = clock.now()


def mark_all_read(person: Person, up_to: int) -> None:
    """Up to the newest line that the person had in view, so that none that came since is missed."""
    unread = update(Notification).where(Notification.person_id == person.id, Notification.read_at.is_(None))
    db.session.execute(unread.where(Notification.id <= up_to).values(read_at=clock.now()))


def retry_message(message: Message, actor: Person) -> None:
    """Has a message that was given up sent again, as if new. Raises Conflict when another did, or its text is
    wiped."""
    message = db.session.get_one(Message, message.id, with_for_update=True, populate_existing=True)
    if message.given_up_at is None:
        raise Conflict("Someone else has already asked for it to be sent again.")
    if message.secret:
        raise Conflict("It held a link for one person, which has been deleted. They can ask for a new one.")
    message.given_up_at, message.tries, message.next_try_at = None, 0, clock.now()
    events.record(actor, "retry_message", message, Audience.ADMINISTRATORS)


def may_know(person: Person, proposal: Proposal | None, *, outlives: bool = False) -> bool:
    """Whether this person may be told something of this proposal now."""
    if not person.active:
        return False
    return proposal is None or outlives or policy.can_see(proposals.standing_in(person, proposal), proposal)


def _write_to_newcomer(address: str, news: News) -> None:
    """Who has no account has no inbox either, so the letter asks them to register."""
    kind = "invited_to_register"
    subject, text = _written(kind, news, paths.REGISTER(news), **who.until(news))
    outbox.queue(kind, address, subject, text, message_id=f"event.{news.happened.id}.newcomer")


def _written(template: str, news: News, path: str, **more: Any) -> tuple[str, str]:
    """Subject and text of an e-mail."""
    link = addresses.at(path)
    written = render_template(
        f"email/{template}.txt", proposal=news.proposal, event=news.event, link=link, **more
    )
    subject, _, text = BLANK_LINES.sub("\n\n", written).strip().partition("\n")
    return subject, text.strip() + "\n"


def _tell_new(new: NewEvent) -> None:
    """It stays in the queue while somebody waits to be told."""
    waits_until = tell(db.session.get_one(Event, new.event_id))
    if waits_until is None:
        db.session.delete(new)
    else:
        new.next_try_at, new.tries = waits_until, max(new.tries, 1)


def _texts_for(person: Person, news: News) -> dict[str, str]:
    """The event's free texts that this person may read, by name."""
    if news.event is None or news.proposal is None:
        return {}
    audiences = policy.events_read_by(proposals.standing_in(person, news.proposal), news.proposal)
    return {text.name: text.content for text in events.texts_for(news.event, audiences)}


def _is_due(moment: datetime) -> ColumnElement[bool]:
    """Also when it would have to wait for longer than any does: then the clock was put back since."""
    return or_(
        NewEvent.next_try_at <= moment,
        and_(NewEvent.tries == 0, NewEvent.next_try_at > moment),
        NewEvent.next_try_at > moment + LONGEST_WAIT,
    )


def _postpone(event_id: int) -> None:
    with transaction():
        new = db.session.get(NewEvent, event_id, with_for_update=True)
        if new is not None:
            new.tries += 1
            new.next_try_at = clock.now() + min(timedelta(seconds=30) * 2**new.tries, LONGEST_WAIT)
