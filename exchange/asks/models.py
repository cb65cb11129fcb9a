"""Tables of asks to adopt: the ask, who takes part in its conversation, and what they write."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.accounts.models import Person
from exchange.extensions import Base
from exchange.region.models import Organisation
from exchange.spread.models import Programme


class Outcome(StrEnum):
    """What came of an ask."""

    GOES_AHEAD = "goes-ahead"
    NOT_NOW = "not-now"
    TAKEN_BACK = "taken-back"


class Ask(Base):
    """One organisation asks to adopt one programme; it waits until it has an outcome, and has one such at a time. `note` says
    what was agreed, or why not."""

    __tablename__ = "ask"
    __table_args__ = (
        Index(
            "uq_ask_programme_id_organisation_id_waiting",
            "programme_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_ask_organisation_id", "organisation_id", "id"),
        Index("ix_ask_asked_by_id", "asked_by_id", "asked_at"),
        Index("ix_ask_ended_at", "ended_at", "programme_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[Outcome | None]
    note: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    programme: Mapped[Programme] = relationship()
    organisation: Mapped[Organisation] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
    ended_by: Mapped[Person | None] = relationship(foreign_keys=[ended_by_id])

    @property
    def is_waiting(self) -> bool:
        return self.ended_at is None


class AskMember(Base):
    """Somebody of the organisation who takes part: who asked, and who joined."""

    __tablename__ = "ask_member"

    ask_id: Mapped[int] = mapped_column(ForeignKey("ask.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    joined_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class AskMessage(Base):
    """One message. Never edited."""

    __tablename__ = "ask_message"
    __table_args__ = (
        Index("ix_ask_message_ask_id_id", "ask_id", "id"),
        Index("ix_ask_message_author_id_at", "author_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ask_id: Mapped[int] = mapped_column(ForeignKey("ask.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # As what they wrote it, as people leave and roles change: "Champion", "Programme manager", or the organisation's name.
    written_as: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]

    author: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
