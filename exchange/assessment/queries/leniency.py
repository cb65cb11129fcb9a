"""How lenient reviewers are, from the latest round of every proposal whose reviews the person who asks may know of: the score
beside which a proposal's adjusted one stands is of that round."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select

from exchange.accounts.models import Person, RoleGrant
from exchange.accounts.roles import Role
from exchange.assessment import leniency, policy, scoring
from exchange.assessment.leniency import AdjustedScore, Fit, Leniency, Untold
from exchange.assessment.models import Assignment, Criterion, Review, Round, Score
from exchange.assessment.queries.rounds import counts, is_latest
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal

SHOWN = 50  # proposals, newest first


@dataclass(frozen=True)
class Reviewer:
    name: str
    told: Leniency


@dataclass(frozen=True)
class Scored:
    """A proposal that is being assessed or decided, with its score as it is and as it would be if all reviewers were alike."""

    reference: str
    title: str
    told: AdjustedScore


@dataclass(frozen=True)
class Report:
    """What a manager is told of the reviewers of their themes. `untold` says why nothing can be."""

    reviews: int
    untold: Untold | None
    reviewers: list[Reviewer]
    proposals: list[Scored]


def leniency_report(manager: Person) -> Report:
    """Proposals in which they have an interest, or still owe a review, do not enter into it: nothing can be told from the
    difference. Reviews of other themes enter where reviewers in common let them be compared."""
    known = _reviews_known_to(manager)
    managed = proposals.seen_as_staff(manager, Role.PROGRAMME_MANAGER)
    own = set(db.session.scalars(select(Proposal.id).where(managed, Proposal.version_number > 0)))
    reviews = leniency.connected_to(own, known)
    found = leniency.fit_of(reviews)
    if isinstance(found, Untold):
        return Report(len(reviews), found, [], [])
    return Report(len(reviews), None, _reviewers(manager, found), _scored(manager, found))


def adjusted_score(reader: Person, proposal: Proposal) -> AdjustedScore | Untold:
    """Of the proposal if all reviewers were alike, from every review that may be known to the reader and can be compared
    with those of it; or why that cannot be told."""
    found = leniency.fit_of(leniency.connected_to({proposal.id}, _reviews_known_to(reader)))
    return found if isinstance(found, Untold) else found.proposals[proposal.id]


def _reviews_known_to(person: Person) -> list[leniency.Review]:
    points, weights = func.sum(Criterion.weight * (Score.score - scoring.LOWEST)), func.sum(Criterion.weight)
    query = (
        select(Proposal.id, Assignment.person_id, points, weights)
        .select_from(Review)
        .join(Review.assignment)
        .join(Person, Person.id == Assignment.person_id)
        .join(Assignment.round)
        .join(Proposal, Proposal.id == Round.proposal_id)
        .join(Review.scores)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(
            counts(),
            is_latest(),
            Score.score.is_not(None),
            ~proposals.conflicted(person),
            ~owes_a_review(person),
        )
        .group_by(Review.id, Proposal.id, Assignment.person_id)
    )
    return [
        leniency.Review(proposal, reviewer, float(scoring.of_whole(int(scored), int(weight))))
        for proposal, reviewer, scored, weight in db.session.execute(query)
    ]


def owes_a_review(person: Person) -> ColumnElement[bool]:
    """Whoever is on a panel reads the others' reviews only after their own."""
    owed = (
        select(Round.proposal_id)
        .join(Assignment, Assignment.round_id == Round.id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(
            Assignment.person_id == person.id,
            Assignment.removed_at.is_(None),
            Round.ended_at.is_(None),
            Review.submitted_at.is_(None),
        )
    )
    return Proposal.id.in_(owed)


def _reviewers(manager: Person, found: Fit) -> list[Reviewer]:
    """The most lenient first."""
    holds = exists().where(
        RoleGrant.person_id == Person.id,
        RoleGrant.role == Role.REVIEWER,
        RoleGrant.theme_id.in_(sorted(policy.themes_managed(manager))),
    )
    query = select(Person.id, Person.name).where(
        Person.id.in_(list(found.reviewers)), Person.id != manager.id, holds
    )
    named = [Reviewer(name, found.reviewers[id_]) for id_, name in db.session.execute(query)]
    return sorted(named, key=lambda each: (-each.told.effect.value, each.name))


def _scored(manager: Person, found: Fit) -> list[Scored]:
    query = (
        select(Proposal.id, Proposal.reference, Proposal.title)
        .where(
            proposals.seen_as_staff(manager, Role.PROGRAMME_MANAGER),
            Proposal.stage.in_([Stage.IN_ASSESSMENT, Stage.ASSESSED]),
            Proposal.id.in_(list(found.proposals)),
        )
        .order_by(Proposal.stage_since.desc(), Proposal.id.desc())
        .limit(SHOWN)
    )
    return [
        Scored(reference, title, found.proposals[id_]) for id_, reference, title in db.session.execute(query)
    ]
