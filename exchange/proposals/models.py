"""Tables of proposals: the working record, its versions, attachments, invitations, and who assessment binds or lets in."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.extensions import Base
from exchange.proposals.campaigns import Campaign
from exchange.proposals.documents import LABELS
from exchange.proposals.lifecycle import Stage
from exchange.region.models import Organisation, Priority, StrategicAim, Theme

co_author = Table(
    "co_author",
    Base.metadata,
    Column("proposal_id", ForeignKey("proposal.id"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True, index=True),
)

proposal_priority = Table(
    "proposal_priority",
    Base.metadata,
    Column("proposal_id", ForeignKey("proposal.id"), primary_key=True),
    Column("priority_id", ForeignKey("priority.id"), primary_key=True, index=True),
)

proposal_aim = Table(
    "proposal_aim",
    Base.metadata,
    Column("proposal_id", ForeignKey("proposal.id"), primary_key=True),
    Column("aim_id", ForeignKey("strategic_aim.id"), primary_key=True, index=True),
)


class Visibility(StrEnum):
    """Who may read a proposal before approval."""

    MEMBERS = "members"
    ASSESSORS = "assessors"


class Proposal(Base):
    """One innovation put forward.

    `answers` is the working record, which only the team reads. Others read the last submitted version, so the
    columns that lists filter and sort by are copies from that version (of the working record while there is
    none).
    """

    __tablename__ = "proposal"
    __table_args__ = (
        Index("ix_proposal_stage_submitted_at", "stage", "submitted_at", "id"),
        Index("ix_proposal_lead_theme_id_stage", "lead_theme_id", "stage", "submitted_at", "id"),
        Index("ix_proposal_champion_id", "champion_id", "id"),
        # All that counting hits looks at.
        Index(
            "ix_proposal_counted", "stage", "lead_theme_id", "visibility", "champion_id", "supplier_id", "id"
        ),
        # The lists' orders: a draft is as new as its beginning.
        Index("ix_proposal_listed", text("coalesce(submitted_at, created_at)"), "id"),
        Index("ix_proposal_stage_listed", "stage", text("coalesce(submitted_at, created_at)"), "id"),
        Index("ix_proposal_lower_title", text("lower(title)"), "id"),
        Index("ix_proposal_campaign_id", "campaign_id", "stage", "id"),
        # The id of a deleted draft is never given again: its events keep it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    stage: Mapped[Stage]
    stage_since: Mapped[datetime]
    champion_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime]
    answers: Mapped[dict[str, Any]]
    schema_version: Mapped[int]
    version_number: Mapped[int] = mapped_column(default=0)
    submitted_at: Mapped[datetime | None]
    submitted_from: Mapped[Stage | None]
    # Where it continues, and what it was till then. Merging writes both.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    merged_from: Mapped[Stage | None]

    changes_due: Mapped[date | None]
    changes_sections: Mapped[list[str]] = mapped_column(default=list)

    title: Mapped[str] = mapped_column(String(200), default="")
    summary: Mapped[str] = mapped_column(default="")
    lead_theme_id: Mapped[str | None] = mapped_column(ForeignKey("theme.id"))
    supplier_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    stage_of_development: Mapped[str | None] = mapped_column(String(40))
    investment_sought: Mapped[int | None]
    visibility: Mapped[Visibility | None]
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaign.id"))

    champion: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    co_authors: Mapped[list[Person]] = relationship(secondary=co_author, order_by=Person.name)
    lead_theme: Mapped[Theme | None] = relationship(lazy="joined")
    supplier: Mapped[Organisation | None] = relationship()
    campaign: Mapped[Campaign | None] = relationship()
    priorities: Mapped[list[Priority]] = relationship(secondary=proposal_priority, order_by=Priority.position)
    aims: Mapped[list[StrategicAim]] = relationship(secondary=proposal_aim, order_by=StrategicAim.position)
    merged_into: Mapped[Proposal | None] = relationship(remote_side=[id])
    versions: Mapped[list[Version]] = relationship(back_populates="proposal", order_by="Version.number")
    attachments: Mapped[list[Attachment]] = relationship(back_populates="proposal", order_by="Attachment.id")

    @property
    def event_subject(self) -> str:
        return f"proposal:{self.id}"

    @property
    def team(self) -> list[Person]:
        """The champion and the co-authors."""
        return [self.champion, *self.co_authors]


class Version(Base):
    """What was submitted, frozen: the answers with the schema they were given under, and which of the
    documents (`shared_files`, ids) everyone who reads the proposal may read."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("proposal_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    number: Mapped[int]
    answers: Mapped[dict[str, Any]]
    schema_version: Mapped[int]
    shared_files: Mapped[list[int]] = mapped_column(JSON, default=list)
    submitted_at: Mapped[datetime]
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    proposal: Mapped[Proposal] = relationship(back_populates="versions")
    submitted_by: Mapped[Person] = relationship()


