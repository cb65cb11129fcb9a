"""Reads of merges: which waits, which stands, and what came along. Only who may see both proposals learns of one that waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from exchange import clock
from exchange.accounts.models import Person
from exchange.discussion.models import Comment
from exchange.errors import NotFound
from exchange.extensions import alias_of, db
from exchange.merging.models import Merge, MergeOutcome, MovedComment, MovedVoice
from exchange.proposals import policy as reading
from exchange.proposals import queries as proposals
from exchange.proposals.invitations import DAY
from exchange.proposals.lifecycle import MERGEABLE, Part
from exchange.proposals.models import Proposal
from exchange.proposals.policy import Seen

SOURCE, TARGET = alias_of(Proposal), alias_of(Proposal)
STANDS = (Merge.outcome == MergeOutcome.DONE, Merge.undone_at.is_(None))


@dataclass(frozen=True)
class SeenMerge:
    """What was proposed, and what the person at hand is to both proposals."""

    merge: Merge
    source: Seen
    target: Seen


def proposed(person: Person | None, ref: str) -> SeenMerge:
    """What was proposed last of a source that stands by itself, also when it waits no more. Raises NotFound."""
    source = proposals.seen(person, ref)
    merge = last_of(source.proposal)
    if merge is None or merge.outcome is MergeOutcome.DONE:
        raise NotFound
    target = Seen(merge.target, proposals.standing_in(person, merge.target))
    if not reading.can_see(target.standing, merge.target):
        raise NotFound
    return SeenMerge(merge, source, target)


def waiting_of(source: Proposal) -> Merge | None:
    return db.session.scalar(select(Merge).where(Merge.source_id == source.id, Merge.outcome.is_(None)))


def standing_of(source: Proposal) -> Merge | None:
    """The merge by which it continues elsewhere."""
    return db.session.scalar(select(Merge).where(Merge.source_id == source.id, *STANDS))


def last_of(source: Proposal) -> Merge | None:
    """What was proposed last, whatever became of it."""
    return db.session.scalar(
        select(Merge).where(Merge.source_id == source.id).order_by(Merge.id.desc()).limit(1)
    )


def proposed_since_yesterday(person: Person) -> int:
    """How many this person has proposed in a day, whatever became of them."""
    recent = Merge.proposed_by_id == person.id, Merge.proposed_at > clock.now() - DAY
    return db.session.scalar(select(func.count()).select_from(Merge).where(*recent)) or 0


def undoable(person: Person | None, ref: str) -> Seen:
    """A proposal, for those who see it and for the champion of the one in which it continues. Raises NotFound."""
    proposal = proposals.by_reference(ref)
    if proposal is None:
        raise NotFound
    standing = proposals.standing_in(person, proposal)
    if Part.OTHER_CHAMPION in standing.parts:
        return Seen(proposal, standing)
    return proposals.seen(person, ref)


def concerning(proposal: Proposal) -> Sequence[Merge]:
    """Those that wait or stand, the oldest first, whichever of the two it is."""
    is_live = or_(Merge.outcome.is_(None), Merge.undone_at.is_(None) & (Merge.outcome == MergeOutcome.DONE))
    query = select(Merge).where(_involves(proposal.id), is_live)
    query = query.options(joinedload(Merge.source), joinedload(Merge.target), joinedload(Merge.proposed_by))
    return db.session.scalars(query.order_by(Merge.id)).all()


def lapsing(merge: Merge) -> Sequence[Merge]:
    """What waits, and cannot come about once the source is merged: all that is about the source."""
    query = select(Merge).where(_involves(merge.source_id), Merge.outcome.is_(None), Merge.id != merge.id)
    return db.session.scalars(query).all()


def waiting_for(person: Person) -> list[Merge]:
    """What this person can answer as a champion and has yet to, the oldest first."""
    source, target = SOURCE.c, TARGET.c
    query = (
        select(Merge)
        .join(SOURCE, source.id == Merge.source_id)
        .join(TARGET, target.id == Merge.target_id)
        .where(
            Merge.outcome.is_(None),
            source.stage.in_(MERGEABLE),
            target.stage.in_(MERGEABLE),
            or_(
                (source.champion_id == person.id) & Merge.source_agreed_id.is_distinct_from(person.id),
                (target.champion_id == person.id) & Merge.target_agreed_id.is_distinct_from(person.id),
            ),
        )
        .order_by(Merge.id)
    )
    return list(db.session.scalars(query))


def people_of(merge: Merge) -> list[Person]:
    """Whose words came along: who followed the source, endorsed it or wrote of it, and can still sign in."""
    said = select(MovedVoice.person_id).where(MovedVoice.merge_id == merge.id)
    tops = select(MovedComment.comment_id).where(MovedComment.merge_id == merge.id)
    wrote = select(Comment.author_id).where(
        or_(Comment.id.in_(tops), Comment.parent_id.in_(tops)), Comment.written_at <= merge.ended_at
    )
    query = select(Person).where(or_(Person.id.in_(said), Person.id.in_(wrote)), Person.active)
    return list(db.session.scalars(query.order_by(Person.id)))


def counts_of(merge: Merge) -> tuple[int, int]:
    """How many people said something of the source, and how many comments came along with the answers since."""
    said = select(func.count(MovedVoice.person_id.distinct())).where(MovedVoice.merge_id == merge.id)
    tops = select(MovedComment.comment_id).where(MovedComment.merge_id == merge.id)
    comments = select(func.count(Comment.id)).where(or_(Comment.id.in_(tops), Comment.parent_id.in_(tops)))
    people, written = db.session.execute(select(said.scalar_subquery(), comments.scalar_subquery())).one()
    return people, written


def came_with(comment_ids: Sequence[int]) -> dict[int, str]:
    """Of these comments, the reference of the proposal of which each was written, where it came with a merge."""
    query = (
        select(MovedComment.comment_id, Proposal.reference)
        .join(Merge, Merge.id == MovedComment.merge_id)
        .join(Proposal, Proposal.id == Merge.source_id)
        .where(MovedComment.comment_id.in_(comment_ids), *STANDS)
        .order_by(Merge.id.desc())  # the first merge, of several one after another, says it
    )
    return {id_: reference for id_, reference in db.session.execute(query)}


def _involves(proposal_id: int) -> ColumnElement[bool]:
    return or_(Merge.source_id == proposal_id, Merge.target_id == proposal_id)
