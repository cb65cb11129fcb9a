"""Who is on a panel, and until when: a manager adds, removes and gives more time, so that recusals cannot
deadlock a round."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.assessment import policy, queries
from exchange.assessment.letters import letter
from exchange.assessment.models import Assignment, Round
from exchange.assessment.queries import Candidate
from exchange.assessment.services.drafts import set_aside
from exchange.audience import Audience
from exchange.errors import Conflict, NotAllowed, WrongStage
from exchange.events import Text
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal, Reader, ReadingLevel
from exchange.proposals.policy import Seen
from exchange.proposals.services import lock

RESTS = "This assessment waits until you go on with it, when the proposal is submitted again."


def add_reviewers(round_: Round, actor: Person, people: Sequence[int], *, reason: str) -> None:
    """Puts more people on the panel; one who returns keeps their letter, and declares again. Raises
    Conflict for one who cannot."""
    round_ = lock_round(round_, actor)
    add_chosen(round_, actor, choose(round_.proposal, actor, people), reason=reason)


def add_chosen(round_: Round, actor: Person, chosen: Sequence[Candidate], *, reason: str) -> None:
    """The same for who holds the round and has chosen among its candidates as they are now."""
    texts = {"reason": Text(reason, Audience.DIRECTOR)}
    record_added(round_, actor, assign(round_, actor, chosen), texts)


def remove_reviewer(assignment: Assignment, actor: Person, *, reason: str) -> None:
    """Takes someone off the panel. Their draft is void; a review that counts keeps its author there. Raises
    Conflict."""
    round_ = lock_round(assignment.round, actor)
    place = next(each for each in queries.places(round_) if each.assignment.id == assignment.id)
    if place.assignment.removed_at is not None:
        return
    if place.counts:
        raise Conflict(
            f"Reviewer {assignment.letter} has submitted a review since you opened this page, and it counts.",
            heading="This review is in",
        )
    take_off(place.assignment, reason)
    events.record(
        actor,
        "remove_reviewer",
        round_.proposal,
        Audience.ASSESSORS,
        {"reason": Text(reason, Audience.DIRECTOR)},
        round=round_.number,
        letter=assignment.letter,
        assignment=assignment.id,
    )


def extend(round_: Round, actor: Person, *, due: date, reason: str) -> None:
    """Gives the panel until a later day."""
    round_ = lock_round(round_, actor)
    if due <= round_.due:
        return
    before, round_.due = round_.due, due
    events.record(
        actor,
        "extend",
        round_.proposal,
        Audience.MEMBERS,
        {"reason": Text(reason, Audience.ASSESSORS)},
        round=round_.number,
        due=due.isoformat(),
        due_before=before.isoformat(),
    )


def lock_round(round_: Round, actor: Person) -> Round:
    """Holds the proposal until the transaction ends, and the round read afresh. Raises NotAllowed, or
    WrongStage once it ended."""
    proposal = lock(round_.proposal)
    if not policy.manages(actor, Seen(proposal, proposals.standing_in(actor, proposal))):
        raise NotAllowed("Only a programme manager of the lead theme can do this.")
    round_ = db.session.get_one(Round, round_.id, populate_existing=True)
    if round_.is_suspended:
        raise WrongStage(RESTS)
    if not round_.is_open:
        raise WrongStage(f"This assessment has ended: the proposal is now at “{proposal.stage.label}”.")
    return round_


def choose(proposal: Proposal, actor: Person, people: Iterable[int]) -> list[Candidate]:
    """The candidates with these ids. Raises Conflict when one of them cannot be on the panel, with the
    reason."""
    found = {candidate.person.id: candidate for candidate in queries.candidates(proposal, actor)}
    chosen = []
    for person_id in dict.fromkeys(people):
        candidate = found.get(person_id)
        if candidate is None:
            raise Conflict(
                "Someone you chose is on the panel already, or is no longer a reviewer of its themes."
            )
        if candidate.conflict:
            raise Conflict(f"{candidate.person.name} cannot review it. {candidate.conflict}")
        chosen.append(candidate)
    return chosen


def assign(round_: Round, actor: Person, chosen: Sequence[Candidate]) -> list[Assignment]:
    """Gives each a place and lets them read the summary. New letters are drawn by lot, so that none follows
    from a name."""
    db.session.flush()
    held = {assignment.person_id: assignment for assignment in round_.assignments}
    people = [candidate.person for candidate in chosen]
    secrets.SystemRandom().shuffle(people)
    assignments = []
    for person in people:
        assignment = held.get(person.id)
        if assignment is None:
            assignment = Assignment(round_id=round_.id, person_id=person.id, letter=letter(len(held)))
            held[person.id] = assignment
        else:
            _return(assignment)
        assignment.assigned_at, assignment.assigned_by_id = clock.now(), actor.id
        db.session.add(assignment)
        db.session.merge(
            Reader(proposal_id=round_.proposal_id, person_id=person.id, level=ReadingLevel.SUMMARY)
        )
        assignments.append(assignment)
    db.session.flush()
    db.session.expire(round_, ["assignments"])
    return assignments


def record_added(
    round_: Round, actor: Person, added: Sequence[Assignment], texts: dict[str, Text] | None = None
) -> None:
    events.record(
        actor,
        "add_reviewers",
        round_.proposal,
        Audience.ASSESSORS,
        texts,
        round=round_.number,
        due=round_.due.isoformat(),
        letters=[assignment.letter for assignment in added],
        assignments=[assignment.id for assignment in added],
    )


def take_off(assignment: Assignment, reason: str) -> None:
    """They read nothing more, and what they drafted is void; a review that was submitted is withdrawn."""
    moment = clock.now()
    assignment.removed_at, assignment.removed_reason = moment, reason
    review = assignment.review
    if review is not None and review.submitted_at is not None:
        review.withdrawn_at = moment
    forget_reader(assignment)


def forget_reader(assignment: Assignment) -> None:
    """They read no more of the proposal than anyone else."""
    reader = db.session.get(Reader, (assignment.round.proposal_id, assignment.person_id))
    if reader is not None:
        db.session.delete(reader)
        db.session.flush()


def _return(assignment: Assignment) -> None:
    """Puts them back as if they had not declared. What they submitted stays on the record, and is their draft."""
    assignment.removed_at, assignment.removed_reason = None, ""
    assignment.interest = assignment.declared_at = None
    review = assignment.review
    if review is not None:
        set_aside(review, since=review.withdrawn_at)
        review.withdrawn_at = None
