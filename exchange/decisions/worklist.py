"""The director's lists: what is ready to decide, what is prepared, what was released. As many queries for
fifty rows as for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from exchange import clock
from exchange.accounts.models import Person, Role
from exchange.assessment import queries as assessment
from exchange.assessment.models import Assignment, EarlierReview, Review, Round
from exchange.assessment.scoring import Aggregate, whole
from exchange.decisions import queries, summary
from exchange.decisions.models import Decision
from exchange.extensions import alias_of, db
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.wording import counted, day, money

SHOWN = 50  # rows of one list; its count is of all
RECENT = timedelta(days=90)
ANY_ROUND = alias_of(Round)


@dataclass(frozen=True)
class Figures:
    """What a panel says, as it is shown."""

    aggregate: Aggregate

    @property
    def score(self) -> str:
        return "No review counts" if self.aggregate.mean is None else f"{whole(self.aggregate.mean)} of 100"

    @property
    def weighed(self) -> list[tuple[str, str]]:
        panel = self.aggregate
        if panel.lowest is None or panel.highest is None:
            return [("Score", self.score)]
        return [
            ("Score", self.score),
            ("Range", f"{whole(panel.lowest)} to {whole(panel.highest)}"),
            ("Recommend spread", f"{panel.recommending} of {panel.count}"),
            ("Reviewers", "Disagree" if panel.disagrees else "Agree"),
        ]


@dataclass(frozen=True)
class Ready:
    """An assessed proposal that waits for this director, with what its panel says."""

    proposal: Proposal
    figures: Figures
    days_waiting: int

    @property
    def facts(self) -> list[str]:
        organisation = self.proposal.champion.organisation
        return [self.proposal.reference, *([organisation.name] if organisation else [])]

    @property
    def weighed(self) -> list[tuple[str, str]]:
        """What the director weighs first, each by its name."""
        sought = self.proposal.investment_sought
        return [
            *self.figures.weighed,
            ("Investment sought", "Not stated" if sought is None else money(sought)),
            ("Waiting", counted(self.days_waiting, "day") if self.days_waiting else "New today"),
        ]


@dataclass(frozen=True)
class Prepared:
    """A prepared decision, and what it lacks for its release, as sentences."""

    decision: Decision
    figures: Figures
    lacking: list[str]

    @property
    def proposal(self) -> Proposal:
        return self.decision.proposal

    @property
    def facts(self) -> list[str]:
        prepared = f"prepared by {self.decision.prepared_by.name} on {day(self.decision.prepared_at)}"
        return [self.proposal.reference, self.decision.label, prepared, f"score {self.figures.score}"]

    @property
    def summary(self) -> list[dict[str, Any]]:
        """Rows for the page that asks before it is released."""
        return [{"key": "Decision", "value": self.decision.label}, *summary.rows(self.decision)]


@dataclass(frozen=True)
class Some:
    """The first rows of a list, and how many there are in all."""

    rows: Sequence[Any]
    count: int

    @property
    def hidden(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True)
class Worklist:
    """`not_theirs` are references and titles of those that this person assessed, so that somebody else
    decides them.
    """

    ready: Some
    prepared: Some
    released: list[Decision]
    not_theirs: list[tuple[str, str]]


@dataclass(frozen=True)
class WaitingDecision:
    """A decision that a person has to take or, when it is prepared, to release."""

    reference: str
    title: str
    organisation: str
    since: datetime
    is_prepared: bool


def worklist(person: Person) -> Worklist:
    return Worklist(_ready(person), prepared(person), _released(person), _not_theirs(person))


def waiting_decisions(person: Person) -> list[WaitingDecision]:
    """What waits for this person as a director, the longest waiting first."""
    query = (
        select(Proposal, Decision.id)
        .join(Round, _latest_round())
        .outerjoin(
            Decision,
            and_(
                Decision.proposal_id == Proposal.id,
                Decision.round_id == Round.id,
                Decision.released_at.is_(None),
            ),
        )
        .where(_to_decide(person))
        .order_by(Proposal.stage_since, Proposal.id)
    )
    return [
        WaitingDecision(
            proposal.reference,
            proposal.title,
            proposal.champion.organisation.name if proposal.champion.organisation else "",
            proposal.stage_since,
            decision_id is not None,
        )
        for proposal, decision_id in db.session.execute(query)
    ]


def prepared(person: Person, references: Sequence[str] | None = None) -> Some:
    """Prepared decisions that this person may release; only those of these proposals where they are named."""
    query = (
        select(Decision, Round, func.count().over())
        .join(Decision.proposal)
        .join(Round, _latest_round())
        .where(Decision.released_at.is_(None), Decision.round_id == Round.id, _to_decide(person))
        .order_by(Proposal.stage_since, Proposal.id)
        .options(contains_eager(Decision.proposal), joinedload(Decision.prepared_by))
    )
    if references is None:
        query = query.limit(SHOWN)
    else:  # never ask a database for what it cannot hold
        known = [each for each in references if proposals.REFERENCE.fullmatch(each)]
        query = query.where(Proposal.reference.in_(known))
    found = db.session.execute(query).all()
    figures = assessment.aggregates([round_ for _, round_, _ in found])
    rows = [
        Prepared(
            decision,
            Figures(figures[round_.id]),
            list(queries.lacking(decision, figures[round_.id]).values()),
        )
        for decision, round_, _ in found
    ]
    return Some(rows, found[0][-1] if found else 0)


def _ready(person: Person) -> Some:
    is_prepared = exists().where(
        Decision.proposal_id == Proposal.id, Decision.round_id == Round.id, Decision.released_at.is_(None)
    )
    query = (
        select(Proposal, Round, func.count().over())
        .join(Round, _latest_round())
        .where(_to_decide(person), ~is_prepared)
        .order_by(Proposal.stage_since, Proposal.id)
        .limit(SHOWN)
    )
    found = db.session.execute(query).all()
    figures = assessment.aggregates([round_ for _, round_, _ in found])
    rows = [
        Ready(proposal, Figures(figures[round_.id]), _days_since(proposal.stage_since))
        for proposal, round_, _ in found
    ]
    return Some(rows, found[0][-1] if found else 0)


def _released(person: Person) -> list[Decision]:
    query = (
        select(Decision)
        .join(Decision.proposal)
        .where(
            Decision.released_at >= clock.now() - RECENT, proposals.seen_as_staff(person, Role.THEME_DIRECTOR)
        )
        .order_by(Decision.released_at.desc(), Decision.id.desc())
        .limit(SHOWN)
        .options(contains_eager(Decision.proposal), joinedload(Decision.released_by))
    )
    return list(db.session.scalars(query))


def _not_theirs(person: Person) -> list[tuple[str, str]]:
    query = (
        select(Proposal.reference, Proposal.title)
        .where(_waits_in_themes_of(person), _assessed_by(person))
        .order_by(Proposal.stage_since, Proposal.id)
    )
    return [(reference, title) for reference, title in db.session.execute(query)]


def _to_decide(person: Person) -> ColumnElement[bool]:
    return and_(_waits_in_themes_of(person), ~_assessed_by(person))


def _waits_in_themes_of(person: Person) -> ColumnElement[bool]:
    return and_(Proposal.stage == Stage.ASSESSED, proposals.seen_as_staff(person, Role.THEME_DIRECTOR))


def _assessed_by(person: Person) -> ColumnElement[bool]:
    """`assessment.has_assessed`, for a list: of any round, not only of the latest that the list joins."""
    opened_again = exists().where(Review.assignment_id == Assignment.id, EarlierReview.review_id == Review.id)
    return (
        exists()
        .where(
            ANY_ROUND.c.proposal_id == Proposal.id,
            Assignment.round_id == ANY_ROUND.c.id,
            Assignment.person_id == person.id,
        )
        .where(
            or_(
                Assignment.removed_at.is_(None),
                exists().where(Review.assignment_id == Assignment.id, Review.submitted_at.is_not(None)),
                opened_again,
            )
        )
    )


def _latest_round() -> ColumnElement[bool]:
    return and_(Round.proposal_id == Proposal.id, assessment.is_latest())


def _days_since(moment: datetime) -> int:
    return (clock.today() - clock.day_of(moment)).days
