"""Figures that nobody has confirmed yet, and who is asked to: the organisation's leads, or where it has none, the managers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from exchange.accounts import queries as accounts
from exchange.accounts.models import Person, RoleGrant
from exchange.accounts.roles import Role
from exchange.adoption.policy import leads
from exchange.benefits.models import Benefit
from exchange.benefits.sums import Status
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal
from exchange.spread.models import Programme


@dataclass(frozen=True)
class WaitingFigures:
    """The figures of one programme that wait for a person."""

    slug: str
    title: str
    count: int
    since: datetime


def asked_to_confirm(benefit: Benefit) -> list[Person]:
    there = accounts.people_with(Role.ORGANISATION_LEAD, organisation_id=benefit.organisation_id)
    return there or proposals.acting(Role.PROGRAMME_MANAGER, benefit.programme.proposal)


def waiting_for(person: Person) -> Sequence[WaitingFigures]:
    """The longest waiting first."""
    held = {grant.organisation_id for grant in person.grants if grant.organisation_id is not None}
    led = sorted(id_ for id_ in held if leads(person, id_))
    if not led and not person.themes_as(Role.PROGRAMME_MANAGER):
        return []
    has_lead = (
        select(RoleGrant.id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.role == Role.ORGANISATION_LEAD,
            RoleGrant.organisation_id == Benefit.organisation_id,
            accounts.can_act(),
        )
        .exists()
    )
    manages = and_(proposals.seen_as_staff(person, Role.PROGRAMME_MANAGER), ~has_lead)
    query = (
        select(Programme.slug, Proposal.title, func.count(), func.min(Benefit.entered_at).label("since"))
        .select_from(Benefit)
        .join(Benefit.programme)
        .join(Programme.proposal)
        .where(Benefit.status == Status.WAITING, or_(Benefit.organisation_id.in_(led), manages))
        .group_by(Programme.slug, Proposal.title)
        .order_by("since", Programme.slug)
    )
    return [WaitingFigures(*row) for row in db.session.execute(query)]
