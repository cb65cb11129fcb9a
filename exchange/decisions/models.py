"""Tables of decisions: what a director prepares and releases, and the letter that tells the champion."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.accounts.models import Person
from exchange.assessment.models import Round
from exchange.decisions.rules import DecisionKind as DecisionKind
from exchange.extensions import Base
from exchange.proposals.lifecycle import ACTIONS
from exchange.proposals.models import Proposal
from exchange.spread import conditions
from exchange.spread.conditions import Asked


class Decision(Base):
    """A decision on one proposal: prepared privately until `released_at`, then never changed.

    `round_id` is empty for a proposal that was declined before assessment. A prepared one may hold texts of
    every kind, so that nothing typed is lost when the director changes their mind; a released one holds only
    those of its own.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_proposal_id_released_at", "proposal_id", "released_at"),
        Index("ix_decision_released_at", "released_at"),
        Index(
            "uq_decision_prepared",
            "proposal_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"))
    kind: Mapped[DecisionKind]
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[datetime]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    released_at: Mapped[datetime | None]

    statement: Mapped[str] = mapped_column(default="")
    adoption_target: Mapped[int | None]
    investment: Mapped[int | None]
    # As `spread.conditions.kept` makes them; the decision says them as `asked`.
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    approving_body: Mapped[str] = mapped_column(String(200), default="")
    approved_on: Mapped[date | None]
    minute_reference: Mapped[str] = mapped_column(String(100), default="")

    must_show: Mapped[str] = mapped_column(default="")
    talk_to: Mapped[str] = mapped_column(default="")
    due: Mapped[date | None]

    reason_code: Mapped[str] = mapped_column(String(60), default="")
    feedback: Mapped[str] = mapped_column(default="")
    would_change: Mapped[str] = mapped_column(default="")

    override_reason: Mapped[str] = mapped_column(default="")

    # The part of the letter that the director wrote over what the exchange would say; empty while they did not.
    letter_text: Mapped[str] = mapped_column(default="")
    letter_edited_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship()
    round: Mapped[Round | None] = relationship()
    prepared_by: Mapped[Person] = relationship(foreign_keys=[prepared_by_id])
    released_by: Mapped[Person | None] = relationship(foreign_keys=[released_by_id])
    letter: Mapped[Letter | None] = relationship(back_populates="decision")

    @property
    def event_subject(self) -> str:
        return f"decision:{self.id}"

    @property
    def asked(self) -> list[Asked]:
        return conditions.read(self.conditions)

    @property
    def is_letter_behind(self) -> bool:
        """Whether the decision changed after its letter was written by hand."""
        return bool(self.letter_edited_at and self.letter_edited_at < self.prepared_at)

    @property
    def label(self) -> str:
        """What it decides, in the words of the action."""
        return ACTIONS[self.kind].label


class Letter(Base):
    """The champion's letter, as it was released."""

    __tablename__ = "letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), unique=True)
    text: Mapped[str]
    dated: Mapped[date]

    decision: Mapped[Decision] = relationship(back_populates="letter")
