"""What administrators list: people, those who wait to be settled, and who keeps a register of interests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import selectinload
from sqlalchemy.sql.base import ExecutableOption

from exchange.accounts.models import Person, RoleGrant
from exchange.accounts.roles import Role
from exchange.extensions import UTCDateTime, db
from exchange.interests import queries as interests

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
PAGE_LENGTH = 25
MOST_WORDS = 8


class Standing(StrEnum):
    """By what the list of people can be narrowed."""

    WAITING = "waiting"
    MEMBERS = "members"
    LAY = "lay"
    UNCONFIRMED = "unconfirmed"
    CLOSED = "closed"


WAITS = and_(
    Person.active, Person.confirmed_at.is_not(None), ~Person.is_lay, Person.organisation_id.is_(None)
)

CONDITIONS: dict[Standing, ColumnElement[bool]] = {
    Standing.WAITING: WAITS,
    Standing.MEMBERS: and_(Person.active, Person.organisation_id.is_not(None)),
    Standing.LAY: and_(Person.active, Person.is_lay),
    Standing.UNCONFIRMED: and_(Person.active, Person.confirmed_at.is_(None)),
    Standing.CLOSED: ~Person.active,
}


@dataclass(frozen=True)
class Waiting:
    """How many wait, and since when the one who has waited longest."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True)
class Filter:
    words: str = ""
    standing: Standing | None = None
    role: Role | None = None


@dataclass(frozen=True)
class PeoplePage:
    """One page of a list, with the ids from which the next and the previous page go on."""

    people: list[Person]
    total: int
    after: int | None
    before: int | None


def waiting() -> Waiting:
    """People whose organisation an administrator has to settle."""
    count, oldest = db.session.execute(select(func.count(), func.min(Person.confirmed_at)).where(WAITS)).one()
    return Waiting(count, oldest)


def waiting_people(most: int = PAGE_LENGTH) -> list[Person]:
    """Those who wait, longest first; settled ones make room for the next."""
    query = select(Person).where(WAITS).order_by(Person.confirmed_at, Person.id).limit(most)
    return list(db.session.scalars(query.options(selectinload(Person.claimed_organisation))))


def count_people() -> int:
    """Everyone with an open account."""
    return db.session.scalar(select(func.count()).select_from(Person).where(Person.active)) or 0


def people(
    chosen: Filter, after: int | None = None, before: int | None = None, length: int = PAGE_LENGTH
) -> PeoplePage:
    """People by name, from just after or just before the person with that id."""
    return _page(_conditions(chosen), func.lower(Person.name), after, before, length)


def keepers(after: int | None = None, before: int | None = None, length: int = PAGE_LENGTH) -> PeoplePage:
    """Who keeps a register of interests: those who never did first, then whoever checked it longest ago."""
    last_checked = func.coalesce(Person.interests_checked_at, literal(LONG_AGO, UTCDateTime()))
    return _page([interests.KEEPS], last_checked, after, before, length, selectinload(Person.interests))


def _page(
    conditions: Sequence[ColumnElement[bool]],
    order: ColumnElement[Any],
    after: int | None,
    before: int | None,
    length: int,
    *options: ExecutableOption,
) -> PeoplePage:
    """`order` is of Person; who is alike in it goes by id."""
    total = db.session.scalar(select(func.count()).select_from(Person).where(*conditions)) or 0
    key, query = tuple_(order, Person.id), select(Person).where(*conditions).options(*options)
    if before is not None:
        query = query.where(key < _key_of(order, before)).order_by(order.desc(), Person.id.desc())
    else:
        query = query if after is None else query.where(key > _key_of(order, after))
        query = query.order_by(order, Person.id)
    rows = list(db.session.scalars(query.limit(length + 1)))
    more, rows = len(rows) > length, rows[:length]
    if before is not None:
        rows.reverse()
    if not rows:
        return PeoplePage([], total, None, None)
    has_next, has_previous = (more, after is not None) if before is None else (True, more)
    return PeoplePage(rows, total, rows[-1].id if has_next else None, rows[0].id if has_previous else None)


def _key_of(order: ColumnElement[Any], person_id: int) -> ColumnElement[Any]:
    theirs = select(order).where(Person.id == person_id).correlate(None).scalar_subquery()
    return tuple_(theirs, person_id)


def _conditions(chosen: Filter) -> list[ColumnElement[bool]]:
    found = [_says(word) for word in chosen.words.split()[:MOST_WORDS]]
    if chosen.standing is not None:
        found.append(CONDITIONS[chosen.standing])
    if chosen.role is not None:
        found.append(Person.id.in_(select(RoleGrant.person_id).where(RoleGrant.role == chosen.role)))
    return found


def _says(word: str) -> ColumnElement[bool]:
    small = word.lower()
    return or_(
        func.lower(Person.name).contains(small, autoescape=True),
        Person.name.contains(word, autoescape=True),  # SQLite knows only a to z as small letters
        Person.email.contains(small, autoescape=True),
    )
