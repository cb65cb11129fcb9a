"""Whom a manager can choose as a reviewer of one proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import selectinload

from exchange.accounts.models import Person, RoleGrant
from exchange.accounts.roles import Role
from exchange.assessment.models import DECLINED, Assignment, Review, Round
from exchange.assessment.queries.panels import (
    Place,
    conflict_in,
    declared_in,
    places,
    themes_of,
    why_off_panel,
)
from exchange.assessment.queries.rounds import due_if_started, live_round, resting_round
from exchange.extensions import db
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
        .options(selectinload(Person.interests))
    ).all()
    loads, declared = _open_reviews([person.id for person in people]), declared_in(proposal)
    round_ = live_round(proposal)
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


@dataclass(frozen=True)
class Starting:
    """What a manager who starts an assessment chooses from, and by when the reviews would be due. `resting` is the assessment
    that goes on, with those of its panel who are `staying`; `lacking` is how many more the quorum needs."""

    candidates: list[Candidate]
    resting: Round | None
    staying: list[Person]
    lacking: int
    due: date


def starting(proposal: Proposal) -> Starting:
    resting = resting_round(proposal)
    quorum = region.current().rules["quorum"] if resting is None else resting.quorum
    staying = (
        [] if resting is None else [each.assignment.person for each in places(resting) if _goes_on(each)]
    )
    return Starting(
        candidates(proposal),
        resting,
        staying,
        max(quorum - len(staying), 0),
        due_if_started(resting),
    )


def _goes_on(place: Place) -> bool:
    return place.is_on_panel and not why_off_panel(place.assignment.person, place.assignment.round.proposal)


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


def _note(person: Person, proposal: Proposal, held: Assignment | None) -> str:
    notes = []
    if held is not None and held.interest in DECLINED:
        notes.append(f"{held.interest.said.capitalize()}.")
    elif held is not None:
        notes.append("Was on this panel before.")
    if proposal.lead_theme_id in person.themes_as(Role.PROGRAMME_MANAGER):
        notes.append(f"Is a {Part.MANAGER.value} of the lead theme: who reviews it cannot close it.")
    if proposal.lead_theme_id in person.themes_as(Role.THEME_DIRECTOR):
        notes.append(f"Is the {Part.DIRECTOR.value} of the lead theme: who reviews it cannot decide on it.")
    return " ".join(notes)
