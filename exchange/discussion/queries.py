"""Reads of the discussion: threads, counts, endorsements, what somebody follows. As many queries for fifty as for one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import ScalarSelect, Select, exists, func, select
from sqlalchemy.orm import contains_eager, selectinload

from exchange.accounts.models import Person
from exchange.discussion.kinds import Endorsing, Forum
from exchange.discussion.models import Comment, CommentReport, Endorsement, Follow
from exchange.discussion.places import Place
from exchange.extensions import db
from exchange.paging import page_of
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal, co_author
from exchange.spread.models import Programme

THREADS = 20  # on a page
FIRST_REPLIES = 4  # of each of them
REPLIES = 50  # on the page of one thread
ENDORSERS = 50
FOLLOWED = 25


@dataclass(frozen=True)
class Thread:
    """A comment with its first answers, oldest first, and how many there are in all."""

    comment: Comment
    replies: Sequence[Comment]
    reply_count: int


@dataclass(frozen=True)
class Threads:
    """One page. `previous` and `next` are ids of threads to go on from, where there is more."""

    rows: list[Thread]
    previous: int | None
    next: int | None


def threads(
    place: Place, *, oldest_first: bool = False, after: int | None = None, before: int | None = None
) -> Threads:
    """The page of threads that follow one in this order, or precede another; without either the first."""
    back = after is None and before is not None
    ascending = oldest_first is not back
    query = _with_author(_in(place).where(Comment.parent_id.is_(None)))
    cursor = before if back else after
    if cursor is not None:
        query = query.where(Comment.id > cursor if ascending else Comment.id < cursor)
    order = Comment.id.asc() if ascending else Comment.id.desc()
    found = list(db.session.scalars(query.order_by(order).limit(THREADS + 1)))
    has_more, shown = len(found) > THREADS, found[:THREADS]
    if back:
        shown.reverse()
    has_previous = has_more if back else after is not None
    has_next = True if back else has_more
    return Threads(
        _with_first_replies(shown),
        shown[0].id if shown and has_previous else None,
        shown[-1].id if shown and has_next else None,
    )


def thread(top: Comment, *, after: int | None = None) -> tuple[list[Comment], int | None]:
    """A page of one thread's answers, and the id to go on from where there are more."""
    query = _with_author(select(Comment).where(Comment.parent_id == top.id))
    if after is not None:
        query = query.where(Comment.id > after)
    found = list(db.session.scalars(query.order_by(Comment.id).limit(REPLIES + 1)))
    return page_of(found, REPLIES)


def page_of_reply(reply: Comment) -> int | None:
    """After which answer the page starts on which this one stands."""
    before = select(Comment.id).where(Comment.parent_id == reply.parent_id, Comment.id < reply.id)
    ids = list(db.session.scalars(before.order_by(Comment.id)))
    last = len(ids) // REPLIES * REPLIES
    return ids[last - 1] if last else None


def reported_by(person: Person | None, comments: Iterable[Comment]) -> frozenset[int]:
    """Which of these comments they have reported."""
    if person is None:
        return frozenset()
    ids = [comment.id for comment in comments]
    query = select(CommentReport.comment_id).where(
        CommentReport.reporter_id == person.id, CommentReport.comment_id.in_(ids)
    )
    return frozenset(db.session.scalars(query))


def came_with(comments: Iterable[Comment]) -> Mapping[int, str]:
    """Of those that came with a proposal that was merged into this one, its reference, as the feature above knows it."""
    found: Mapping[int, str] = current_app.extensions["came_with"](
        [each.id for each in comments if each.parent_id is None]
    )
    return found


@dataclass(frozen=True)
class Voices:
    """How many people say what of a proposal; `organisations` are those that would adopt it, as their people say."""

    comments: int
    adopters: int
    organisations: int
    supporters: int


def voices(proposal: Proposal, forum: Forum) -> Voices:
    of_kind = {
        kind: _endorsing(proposal, kind).with_only_columns(func.count()).order_by(None).scalar_subquery()
        for kind in Endorsing
    }
    organisations = _endorsing(proposal, Endorsing.ADOPT).with_only_columns(
        func.count(Endorsement.organisation_id.distinct())
    )
    query = select(
        _comment_count(proposal.id, forum),
        of_kind[Endorsing.ADOPT],
        organisations.scalar_subquery(),
        of_kind[Endorsing.SUPPORT],
    )
    return Voices(*db.session.execute(query).one())


def comment_count(proposal: Proposal, forum: Forum) -> int:
    """Of those that may be read."""
    return db.session.scalar(select(_comment_count(proposal.id, forum))) or 0


def endorsed_as(person: Person, proposal: Proposal) -> frozenset[Endorsing]:
    """What this person has said of it."""
    query = select(Endorsement.kind).where(
        Endorsement.proposal_id == proposal.id, Endorsement.person_id == person.id
    )
    return frozenset(db.session.scalars(query))


def is_following(person: Person, proposal: Proposal) -> bool:
    return db.session.get(Follow, (proposal.id, person.id)) is not None


