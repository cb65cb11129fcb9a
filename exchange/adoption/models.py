"""Tables of adoption: where each organisation stands with each programme, and the steps that led there."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.accounts.models import Person
from exchange.adoption.steps import Step
from exchange.extensions import Base
from exchange.region.models import Organisation
from exchange.spread.models import Programme


class Adoption(Base):
    """One organisation with one programme. It is there from when the organisation becomes eligible, and stays when it no longer
    is. `step` is empty until one is recorded, and holds from `since`."""

    __tablename__ = "adoption"
    __table_args__ = (Index("ix_adoption_organisation_id", "organisation_id", "programme_id"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    is_eligible: Mapped[bool]
    step: Mapped[Step | None]
    since: Mapped[date | None]

    programme: Mapped[Programme] = relationship()
    organisation: Mapped[Organisation] = relationship()  # not joined: locking the one would lock the other
    steps: Mapped[list[AdoptionStep]] = relationship(order_by="AdoptionStep.id", viewonly=True)


class AdoptionStep(Base):
    """One step as it was recorded. Never edited: a mistake is mended by another step, with the reason."""

    __tablename__ = "adoption_step"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "organisation_id"],
            ["adoption.programme_id", "adoption.organisation_id"],
            name="fk_adoption_step_adoption",
        ),
        Index("ix_adoption_step_programme_id_organisation_id", "programme_id", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int]
    organisation_id: Mapped[str] = mapped_column(String(60))
    step: Mapped[Step]
    on: Mapped[date]
    reason: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    recorded_by: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
