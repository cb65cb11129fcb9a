"""The table of offers to other networks."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.accounts.models import Person
from exchange.extensions import Base
from exchange.spread.beyond.rules import Answer as Answer
from exchange.spread.models import Programme


class Offer(Base):
    """One programme offered to one network, and what they answered.

    `network` is its name as the region pack had it. `contact` is an e-mail address, for the staff alone. `said` is what an
    interested network asks, or why not now. What came by the link of the e-mail has no `recorded_by`: the public reads where a
    programme was taken up once one of the staff has checked it.
    """

    __tablename__ = "offer"
    __table_args__ = (
        UniqueConstraint("programme_id", "network"),
        Index("ix_offer_offered_at", "offered_at", "id"),
        Index("ix_offer_network", "network", "sent_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    network: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(254))
    message: Mapped[str]
    offered_at: Mapped[datetime]
    offered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime]
    times_sent: Mapped[int]
    answer: Mapped[Answer | None]
    answered_at: Mapped[datetime | None]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    said: Mapped[str] = mapped_column(default="")
    organisations: Mapped[list[str]]
    since: Mapped[date | None]

    programme: Mapped[Programme] = relationship()
    offered_by: Mapped[Person] = relationship(foreign_keys=[offered_by_id])
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])

    @property
    def message_id(self) -> str:
        """Of the e-mail by which it was last sent, as the outbox has it."""
        return f"offer.{self.id}.{self.times_sent}"

    @property
    def is_checked(self) -> bool:
        """Whether one of the staff stands behind the answer."""
        return self.recorded_by_id is not None

    @property
    def is_public(self) -> bool:
        return self.answer is Answer.TAKEN_UP and self.is_checked

    @property
    def waits_for_check(self) -> bool:
        return self.answer is Answer.TAKEN_UP and not self.is_checked

    @property
    def mark(self) -> str:
        """Tells one answer from another, so that a page can say which it showed."""
        return (
            ""
            if self.answered_at is None
            else f"{self.answer}.{self.answered_at.isoformat()}.{self.is_checked}"
        )
