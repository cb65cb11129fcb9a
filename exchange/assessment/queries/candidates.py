"""Whom a manager can choose as a reviewer of one proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from exchange.accounts.models import Person, RoleGrant
from exchange.accounts.roles import Role
from exchange.assessment.models import Assignment, Interest, Review, Round
from exchange.assessment.queries.panels import conflict_in, declared_in
from exchange.assessment.queries.rounds import open_round
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import Part
from exchange.proposals.models import Proposal
from exchange.region import queries as region


@dataclass(frozen=True)
class Candidate:
    """Someone who holds the role of reviewer in a theme of the proposal. `note` is what a manager should
    know of them."""

    person: Person
    themes: list[str]
    open_reviews: int
    limit: int
    conflict: str
    note: str = ""

    @property
    def is_at_limit(self) -> bool:
        return self.open_reviews >= self.limit


def candidates(proposal: Proposal) -> list[Candidate]:
    """Every active reviewer of the lead and supporting themes who is not on its panel now: the free ones
    first, then by name."""
    limit, themes = region.current().rules["reviewer_limit"], themes_of(proposal)
    holds = exists().where(
        RoleGrant.person_id == Person.id,
        RoleGrant.role == Role.REVIEWER,
        RoleGrant.theme_id.in_(sorted(themes)),
    )
    people = db.session.scalars(
        select(Person)
        .where(Person.active, Person.terms_accepted_at.is_not(None), holds)
        .order_by(func.lower(Person.name), Person.id)
    ).all()
    loads, declared = _open_reviews([person.id for person in people]), declared_in(proposal)
    round_ = open_round(proposal)
    held = {} if round_ is None else {each.person_id: each for each in round_.assignments}
    found = [
        Candidate(
            person,
            [
                grant.theme.name
                for grant in person.grants
                if grant.role is Role.REVIEWER and grant.theme and grant.theme_id in themes
            ],
            loads.get(person.id, 0),
            limit,
            conflict_in(person, proposal, declared),
            _note(person, proposal, held.get(person.id)),
        )
        for person in people
        if person.id not in held or held[person.id].removed_at is not None
    ]
    return sorted(found, key=lambda each: (bool(each.conflict), each.is_at_limit, each.open_reviews))


def _open_reviews(people: Sequence[int]) -> dict[int, int]:
    """How many reviews each of them still owes."""
    query = (
        select(Assignment.person_id, func.count())
        .join(Assignment.round)
        .outerjoin(Review)
        .where(
            Assignment.person_id.in_(people),
            Assignment.removed_at.is_(None),
            Round.ended_at.is_(None),
            Review.submitted_at.is_(None),
        )
        .group_by(Assignment.person_id)
    )
    return {person_id: number for person_id, number in db.session.execute(query)}


def themes_of(proposal: Proposal) -> frozenset[str]:
    """The lead theme and the supporting ones of what was submitted: their reviewers can be chosen."""
    version = proposals.latest_version(proposal)
    supporting = [] if version is None else version.answers.get("supporting_themes") or []
    return frozenset(filter(None, [proposal.lead_theme_id, *supporting]))


def _note(person: Person, proposal: Proposal, held: Assignment | None) -> str:
    notes = []
    if held is not None and held.interest is Interest.OUTSIDE_MY_EXPERTISE:
        notes.append("Said that it is outside their expertise.")
    elif held is not None:
        notes.append("Was on this panel before.")
    if proposal.lead_theme_id in person.themes_as(Role.PROGRAMME_MANAGER):
        notes.append(f"Is a {Part.MANAGER.value} of the lead theme: who reviews it cannot close it.")
    if proposal.lead_theme_id in person.themes_as(Role.THEME_DIRECTOR):
        notes.append(f"Is the {Part.DIRECTOR.value} of the lead theme: who reviews it cannot decide on it.")
    return " ".join(notes)
