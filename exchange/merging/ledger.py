"""What people said of one proposal moves to another, once for each person, and back.

Back goes what came along and still stands as it came. Whoever took theirs back, or said it anew since, did that at the target:
it is not given back to the source, and what is new stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update

from exchange.discussion.kinds import Endorsing
from exchange.discussion.models import Comment, Endorsement, Follow
from exchange.extensions import db
from exchange.merging.models import Merge, MergeOutcome, MovedComment, MovedVoice, Voice

Key = tuple[int, Voice]
Said = Follow | Endorsement


@dataclass(frozen=True)
class Moved:
    """How many people said something of the source, and how many comments it had."""

    people: int
    comments: int


def move(merge: Merge) -> Moved:
    """From the source to the target. Both are locked."""
    there, here = _said_of(merge.source_id), _said_of(merge.target_id)
    for (person_id, voice), said in there.items():
        stands = here.get((person_id, voice))
        db.session.add(
            MovedVoice(
                merge_id=merge.id,
                person_id=person_id,
                voice=voice,
                said_at=_at(said),
                organisation_id=_organisation(said),
                stood_at=_at(stands or said),
                is_brought=stands is None,
            )
        )
        if stands is None:
            said.proposal_id = merge.target_id
        else:
            db.session.delete(said)
    of_source = Comment.proposal_id == merge.source_id
    comments = db.session.execute(select(Comment.id, Comment.parent_id).where(of_source)).all()
    for id_, parent_id in comments:
        if parent_id is None:
            db.session.add(MovedComment(merge_id=merge.id, comment_id=id_))
    db.session.execute(update(Comment).where(of_source).values(proposal_id=merge.target_id))
    db.session.flush()
    return Moved(len({person_id for person_id, _ in there}), len(comments))


def move_back(merge: Merge) -> None:
    """From the target to the source, comments with the answers that they got since. Both are locked."""
    here, heirs = _said_of(merge.target_id), _also_moved(merge)
    for moved in db.session.scalars(select(MovedVoice).where(MovedVoice.merge_id == merge.id)).all():
        key = moved.person_id, moved.voice
        stands = here.get(key)
        if stands is None or _at(stands) != moved.stood_at:
            continue
        others = [each for each in heirs.get(key, []) if each.stood_at == moved.stood_at]
        if moved.is_brought and not others:
            stands.proposal_id = merge.source_id
            continue
        db.session.add(_anew(merge.source_id, moved))
        if moved.is_brought:  # it stands there because of the next merge from now on
            _put_at(stands, others[0].said_at)
            others[0].is_brought = True
            for each in others:
                each.stood_at = others[0].said_at
    of_it = select(MovedComment.comment_id).where(MovedComment.merge_id == merge.id)
    moved_comments = or_(Comment.id.in_(of_it), Comment.parent_id.in_(of_it))
    db.session.execute(update(Comment).where(moved_comments).values(proposal_id=merge.source_id))
    db.session.flush()


def _said_of(proposal_id: int) -> Mapping[Key, Said]:
    follows = db.session.scalars(select(Follow).where(Follow.proposal_id == proposal_id))
    endorsements = db.session.scalars(select(Endorsement).where(Endorsement.proposal_id == proposal_id))
    return {
        **{(each.person_id, Voice.FOLLOW): each for each in follows},
        **{(each.person_id, Voice(each.kind)): each for each in endorsements},
    }


def _also_moved(merge: Merge) -> Mapping[Key, list[MovedVoice]]:
    """What other merges into the same target brought there, or would have, the oldest first."""
    standing = select(Merge.id).where(
        Merge.target_id == merge.target_id,
        Merge.outcome == MergeOutcome.DONE,
        Merge.undone_at.is_(None),
        Merge.id != merge.id,
    )
    query = select(MovedVoice).where(MovedVoice.merge_id.in_(standing)).order_by(MovedVoice.merge_id)
    found: dict[Key, list[MovedVoice]] = {}
    for each in db.session.scalars(query):
        found.setdefault((each.person_id, each.voice), []).append(each)
    return found


def _at(said: Said) -> datetime:
    return said.since if isinstance(said, Follow) else said.endorsed_at


def _put_at(said: Said, at: datetime) -> None:
    if isinstance(said, Follow):
        said.since = at
    else:
        said.endorsed_at = at


def _organisation(said: Said) -> str | None:
    return said.organisation_id if isinstance(said, Endorsement) else None


def _anew(proposal_id: int, moved: MovedVoice) -> Said:
    of = {"proposal_id": proposal_id, "person_id": moved.person_id}
    if moved.voice is Voice.FOLLOW:
        return Follow(**of, since=moved.said_at)
    kind, organisation = Endorsing(moved.voice), moved.organisation_id
    return Endorsement(**of, kind=kind, organisation_id=organisation, endorsed_at=moved.said_at)
