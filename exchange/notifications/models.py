"""Tables of notifications: one line of news for one person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.accounts.models import Person
from exchange.extensions import Base
from exchange.proposals.models import Proposal


class Notification(Base):
    """What one person was told of one event, or reminded of. The same words went out as the subject of an
    e-mail.

    `reminder` names what a reminder is of and when it fell due, so that it is given once; events have none. A
    line about a proposal shows only while its reader may see that proposal; one that must outlive that names
    no proposal.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        UniqueConstraint("person_id", "reminder"),
        Index("ix_notification_person_id_id", "person_id", "id"),
        Index("ix_notification_person_id_read_at", "person_id", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    reminder: Mapped[str | None] = mapped_column(String(80))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    kind: Mapped[str] = mapped_column(String(60))
    line: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    proposal: Mapped[Proposal | None] = relationship()
