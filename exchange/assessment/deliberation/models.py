"""Tables of what a panel asks and discusses: questions to the team, and messages among its reviewers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.accounts.models import Person
from exchange.assessment.models import Assignment, Round
from exchange.extensions import Base


class TeamQuestion(Base):
    """A reviewer's question about the proposal. The manager passes it on, maybe in other words (`put_as`), or says why not
    (`declined_reason`); the team answers what was passed on, and never learns whose it is."""

    __tablename__ = "team_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    text: Mapped[str]
    asked_at: Mapped[datetime]
    put_as: Mapped[str] = mapped_column(default="")
    declined_reason: Mapped[str] = mapped_column(default="")
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    round: Mapped[Round] = relationship(lazy="joined", innerjoin=True)
    assignment: Mapped[Assignment] = relationship(lazy="joined", innerjoin=True)

    @property
    def is_void(self) -> bool:
        """Whether who asked left the panel while it waited: an interest that comes to light may be why they asked. Not for the
        team, which would learn from the moment whose question it was: it may answer all the same."""
        waits = self.settled_at is None or (self.is_put and self.answered_at is None)
        return waits and self.assignment.removed_at is not None

    @property
    def waits_for_manager(self) -> bool:
        return self.settled_at is None and not self.is_void

    @property
    def is_put(self) -> bool:
        """Whether the team reads it."""
        return bool(self.put_as)

    @property
    def waits_for_team(self) -> bool:
        return self.is_put and self.answered_at is None


class PanelMessage(Base):
    """One message of a panel's discussion: of a reviewer, by their place, or of a programme manager, who has none."""

    __tablename__ = "panel_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]
    at: Mapped[datetime]

    round: Mapped[Round] = relationship()
    assignment: Mapped[Assignment | None] = relationship(lazy="joined")
    author: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
