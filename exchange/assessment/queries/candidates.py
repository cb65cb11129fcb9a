"""Whom a manager can choose as a reviewer of a proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import selectinload

from exchange.accounts.models import Person, RoleGrant
from exchange.accounts.queries import can_act
from exchange.accounts.roles import Role
from exchange.assessment.models import DECLINED, Assignment, Review, Round
from exchange.assessment.queries.eligibility import (
    conflict_in,
    declared_in_each,
    themes_of_each,
    why_off_panel,
)
from exchange.assessment.queries.panels import Place, places
from exchange.assessment.queries.rounds import due_if_started, resting_round
from exchange.extensions import db
from exchange.proposals import queries as proposed
from exchange.proposals.lifecycle import Part
from exchange.proposals.models import Proposal
from exchange.region import queries as region
from exchange.region.models import Theme


@dataclass(frozen=True)
class Candidate:
    """Someone who holds the role of reviewer in a theme of the proposal. `note` is what a manager should
    know of them."""

    person: Person
    reviews_in: list[Theme]
    open_reviews: int
    limit: int
    conflict: str
    note: str = ""

    @property
    def themes(self) -> list[str]:
        return [theme.name for theme in self.reviews_in]

    @property
    def is_at_limit(self) -> bool:
        return self.open_reviews >= self.limit


def candidates(proposal: Proposal, reader: Person) -> list[Candidate]:
    """Every active reviewer of the lead and supporting themes who is not on its panel now: the free ones
    first, then by name."""
    return candidates_for([proposal], reader)[proposal.id]


def candidates_for(proposals: Sequence[Proposal], reader: Person) -> dict[int, list[Candidate]]:
    """The same of many proposals by their ids, in as many queries as for one."""
    limit, themes = region.current().rules["reviewer_limit"], themes_of_each(proposals)
    people = _reviewers(frozenset().union(*themes.values()))
    loads = _open_reviews([person.id for person in people], reader)
    declared = declared_in_each(proposals)
    held = _held(proposals)
    return {
        proposal.id: sorted(
            (
                Candidate(
                    person,
                    own,
                    loads.get(person.id, 0),
                    limit,
                    conflict_in(person, proposal, declared[proposal.id]),
                    _note(person, proposal, place),
                )
                for person in people
                for own in [_reviews_in(person, themes[proposal.id])]
                for place in [held[proposal.id].get(person.id)]
                if own and (place is None or place.removed_at is not None)
            ),
            key=lambda each: (bool(each.conflict), each.is_at_limit, each.open_reviews),
        )
        for proposal in proposals
    }


def _reviewers(themes: frozenset[str]) -> Sequence[Person]:
    """The active reviewers of any of these themes, by name."""
    holds = exists().where(
        RoleGrant.person_id == Person.id,
        RoleGrant.role == Role.REVIEWER,
        RoleGrant.theme_id.in_(sorted(themes)),
    )
    query = (
        select(Person)
        .where(can_act(), holds)
        .order_by(func.lower(Person.name), Person.id)
        .options(selectinload(Person.interests))
    )
    return db.session.scalars(query).all()


def _reviews_in(person: Person, themes: frozenset[str]) -> list[Theme]:
    return [
        grant.theme
        for grant in person.grants
        if grant.role is Role.REVIEWER and grant.theme and grant.theme_id in themes
    ]


def _held(proposals: Sequence[Proposal]) -> dict[int, dict[int, Assignment]]:
    """The places of the rounds that are open or rest, by proposal and person."""
    held: dict[int, dict[int, Assignment]] = {proposal.id: {} for proposal in proposals}
    query = (
        select(Round.proposal_id, Assignment)
        .join(Assignment.round)
        .where(Round.proposal_id.in_(sorted(held)), Round.ended_at.is_(None))
    )
    for proposal_id, assignment in db.session.execute(query):
        held[proposal_id][assignment.person_id] = assignment
    return held


@dataclass(frozen=True)
class Starting:
    """What a manager who starts an assessment chooses from, and by when the reviews would be due. `resting` is the assessment
    that goes on, with those of its panel who are `staying`; `lacking` is how many more the quorum needs."""

    candidates: list[Candidate]
    resting: Round | None
    staying: list[Person]
    lacking: int
    due: date


def starting(proposal: Proposal, reader: Person) -> Starting:
    resting = resting_round(proposal)
    quorum = region.current().rules["quorum"] if resting is None else resting.quorum
    staying = (
        [] if resting is None else [each.assignment.person for each in places(resting) if _goes_on(each)]
    )
    return Starting(
        candidates(proposal, reader),
        resting,
        staying,
        max(quorum - len(staying), 0),
        due_if_started(resting),
    )


def _goes_on(place: Place) -> bool:
    return place.is_on_panel and not why_off_panel(place.assignment.person, place.assignment.round.proposal)


def _open_reviews(people: Sequence[int], reader: Person) -> dict[int, int]:
    """How many reviews each of them still owes, but for those of proposals in which the reader has an interest: their numbers
    would tell who is on those panels, and when a review comes in."""
    query = (
        select(Assignment.person_id, func.count())
        .join(Assignment.round)
        .join(Proposal, Proposal.id == Round.proposal_id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(
            Assignment.person_id.in_(people),
            Assignment.removed_at.is_(None),
            Round.ended_at.is_(None),
            Review.submitted_at.is_(None),
            ~proposed.conflicted(reader),
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
