"""Writes of the discussion: commenting, answering, editing, removing, endorsing, following."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, delete, select, update

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.discussion import limits, policy
from exchange.discussion.kinds import Endorsing, Forum, Settled
from exchange.discussion.models import Comment, CommentReport, Endorsement, Follow
from exchange.discussion.places import Place
from exchange.errors import NotAllowed, WrongStage
from exchange.extensions import db
from exchange.locking import add_once
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal

MERGED = (
    "This proposal has been merged into {into} since you opened the page. Open that one, and do it there."
)
AUDIENCE = {Forum.MEMBERS: Audience.MEMBERS, Forum.PUBLIC: Audience.PUBLIC}


@dataclass(frozen=True)
class Talk:
    """What is said of a proposal besides comments, as a subject of events: it is not of the proposal's own life."""

    proposal_id: int

    @property
    def event_subject(self) -> str:
        return f"discussion:{self.proposal_id}"


def add_comment(place: Place, author: Person, text: str, parent: Comment | None = None) -> Comment:
    """A comment, or an answer to one; an answer to an answer stands in the same thread.

    Raises NotAllowed, WrongStage, TooMuch.
    """
    if why := place.why_not_speak:
        raise NotAllowed(why)
    limits.check(author, limits.COMMENTS)
    _hold(place.proposal)
    if parent is not None:
        parent = lock_comment(parent)
        if why := policy.why_not_reply(parent):
            raise WrongStage(why)
    top = None if parent is None else parent.parent_id or parent.id
    comment = Comment(
        proposal_id=place.proposal.id,
        forum=place.forum,
        parent_id=top,
        author_id=author.id,
        text=text,
        written_at=clock.now(),
    )
    db.session.add(comment)
    db.session.flush()
    events.record(
        author,
        "add_comment",
        comment,
        AUDIENCE[place.forum],
        proposal=place.proposal.id,
        parent=top,
        answers=None if parent is None else parent.id,
    )
    return comment


def check_editable(comment: Comment) -> None:
    """Raises WrongStage."""
    if why := policy.why_not_edit(comment, clock.now()):
        raise WrongStage(why)


def edit_comment(comment: Comment, author: Person, text: str) -> None:
    """Within the time that it can be edited. Raises WrongStage."""
    comment = lock_comment(comment)
    check_editable(comment)
    if comment.text == text:
        return
    comment.text, comment.edited_at = text, clock.now()
    events.record(author, "edit_comment", comment, AUDIENCE[comment.forum])


def remove_comment(comment: Comment, author: Person) -> None:
    """Deletes its text; it keeps its place. What was reported of it needs no look any more. Raises WrongStage."""
    comment = lock_comment(comment)
    if why := policy.why_not_remove(comment):
        raise WrongStage(why)
    comment.text, comment.removed_at = "", clock.now()
    settle_reports(comment, None, Settled.REMOVED)
    events.record(author, "remove_comment", comment, AUDIENCE[comment.forum])


def settle_reports(comment: Comment, manager: Person | None, how: Settled) -> int:
    """How many waited."""
    waiting = CommentReport.comment_id == comment.id, CommentReport.settled_at.is_(None)
    by = None if manager is None else manager.id
    settled = db.session.execute(
        update(CommentReport)
        .where(*waiting)
        .values(settled_at=clock.now(), settled_by_id=by, settled=how)
        .returning(CommentReport.id)
    )
    return len(settled.all())


def endorse(proposal: Proposal, person: Person, kind: Endorsing) -> None:
    """Once, however often and at how many places it is sent. Raises TooMuch."""
    limits.check(person, limits.ENDORSEMENTS)
    _hold(proposal)
    organisation = person.organisation_id if kind is Endorsing.ADOPT else None
    endorsement = Endorsement(
        proposal_id=proposal.id,
        person_id=person.id,
        kind=kind,
        organisation_id=organisation,
        endorsed_at=clock.now(),
    )
    if not add_once(endorsement):
        held = db.session.scalars(_endorsement(proposal, person, kind)).one_or_none()
        if held is None or held.organisation_id == organisation:
            return
        held.organisation_id = organisation  # they work elsewhere now
    events.record(
        person,
        "endorse",
        Talk(proposal.id),
        _audience(proposal),
        endorsing=kind.value,
        organisation=organisation,
    )


def take_back_endorsement(proposal: Proposal, person: Person, kind: Endorsing) -> None:
    """Does nothing where there is none. Raises TooMuch."""
    limits.check(person, limits.ENDORSEMENTS)
    _hold(proposal)
    held = db.session.scalars(_endorsement(proposal, person, kind).with_for_update()).one_or_none()
    if held is None:
        return
    db.session.delete(held)
    events.record(
        person, "take_back_endorsement", Talk(proposal.id), _audience(proposal), endorsing=kind.value
    )


def follow(proposal: Proposal, person: Person) -> None:
    """No event: what somebody follows is nobody else's business."""
    _hold(proposal)
    add_once(Follow(proposal_id=proposal.id, person_id=person.id, since=clock.now()))


def unfollow(proposal: Proposal, person: Person) -> None:
    _hold(proposal)
    db.session.execute(delete(Follow).where(Follow.proposal_id == proposal.id, Follow.person_id == person.id))


def forget_discussion(proposal_id: int) -> None:
    """What was said of a draft that was submitted and taken back, before it is deleted."""
    comments = select(Comment.id).where(Comment.proposal_id == proposal_id)
    db.session.execute(delete(CommentReport).where(CommentReport.comment_id.in_(comments)))
    answers = Comment.proposal_id == proposal_id, Comment.parent_id.is_not(None)
    db.session.execute(delete(Comment).where(*answers))
    for kept in (Comment, Endorsement, Follow):
        db.session.execute(delete(kept).where(kept.proposal_id == proposal_id))


def lock_comment(comment: Comment) -> Comment:
    """Held until the transaction ends, and as it is now."""
    return db.session.get_one(Comment, comment.id, with_for_update=True, populate_existing=True)


def _hold(proposal: Proposal) -> None:
    """Keeps it from being merged until this is done. Raises WrongStage when it was meanwhile, and what is said of it moved."""
    query = select(Proposal.stage, Proposal.merged_into_id).where(Proposal.id == proposal.id)
    stage, into = db.session.execute(query.with_for_update(read=True)).one()
    if stage is Stage.MERGED:
        raise WrongStage(MERGED.format(into=db.session.get_one(Proposal, into).reference))


def _endorsement(proposal: Proposal, person: Person, kind: Endorsing) -> Select[Endorsement]:
    of = Endorsement.proposal_id == proposal.id, Endorsement.person_id == person.id, Endorsement.kind == kind
    return select(Endorsement).where(*of)


def _audience(proposal: Proposal) -> Audience:
    return Audience.PUBLIC if proposal.stage is Stage.SPREAD else Audience.MEMBERS
