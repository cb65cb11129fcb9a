"""What administrators list: people, and those who wait to be settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import selectinload

from exchange.accounts.models import Person, RoleGrant
from exchange.accounts.roles import Role
from exchange.extensions import db

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
    """One page of a list by name, with the ids from which the next and the previous page go on."""

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
    conditions = _conditions(chosen)
    total = db.session.scalar(select(func.count()).select_from(Person).where(*conditions)) or 0
    key = tuple_(func.lower(Person.name), Person.id)
    query = select(Person).where(*conditions)
    if before is not None:
        query = query.where(key < _key_of(before)).order_by(func.lower(Person.name).desc(), Person.id.desc())
    else:
        query = query if after is None else query.where(key > _key_of(after))
        query = query.order_by(func.lower(Person.name), Person.id)
    rows = list(db.session.scalars(query.limit(length + 1)))
    more, rows = len(rows) > length, rows[:length]
    if before is not None:
        rows.reverse()
    if not rows:
        return PeoplePage([], total, None, None)
    has_next, has_previous = (more, after is not None) if before is None else (True, more)
    return PeoplePage(rows, total, rows[-1].id if has_next else None, rows[0].id if has_previous else None)


def _key_of(person_id: int) -> ColumnElement[tuple[str, int]]:
    name = select(func.lower(Person.name)).where(Person.id == person_id).scalar_subquery()
    return tuple_(name, person_id)


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
