"""Rounds, and what counts in them.

Which reviews count is said once, in `counts()`: submitted, not withdrawn, by someone who is still on the
panel, declared no interest, and has none now.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from exchange import clock
from exchange.accounts.models import Person
from exchange.assessment import rubric, scoring
from exchange.assessment.closing import Tally
from exchange.assessment.models import (
    Assignment,
    Criterion,
    EarlierReview,
    Interest,
    Recommendation,
    Review,
    Round,
    Rubric,
    Score,
)
from exchange.assessment.scoring import Aggregate, Marks
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal
from exchange.region import queries as region
from exchange.working_days import add_working_days

LEAST_DAYS_TO_GO_ON = 5
Columns = TypeVarTuple("Columns")

RECOMMENDING = frozenset({Recommendation.SPREAD, Recommendation.SPREAD_WITH_CONDITIONS})


def current_round(proposal: Proposal) -> Round | None:
    """The latest round, ended or not."""
    query = select(Round).where(Round.proposal_id == proposal.id).order_by(Round.number.desc()).limit(1)
    return db.session.scalar(query)


def open_round(proposal: Proposal) -> Round | None:
    """The one whose panel reviews now."""
    latest = current_round(proposal)
    return latest if latest is not None and latest.is_open else None


def resting_round(proposal: Proposal) -> Round | None:
    """The one that goes on when the changed proposal is assessed again."""
    latest = current_round(proposal)
    return latest if latest is not None and latest.is_suspended else None


def live_round(proposal: Proposal) -> Round | None:
    """The one that is open or rests."""
    return open_round(proposal) or resting_round(proposal)


def due_if_started(resting: Round | None) -> date:
    """By when a panel that starts today reviews; one that rested has what was left, and time to read what changed."""
    days = region.current().rules["working_days"]
    if resting is not None:
        days = max(resting.days_left or 0, LEAST_DAYS_TO_GO_ON)
    return add_working_days(clock.today(), days)


def counted_reviews(round_: Round) -> list[Review]:
    """The reviews that count in this round, by letter."""
    query = _counted(select(Review)).where(Round.id == round_.id).options(contains_eager(Review.assignment))
    return list(db.session.scalars(query))


def aggregate(round_: Round) -> Aggregate:
    """The figures of the counted reviews."""
    return aggregates([round_])[round_.id]


def aggregates(rounds: Collection[Round]) -> dict[int, Aggregate]:
    """The figures of many rounds by their ids, in as many queries as for one."""
    scores: dict[int, dict[tuple[int, Recommendation | None], dict[str, int | None]]] = {
        each.id: {} for each in rounds
    }
    query = (
        _counted(select(Round.id, Review.id, Review.recommendation, Criterion.key, Score.score))
        .join(Score, Score.review_id == Review.id)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(Round.id.in_(sorted(scores)), Score.is_given())
    )
    for round_id, review_id, recommendation, key, score in db.session.execute(query):
        scores[round_id].setdefault((review_id, recommendation), {})[key] = score
    ids = {round_.rubric_id for round_ in rounds}
    weights = {
        each.id: rubric.weights(each)
        for each in db.session.scalars(select(Rubric).where(Rubric.id.in_(sorted(ids))))
    }
    return {
        round_.id: scoring.aggregate(
            [_marks(given, recommendation) for (_, recommendation), given in scores[round_.id].items()],
            weights[round_.rubric_id],
        )
        for round_ in rounds
    }


def tally(round_: Round) -> Tally:
    """How far the round is."""
    counted, panel = db.session.execute(
        select(counted_number(), panel_number()).where(Round.id == round_.id)
    ).one()
    return Tally(counted, panel, round_.quorum, round_.minimum_at_due_date, round_.due)


def has_assessed(person: Person, proposal: Proposal) -> bool:
    """Whether they are on its panel, or reviewed it in any round: then they neither close nor decide it."""
    query = _places_taken().where(Round.proposal_id == proposal.id, Assignment.person_id == person.id)
    return db.session.scalar(query.limit(1)) is not None


def names_of_reviewers(proposal: Proposal) -> Sequence[str]:
    """Of everyone who was ever on one of its panels; only for keeping them out of what is written to others."""
    query = select(Person.name).join(Assignment, Assignment.person_id == Person.id).join(Round)
    return db.session.scalars(query.where(Round.proposal_id == proposal.id).distinct()).all()


def has_assessed_each() -> ColumnElement[bool]:
    """The same in a query that has Person and Proposal: of each and each."""
    taken = _places_taken().where(Round.proposal_id == Proposal.id, Assignment.person_id == Person.id)
    return taken.correlate(Person, Proposal).exists()


def _places_taken() -> Select[int]:
    opened_again = Review.id.in_(select(EarlierReview.review_id))
    took_part = or_(Assignment.removed_at.is_(None), Review.submitted_at.is_not(None), opened_again)
    return select(Assignment.id).join(Round).outerjoin(Review).where(took_part)


def counts() -> ColumnElement[bool]:
    """Whether a review counts, in a query that has Review, Assignment, Person (the reviewer) and Proposal."""
    return and_(
        Review.submitted_at.is_not(None),
        Review.withdrawn_at.is_(None),
        Assignment.removed_at.is_(None),
        Assignment.interest == Interest.NONE,
        ~proposals.conflicted_each(),
    )


def is_latest() -> ColumnElement[bool]:
    """Whether a round is the latest of its proposal, in a query that has Round and Proposal."""
    latest = (
        select(func.max(Round.number))
        .where(Round.proposal_id == Proposal.id)
        .correlate(Proposal)
        .scalar_subquery()
    )
    return Round.number == latest


def counted_number() -> ColumnElement[int]:
    """How many reviews count, in a query of Round."""
    return _number(counts())


def panel_number() -> ColumnElement[int]:
    """How many reviewers have reviewed or still may, in a query of Round: leavers and the conflicted no
    longer do."""
    return _number(
        and_(
            Assignment.removed_at.is_(None),
            or_(Person.active, Review.submitted_at.is_not(None)),
            ~proposals.conflicted_each(),
        )
    )


def _counted(query: Select[*Columns]) -> Select[*Columns]:
    """Narrows a query of Review to those that count, by letter."""
    return (
        query.select_from(Review)
        .join(Review.assignment)
        .join(Person, Person.id == Assignment.person_id)
        .join(Assignment.round)
        .join(Proposal, Proposal.id == Round.proposal_id)
        .where(counts())
        .order_by(Assignment.id)
    )


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return (
        select(func.count(Assignment.id))
        .join(Person, Person.id == Assignment.person_id)
        .join(Proposal, Proposal.id == Round.proposal_id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(Assignment.round_id == Round.id, condition)
        .correlate(Round)
        .scalar_subquery()
    )


def marks_of(review: Review) -> Marks:
    return _marks(scores_of(review), review.recommendation)


def _marks(scores: dict[str, int | None], recommendation: Recommendation | None) -> Marks:
    return Marks(scores, recommendation in RECOMMENDING)


def scores_of(review: Review) -> dict[str, int | None]:
    """A submitted review has every score, or None for what its author cannot judge."""
    return {score.criterion.key: score.score for score in review.scores if score.given is not None}
