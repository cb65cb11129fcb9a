"""Reported comments: reporting one, the manager's list, and what a manager does about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.audience import Audience
from exchange.discussion import limits, policy
from exchange.discussion.kinds import ReportReason, Settled
from exchange.discussion.models import Comment, CommentReport
from exchange.discussion.services import AUDIENCE, lock_comment, settle_reports
from exchange.errors import Conflict, WrongStage
from exchange.events import Text
from exchange.extensions import db
from exchange.paging import page_of
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal
from exchange.proposals.stand_ins import somebody_acts
from exchange.wording import day

LISTED = 25


def report_comment(comment: Comment, reporter: Person, *, reason: ReportReason, words: str) -> None:
    """Once for each person. Raises WrongStage where nobody reads it any more, TooMuch."""
    limits.check(reporter, limits.REPORTS)
    comment = lock_comment(comment)
    if why := policy.why_not_report(comment):
        raise WrongStage(why)
    known = select(CommentReport.id).where(
        CommentReport.comment_id == comment.id, CommentReport.reporter_id == reporter.id
    )
    if db.session.scalar(known) is not None:
        return
    report = CommentReport(
        comment_id=comment.id,
        reporter_id=reporter.id,
        reason=reason,
        words=words,
        quoted=comment.text,
        reported_at=clock.now(),
    )
    db.session.add(report)
    # For nobody's timeline: who reports is known to managers alone.
    events.record(
        reporter,
        "report_comment",
        comment,
        Audience.ADMINISTRATORS,
        reason=reason.value,
        proposal=comment.proposal_id,
    )


def hide_comment(comment: Comment, manager: Person, *, reason: str) -> None:
    """Nobody but managers reads it any more; its place says why, and its writer is told.

    Raises Conflict when it is gone already.
    """
    comment = lock_comment(comment)
    if comment.removed_at is not None:
        raise Conflict("Its writer has removed it since you opened this page.", heading="It is gone already")
    if comment.hidden_at is not None:
        who = comment.hidden_by.name if comment.hidden_by else "Someone"
        raise Conflict(f"{who} hid it on {day(comment.hidden_at)}. Nothing of yours was saved.")
    comment.hidden_at, comment.hidden_by_id, comment.hidden_reason = clock.now(), manager.id, reason
    settle_reports(comment, manager, Settled.HIDDEN)
    _record(comment, manager, "hide_comment", reason)


def restore_comment(comment: Comment, manager: Person, *, reason: str) -> None:
    """Everybody reads it again who could before. Raises Conflict when it is not hidden."""
    comment = lock_comment(comment)
    if comment.hidden_at is None:
        raise Conflict("Another manager has restored it since you opened this page.")
    comment.hidden_at, comment.hidden_by_id, comment.hidden_reason = None, None, ""
    _record(comment, manager, "restore_comment", reason)


def dismiss_reports(comment: Comment, manager: Person, *, reason: str) -> None:
    """Leaves the comment as it is. Raises Conflict when nothing waits any more."""
    comment = lock_comment(comment)
    if not settle_reports(comment, manager, Settled.DISMISSED):
        raise Conflict("Another manager has settled it since you opened this page.")
    texts = {"reason": Text(reason, Audience.ADMINISTRATORS)}
    events.record(
        manager, "dismiss_reports", comment, Audience.ADMINISTRATORS, texts, proposal=comment.proposal_id
    )


@dataclass(frozen=True)
class Listed:
    """A comment that waits for a manager, or was hidden, with its proposal and its waiting reports."""

    comment: Comment
    proposal: Proposal
    reports: list[CommentReport]


def listed(
    person: Person, *, hidden: bool = False, after: int | None = None
) -> tuple[list[Listed], int | None]:
    """Reported comments that wait for this person, or those hidden, newest first, and the id to go on from."""
    state = Comment.hidden_at.is_not(None) if hidden else Comment.id.in_(_waiting())
    query = (
        select(Comment)
        .join(Comment.proposal)
        .join(Comment.author)
        .options(contains_eager(Comment.proposal).defer(Proposal.answers), contains_eager(Comment.author))
        .where(state, _moderated_by(person))
    )
    if after is not None:
        query = query.where(Comment.id < after)
    found = list(db.session.scalars(query.order_by(Comment.id.desc()).limit(LISTED + 1)))
    shown, goes_on = page_of(found, LISTED)
    reports: dict[int, list[CommentReport]] = {comment.id: [] for comment in shown}
    waiting = select(CommentReport).where(
        CommentReport.comment_id.in_(reports), CommentReport.settled_at.is_(None)
    )
    for report in db.session.scalars(waiting.order_by(CommentReport.id)):
        reports[report.comment_id].append(report)
    rows = [Listed(comment, comment.proposal, reports[comment.id]) for comment in shown]
    return rows, goes_on


def waiting_for(person: Person) -> tuple[int, datetime | None]:
    """How many reported comments wait for this person, and since when the first."""
    query = (
        select(func.count(Comment.id.distinct()), func.min(CommentReport.reported_at))
        .select_from(CommentReport)
        .join(Comment, Comment.id == CommentReport.comment_id)
        .join(Proposal, Proposal.id == Comment.proposal_id)
        .where(CommentReport.settled_at.is_(None), _moderated_by(person))
    )
    count, since = db.session.execute(query).one()
    return count, since


def moderators(comment: Comment) -> list[Person]:
    """Whom a report goes to: the lead theme's managers, but for whoever wrote it; its directors where nobody else is left."""
    for role in (Role.PROGRAMME_MANAGER, Role.THEME_DIRECTOR):
        acting = [each for each in proposals.acting(role, comment.proposal) if each.id != comment.author_id]
        if acting:
            return acting
    return []


def _waiting() -> Select[int]:
    return select(CommentReport.comment_id).where(CommentReport.settled_at.is_(None))


def _moderated_by(person: Person) -> ColumnElement[bool]:
    """The rule of `moderators` in a query of Comment with Proposal."""
    has_manager = somebody_acts(Role.PROGRAMME_MANAGER, besides=Comment.author_id)
    grounds = or_(
        proposals.seen_as_staff(person, Role.PROGRAMME_MANAGER),
        and_(proposals.seen_as_staff(person, Role.THEME_DIRECTOR), ~has_manager),
    )
    return and_(grounds, Comment.author_id != person.id)


def _record(comment: Comment, manager: Person, kind: str, reason: str) -> None:
    audience = AUDIENCE[comment.forum]
    texts = {"reason": Text(reason, audience)}
    events.record(manager, kind, comment, audience, texts, proposal=comment.proposal_id)
