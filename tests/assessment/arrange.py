"""Proposals and panels that tests of assessment need, made inside `with committed():` by the real services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import queries, services
from exchange.assessment.models import Assignment, Interest, Recommendation, Round
from exchange.assessment.services import Written
from exchange.extensions import db
from exchange.proposals import services as proposals
from exchange.proposals.models import Proposal
from tests.factories import THEME, make_person

# Three organisations: the team's, the manager's, the reviewers'.
TEAM, STAFF, OTHER = "hill-hospital", "host", "river-trust"

ANSWERS: dict[str, Any] = {
    "title": "Falls huddles",
    "summary": "A ten-minute huddle on every ward prevents falls.",
    "category": "service-or-pathway",
    "stage_of_development": "idea",
    "supplier": "none",
    "priorities": ["falls"],
    "lead_theme": THEME,
    "need": "Falls harm patients on every ward.",
    "benefit_patients": "Fewer falls.",
    "ip_status": "none",
    "safety_risks": "None that we know.",
    "visibility": "members",
}


def make_champion(**columns: Any) -> Person:
    return make_person(**{"name": "Amina Begum", "organisation": TEAM, **columns})


def make_manager(**columns: Any) -> Person:
    return make_person(
        **{"name": "Rachel Tolley", "organisation": STAFF, "role": Role.PROGRAMME_MANAGER, **columns}
    )


def make_director(**columns: Any) -> Person:
    return make_person(
        **{"name": "Paul Okafor", "organisation": STAFF, "role": Role.THEME_DIRECTOR, **columns}
    )


def make_reviewer(name: str = "Sunita Chaudhari", **columns: Any) -> Person:
    return make_person(**{"name": name, "organisation": OTHER, "role": Role.REVIEWER, **columns})


def make_draft(champion: Person, **answers: Any) -> Proposal:
    """A complete draft, as its section forms would have left it."""
    proposal = proposals.create(champion, ANSWERS["title"], THEME)
    proposal.answers = {**ANSWERS, **answers}
    return proposal


def make_submitted(champion: Person, *, co_authors: Sequence[Person] = (), **answers: Any) -> Proposal:
    proposal = make_draft(champion, **answers)
    proposal.co_authors = list(co_authors)
    proposals.submit(proposal, champion)
    return proposal


@dataclass
class Cast:
    """A proposal in assessment, and everyone around it. `reviewers` are by letter."""

    champion: Person
    manager: Person
    reviewers: list[Person]
    proposal: Proposal
    round: Round

    @property
    def ref(self) -> str:
        return self.proposal.reference

    def assignment(self, index: int) -> Assignment:
        """As it is now, for the reviewer at this place; inside `with committed():`."""
        found = queries.assignment_of(self.reviewers[index], db.session.get_one(Round, self.round.id))
        assert found is not None
        return found


def make_cast(*, reviewers: int = 3, **answers: Any) -> Cast:
    champion, manager = make_champion(), make_manager()
    people = [make_reviewer(f"Reviewing Person {number}") for number in range(reviewers)]
    proposal = make_submitted(champion, **answers)
    round_ = start(proposal, manager, people)
    by_letter = [assignment.person for assignment in round_.assignments]
    return Cast(champion, manager, by_letter, proposal, round_)


def start(proposal: Proposal, manager: Person, people: Sequence[Person]) -> Round:
    round_ = services.start_assessment(proposal, manager, [person.id for person in people])
    db.session.refresh(round_)
    return round_


def declare(assignment: Assignment) -> None:
    services.declare(assignment, Interest.NONE)


def written(
    *scores: int, recommendation: Recommendation = Recommendation.SPREAD, comment: str = ""
) -> Written:
    """A finished review of the tiny region's rubric: need, then benefit."""
    keys = ("need", "benefit")
    given = dict(zip(keys, scores, strict=True))
    return Written(
        given, {key: f"Because of {key}, {score}." for key, score in given.items()}, recommendation, comment
    )


def submit(assignment: Assignment, *scores: int, **more: Any) -> None:
    """Declares where that is still to do, and submits these scores (4 and 4 where none are given)."""
    if assignment.interest is None:
        declare(assignment)
    review = assignment.review
    services.submit_review(
        assignment, written(*(scores or (4, 4)), **more), opened_at_state=services.state_of(review)
    )
