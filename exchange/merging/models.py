"""Tables of merging: what was proposed and agreed, and the ledger of what moved, by which it is undone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.accounts.models import Person
from exchange.extensions import Base
from exchange.proposals.models import Proposal


class MergeOutcome(StrEnum):
    """What became of what was proposed. LAPSED when one of the two was merged otherwise first."""

    DONE = "done"
    REFUSED = "refused"
    TAKEN_BACK = "taken-back"
    LAPSED = "lapsed"


class Voice(StrEnum):
    """What a person says of a proposal, once of each: that they follow it, would adopt it, support it."""

    FOLLOW = "follow"
    ADOPT = "adopt"
    SUPPORT = "support"


class Merge(Base):
    """That one proposal, the source, continues in another, the target. It waits until both champions have agreed: an agreement
    counts while who gave it is the champion. Each source has one that waits at a time, and one that stands."""

    __tablename__ = "proposal_merge"
    __table_args__ = (
        Index("ix_proposal_merge_proposed_by_id", "proposed_by_id", "proposed_at"),
        Index(
            "uq_proposal_merge_waiting",
            "source_id",
            unique=True,
            sqlite_where=text("outcome IS NULL"),
            postgresql_where=text("outcome IS NULL"),
        ),
        Index(
            "uq_proposal_merge_standing",
            "source_id",
            unique=True,
            sqlite_where=text("outcome = 'done' AND undone_at IS NULL"),
            postgresql_where=text("outcome = 'done' AND undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    reason: Mapped[str]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    source_agreed_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    target_agreed_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[MergeOutcome | None]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    source: Mapped[Proposal] = relationship(foreign_keys=[source_id])
    target: Mapped[Proposal] = relationship(foreign_keys=[target_id])
    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])
    ended_by: Mapped[Person | None] = relationship(foreign_keys=[ended_by_id])
    undone_by: Mapped[Person | None] = relationship(foreign_keys=[undone_by_id])

    @property
    def awaited(self) -> list[Person]:
        """The champions who have yet to agree; one, who is the champion of both, once."""
        both = (self.source, self.source_agreed_id), (self.target, self.target_agreed_id)
        return list(dict.fromkeys(each.champion for each, agreed in both if each.champion_id != agreed))


class MovedVoice(Base):
    """What somebody said of the source when it was merged, and since when. `stood_at` is since when the same stood at the target
    once it was merged, so that what they did there since is told from what came along. `is_brought` where it stands there because
    of this merge; where they had said it there too, it stands once and is not."""

    __tablename__ = "moved_voice"

    merge_id: Mapped[int] = mapped_column(ForeignKey("proposal_merge.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    voice: Mapped[Voice] = mapped_column(primary_key=True)
    said_at: Mapped[datetime]
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"))
    stood_at: Mapped[datetime]
    is_brought: Mapped[bool]


class MovedComment(Base):
    """A comment that moved, with the answers to it."""

    __tablename__ = "moved_comment"

    merge_id: Mapped[int] = mapped_column(ForeignKey("proposal_merge.id"), primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True, index=True)
