"""The panels that a manager has to fill: of proposals that wait for an assessment, and of rounds that lost reviewers. As many
queries for fifty as for one, and nothing that binds the manager."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment.models import Assignment, Review, Round
from exchange.assessment.queries.candidates import Candidate, candidates_for
from exchange.assessment.queries.eligibility import conflict_in, declared_in_each, themes_of_each
from exchange.assessment.queries.rounds import panel_number
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal, proposal_priority
from exchange.region import queries as region

AT_A_TIME = 50  # what the optimiser does in a moment, and one page can show


@dataclass(frozen=True)
class Vacancy:
    """A proposal whose panel has `needs` empty places beside those who are `staying`. `round` is the one that is open or rests;
    without one, its assessment has yet to start."""

    proposal: Proposal
    round: Round | None
    staying: list[Person]
    needs: int
    candidates: list[Candidate]

    @property
    def ref(self) -> str:
        return self.proposal.reference

    @property
    def is_open(self) -> bool:
        """Whether its panel reviews already."""
        return self.round is not None and self.round.is_open

    @property
    def since(self) -> date:
        return clock.day_of(self.proposal.stage_since)

    @cached_property
    def state(self) -> str:
        """A mark of what a manager chooses by, so that a page which is out of date is noticed."""
        round_ = (self.round.id, self.round.due) if self.round else ()
        said = [self.proposal.version_number, self.needs, round_, sorted(one.id for one in self.staying)]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Vacancies:
    """Some of all vacancies, the longest waiting first. `experience` holds the priorities that each reviewer has reviewed for."""

    some: list[Vacancy]
    total: int
    experience: Mapping[int, frozenset[str]]

    @property
    def candidates(self) -> dict[int, Candidate]:
        """Everyone who can be chosen for one or another, by id."""
        return {
            each.person.id: each for vacancy in self.some for each in vacancy.candidates if not each.conflict
        }


def vacancies(manager: Person, page: int = 1) -> Vacancies:
    """A page of them, from 1 on."""
    query = _vacant(manager, Proposal).order_by(Proposal.stage_since, Proposal.id)
    found = db.session.scalars(_with_all(query).limit(AT_A_TIME).offset((page - 1) * AT_A_TIME)).all()
    return Vacancies(_vacancies(found, manager), _total(manager), _experience(manager))


def vacancies_of(manager: Person, references: Collection[str]) -> Vacancies:
    """Those of these proposals that still have any, read afresh."""
    query = _vacant(manager, Proposal).where(Proposal.reference.in_(sorted(references)))
    query = _with_all(query).order_by(Proposal.stage_since, Proposal.id)
    found = db.session.scalars(query.execution_options(populate_existing=True)).all()
    return Vacancies(_vacancies(found, manager), _total(manager), _experience(manager))


def _total(manager: Person) -> int:
    return db.session.scalar(_vacant(manager, func.count(Proposal.id))) or 0


def _vacant(manager: Person, what: Any) -> Select[Any]:
    lacks: ColumnElement[bool] = panel_number() < Round.quorum
    return (
        select(what)
        .select_from(Proposal)
        .outerjoin(Round, and_(Round.proposal_id == Proposal.id, Round.ended_at.is_(None)))
        .where(
            proposals.seen_as_staff(manager, Role.PROGRAMME_MANAGER),
            or_(
                Proposal.stage == Stage.SUBMITTED,
                and_(Proposal.stage == Stage.IN_ASSESSMENT, Round.suspended_at.is_(None), lacks),
            ),
        )
    )


def _with_all(query: Select[Any]) -> Select[Any]:
    return query.options(
        joinedload(Proposal.lead_theme),
        selectinload(Proposal.co_authors),
        selectinload(Proposal.priorities),
    )


def _vacancies(found: Sequence[Proposal], manager: Person) -> list[Vacancy]:
    candidates, rounds = candidates_for(found, manager), _rounds(found)
    declared, themes = declared_in_each(found), themes_of_each(found)
    quorum = region.current().rules["quorum"]
    return [
        _vacancy(each, round_, _staying(round_, declared[each.id], themes[each.id]), candidates[each.id])
        if (round_ := rounds.get(each.id))
        else Vacancy(each, None, [], quorum, candidates[each.id])
        for each in found
    ]


def _vacancy(
    proposal: Proposal, round_: Round, staying: list[Person], candidates: list[Candidate]
) -> Vacancy:
    return Vacancy(proposal, round_, staying, max(round_.quorum - len(staying), 0), candidates)


def _staying(round_: Round, declared: dict[int, str], themes: frozenset[str]) -> list[Person]:
    """Those of its panel whose review is in, or may still come, by name."""
    found = [
        each.person
        for each in round_.assignments
        if each.removed_at is None
        and not conflict_in(each.person, round_.proposal, declared)
        and _reviews(each, themes, is_open=round_.is_open)
    ]
    return sorted(found, key=lambda person: person.name.casefold())


def _reviews(assignment: Assignment, themes: frozenset[str], *, is_open: bool) -> bool:
    person, review = assignment.person, assignment.review
    if is_open:
        return person.active or (review is not None and review.submitted_at is not None)
    return person.active and bool(person.themes_as(Role.REVIEWER) & themes)


def _rounds(of: Iterable[Proposal]) -> dict[int, Round]:
    """The rounds that are open or rest, by proposal."""
    places = selectinload(Round.assignments)
    query = (
        select(Round)
        .where(Round.proposal_id.in_([proposal.id for proposal in of]), Round.ended_at.is_(None))
        .options(
            places.selectinload(Assignment.review),
            places.joinedload(Assignment.person, innerjoin=True).selectinload(Person.interests),
        )
    )
    return {round_.proposal_id: round_ for round_ in db.session.scalars(query)}


def _experience(manager: Person) -> dict[int, frozenset[str]]:
    """The priorities of the proposals that each person reviewed, of those that this manager knows the reviewers of."""
    query = (
        select(Assignment.person_id, proposal_priority.c.priority_id)
        .select_from(Review)
        .join(Review.assignment)
        .join(Assignment.round)
        .join(Proposal, Proposal.id == Round.proposal_id)
        .join(proposal_priority, proposal_priority.c.proposal_id == Proposal.id)
        .where(
            Review.submitted_at.is_not(None),
            Review.withdrawn_at.is_(None),
            proposals.seen_as_staff(manager, Role.PROGRAMME_MANAGER),
        )
        .distinct()
    )
    found: dict[int, set[str]] = {}
    for person_id, priority_id in db.session.execute(query):
        found.setdefault(person_id, set()).add(priority_id)
    return {person_id: frozenset(priorities) for person_id, priorities in found.items()}
