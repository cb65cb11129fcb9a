"""Tables of adoption kits. A programme without a row has an empty kit."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.accounts.models import Person
from exchange.extensions import Base
from exchange.proposals.models import StoredFile
from exchange.region.models import Organisation
from exchange.spread.models import Programme


class Kit(Base):
    """Its texts and costs, as `content.FIELDS` says. Money is in whole pounds, None where nobody says."""

    __tablename__ = "kit"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    about: Mapped[str] = mapped_column(default="")
    steps: Mapped[str] = mapped_column(default="")
    setup_cost: Mapped[int | None]
    yearly_cost: Mapped[int | None]
    staff_time: Mapped[str] = mapped_column(String(200), default="")
    costs_note: Mapped[str] = mapped_column(default="")
    lessons: Mapped[str] = mapped_column(default="")
    edited_at: Mapped[datetime]
    edited_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class KitContact(Base):
    """Whom to ask: a person of the exchange, or a role with its organisation. Nobody's address is given."""

    __tablename__ = "kit_contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(100), default="")
    organisation: Mapped[str] = mapped_column(String(200), default="")
    topic: Mapped[str] = mapped_column(String(120))
    added_at: Mapped[datetime]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="joined")

    @property
    def has_left(self) -> bool:
        """The account is closed: nobody is told to ask them."""
        return self.person is not None and not self.person.active

    @property
    def shown(self) -> tuple[str, str]:
        """Who it is, and of which organisation."""
        if self.person is None:
            return self.role, self.organisation
        job = f", {self.person.job}" if self.person.job else ""
        of = self.person.organisation
        return f"{self.person.name}{job}", of.name if of else ""


class KitFile(StoredFile, Base):
    """A document of the kit, which everyone may read."""

    __tablename__ = "kit_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Barrier(Base):
    """Something that stood in an organisation's way, and how it got past; `passed` is empty while it has not. A hidden one
    is read by those who look after the kit and by who wrote it."""

    __tablename__ = "barrier"
    __table_args__ = (Index("ix_barrier_programme_id_id", "programme_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    met_on: Mapped[date]
    met: Mapped[str]
    passed: Mapped[str] = mapped_column(default="")
    added_at: Mapped[datetime]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    corrected_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_reason: Mapped[str] = mapped_column(default="")

    programme: Mapped[Programme] = relationship()
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    added_by: Mapped[Person] = relationship()
