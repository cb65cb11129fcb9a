"""What a change of someone's employer, roles or account, or of a team, does to panels."""

from __future__ import annotations

from sqlalchemy import or_, select

from exchange import events
from exchange.accounts.models import Person
from exchange.assessment import policy, queries
from exchange.assessment.models import Assignment, Round
from exchange.assessment.services.panels import forget_reader, take_off
from exchange.audience import Audience
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals import services as teams
from exchange.proposals.models import Invitation, JoinRequest, Proposal
from exchange.proposals.services import lock


def leave_panels(person: Person) -> None:
    """Takes someone off every panel where they may review no more, and has them stand in nowhere that they may not. A review
    that was submitted still counts, unless they have an interest now: that is a late declaration. Managers are told by
    the event."""
    held = (
        select(Assignment)
        .join(Round)
        .join(Proposal, Proposal.id == Round.proposal_id)
        .where(
            Assignment.person_id == person.id,
            Assignment.removed_at.is_(None),
            or_(Proposal.stage.in_(policy.DECLARABLE), Round.suspended_at.is_not(None)),
        )
        .order_by(Proposal.id)  # one order, so that no two people block each other
    )
    for assignment in db.session.scalars(held).all():
        proposal = lock(assignment.round.proposal)
        if assignment.round is _live_round(proposal):
            _leave(person, assignment, proposal)
    teams.end_stand_ins_of(person)


def accept_invitation(invitation: Invitation, person: Person) -> None:
    """Makes them a co-author, and takes off the panel whom that binds: themselves, and reviewers of their organisation."""
    teams.accept_invitation(invitation, person)
    _bind(invitation.proposal)


def accept_request(request: JoinRequest, actor: Person) -> None:
    """As `accept_invitation`, for somebody who asked."""
    teams.accept_request(request, actor)
    _bind(request.proposal)


def _bind(proposal: Proposal) -> None:
    """Takes off the panel whom the team binds, now that it is larger."""
    round_ = _live_round(proposal)
    for assignment in [] if round_ is None else round_.assignments:
        if proposals.found_conflict(assignment.person, proposal):
            _leave(assignment.person, assignment, proposal, team_changed=True)
    teams.end_bound_stand_ins(proposal)


def _live_round(proposal: Proposal) -> Round | None:
    """The round whose panel still matters: it reviews, rests, or waits for the decision."""
    round_ = queries.current_round(proposal)
    is_live = round_ is not None and (proposal.stage in policy.DECLARABLE or round_.is_suspended)
    return round_ if is_live else None


def _leave(person: Person, assignment: Assignment, proposal: Proposal, *, team_changed: bool = False) -> None:
    db.session.refresh(assignment)
    conflict = proposals.found_conflict(person, proposal)
    reason = conflict or queries.why_off_panel(person, proposal)
    if not reason or assignment.removed_at is not None:
        return
    review = assignment.review
    is_submitted = review is not None and review.submitted_at is not None and review.withdrawn_at is None
    if is_submitted and not conflict:
        forget_reader(assignment)
        return
    take_off(assignment, reason)
    events.record(
        None,
        "leave_panel",
        proposal,
        Audience.ASSESSORS,
        round=assignment.round.number,
        letter=assignment.letter,
        assignment=assignment.id,
        has_interest=bool(conflict),
        had_submitted=is_submitted,
        team_changed=team_changed,
    )
