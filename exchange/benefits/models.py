"""Tables of benefits: what was promised at approval, what was realised, and what both were before they were corrected."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.benefits import sums
from exchange.benefits.sums import Kind, Per, Period, Status, Sureness
from exchange.extensions import Base
from exchange.region.models import Organisation
from exchange.spread.models import Programme

LONGEST_UNIT = 60


class Promise(Base):
    """One line of what an approved programme promised. `amount` is in pence for money. `question` names the answer of the frozen
    record that it was taken from, `audience` who may read it. `number` counts from 1 in its programme."""

    __tablename__ = "promise"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    kind: Mapped[Kind]
    unit: Mapped[str] = mapped_column(
        String(LONGEST_UNIT), default=""
    )  # of kinds other than money and people
    amount: Mapped[int] = mapped_column(BigInteger)
    per: Mapped[Per]
    question: Mapped[str] = mapped_column(String(60))
    audience: Mapped[Audience]
    written_at: Mapped[datetime]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_because: Mapped[str] = mapped_column(default="")

    programme: Mapped[Programme] = relationship()
    corrections: Mapped[list[PromiseCorrection]] = relationship(
        order_by="PromiseCorrection.id", viewonly=True
    )

    @property
    def as_sums(self) -> sums.Promise:
        return sums.Promise(self.number, self.kind, self.amount, self.per)


class PromiseCorrection(Base):
    """What a promise was until it was corrected, and why."""

    __tablename__ = "promise_correction"
    __table_args__ = (Index("ix_promise_correction_promise_id", "promise_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    promise_id: Mapped[int] = mapped_column(ForeignKey("promise.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    per: Mapped[Per]
    reason: Mapped[str]
    corrected_at: Mapped[datetime]
    corrected_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    corrected_by: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Benefit(Base):
    """What one organisation realised in whole months of one financial year, as it stands. `amount` is in pence for money.
    `version` counts its changes, so that nobody confirms what they have not seen. `year` is that of its months, for sums."""

    __tablename__ = "benefit"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        Index("ix_benefit_organisation_id", "organisation_id", "status"),
        Index("ix_benefit_year", "year", "programme_id"),
        Index("ix_benefit_counted_in_id", "counted_in_id"),
        Index("ix_benefit_status", "status", "programme_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[Kind]
    promise_id: Mapped[int | None] = mapped_column(ForeignKey("promise.id"))
    first: Mapped[date]
    last: Mapped[date]
    year: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    baseline: Mapped[str]
    method: Mapped[str]
    sureness: Mapped[Sureness]
    status: Mapped[Status]
    version: Mapped[int]
    counted_in_id: Mapped[int | None] = mapped_column(ForeignKey("benefit.id"))
    withdrawn_because: Mapped[str] = mapped_column(default="")
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    programme: Mapped[Programme] = relationship()
    organisation: Mapped[Organisation] = relationship()
    promise: Mapped[Promise | None] = relationship()
    counted_in: Mapped[Benefit | None] = relationship(remote_side="Benefit.id")
    entered_by: Mapped[Person] = relationship(foreign_keys=[entered_by_id])
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by_id])
    corrections: Mapped[list[BenefitCorrection]] = relationship(
        order_by="BenefitCorrection.id", viewonly=True
    )

    @property
    def period(self) -> Period:
        return Period(self.first, self.last)

    def stands_against(self, promise: Promise) -> bool:
        """Whether it was realised of what this promise of the same programme is of, confirmed or not."""
        is_of = self.kind is promise.kind and (
            promise.kind is not Kind.OTHER or self.promise_id == promise.id
        )
        return is_of and self.status is not Status.WITHDRAWN

    @property
    def counts(self) -> bool:
        """As `sums.counting` has it: what it is counted in stands for it only while that is confirmed."""
        is_held = self.counted_in is not None and self.counted_in.status is Status.CONFIRMED
        return self.status is Status.CONFIRMED and not is_held

    @property
    def as_figure(self) -> sums.Figure:
        held = self.counted_in
        return sums.Figure(
            self.programme_id,
            self.number,
            self.organisation_id,
            self.kind,
            self.promise.number if self.promise else None,
            self.period,
            self.amount,
            self.status,
            (held.programme_id, held.number) if held else None,
        )


class BenefitCorrection(Base):
    """What a benefit was until it was corrected, and why."""

    __tablename__ = "benefit_correction"
    __table_args__ = (Index("ix_benefit_correction_benefit_id", "benefit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    benefit_id: Mapped[int] = mapped_column(ForeignKey("benefit.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    baseline: Mapped[str]
    method: Mapped[str]
    sureness: Mapped[Sureness]
    reason: Mapped[str]
    corrected_at: Mapped[datetime]
    corrected_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    corrected_by: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
