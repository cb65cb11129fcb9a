"""Who acts in a proposal as its lead theme's manager or director: those of the theme whom nothing binds, and where there is
none, a stand-in from another theme. In SQL for lists, in names for one proposal."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from exchange.accounts import queries as accounts
from exchange.accounts.models import Person, RoleGrant
from exchange.accounts.roles import Role
from exchange.errors import NotFound
from exchange.extensions import db
from exchange.proposals.conflicts import conflict_of, conflicted, conflicted_each, made_once
from exchange.proposals.lifecycle import OPEN_TO_MEMBERS, Part, Stage
from exchange.proposals.models import Proposal, StandIn
from exchange.region.models import Theme

REFERENCE = re.compile(r"[A-Z0-9]{1,8}-\d{4}-\d{4,8}", re.ASCII)
STAFF_ROLES = {Role.PROGRAMME_MANAGER: Part.MANAGER, Role.THEME_DIRECTOR: Part.DIRECTOR}
SHOWN = 50  # rows of a list; its count is of all


@dataclass(frozen=True)
class Grounds:
    """What only higher features know of whether somebody is needed, as conditions that `create_app` brings here."""

    has_assessed: Callable[
        [], ColumnElement[bool]
    ]  # of Person and Proposal: then they neither close nor decide it
    is_current_programme: Callable[
        [], ColumnElement[bool]
    ]  # of Proposal: its director still settles and changes it


def stood_in_for(person: Person, roles: Collection[Role]) -> ColumnElement[bool]:
    """Proposals in which this person stands in, of the roles given, which they hold elsewhere."""
    return _stood_in_for(person.id, tuple(sorted(roles)))


@made_once
def _stood_in_for(person_id: int, roles: tuple[Role, ...]) -> ColumnElement[bool]:
    named = select(StandIn.proposal_id).where(
        StandIn.person_id == person_id, StandIn.ended_at.is_(None), StandIn.role.in_(roles)
    )
    return Proposal.id.in_(named)


def roles_in(person: Person, proposal: Proposal) -> set[Role]:
    """The roles of the staff that this person has in this proposal, unless an interest binds them."""
    held = {role: person.themes_as(role) for role in STAFF_ROLES}
    found = {role for role, themes in held.items() if proposal.lead_theme_id in themes}
    elsewhere = {role for role, themes in held.items() if themes} - found
    if not elsewhere:
        return found
    named = select(StandIn.role).where(
        StandIn.person_id == person.id, StandIn.proposal_id == proposal.id, StandIn.ended_at.is_(None)
    )
    return found | (elsewhere & set(db.session.scalars(named)))


def acting(role: Role, proposal: Proposal) -> list[Person]:
    """Who has this role in the proposal and nothing binds, by name; a stand-in comes last. Who reviews it is among them."""
    holders = accounts.people_with(role, proposal.lead_theme_id) if proposal.lead_theme_id else []
    running = running_in(proposal, role)
    if running is not None and running.person.active and running.person.themes_as(role):
        holders.append(running.person)
    return [person for person in dict.fromkeys(holders) if not conflict_of(person, proposal)]


def somebody_acts(role: Role, *, besides: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """In a query of Proposal: whether `acting` finds anyone but the person with this id."""
    can_act = and_(accounts.can_act(), ~conflicted_each(), Person.id != besides)
    holder = (
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == role, RoleGrant.theme_id == Proposal.lead_theme_id, can_act)
    )
    holds = select(RoleGrant.person_id).where(RoleGrant.role == role)
    stand_in = (
        select(Person.id)
        .join(StandIn, StandIn.person_id == Person.id)
        .where(StandIn.proposal_id == Proposal.id, StandIn.role == role, StandIn.ended_at.is_(None))
        .where(Person.id.in_(holds), can_act)
    )
    return or_(*(each.correlate_except(Person, RoleGrant, StandIn).exists() for each in (holder, stand_in)))


def running_in(proposal: Proposal, role: Role) -> StandIn | None:
    query = select(StandIn).where(
        StandIn.proposal_id == proposal.id, StandIn.role == role, StandIn.ended_at.is_(None)
    )
    return db.session.scalar(query)


def named_in(proposal: Proposal) -> Sequence[StandIn]:
    """Everyone who ever stood in, the first first."""
    query = select(StandIn).where(StandIn.proposal_id == proposal.id).order_by(StandIn.id)
    both = joinedload(StandIn.person), joinedload(StandIn.named_by)
    return db.session.scalars(query.options(*both)).all()


def stood_in(person: Person, proposal: Proposal, role: Role) -> bool:
    """Whether they acted in it as a stand-in, now or before."""
    named = StandIn.proposal_id == proposal.id, StandIn.person_id == person.id, StandIn.role == role
    return bool(db.session.scalar(select(exists().where(*named))))


@dataclass(frozen=True)
class Lacking:
    """A proposal in which nobody is free to act in this role. It tells nothing of what becomes of the proposal."""

    reference: str
    theme: str
    role: Role
    submitted_at: datetime


@dataclass(frozen=True)
class AllLacking:
    """The first rows, the longest submitted first, and how many there are in all."""

    rows: list[Lacking]
    count: int

    @property
    def hidden(self) -> int:
        return self.count - len(self.rows)


def lacking(administrator: Person) -> AllLacking:
    """From the submission to the decision, whichever stage it is at: none can be told from it. After an approval too, while the
    programme is one, which everyone can read. Where the administrator has an interest it is left to another one: who is
    offered tells who reviews it."""
    rows, count = [], 0
    for role in STAFF_ROLES:
        query = (
            select(Proposal.reference, Theme.name, Proposal.submitted_at, func.count().over())
            .join(Theme, Theme.id == Proposal.lead_theme_id)
            .where(_nobody_acts(role), ~conflicted(administrator))
            .order_by(Proposal.submitted_at, Proposal.id)
            .limit(SHOWN)
        )
        found = db.session.execute(query).all()
        rows += [
            Lacking(reference, theme, role, submitted_at)
            for reference, theme, submitted_at, _ in found
            if submitted_at is not None  # as all at these stages were submitted
        ]
        count += found[0][-1] if found else 0
    return AllLacking(sorted(rows, key=lambda each: (each.submitted_at, each.reference))[:SHOWN], count)


def proposal_lacking(ref: str, role: Role, administrator: Person) -> Proposal:
    """The proposal with this reference, where nobody acts in this role and the administrator has no interest. Raises NotFound for
    every other."""
    found = None
    if REFERENCE.fullmatch(ref.upper()):  # never ask a database for what it cannot hold
        found = db.session.scalar(select(Proposal).where(Proposal.reference == ref.upper()))
    if found is None or conflict_of(administrator, found) or not is_lacking(found, role):
        raise NotFound
    return found


def is_lacking(proposal: Proposal, role: Role) -> bool:
    """Whether it waits for somebody and nobody is free to act in this role."""
    return bool(db.session.scalar(select(exists().where(Proposal.id == proposal.id, _nobody_acts(role)))))


def free_elsewhere(proposal: Proposal, role: Role) -> list[Person]:
    """Who holds the role in another theme, has no interest in the proposal and did not review it, by name."""
    has_assessed = _grounds().has_assessed()
    query = (
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Proposal, Proposal.id == proposal.id)
        .where(RoleGrant.role == role, accounts.can_act(), ~conflicted_each(), ~has_assessed)
        .order_by(func.lower(Person.name), Person.id)
        .distinct()
    )
    return list(db.session.scalars(query))


def all_running() -> Sequence[StandIn]:
    """Everyone who stands in now, the last named first."""
    query = select(StandIn).where(StandIn.ended_at.is_(None)).order_by(StandIn.id.desc()).limit(SHOWN)
    related = joinedload(StandIn.person), joinedload(StandIn.named_by), joinedload(StandIn.proposal)
    return db.session.scalars(query.options(*related)).all()


def one(stand_in_id: int) -> StandIn:
    """Raises NotFound, also when it has ended."""
    found = db.session.get(StandIn, stand_in_id)
    if found is None or found.ended_at is not None:
        raise NotFound
    return found


def running_of(person: Person) -> Sequence[StandIn]:
    """What this person stands in for, in one order for all."""
    query = select(StandIn).where(StandIn.person_id == person.id, StandIn.ended_at.is_(None))
    return db.session.scalars(query.order_by(StandIn.proposal_id, StandIn.id)).all()


def _nobody_acts(role: Role) -> ColumnElement[bool]:
    """That it waits for somebody in this role, and neither a holder nor a stand-in can do all that it takes: who reviewed
    it neither closes nor decides it, and who has an interest does nothing."""
    waits: ColumnElement[bool] = Proposal.stage.in_(OPEN_TO_MEMBERS)
    if role is Role.THEME_DIRECTOR:
        waits = or_(waits, and_(Proposal.stage == Stage.SPREAD, _grounds().is_current_programme()))
    may_decide = or_(Proposal.stage == Stage.SPREAD, ~_grounds().has_assessed())
    can_act = and_(waits, accounts.can_act(), ~conflicted_each(), may_decide)
    with_holder = (
        select(Proposal.id)
        .join(RoleGrant, RoleGrant.theme_id == Proposal.lead_theme_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == role, can_act)
    )
    holds = select(RoleGrant.person_id).where(RoleGrant.role == role)
    with_stand_in = (
        select(Proposal.id)
        .join(StandIn, StandIn.proposal_id == Proposal.id)
        .join(Person, Person.id == StandIn.person_id)
        .where(StandIn.role == role, StandIn.ended_at.is_(None), Person.id.in_(holds), can_act)
    )
    taken = [query.correlate(None) for query in (with_holder, with_stand_in)]
    return and_(waits, *(Proposal.id.not_in(query) for query in taken))


def _grounds() -> Grounds:
    grounds: Grounds = current_app.extensions["stand_ins"]
    return grounds
