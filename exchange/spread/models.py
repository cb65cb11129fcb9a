"""Tables of spread: programmes and their conditions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange import clock
from exchange.accounts.models import Person
from exchange.extensions import Base
from exchange.proposals.models import Proposal
from exchange.spread.conditions import Asked
from exchange.spread.life import ProgrammeStatus as ProgrammeStatus


class Programme(Base):
    """The spread of an approved proposal across the region. `promised` is its benefit as the record had it
    at approval. `adoption_target` is in organisations; where `target_percent` is set, it is that share of those that are
    eligible. `planned` counts how often its plan was changed. `changed_at` is when what everyone reads of it last
    changed, its adoption, measures and kit included.
    """

    __tablename__ = "programme"
    __table_args__ = (
        Index("ix_programme_status_approved_at", "status", "approved_at", "id"),
        Index("ix_programme_approved_at", "approved_at", "id"),
        Index("ix_programme_status_review_on", "status", "review_on"),
        Index("ix_programme_changed_at", "changed_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), unique=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    status: Mapped[ProgrammeStatus]
    status_since: Mapped[datetime]
    changed_at: Mapped[datetime]
    # What the director says of it now: why it is paused or ended, what was learnt, what was changed and why.
    status_reason: Mapped[str] = mapped_column(default="")
    lessons: Mapped[str] = mapped_column(default="")
    refocused_at: Mapped[datetime | None]
    refocus: Mapped[str] = mapped_column(default="")
    review_on: Mapped[date | None]
    approved_at: Mapped[datetime]
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    active_since: Mapped[datetime | None]
    statement: Mapped[str]
    adoption_target: Mapped[int]
    investment: Mapped[int]
    promised: Mapped[dict[str, Any]]
    goal: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date | None]
    target_percent: Mapped[int | None]
    target_on: Mapped[date | None]
    planned: Mapped[int] = mapped_column(default=0)

    proposal: Mapped[Proposal] = relationship(lazy="joined", innerjoin=True)
    approved_by: Mapped[Person] = relationship()
    conditions: Mapped[list[Condition]] = relationship(
        back_populates="programme", order_by="Condition.number"
    )
    releases: Mapped[list[FundingRelease]] = relationship(
        order_by="FundingRelease.on, FundingRelease.id", viewonly=True
    )

    @property
    def event_subject(self) -> str:
        """Of what is told of the programme alone. What concerns its approval stands on its proposal."""
        return f"programme:{self.id}"

    @property
    def open_blocking(self) -> int:
        """How many conditions it waits for before it can start."""
        return sum(
            condition.is_blocking and condition.status is ConditionStatus.OPEN
            for condition in self.conditions
        )


class FundingRelease(Base):
    """Public money that was paid out to the programme. Never edited: a mistake is mended by another that takes it back, with
    `pounds` below zero."""

    __tablename__ = "funding_release"
    __table_args__ = (Index("ix_funding_release_programme_id", "programme_id", "on", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    pounds: Mapped[int]
    on: Mapped[date]
    purpose: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class ConditionStatus(StrEnum):
    OPEN = "open"
    MET = "met"
    WAIVED = "waived"


class Condition(Base):
    """What an approval asks for. A blocking one keeps the programme from starting until it is settled."""

    __tablename__ = "condition"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    text: Mapped[str]
    is_blocking: Mapped[bool]
    # Who sees to it, by when, and what will show that it is met.
    owner: Mapped[str] = mapped_column(String(200), default="")
    due: Mapped[date | None]
    evidence: Mapped[str] = mapped_column(default="")
    status: Mapped[ConditionStatus]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(default="")

    programme: Mapped[Programme] = relationship(back_populates="conditions")
    settled_by: Mapped[Person | None] = relationship()

    @property
    def details(self) -> str:
        return Asked(self.text, self.is_blocking, self.owner, self.due, self.evidence).details

    @property
    def is_overdue(self) -> bool:
        return self.status is ConditionStatus.OPEN and self.due is not None and self.due < clock.today()