def endorsers(
    proposal: Proposal, kind: Endorsing, *, after: int | None = None
) -> tuple[list[tuple[Endorsement, Person]], int | None]:
    """Who endorses it so, newest first, and the id to go on from where there are more."""
    query = _endorsing(proposal, kind).with_only_columns(Endorsement, Person)
    if after is not None:
        query = query.where(Endorsement.id < after)
    found = [
        (endorsement, person)
        for endorsement, person in db.session.execute(
            query.order_by(Endorsement.id.desc()).limit(ENDORSERS + 1)
        )
    ]
    return page_of(found, ENDORSERS, lambda row: row[0].id)


def adopting_organisations(proposal: Proposal) -> list[str]:
    """Names of the organisations that would adopt it, by name. As many as the region has at most."""
    query = _endorsing(proposal, Endorsing.ADOPT).with_only_columns(Person)
    return sorted({person.organisation.name for person in db.session.scalars(query) if person.organisation})


def followers(proposal: Proposal, at: datetime) -> list[Person]:
    """Those who followed it then, and can still sign in."""
    query = select(Person).join(Follow, Follow.person_id == Person.id)
    query = query.where(Follow.proposal_id == proposal.id, Follow.since <= at, Person.active)
    return list(db.session.scalars(query.order_by(Person.id)))


@dataclass(frozen=True)
class Followed:
    """`slug` is of the programme that it became, empty till then."""

    proposal: Proposal
    slug: str


def following(person: Person, *, after: int | None = None) -> tuple[list[Followed], int | None]:
    """What this person follows and may still see, newest first, and the id to go on from where there is more."""
    query = (
        select(Proposal, Programme.slug)
        .join(Follow, Follow.proposal_id == Proposal.id)
        .outerjoin(Programme, Programme.proposal_id == Proposal.id)
        .where(Follow.person_id == person.id, proposals.visible_to(person))
    )
    if after is not None:
        query = query.where(Proposal.id < after)
    rows = db.session.execute(query.order_by(Proposal.id.desc()).limit(FOLLOWED + 1))
    found = [Followed(proposal, slug or "") for proposal, slug in rows]
    return page_of(found, FOLLOWED, lambda row: row.proposal.id)


def waiting_reports(comment: Comment) -> list[CommentReport]:
    """Oldest first."""
    query = select(CommentReport).where(
        CommentReport.comment_id == comment.id, CommentReport.settled_at.is_(None)
    )
    return list(
        db.session.scalars(query.order_by(CommentReport.id).options(selectinload(CommentReport.reporter)))
    )


def _in(place: Place) -> Select[Comment]:
    return select(Comment).where(Comment.proposal_id == place.proposal.id, Comment.forum == place.forum)


def _with_author(query: Select[Comment]) -> Select[Comment]:
    """Each with who wrote it, where they work and what they are."""
    return query.join(Comment.author).options(contains_eager(Comment.author))


def _with_first_replies(tops: list[Comment]) -> list[Thread]:
    place = func.row_number().over(partition_by=Comment.parent_id, order_by=Comment.id).label("place")
    count = func.count().over(partition_by=Comment.parent_id).label("count")
    answers = (
        select(Comment.id, Comment.parent_id, place, count)
        .where(Comment.parent_id.in_([top.id for top in tops]))
        .subquery()
    )
    first = _with_author(select(Comment)).join(answers, answers.c.id == Comment.id)
    rows = db.session.execute(
        first.add_columns(answers.c.count).where(answers.c.place <= FIRST_REPLIES).order_by(Comment.id)
    )
    replies: dict[int, list[Comment]] = {top.id: [] for top in tops}
    counts = dict.fromkeys(replies, 0)
    for reply, in_all in rows:
        replies[reply.parent_id].append(reply)
        counts[reply.parent_id] = in_all
    return [Thread(top, replies[top.id], counts[top.id]) for top in tops]


def _comment_count(proposal_id: int, forum: Forum) -> ScalarSelect[int]:
    """Those that may be read."""
    shown = Comment.removed_at.is_(None), Comment.hidden_at.is_(None)
    query = select(func.count()).select_from(Comment)
    return query.where(Comment.proposal_id == proposal_id, Comment.forum == forum, *shown).scalar_subquery()


def _endorsing(proposal: Proposal, kind: Endorsing) -> Select[Endorsement]:
    """Endorsements that count, in a query with Person too: of people who are here, not of its own team, and of those who would
    adopt it, where they still work."""
    author = exists().where(co_author.c.proposal_id == proposal.id, co_author.c.person_id == Person.id)
    query = (
        select(Endorsement)
        .join(Person, Person.id == Endorsement.person_id)
        .where(
            Endorsement.proposal_id == proposal.id,
            Endorsement.kind == kind,
            Person.active,
            Person.id != proposal.champion_id,
            ~author,
        )
    )
    if kind is Endorsing.ADOPT:
        query = query.where(Endorsement.organisation_id == Person.organisation_id)
    return query
