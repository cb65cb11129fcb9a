"""Assessed proposals and the people around a decision, made inside `with committed():` by the real services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import services as assessment
from exchange.assessment.models import Assignment, Interest, Recommendation, Review, Round, Score
from exchange.assessment.rubric import latest
from exchange.decisions import services
from exchange.decisions.models import Decision
from exchange.decisions.rules import DecisionKind
from exchange.extensions import db
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.spread.conditions import Asked
from tests.assessment import arrange as assessing
from tests.factories import make_grant

FULL: dict[str, Any] = {
    "stage_of_development": "evaluated",
    "overview": "Ten minutes, every morning.",
    "benefit_system": "Fewer bed days.",
    "equality": "It reaches every ward.",
    "evidence_level": "local-audit",
    "evidence_summary": "Falls fell by a third.",
    "involvement_level": "consulted",
    "involvement_summary": "Families chose the time.",
    "settings": ["acute"],
    "scalability": "simple",
    "adoption_potential": 9,
    "population": 2_500,
    "sites_now": 1,
    "barriers": "Time in the morning.",
    "investment_sought": 40_000,
    "investment_use": "A trainer.",
    "saving_yearly": 120_000,
    "payback": "under-6-months",
    "ip_summary": "The hospital.",
    "regulation": ["none-needed"],
}


def asked_in(lines: str) -> list[Asked]:
    """One condition a line, with all that a release asks of it; the programme does not wait for one that starts with
    "later:"."""
    return [
        Asked(
            line.removeprefix("later: "),
            not line.startswith("later: "),
            "The ward sister",
            date(2028, 3, 31),
            "A signed letter",
        )
        for line in lines.splitlines()
    ]


APPROVAL: dict[str, Any] = {
    "statement": "People fall less.",
    "adoption_target": 12,
    "investment": 40_000,
    "conditions": asked_in("A data agreement\nlater: Yearly figures"),
}
# The same as a form sends it, with the first condition alone.
APPROVAL_SENT: dict[str, Any] = {
    "statement": "People fall less.",
    "adoption_target": "12",
    "investment": "40,000",
    "condition-1-text": "A data agreement",
    "condition-1-owner": "The ward sister",
    "condition-1-due-day": "31",
    "condition-1-due-month": "3",
    "condition-1-due-year": "2028",
    "condition-1-evidence": "A signed letter",
}
DEVELOPMENT: dict[str, Any] = {
    "must_show": "A second ward.",
    "talk_to": "River Community Trust.",
    "due": date(2027, 3, 1),
}
DECLINATION: dict[str, Any] = {
    "reason_code": "out-of-scope",
    "feedback": "A good idea elsewhere.",
    "would_change": "Figures from a second ward.",
}
SAID = {
    DecisionKind.APPROVE_SPREAD: APPROVAL,
    DecisionKind.DEVELOP: DEVELOPMENT,
    DecisionKind.DECLINE: DECLINATION,
}
ALL_RECOMMEND = (Recommendation.SPREAD, Recommendation.SPREAD_WITH_CONDITIONS, Recommendation.SPREAD)
NONE_RECOMMENDS = (Recommendation.NOT_YET, Recommendation.DO_NOT_SPREAD, Recommendation.NOT_YET)


@dataclass
class Case:
    """An assessed proposal, and everyone around it."""

    proposal: Proposal
    round: Round
    champion: Person
    co_author: Person
    manager: Person
    director: Person
    reviewers: list[Person]

    @property
    def ref(self) -> str:
        return self.proposal.reference


@dataclass
class Staff:
    """Who serves many cases at once."""

    champion: Person
    co_author: Person
    manager: Person
    director: Person
    reviewers: list[Person]


def make_staff() -> Staff:
    return Staff(
        assessing.make_champion(),
        assessing.make_champion(name="Cem Aksoy"),
        assessing.make_manager(),
        assessing.make_director(),
        [assessing.make_reviewer(f"Reviewing Person {number}") for number in range(3)],
    )


def make_staff_like(staff: Staff) -> Staff:
    """The same people, in the session at hand."""

    def here(person: Person) -> Person:
        return db.session.get_one(Person, person.id)

    return Staff(
        here(staff.champion),
        here(staff.co_author),
        here(staff.manager),
        here(staff.director),
        [here(reviewer) for reviewer in staff.reviewers],
    )


def make_case(
    staff: Staff | None = None, *, recommend: Sequence[Recommendation] = ALL_RECOMMEND, **answers: Any
) -> Case:
    """A proposal with a full record, assessed by three."""
    staff = staff or make_staff()
    proposal = make_proposal(staff, **answers)
    round_ = assess(proposal, staff, recommend)
    return Case(
        proposal, round_, staff.champion, staff.co_author, staff.manager, staff.director, staff.reviewers
    )


def make_proposal(staff: Staff, **answers: Any) -> Proposal:
    return assessing.make_submitted(staff.champion, co_authors=[staff.co_author], **{**FULL, **answers})


def assess(proposal: Proposal, staff: Staff, recommend: Sequence[Recommendation] = ALL_RECOMMEND) -> Round:
    """From submitted to assessed; the first reviewer's scores lie far from the others'."""
    round_ = assessing.start(proposal, staff.manager, staff.reviewers)
    for number, (assignment, recommendation) in enumerate(zip(round_.assignments, recommend, strict=True)):
        scores = (1, 2) if number == 0 else (4, 5)
        assessing.submit(assignment, *scores, recommendation=recommendation, comment=f"Comment {number}.")
        db.session.refresh(assignment)
    assessment.close_assessment(
        proposal, staff.manager, panel_summary="Agreed but for one.", feedback="Say who leads at night."
    )
    return round_


def make_assessed_quickly(staff: Staff, **answers: Any) -> Proposal:
    """As the services leave it in what lists read, but without their events: for lists of many."""
    proposal = make_proposal(staff, **answers)
    moment, rubric = clock.now(), latest()
    assert rubric is not None
    proposal.stage, proposal.stage_since = Stage.ASSESSED, moment
    reviews = [
        Assignment(
            person=reviewer,
            letter=letter,
            assigned_at=moment,
            assigned_by_id=staff.manager.id,
            interest=Interest.NONE,
            review=Review(
                version_number=1,
                recommendation=Recommendation.SPREAD,
                saved_at=moment,
                submitted_at=moment,
                scores=[Score(criterion=each, score=4, rationale="Fine.") for each in rubric.criteria],
            ),
        )
        for letter, reviewer in zip("ABC", staff.reviewers, strict=True)
    ]
    db.session.add(
        Round(
            proposal=proposal,
            number=1,
            version_number=1,
            rubric=rubric,
            quorum=3,
            minimum_at_due_date=2,
            started_at=moment,
            started_by_id=staff.manager.id,
            due=clock.today(),
            closed_at=moment,
            ended_at=moment,
            assignments=reviews,
        )
    )
    db.session.flush()
    return proposal


def make_other_director(**columns: Any) -> Person:
    return assessing.make_director(**{"name": "Nia Rees", **columns})


def make_conflicted_director() -> Person:
    """From the team's own organisation."""
    return assessing.make_director(name="Una Field", organisation=assessing.TEAM)


def make_director_who_reviewed(case: Case) -> Person:
    make_grant(case.reviewers[0], Role.THEME_DIRECTOR)
    return case.reviewers[0]


def prepare(case: Case, kind: DecisionKind = DecisionKind.APPROVE_SPREAD, **said: Any) -> Decision:
    return services.prepare(case.proposal, kind, director_of(case), {**SAID[kind], **said})


def release(case: Case, kind: DecisionKind = DecisionKind.APPROVE_SPREAD, **said: Any) -> None:
    services.release(case.proposal, kind, director_of(case), {**SAID[kind], **said})


def director_of(case: Case) -> Person:
    """In the session at hand, which may not be the one that made the case."""
    return db.session.get_one(Person, case.director.id)
