"""Reads of networks. As many queries for fifty as for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload

from exchange.accounts.models import Person
from exchange.errors import NotFound
from exchange.extensions import db
from exchange.networks.models import Announcement, NetworkMember
from exchange.paging import page_of
from exchange.region import queries as region
from exchange.region.models import Theme

ANNOUNCEMENTS = 10  # on a page
MEMBERS = 50


@dataclass(frozen=True)
class Listed:
    """A network in the list: how many people belong to it, and whether the reader does."""

    theme: Theme
    members: int
    is_mine: bool


def networks(person: Person | None) -> list[Listed]:
    """Of the themes that there are now, in the region's order."""
    query = select(NetworkMember.theme_id, func.count()).join(NetworkMember.person).where(Person.active)
    counted = db.session.execute(query.group_by(NetworkMember.theme_id))
    members = {theme_id: count for theme_id, count in counted}
    mine = themes_joined(person)
    return [Listed(theme, members.get(theme.id, 0), theme.id in mine) for theme in region.themes()]


def network(person: Person | None, theme_id: str) -> Theme:
    """Of an ended theme too. Raises NotFound."""
    return region.theme(theme_id)


def member_count(theme: Theme) -> int:
    query = select(func.count()).select_from(NetworkMember).join(NetworkMember.person)
    return db.session.scalar(query.where(NetworkMember.theme_id == theme.id, Person.active)) or 0


def themes_joined(person: Person | None) -> frozenset[str]:
    if person is None:
        return frozenset()
    return frozenset(
        db.session.scalars(select(NetworkMember.theme_id).where(NetworkMember.person_id == person.id))
    )


def members(theme: Theme, *, after: int | None = None) -> tuple[list[NetworkMember], int | None]:
    """Who joined last comes first. And the id to go on from where there are more."""
    query = (
        select(NetworkMember)
        .join(NetworkMember.person)
        .options(contains_eager(NetworkMember.person))
        .where(NetworkMember.theme_id == theme.id, Person.active)
    )
    return _page(query, NetworkMember.id, after, MEMBERS)


def announcements(theme: Theme, *, after: int | None = None) -> tuple[list[Announcement], int | None]:
    """The newest first. And the id to go on from where there are more."""
    query = (
        select(Announcement)
        .options(joinedload(Announcement.author))
        .where(Announcement.theme_id == theme.id, Announcement.taken_down_at.is_(None))
    )
    return _page(query, Announcement.id, after, ANNOUNCEMENTS)


def announcement(person: Person, announcement_id: int) -> Announcement:
    """Raises NotFound, also where it was taken down."""
    found = db.session.get(Announcement, announcement_id)
    if found is None or found.taken_down_at is not None:
        raise NotFound
    return found


def who_belonged(theme_id: str, at: datetime) -> Sequence[Person]:
    """Who had joined by then, is still there, and can sign in."""
    query = select(Person).join(NetworkMember, NetworkMember.person_id == Person.id)
    query = query.where(NetworkMember.theme_id == theme_id, NetworkMember.joined_at <= at, Person.active)
    return list(db.session.scalars(query.order_by(Person.id)))


def _page(
    query: Select[Any], key: InstrumentedAttribute[int], after: int | None, size: int
) -> tuple[list[Any], int | None]:
    if after is not None:
        query = query.where(key < after)
    found = list(db.session.scalars(query.order_by(key.desc()).limit(size + 1)))
    return page_of(found, size)
