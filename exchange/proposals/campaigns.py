"""Campaigns as proposals know them: which there are, which are open, and what each of them asks of its answers.

The feature that runs campaigns stands above and writes these rows; they are here so that the record can be made of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, ForeignKey, Index, String, Table, and_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange import clock
from exchange.accounts.models import Person
from exchange.extensions import Base, db
from exchange.proposals.record import CAMPAIGN_QUESTIONS, Answers
from exchange.region.models import Priority, Theme

campaign_priority = Table(
    "campaign_priority",
    Base.metadata,
    Column("campaign_id", ForeignKey("campaign.id"), primary_key=True),
    Column("priority_id", ForeignKey("priority.id"), primary_key=True, index=True),
)

campaign_theme = Table(
    "campaign_theme",
    Base.metadata,
    Column("campaign_id", ForeignKey("campaign.id"), primary_key=True),
    Column("theme_id", ForeignKey("theme.id"), primary_key=True, index=True),
)


class Campaign(Base):
    """A need that the region asks members to solve. Its state is never kept: it follows from these moments and the clock.

    `id` stands in its address. `questions` are kept as `record.asked_by_campaign` makes them. `opening_told_at` and
    `closing_told_at` are when the worker noticed, so that people are told once.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        Index("ix_campaign_closes_at", "closes_at", "id"),
        Index("ix_campaign_theme_id", "theme_id", "closes_at"),
    )

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    need: Mapped[str]
    who_for: Mapped[str]
    theme_id: Mapped[str] = mapped_column(ForeignKey("theme.id"))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    questions_asked: Mapped[int] = mapped_column(default=0)  # also those removed again: no id is given twice
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    announced_at: Mapped[datetime | None]
    opening_told_at: Mapped[datetime | None]
    closing_told_at: Mapped[datetime | None]
    results: Mapped[str] = mapped_column(default="")
    thanks: Mapped[str] = mapped_column(default="")
    results_published_at: Mapped[datetime | None]

    theme: Mapped[Theme] = relationship(lazy="joined", innerjoin=True)
    themes: Mapped[list[Theme]] = relationship(secondary=campaign_theme, order_by=Theme.position)
    priorities: Mapped[list[Priority]] = relationship(secondary=campaign_priority, order_by=Priority.position)
    created_by: Mapped[Person] = relationship()

    @property
    def event_subject(self) -> str:
        return f"campaign:{self.id}"


def open_at(now: datetime) -> ColumnElement[bool]:
    """Those that can be answered at this moment; at the minute of closing no longer."""
    return and_(Campaign.announced_at.is_not(None), Campaign.opens_at <= now, Campaign.closes_at > now)


def opened_by(now: datetime) -> ColumnElement[bool]:
    """Those that can be answered, or could be."""
    return and_(Campaign.announced_at.is_not(None), Campaign.opens_at <= now)


def open_campaign(id_: str | None) -> Campaign | None:
    """The campaign with this id, while it is open."""
    if not id_ or "\x00" in id_:
        return None
    return db.session.scalar(select(Campaign).where(Campaign.id == id_, open_at(clock.now())))


def with_questions(answers: Answers) -> dict[str, Any]:
    """These answers with what the campaign that they name asks, in place of what another asked. What was answered to another
    stays, unseen, for whoever goes back to it."""
    others = {key: value for key, value in answers.items() if key != CAMPAIGN_QUESTIONS}
    campaign = db.session.get(Campaign, answers["campaign"]) if answers.get("campaign") else None
    if campaign is None or not campaign.questions:
        return others
    return {**others, CAMPAIGN_QUESTIONS: campaign.questions}


def closed_campaign(id_: str) -> Campaign | None:
    """The campaign with this id, where nothing more can be submitted for it."""
    campaign = db.session.get_one(Campaign, id_)
    return None if campaign.opens_at <= clock.now() < campaign.closes_at else campaign


def hold(id_: str | None) -> None:
    """Keeps the campaign as it is now until the transaction ends: nobody ends it meanwhile."""
    held = select(Campaign).where(Campaign.id == id_).with_for_update(read=True, of=Campaign)
    db.session.scalars(held.execution_options(populate_existing=True)).all()