class StoredFile:
    """The columns of a document whose bytes are in storage, under `stored_as`: what any table names there is kept and backed up
    (`services.kept_files`). `type` is told from the content."""

    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(32), unique=True)
    added_at: Mapped[datetime]

    @property
    def kind(self) -> str:
        """What people call its type: "Word"."""
        return LABELS.get(self.type, "File")


class Attachment(StoredFile, Base):
    """A supporting document. `answers["evidence_files"]` holds ids, so that a version keeps the list it was
    submitted with; a row goes, with its bytes, once neither the working record nor a version mentions it.
    `shareable` is the team's tick: it lets others read once it is
    submitted with the tick, and no longer when the tick is taken away."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    shareable: Mapped[bool] = mapped_column(default=False)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    proposal: Mapped[Proposal] = relationship(back_populates="attachments")


class Outcome(StrEnum):
    """How an invitation ended, or a request."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TAKEN_BACK = "taken-back"


class Invitation(Base):
    """An offer to join a team, for whoever has an account with this address (in small letters) and confirmed it. It can be
    answered until it ended or ran out; each address has one such at a time."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_invited_by_id", "invited_by_id", "invited_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None]

    proposal: Mapped[Proposal] = relationship()


class JoinRequest(Base):
    """What somebody who read the proposal asks: to be a co-author. Its champion answers; whoever asked can take it back, and ask
    again. One that was declined stays the last."""

    __tablename__ = "join_request"
    __table_args__ = (
        Index(
            "uq_join_request_standing",
            "proposal_id",
            "person_id",
            unique=True,
            sqlite_where=text("outcome IS NULL OR outcome = 'declined'"),
            postgresql_where=text("outcome IS NULL OR outcome = 'declined'"),
        ),
        Index("ix_join_request_person_id", "person_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str]
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None]

    proposal: Mapped[Proposal] = relationship()
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class ReadingLevel(StrEnum):
    """How much an assigned reviewer reads: title, summary, team and organisations until they declare no
    interest."""

    SUMMARY = "summary"
    ALL = "all"


class Reader(Base):
    """An assigned reviewer, let in by assessment, which writes these rows. They go when another version is submitted, but for
    those whose assessment goes on with it (`reads_next_version`)."""

    __tablename__ = "reader"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    level: Mapped[ReadingLevel]
    reads_next_version: Mapped[bool] = mapped_column(default=False)


class DeclaredInterest(Base):
    """An interest that a person declared in a proposal. Assessment writes these rows; they bind in every
    role."""

    __tablename__ = "declared_interest"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    reason: Mapped[str]
    declared_at: Mapped[datetime]


class StandIn(Base):
    """Who acts in one proposal as its lead theme's manager or director, as nobody there is free to. Named by an administrator;
    it ends when they gain an interest or lose their role, when the proposal moves to another theme, or when it is taken
    back."""

    __tablename__ = "stand_in"
    __table_args__ = (
        Index(
            "uq_stand_in_acting",
            "proposal_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_stand_in_person_id_ended_at", "person_id", "ended_at"),
        Index("ix_stand_in_proposal_id", "proposal_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role]
    named_at: Mapped[datetime]
    named_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    named_by: Mapped[Person] = relationship(foreign_keys=[named_by_id])


class ReferenceCounter(Base):
    """The last number given in a year, locked while the next is taken."""

    __tablename__ = "reference_counter"

    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
