"""Tables of the discussion. Every count is made from them when it is asked for, so that none can drift."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.accounts.models import Person
from exchange.discussion.kinds import Endorsing, Forum, ReportReason, Settled
from exchange.discussion.policy import EDIT_WINDOW
from exchange.extensions import Base
from exchange.proposals.models import Proposal


class Comment(Base):
    """One comment, or an answer to one (`parent_id`); an answer has none of its own. It keeps its place when its writer removes
    it, which deletes the text, or a manager hides it, which keeps the text for managers."""

    __tablename__ = "comment"
    __table_args__ = (
        Index("ix_comment_proposal_id_forum_parent_id", "proposal_id", "forum", "parent_id", "id"),
        Index("ix_comment_parent_id", "parent_id", "id"),
        Index("ix_comment_author_id", "author_id"),
        Index("ix_comment_hidden_at", "hidden_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    forum: Mapped[Forum]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]
    written_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    hidden_reason: Mapped[str] = mapped_column(default="")

    # None of these is joined: locking a comment would lock them too.
    proposal: Mapped[Proposal] = relationship()
    author: Mapped[Person] = relationship(foreign_keys=[author_id])
    hidden_by: Mapped[Person | None] = relationship(foreign_keys=[hidden_by_id])
    parent: Mapped[Comment | None] = relationship(remote_side=[id])

    @property
    def event_subject(self) -> str:
        return f"comment:{self.id}"

    @property
    def is_shown(self) -> bool:
        """Whether its text may be read."""
        return self.removed_at is None and self.hidden_at is None

    @property
    def can_be_edited_until(self) -> datetime:
        return self.written_at + EDIT_WINDOW


class CommentReport(Base):
    """That somebody asks the manager to look at a comment. `quoted` is the text as they read it, whatever becomes of it."""

    __tablename__ = "comment_report"
    __table_args__ = (
        UniqueConstraint("comment_id", "reporter_id"),
        Index("ix_comment_report_settled_at", "settled_at", "comment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    reporter_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[ReportReason]
    words: Mapped[str]
    quoted: Mapped[str]
    reported_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled: Mapped[Settled | None]

    reporter: Mapped[Person] = relationship(foreign_keys=[reporter_id])


class Endorsement(Base):
    """That somebody supports a proposal, or would adopt it in the organisation to which they belonged then. Taken back by
    deleting the row; the event log remembers."""

    __tablename__ = "endorsement"
    __table_args__ = (
        UniqueConstraint("proposal_id", "person_id", "kind"),
        Index("ix_endorsement_proposal_id_kind", "proposal_id", "kind", "id"),
        Index("ix_endorsement_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[Endorsing]
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"))
    endorsed_at: Mapped[datetime]


class Follow(Base):
    """That somebody wants to be told what becomes of a proposal, and of the programme that it becomes. Their own business, so it
    leaves no event."""

    __tablename__ = "follow"
    __table_args__ = (Index("ix_follow_person_id_proposal_id", "person_id", "proposal_id"),)

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    since: Mapped[datetime]
