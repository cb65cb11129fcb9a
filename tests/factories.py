"""People and other things that tests need, made inside `with committed():`."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from flask_security import hash_password

from exchange import clock
from exchange.accounts.models import Person, RegisteredInterest, RoleGrant
from exchange.accounts.roles import THEME_ROLES, Role
from exchange.extensions import db

PASSWORD = "a password of tests"
THEME = "safe-care"
ORGANISATION = "hill-hospital"

_numbers = count(1)


def make_person(
    *,
    role: Role | None = None,
    theme: str = THEME,
    organisation: str | None = ORGANISATION,
    is_lay: bool = False,
    **columns: Any,
) -> Person:
    """A confirmed member of Hill Hospital with PASSWORD; `role` adds a grant, for `theme` or `organisation`
    where it is scoped.

    `organisation=None` is someone whose organisation is not settled; `is_lay=True` a patient, carer or member
    of the public.
    """
    number = next(_numbers)
    moment = clock.now()
    defaults: dict[str, Any] = {
        "email": f"person{number}@example.org",
        "name": f"Person {number}",
        "password": hash_password(PASSWORD),
        "fs_uniquifier": f"uniquifier-{number}",
        "confirmed_at": moment,
        "create_datetime": moment,
        "update_datetime": moment,
        "terms_accepted_at": moment,
        "interests_checked_at": moment,
        "organisation_id": None if is_lay else organisation,
        "is_lay": is_lay,
    }
    person = Person(**{**defaults, **columns})
    db.session.add(person)
    db.session.flush()
    if role is not None:
        make_grant(person, role, theme=theme, organisation=organisation)
    db.session.refresh(person)
    return person


def make_grant(
    person: Person, role: Role, *, theme: str = THEME, organisation: str | None = ORGANISATION
) -> RoleGrant:
    """A grant as the services would have made it, without their rules and event."""
    theme_id = theme if role in THEME_ROLES else None
    organisation_id = organisation if role is Role.ORGANISATION_LEAD else None
    grant = RoleGrant(
        person_id=person.id,
        role=role,
        theme_id=theme_id,
        organisation_id=organisation_id,
        scope=theme_id or organisation_id or "",
        granted_at=clock.now(),
    )
    db.session.add(grant)
    db.session.flush()
    db.session.refresh(person, ["grants"])
    return grant


def make_interest(person: Person, **columns: Any) -> RegisteredInterest:
    """A line of their register that binds for a month, unless the columns say otherwise."""
    moment = clock.now()
    defaults = {
        "reason": "I advise them.",
        "registered_at": moment,
        "until": clock.today() + timedelta(days=30),
    }
    interest = RegisteredInterest(**{"person": person, **defaults, **columns})
    db.session.add(interest)
    db.session.flush()
    return interest
