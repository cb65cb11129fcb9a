"""Tables of assessment: rubrics, rounds, assignments, and reviews as they are and as they were."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, and_, or_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange import clock
from exchange.accounts.models import Person
from exchange.extensions import Base
from exchange.proposals import timeline
from exchange.proposals.models import Proposal

CANNOT_JUDGE: Final = "cannot-judge"
Given = int | Literal["cannot-judge"]  # a score from 1 to 5, or this


class Rubric(Base):
    """One version of the region's rubric, not edited once a round uses it. `pack_digest` tells which pack's rubric was loaded
    last while it was the newest: the same one makes no other version."""

    __tablename__ = "rubric"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    pack_digest: Mapped[str] = mapped_column(String(64), default="")

    criteria: Mapped[list[Criterion]] = relationship(
        back_populates="rubric", order_by="Criterion.position", lazy="selectin"
    )


class Criterion(Base):
    """One weighted criterion, with anchors in words for the scores 1, 3 and 5. `key` is the pack's id, which stays when it is
    renamed."""

    __tablename__ = "criterion"
    __table_args__ = (UniqueConstraint("rubric_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rubric_id: Mapped[int] = mapped_column(ForeignKey("rubric.id"))
    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    weight: Mapped[int]
    low: Mapped[str]
    mid: Mapped[str]
    high: Mapped[str]
    cannot_judge: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]

    rubric: Mapped[Rubric] = relationship(back_populates="criteria")


class Round(Base):
    """One assessment of one version by a panel. The rules it runs by are copied from the region when it
    starts."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("proposal_id", "number"),
        Index("ix_round_ended_at_due", "ended_at", "due"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    number: Mapped[int]
    version_number: Mapped[int]
    rubric_id: Mapped[int] = mapped_column(ForeignKey("rubric.id"))
    quorum: Mapped[int]
    minimum_at_due_date: Mapped[int]
    started_at: Mapped[datetime]
    started_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due: Mapped[date]
    # What the director asks the panel that a proposal is referred back to.
    questions: Mapped[str] = mapped_column(default="")
    # While changes are requested it rests, with as many working days left as there were.
    suspended_at: Mapped[datetime | None]
    days_left: Mapped[int | None]
    # Closed by the manager, or ended by a withdrawal: then closed_at stays empty.
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    panel_summary: Mapped[str] = mapped_column(default="")
    feedback: Mapped[str] = mapped_column(default="")
    # What the team is told of single criteria, by their keys; any may be left out.
    feedback_by_criterion: Mapped[dict[str, Any]] = mapped_column(default=dict)

    proposal: Mapped[Proposal] = relationship()
    rubric: Mapped[Rubric] = relationship()
    assignments: Mapped[list[Assignment]] = relationship(back_populates="round", order_by="Assignment.id")

    @property
    def is_suspended(self) -> bool:
        return self.ended_at is None and self.suspended_at is not None

    @property
    def is_open(self) -> bool:
        """Whether its panel reviews now."""
        return self.ended_at is None and self.suspended_at is None

    @property
    def is_past_due(self) -> bool:
        return clock.today() > self.due


class Interest(StrEnum):
    """What a reviewer declares."""

    NONE = "none"
    INTEREST = "interest"
    OUTSIDE_MY_EXPERTISE = "outside-my-expertise"
    TOO_MANY = "too-many"

    @property
    def said(self) -> str:
        """As others read it after their name."""
        return timeline.DECLARED[self]


# Not for an interest, but for now: who said so can be asked again.
DECLINED = frozenset({Interest.OUTSIDE_MY_EXPERTISE, Interest.TOO_MANY})


class Assignment(Base):
    """One reviewer in one round. `letter` is how the other reviewers know them. Removed ones stay, with the
    reason."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id"),
        Index("ix_assignment_person_id_removed_at", "person_id", "removed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    letter: Mapped[str] = mapped_column(String(2))
    assigned_at: Mapped[datetime]
    assigned_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    interest: Mapped[Interest | None]
    declared_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    removed_reason: Mapped[str] = mapped_column(default="")

    round: Mapped[Round] = relationship(back_populates="assignments")
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined", innerjoin=True)
    review: Mapped[Review | None] = relationship(back_populates="assignment")

    @property
    def is_reopened(self) -> bool:
        """Whether their draft is the review of this version that they submitted, and opened again. Who came back to the panel
        did not."""
        review = self.review
        if review is None or review.submitted_at is not None:
            return False
        version = self.round.version_number
        return any(
            each.version_number == version and each.opened_at >= self.assigned_at for each in review.earlier
        )

    @hybrid_property
    def is_to_confirm(self) -> bool:
        """Whether their draft is the review that they submitted before: of an earlier version, or before the director asked.
        In a query, of the Review and the Round that it joins."""
        review, round_ = self.review, self.round
        if review is None:
            return False
        is_before_the_questions = bool(round_.questions) and review.saved_at <= round_.started_at
        return is_before_the_questions or review.version_number != round_.version_number

    @is_to_confirm.inplace.expression
    @classmethod
    def _is_to_confirm(cls) -> ColumnElement[bool]:
        before_the_questions = and_(Round.questions != "", Review.saved_at <= Round.started_at)
        return or_(Review.version_number != Round.version_number, before_the_questions)


class Recommendation(StrEnum):
    SPREAD = "spread"
    SPREAD_WITH_CONDITIONS = "spread-with-conditions"
    NOT_YET = "not-yet"
    DO_NOT_SPREAD = "do-not-spread"


class Review(Base):
    """A reviewer's marks: a draft until `submitted_at`. Withdrawn when an interest comes to light late. `version_number` is
    the version that they were last saved about, `version_before` the one before that, where there is one. `note` is for the
    panel and the staff alone, and never released; `saved_from` is the mark of the page that saved it last."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    recommendation: Mapped[Recommendation | None]
    comment: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    version_number: Mapped[int]
    version_before: Mapped[int | None]
    saved_at: Mapped[datetime]
    saved_from: Mapped[str | None] = mapped_column(String(22))
    submitted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    assignment: Mapped[Assignment] = relationship(back_populates="review")
    scores: Mapped[list[Score]] = relationship(
        back_populates="review", lazy="selectin", cascade="all, delete-orphan"
    )
    earlier: Mapped[list[EarlierReview]] = relationship(
        order_by="EarlierReview.id", cascade="all, delete-orphan"
    )


class EarlierReview(Base):
    """What a review said when it was submitted, kept when it became a draft again. `said` is a `Written`, by its fields."""

    __tablename__ = "earlier_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    version_number: Mapped[int]
    submitted_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    said: Mapped[dict[str, Any]]


class Score(Base):
    """One criterion's score, 1 to 5, or that its author cannot judge it, and why. Neither is a draft that says nothing yet."""

    __tablename__ = "score"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"), primary_key=True)
    score: Mapped[int | None]
    cannot_judge: Mapped[bool] = mapped_column(default=False)
    rationale: Mapped[str] = mapped_column(default="")

    review: Mapped[Review] = relationship(back_populates="scores")
    criterion: Mapped[Criterion] = relationship(lazy="joined", innerjoin=True)

    @property
    def given(self) -> Given | None:
        """What was chosen; None where nothing was yet."""
        return CANNOT_JUDGE if self.cannot_judge else self.score

    @given.setter
    def given(self, given: Given | None) -> None:
        self.cannot_judge = given == CANNOT_JUDGE
        self.score = given if isinstance(given, int) else None

    @classmethod
    def is_given(cls) -> ColumnElement[bool]:
        """Whether anything was chosen, in a query."""
        return or_(cls.score.is_not(None), cls.cannot_judge)
