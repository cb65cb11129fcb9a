"""Reads of registers."""

from __future__ import annotations

from datetime import date

from sqlalchemy import and_, func, select

from exchange import clock
from exchange.accounts.models import Person, RegisteredInterest, RoleGrant
from exchange.accounts.roles import THEME_ROLES
from exchange.errors import NotFound
from exchange.extensions import db
from exchange.interests import policy


def binding(person: Person) -> list[RegisteredInterest]:
    """The lines of this person's register that bind today, the first to end first."""
    today = clock.today()
    return sorted(
        (each for each in person.interests if each.binds_on(today)), key=lambda each: (each.until, each.id)
    )


def one_of(person: Person, interest_id: int) -> RegisteredInterest:
    """A line of this person's own register that still binds. Raises NotFound."""
    found = next((each for each in binding(person) if each.id == interest_id), None)
    if found is None:
        raise NotFound
    return found


def ending_by(last: date) -> list[int]:
    """Ids of the lines that bind today and no longer than until this day."""
    query = select(RegisteredInterest.id).where(
        RegisteredInterest.binding_on(clock.today()), RegisteredInterest.until <= last
    )
    return list(db.session.scalars(query.order_by(RegisteredInterest.id)))


# Of Person: who keeps a register, as `accounts.policy.keeps_register` says of one.
KEEPS = and_(
    Person.active, Person.id.in_(select(RoleGrant.person_id).where(RoleGrant.role.in_(sorted(THEME_ROLES))))
)


def without_register() -> int:
    """How many who should keep one never did."""
    query = select(func.count()).select_from(Person).where(KEEPS, Person.interests_checked_at.is_(None))
    return db.session.scalar(query) or 0


def to_check() -> list[int]:
    """Ids of those whose register is almost a year old. Who never kept one is not among them."""
    checked_before = clock.now() - policy.YEAR + policy.NOTICE
    query = select(Person.id).where(KEEPS, Person.interests_checked_at <= checked_before)
    return list(db.session.scalars(query.order_by(Person.id)))
