"""Tables of the networks. A network is its theme: what is kept is who belongs to it, and what was announced in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.accounts.models import Person
from exchange.extensions import Base
from exchange.region.models import Theme


@dataclass(frozen=True)
class Network:
    """The community of a theme, as a subject of events."""

    theme_id: str

    @property
    def event_subject(self) -> str:
        return f"network:{self.theme_id}"


class NetworkMember(Base):
    """That somebody belongs to the network of a theme. Leaving deletes the row; the event log remembers."""

    __tablename__ = "network_member"
    __table_args__ = (
        UniqueConstraint("theme_id", "person_id"),
        Index("ix_network_member_theme_id", "theme_id", "id"),
        Index("ix_network_member_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    theme_id: Mapped[str] = mapped_column(ForeignKey("theme.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    joined_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class Announcement(Base):
    """What the people who run a theme tell its network. One that was taken down leaves no trace but in the event log."""

    __tablename__ = "announcement"
    __table_args__ = (Index("ix_announcement_theme_id", "theme_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    theme_id: Mapped[str] = mapped_column(ForeignKey("theme.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str]
    text: Mapped[str]
    announced_at: Mapped[datetime]
    taken_down_at: Mapped[datetime | None]

    author: Mapped[Person] = relationship()
    theme: Mapped[Theme] = relationship()
