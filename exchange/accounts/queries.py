"""Reads of people."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import lazyload, selectinload

from exchange.accounts.models import Person, RoleGrant
from exchange.accounts.roles import Role
from exchange.errors import NotFound
from exchange.extensions import db


def person(person_id: int) -> Person:
    """By id, active or not. Raises NotFound."""
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound
    return found


def by_email(email: str) -> Person | None:
    """Addresses are kept in small letters. Roles are read only when asked for, so that an account that is there costs no more
    statements than one that is not.
    """
    query = select(Person).where(Person.email == email.strip().lower())
    return db.session.scalar(query.options(lazyload(Person.grants)))


def can_act() -> ColumnElement[bool]:
    """Of Person: here, and has accepted the confidentiality terms; without both, a role gives nothing."""
    return and_(Person.active, Person.terms_accepted_at.is_not(None))


def people_with(role: Role, theme_id: str | None = None, organisation_id: str | None = None) -> list[Person]:
    """Active holders of a role who have accepted the confidentiality terms, in a theme or an organisation where it has
    one, by name."""
    query = (
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(can_act(), RoleGrant.role == role)
        .options(selectinload(Person.interests))
    )
    if theme_id is not None:
        query = query.where(RoleGrant.theme_id == theme_id)
    if organisation_id is not None:
        query = query.where(RoleGrant.organisation_id == organisation_id)
    return list(db.session.scalars(query.order_by(func.lower(Person.name), Person.id).distinct()))


def leads_of(organisations: Collection[str]) -> dict[str, list[Person]]:
    """Those who lead each, in one query; those that nobody leads are left out."""
    query = (
        select(RoleGrant.organisation_id, Person)
        .join(Person, RoleGrant.person_id == Person.id)
        .where(
            can_act(),
            RoleGrant.role == Role.ORGANISATION_LEAD,
            RoleGrant.organisation_id.in_(sorted(organisations)),
        )
        .options(lazyload(Person.grants))
        .order_by(func.lower(Person.name), Person.id)
    )
    leads: dict[str, list[Person]] = {}
    for organisation_id, person in db.session.execute(query):
        leads.setdefault(organisation_id or "", []).append(person)
    return leads


def other_administrators(person: Person) -> int:
    """How many active administrators there are besides the person."""
    query = select(func.count(RoleGrant.id)).join(Person, RoleGrant.person_id == Person.id)
    query = query.where(RoleGrant.role == Role.ADMINISTRATOR, Person.active, Person.id != person.id)
    return db.session.scalar(query) or 0
