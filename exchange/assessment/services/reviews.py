"""What a reviewer does: declares, drafts, submits and opens again. A submitted review is never changed by a page that
was open before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from exchange import clock, events
from exchange.assessment import policy
from exchange.assessment.models import Assignment, Interest, Review, Score
from exchange.assessment.services.drafts import set_aside
from exchange.assessment.services.panels import take_off
from exchange.assessment.written import Written, says, state_of
from exchange.audience import Audience
from exchange.errors import Conflict, NotAllowed, WrongStage
from exchange.events import Event, Text
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals import services as teams
from exchange.proposals.models import DeclaredInterest, Reader, ReadingLevel
from exchange.proposals.services import lock

SITTING = timedelta(minutes=30)  # without a save for longer, the next one begins another


class ReviewLocked(Conflict):
    """The review can no longer be changed, and this was something else than what it says."""

    heading = "Your review can no longer be changed"


class StaleReview(Conflict):
    """The draft was saved from another page since this one was opened."""

    heading = "You saved this review on another page"


def declare(assignment: Assignment, interest: Interest, *, reason: str = "") -> None:
    """What this reviewer declares. An interest, no expertise or no time takes them off the panel and withdraws
    what they submitted."""
    assignment = lock_place(assignment)
    round_, review = assignment.round, assignment.review
    if interest is Interest.NONE and assignment.interest is Interest.NONE:
        return
    if not policy.may_declare_now(interest, is_open=round_.is_open):
        raise WrongStage("This assessment has ended. You can still tell us of an interest.")
    was_submitted = review is not None and review.submitted_at is not None
    assignment.interest, assignment.declared_at = interest, clock.now()
    if interest is Interest.NONE:
        reader = db.session.get_one(Reader, (round_.proposal_id, assignment.person_id))
        reader.level = ReadingLevel.ALL
    else:
        take_off(assignment, reason)
    if interest is Interest.INTEREST:
        kept = DeclaredInterest(
            proposal_id=round_.proposal_id,
            person_id=assignment.person_id,
            reason=reason,
            declared_at=clock.now(),
        )
        db.session.add(kept)
    texts = {"reason": Text(reason, Audience.DIRECTOR)}
    _record(assignment, "withdraw_review" if was_submitted else "declare", texts, interest=interest.value)
    if interest is Interest.INTEREST:
        teams.end_bound_stand_ins(round_.proposal)


def save_review(
    assignment: Assignment,
    written: Written,
    *,
    opened_at_state: str | None,
    page: str = "",
    in_background: bool = False,
) -> None:
    """Keeps a draft, finished or not. Raises ReviewLocked, or StaleReview where the state given is not that of what
    is kept, unless the same page, by its mark, saved that too; saving the same again changes nothing.

    What a page saves by itself while its author writes leaves one event a sitting."""
    assignment = lock_place(assignment)
    if says(assignment.review, written):
        return
    goes_on = in_background and _is_being_written(assignment.review)
    _write(assignment, written, opened_at_state, page)
    if not goes_on:
        _record(assignment, "save_review", audience=Audience.ADMINISTRATORS)


def submit_review(
    assignment: Assignment, written: Written, *, opened_at_state: str | None, page: str = ""
) -> None:
    """Locks the review, until its author opens it again, and lets them read the others'. The form saw to it that
    nothing is missing.

    Raises what `save_review` does. Submitting the same again changes nothing.
    """
    assignment = lock_place(assignment)
    if assignment.review is not None and assignment.review.submitted_at and says(assignment.review, written):
        return
    review = _write(assignment, written, opened_at_state, page)
    review.submitted_at = clock.now()
    _record(assignment, "submit_review")


def reopen_review(assignment: Assignment) -> None:
    """Makes a submitted review a draft again, which does not count. What it said is kept. Raises WrongStage once its
    round has ended or rests."""
    assignment = lock_place(assignment)
    if not assignment.round.is_open:
        raise WrongStage("This assessment does not take reviews now, so yours stays as you submitted it.")
    if assignment.review is None or assignment.review.submitted_at is None:
        return
    set_aside(assignment.review)
    _record(assignment, "reopen_review")


def _write(assignment: Assignment, written: Written, opened_at_state: str | None, page: str) -> Review:
    """Writes into the review at hand, when it may be written and nothing was written elsewhere since."""
    review = assignment.review
    if review is not None and review.submitted_at is not None:
        raise ReviewLocked("You have submitted it, and it counts as you submitted it.")
    if assignment.round.is_suspended:
        raise ReviewLocked(
            "Changes are requested, so this assessment waits. You can go on when it is submitted again."
        )
    if not assignment.round.is_open:
        raise ReviewLocked("This assessment has ended, so reviews can no longer be saved.")
    if assignment.interest is not Interest.NONE:
        raise NotAllowed("Declare first whether you have an interest.")
    is_own_page = bool(page) and review is not None and review.saved_from == page
    if opened_at_state not in (None, state_of(review)) and not is_own_page and not says(review, written):
        raise StaleReview("What you saved there is kept. What you typed here is below, and not saved yet.")
    if review is None:
        review = Review(assignment=assignment, version_number=assignment.round.version_number)
        db.session.add(review)
    review.recommendation, review.comment, review.note = written.recommendation, written.comment, written.note
    if review.version_number != assignment.round.version_number:
        review.version_before = review.version_number
    review.saved_at, review.version_number = clock.now(), assignment.round.version_number
    review.saved_from = page or None
    held = {score.criterion_id: score for score in review.scores}
    for criterion in assignment.round.rubric.criteria:
        score = held.get(criterion.id)
        if score is None:
            score = Score(criterion=criterion)
            review.scores.append(score)
        score.given = written.scores.get(criterion.key)
        score.rationale = written.rationales.get(criterion.key, "")
    db.session.flush()
    return review


def _is_being_written(review: Review | None) -> bool:
    return review is not None and clock.now() - review.saved_at < SITTING


def lock_place(assignment: Assignment) -> Assignment:
    """Holds the proposal until the transaction ends, and the assignment read afresh. Raises NotAllowed for
    one who is off it."""
    proposal = lock(assignment.round.proposal)
    afresh = (
        select(Assignment)
        .where(Assignment.id == assignment.id)
        .options(selectinload(Assignment.review))
        .execution_options(populate_existing=True)
    )
    assignment = db.session.scalars(afresh).one()
    standing, is_resting = proposals.standing_in(assignment.person, proposal), assignment.round.is_suspended
    can_declare = policy.can_declare(standing, proposal.stage, is_resting=is_resting)
    if assignment.removed_at is not None or not can_declare:
        raise NotAllowed("You are not a reviewer of this proposal any more.")
    return assignment


def _record(
    assignment: Assignment,
    kind: str,
    texts: Mapping[str, Text] | None = None,
    *,
    audience: Audience = Audience.ASSESSORS,
    **facts: str,
) -> Event:
    """Readers of the log show the letter and not the actor, but to staff."""
    round_ = assignment.round
    return events.record(
        assignment.person,
        kind,
        round_.proposal,
        audience,
        texts,
        round=round_.number,
        letter=assignment.letter,
        assignment=assignment.id,
        **facts,
    )
