"""Writes of networks: joining, leaving, announcing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.discussion import limits
from exchange.discussion.limits import Limit
from exchange.errors import WrongStage
from exchange.events import Text
from exchange.extensions import db
from exchange.locking import add_once
from exchange.networks import policy
from exchange.networks.models import Announcement, Network, NetworkMember
from exchange.region.models import Theme

JOINING = (Limit("moves", 40, timedelta(hours=1), ("join_network", "leave_network")),)
ANNOUNCEMENTS = (Limit("announcements", 5, timedelta(days=1), ("announce",)),)


def join(theme: Theme, person: Person) -> None:
    """Once, however often it is sent. Raises WrongStage, TooMuch."""
    if why := policy.why_closed(theme):
        raise WrongStage(why)
    limits.check(person, JOINING)
    if add_once(NetworkMember(theme_id=theme.id, person_id=person.id, joined_at=clock.now())):
        events.record(person, "join_network", Network(theme.id), Audience.MEMBERS)


def leave(theme: Theme, person: Person) -> None:
    """Does nothing for somebody who does not belong to it. Raises TooMuch."""
    limits.check(person, JOINING)
    mine = NetworkMember.theme_id == theme.id, NetworkMember.person_id == person.id
    membership = db.session.scalars(select(NetworkMember).where(*mine).with_for_update()).one_or_none()
    if membership is None:
        return
    db.session.delete(membership)
    events.record(person, "leave_network", Network(theme.id), Audience.MEMBERS)


def announce(theme: Theme, author: Person, title: str, text: str) -> Announcement:
    """To all who belong to it now. Raises WrongStage, TooMuch."""
    if why := policy.why_closed(theme):
        raise WrongStage(why)
    limits.check(author, ANNOUNCEMENTS)
    announcement = Announcement(
        theme_id=theme.id, author_id=author.id, title=title, text=text, announced_at=clock.now()
    )
    db.session.add(announcement)
    db.session.flush()
    events.record(author, "announce", Network(theme.id), Audience.MEMBERS, announcement=announcement.id)
    return announcement


def take_down(announcement: Announcement, actor: Person, reason: str) -> None:
    """Raises WrongStage where somebody else did."""
    kept = db.session.get_one(Announcement, announcement.id, with_for_update=True, populate_existing=True)
    if kept.taken_down_at is not None:
        raise WrongStage("It has been taken down already.")
    kept.taken_down_at = clock.now()
    why = {"reason": Text(reason, Audience.MEMBERS)}
    events.record(
        actor, "take_down_announcement", Network(kept.theme_id), Audience.MEMBERS, why, announcement=kept.id
    )
