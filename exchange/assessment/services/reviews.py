"""What a reviewer does: declares, drafts and submits. A submitted review is never changed by a page that
was open before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from exchange import clock, events
from exchange.assessment import policy
from exchange.assessment.models import Assignment, Given, Interest, Recommendation, Review, Score
from exchange.assessment.services.panels import take_off
from exchange.audience import Audience
from exchange.errors import Conflict, NotAllowed, WrongStage
from exchange.events import Event, Text
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.models import DeclaredInterest, Reader, ReadingLevel
from exchange.proposals.services import lock


@dataclass(frozen=True)
class Written:
    """What a reviewer wrote, by the criteria's keys; a draft may leave any of it out."""

    scores: Mapping[str, Given | None] = field(default_factory=dict)
    rationales: Mapping[str, str] = field(default_factory=dict)
    recommendation: Recommendation | None = None
    comment: str = ""


class ReviewLocked(Conflict):
    """The review can no longer be changed, and this was something else than what it says."""

    heading = "Your review can no longer be changed"


class StaleReview(Conflict):
    """The draft was saved from another page since this one was opened."""

    heading = "You saved this review on another page"


def declare(assignment: Assignment, interest: Interest, *, reason: str = "") -> None:
    """What this reviewer declares. An interest, no expertise or no time takes them off the panel and withdraws
    what they submitted."""
    assignment = _lock(assignment)
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


def save_review(assignment: Assignment, written: Written, *, opened_at_state: str | None) -> None:
    """Keeps a draft, finished or not. Raises ReviewLocked, or StaleReview where the mark given is not that of what
    is kept; saving the same again changes nothing."""
    assignment = _lock(assignment)
    if _says(assignment.review, written):
        return
    _write(assignment, written, opened_at_state)
    _record(assignment, "save_review", audience=Audience.ADMINISTRATORS)


def submit_review(assignment: Assignment, written: Written, *, opened_at_state: str | None) -> None:
    """Locks the review for this round and lets its author read the others'. The form saw to it that nothing
    is missing.

    Raises what `save_review` does. Submitting the same again changes nothing.
    """
    assignment = _lock(assignment)
    if assignment.review is not None and assignment.review.submitted_at and _says(assignment.review, written):
        return
    review = _write(assignment, written, opened_at_state)
    review.submitted_at = clock.now()
    _record(assignment, "submit_review")


def written_in(review: Review | None) -> Written:
    """What the review says now."""
    if review is None:
        return Written()
    return Written(
        {score.criterion.key: score.given for score in review.scores if score.given is not None},
        {score.criterion.key: score.rationale for score in review.scores if score.rationale},
        review.recommendation,
        review.comment,
    )


def state_of(review: Review | None) -> str:
    """A mark of what the review says, which its form carries, so that a stale one is noticed."""
    return hashlib.sha256(json.dumps(asdict(written_in(review)), sort_keys=True).encode()).hexdigest()[:16]


def _write(assignment: Assignment, written: Written, opened_at_state: str | None) -> Review:
    """Writes into the review at hand, when it may be written and nothing else was written since."""
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
    if opened_at_state not in (None, state_of(review)) and not _says(review, written):
        raise StaleReview("What you saved there is kept. What you typed here is below, and not saved yet.")
    if review is None:
        review = Review(assignment=assignment, version_number=assignment.round.version_number)
        db.session.add(review)
    review.recommendation, review.comment = written.recommendation, written.comment
    review.saved_at, review.version_number = clock.now(), assignment.round.version_number
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


def _says(review: Review | None, written: Written) -> bool:
    """Whether this is what it says already."""
    kept = written_in(review)
    return review is not None and kept == Written(
        {key: score for key, score in written.scores.items() if score is not None},
        {key: rationale for key, rationale in written.rationales.items() if rationale},
        written.recommendation,
        written.comment,
    )


def _lock(assignment: Assignment) -> Assignment:
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
