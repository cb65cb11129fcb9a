"""What changes people: registering, confirming, settling their organisation, their roles, leaving and coming
back.

Each leaves one event about the person, for administrators.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from exchange import clock, events
from exchange.accounts import policy, tickets, tries
from exchange.accounts.models import Person, RoleGrant
from exchange.accounts.roles import THEME_ROLES, Role
from exchange.audience import Audience
from exchange.errors import Conflict, InvalidInput, NotAllowed
from exchange.extensions import db
from exchange.region import queries as region
from exchange.region.models import Organisation, Theme


@dataclass(frozen=True)
class Registration:
    """What someone says of themselves. `password` is already hashed; at most one of the claims is made, none
    by a lay member.
    """

    email: str
    password: str
    name: str
    job: str = ""
    is_lay: bool = False
    organisation_id: str | None = None
    organisation_name: str = ""
    accepts_terms: bool = False


def register(registration: Registration) -> Person:
    """A new account, which waits for its e-mail address to be confirmed.

    An account under this address that nobody has confirmed is taken over whole, its earlier links with it: or
    whoever registers someone else's address first would keep a password to it.
    """
    person = _unconfirmed(registration.email)
    if person is None:
        person = Person(email=registration.email, create_datetime=clock.now())
        _fill(person, registration)
        try:
            with db.session.begin_nested():
                db.session.add(person)
        except IntegrityError:  # someone registered it at the same moment, and is taken over
            person = _unconfirmed(registration.email)
            assert person is not None
    _fill(person, registration)
    db.session.flush()
    events.record(
        person,
        "register",
        person,
        Audience.ADMINISTRATORS,
        is_lay=person.is_lay,
        claimed_organisation=person.claimed_organisation_id,
    )
    return person


def _unconfirmed(email: str) -> Person | None:
    """The account under this address, held until the transaction ends. Raises Conflict when its address is confirmed."""
    query = select(Person).where(Person.email == email).with_for_update(of=Person)
    person = db.session.scalar(query.execution_options(populate_existing=True))
    if person is not None and person.confirmed_at is not None:
        raise Conflict("There is an account with this e-mail address already.")
    return person


def create(registration: Registration, organisation: Organisation | None) -> Person:
    """A confirmed account with its organisation settled, made by whoever runs the exchange."""
    if db.session.scalar(select(Person.id).where(Person.email == registration.email)):
        raise Conflict("There is an account with this e-mail address already.")
    moment = clock.now()
    person = Person(
        email=registration.email, create_datetime=moment, confirmed_at=moment, organisation=organisation
    )
    _fill(person, registration)
    _add(person)
    events.record(
        None,
        "create_account",
        person,
        Audience.ADMINISTRATORS,
        is_lay=person.is_lay,
        organisation=organisation.id if organisation else None,
    )
    return person


def confirm(person: Person) -> None:
    """The address is theirs. Its domain settles their organisation where it belongs to one, whatever they
    said.
    """
    found = None if person.is_lay else region.organisation_of_domain(person.email.rpartition("@")[2])
    person.organisation, person.update_datetime = found, clock.now()
    events.record(
        person, "confirm", person, Audience.ADMINISTRATORS, organisation=found.id if found else None
    )


def accept_terms(person: Person) -> None:
    """Does nothing when they are accepted already."""
    if person.terms_accepted_at is None:
        person.terms_accepted_at = person.update_datetime = clock.now()
        events.record(person, "accept_terms", person, Audience.ADMINISTRATORS)


def edit_details(person: Person, name: str, job: str) -> None:
    person.name, person.job, person.update_datetime = name, job, clock.now()
    events.record(person, "edit_details", person, Audience.ADMINISTRATORS)


def note_new_password(person: Person, kind: str) -> None:
    """`kind` is "change_password" or "reset_password"; the password itself and the sessions are Flask-
    Security's.
    """
    person.update_datetime = clock.now()
    events.record(person, kind, person, Audience.ADMINISTRATORS)


def grant(
    person: Person,
    role: Role,
    theme: Theme | None = None,
    organisation: Organisation | None = None,
    actor: Person | None = None,
) -> RoleGrant:
    """Gives a role, in a theme or for an organisation where it has one. `actor` is None for commands."""
    scope = _scope(role, theme, organisation)
    _lock(person)
    _refuse(policy.why_not_grant(actor, person, role, scope))
    given = RoleGrant(
        role=role,
        theme=theme,
        organisation=organisation,
        scope=scope,
        granted_at=clock.now(),
        granted_by_id=None if actor is None else actor.id,
    )
    person.grants.append(given)
    events.record(actor, "grant", person, Audience.ADMINISTRATORS, role=role, scope=scope)
    return given


def revoke(grant: RoleGrant, actor: Person | None = None) -> None:
    """Takes a role away. The last administrator stays."""
    person = grant.person
    others = _lock_other_administrators(person)
    _lock(person)
    if grant not in person.grants:
        raise Conflict(f"This role of {person.name} is taken away already.")
    _refuse(policy.why_not_revoke(actor, grant, others))
    _take_away(grant, actor)


def settle(person: Person, organisation: Organisation, actor: Person | None = None) -> None:
    """The person belongs to this organisation, also when they were a lay member or belonged to another.

    Leading another organisation ends with it.
    """
    _lock(person)
    _refuse(policy.why_not_settle(actor, person))
    if organisation.retired_at is not None:
        raise Conflict(f"{organisation.name} no longer takes part.")
    if person.organisation_id == organisation.id:
        return
    before = person.organisation_id
    for held in list(person.grants):
        if held.role is Role.ORGANISATION_LEAD and held.scope != organisation.id:
            _take_away(held, actor)
    person.organisation, person.is_lay, person.update_datetime = organisation, False, clock.now()
    events.record(
        actor, "settle", person, Audience.ADMINISTRATORS, organisation=organisation.id, before=before
    )


def make_lay(person: Person, actor: Person | None = None) -> None:
    """The person takes part as a patient, carer or member of the public, and belongs to no organisation."""
    _lock(person)
    _refuse(policy.why_not_lay(actor, person))
    before = person.organisation_id
    person.organisation, person.is_lay, person.update_datetime = None, True, clock.now()
    events.record(actor, "make_lay", person, Audience.ADMINISTRATORS, before=before)


def deactivate(person: Person, actor: Person | None = None) -> None:
    """Closes the account: nobody signs in with it and its sessions end. Its roles rest until it is opened
    again.
    """
    others = _lock_other_administrators(person)
    _lock(person)
    _refuse(policy.why_not_deactivate(actor, person, others))
    person.active, person.fs_uniquifier, person.update_datetime = False, uuid4().hex, clock.now()
    events.record(actor, "deactivate", person, Audience.ADMINISTRATORS)


def reactivate(person: Person, actor: Person | None = None) -> None:
    """Opens a closed account again, with the roles it had."""
    _lock(person)
    _refuse(policy.why_not_reactivate(person))
    person.active, person.update_datetime = True, clock.now()
    events.record(actor, "reactivate", person, Audience.ADMINISTRATORS)


def forget_old_tries() -> None:
    """For the worker: failed tries at signing in are kept only as long as they count."""
    tries.forget_old()


def forget_old_sessions() -> None:
    """The ended ones whose cookies are too old to be taken anyway."""
    tickets.forget_old()


def _fill(person: Person, registration: Registration) -> None:
    moment = clock.now()
    person.password = registration.password
    person.name, person.job, person.is_lay = registration.name, registration.job, registration.is_lay
    person.claimed_organisation_id = registration.organisation_id
    person.claimed_organisation_name = registration.organisation_name
    person.terms_accepted_at = moment if registration.accepts_terms else None
    person.fs_uniquifier, person.active, person.update_datetime = uuid4().hex, True, moment


def _add(person: Person) -> None:
    db.session.add(person)
    try:
        db.session.flush()
    except IntegrityError as error:  # two at once, with the same address
        raise Conflict("There is an account with this e-mail address already.") from error


def _scope(role: Role, theme: Theme | None, organisation: Organisation | None) -> str:
    """The id that the role is for; "" for one without. Raises InvalidInput when role and scope do not belong
    together.
    """
    if (theme is not None) != (role in THEME_ROLES):
        raise InvalidInput("A reviewer, programme manager or theme director has one theme; nobody else has.")
    if (organisation is not None) != (role is Role.ORGANISATION_LEAD):
        raise InvalidInput("An organisation lead has one organisation; nobody else has.")
    scope: Any = theme or organisation
    if scope is not None and scope.retired_at is not None:
        raise Conflict(f"{scope.name} no longer takes part.")
    return str(scope.id) if scope is not None else ""


def _take_away(grant: RoleGrant, actor: Person | None) -> None:
    person = grant.person
    person.grants.remove(grant)
    db.session.delete(grant)
    events.record(actor, "revoke", person, Audience.ADMINISTRATORS, role=grant.role, scope=grant.scope)


def _lock(person: Person) -> None:
    """Nobody else changes the person until this request ends, and what is checked next is what is in the
    database.
    """
    db.session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    db.session.refresh(person)


def _lock_other_administrators(person: Person) -> int:
    """How many active administrators there are besides the person. Two taking each other's role at once wait
    for one another.
    """
    held = select(RoleGrant.person_id).join(Person, RoleGrant.person_id == Person.id)
    held = (
        held.where(RoleGrant.role == Role.ADMINISTRATOR, Person.active)
        .order_by(RoleGrant.id)
        .with_for_update()
    )
    return sum(person_id != person.id for person_id in db.session.scalars(held))


def _refuse(reason: str) -> None:
    if reason:
        raise NotAllowed(reason)
