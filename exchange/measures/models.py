"""Tables of measures. Figures are kept as they were written, so that a point on a limit is on it whatever the database."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.accounts.models import Person
from exchange.extensions import Base
from exchange.region.models import Organisation
from exchange.spread.models import Programme
from exchange.spread.xmr import Direction as Direction

LONGEST_FIGURE = 20


class Combined(StrEnum):
    """How the region's figure of a month comes from those of its organisations."""

    ADDED = "added"
    AVERAGED = "averaged"


class Measure(Base):
    """What is counted each month. `direction` is where improvement is, None when nobody says. `number` counts from 1 in its
    programme."""

    __tablename__ = "measure"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(40))
    definition: Mapped[str]
    direction: Mapped[Direction | None]
    target: Mapped[str | None] = mapped_column(String(LONGEST_FIGURE))
    combined: Mapped[Combined]
    defined_at: Mapped[datetime]
    defined_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    programme: Mapped[Programme] = relationship()

    @property
    def wanted(self) -> Decimal | None:
        return None if self.target is None else Decimal(self.target)


class Figure(Base):
    """One month of one organisation as somebody entered it. Never edited: a correction is another, with the reason, and the last
    one holds."""

    __tablename__ = "figure"
    __table_args__ = (
        Index("ix_figure_measure_id_organisation_id_month", "measure_id", "organisation_id", "month", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    month: Mapped[date]
    value: Mapped[str] = mapped_column(String(LONGEST_FIGURE))
    reason: Mapped[str] = mapped_column(default="")
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    entered_by: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Rebasing(Base):
    """From this month a measure's limits are computed anew, as the process changed. Of the region's chart where there is no
    organisation."""

    __tablename__ = "rebasing"
    __table_args__ = (Index("ix_rebasing_measure_id", "measure_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"))
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"))
    month: Mapped[date]
    reason: Mapped[str]
    rebased_at: Mapped[datetime]
    rebased_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
