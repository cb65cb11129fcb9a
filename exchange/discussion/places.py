"""Where people talk: the discussion of a proposal among members, and that of a programme in public. Finders for the routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import select

from exchange.accounts.models import Person
from exchange.discussion import policy
from exchange.discussion.kinds import Forum
from exchange.discussion.models import Comment
from exchange.errors import NotFound
from exchange.extensions import db
from exchange.proposals import policy as reading
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.proposals.policy import Seen, Standing
from exchange.spread import queries as spread
from exchange.spread.models import Programme


@dataclass(frozen=True)
class Place:
    """A discussion, and what the person at hand is to its proposal. Of a programme where it is public."""

    seen: Seen
    programme: Programme | None = None

    @property
    def forum(self) -> Forum:
        return Forum.MEMBERS if self.programme is None else Forum.PUBLIC

    @property
    def proposal(self) -> Proposal:
        return self.seen.proposal

    @property
    def standing(self) -> Standing:
        return self.seen.standing

    @property
    def is_public(self) -> bool:
        return self.programme is not None

    @property
    def slug(self) -> str:
        return "" if self.programme is None else self.programme.slug

    @property
    def why_not_speak(self) -> str:
        return policy.why_not_speak(self.standing, self.proposal, self.forum)

    @property
    def url(self) -> str:
        """Of what is talked about."""
        if self.is_public:
            return url_for("spread.programme", slug=self.slug)
        return url_for("proposals.show", ref=self.proposal.reference)

    def comments_url(self, **more: Any) -> str:
        if self.is_public:
            return url_for("discussion.programme_comments", slug=self.slug, **more)
        return url_for("discussion.comments", ref=self.proposal.reference, **more)

    @property
    def writing_url(self) -> str:
        if self.is_public:
            return url_for("discussion.comment_on_programme", slug=self.slug)
        return url_for("discussion.comment_on_proposal", ref=self.proposal.reference)


def of_proposal(person: Person | None, ref: str) -> Place:
    """The members' discussion. Raises NotFound where there is none for this person."""
    seen = proposals.seen(person, ref)
    return _members(seen)


def of_programme(person: Person | None, slug: str) -> Place:
    """The public one. Raises NotFound."""
    found = spread.programme_seen(person, slug)
    return Place(found.seen, found.programme)


def talked_about(person: Person | None, ref: str) -> Place:
    """Where a proposal is talked about now: in public once it is a programme, till then among members. Raises NotFound."""
    seen = proposals.seen(person, ref)
    return now_at(seen)


def now_at(seen: Seen) -> Place:
    """Raises NotFound where nobody talks, as far as this person may know."""
    programme = spread.programme_of(seen.proposal) if seen.proposal.stage is Stage.SPREAD else None
    return _members(seen) if programme is None else Place(seen, programme)


def _members(seen: Seen) -> Place:
    if not policy.has_members_forum(seen.standing, seen.proposal):
        raise NotFound
    return Place(seen)


@dataclass(frozen=True)
class SeenComment:
    place: Place
    comment: Comment


def comment_seen(person: Person | None, comment_id: int) -> SeenComment:
    """A comment in a discussion that this person may see. Raises NotFound."""
    comment = db.session.scalar(select(Comment).where(Comment.id == comment_id))
    if comment is None:
        raise NotFound
    standing = proposals.standing_in(person, comment.proposal)
    if not reading.can_see(standing, comment.proposal):
        raise NotFound
    seen = Seen(comment.proposal, standing)
    if comment.forum is Forum.PUBLIC:
        programme = spread.programme_of(comment.proposal)
        if programme is None or comment.proposal.stage is not Stage.SPREAD:
            raise NotFound
        return SeenComment(Place(seen, programme), comment)
    return SeenComment(_members(seen), comment)
