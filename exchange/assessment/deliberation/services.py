"""Writes of what a panel asks and discusses. Who asked reaches the panel by letter, the staff by name, the team never."""

from __future__ import annotations

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.assessment.deliberation import queries
from exchange.assessment.deliberation.models import PanelMessage, TeamQuestion
from exchange.assessment.models import Assignment, Interest, Round
from exchange.assessment.services.panels import lock_round
from exchange.assessment.services.reviews import lock_place
from exchange.audience import Audience
from exchange.errors import Conflict, NotAllowed, WrongStage
from exchange.events import Text
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.services import lock

NOT_OPEN = "The assessment does not go on now, so this could not be sent."


def ask_team(assignment: Assignment, text: str) -> TeamQuestion:
    """Hands a question to the lead theme's manager. Raises WrongStage while the round is not open,
    and Conflict for one more than MOST_QUESTIONS."""
    assignment = lock_place(assignment)
    round_ = assignment.round
    if not round_.is_open:
        raise WrongStage(NOT_OPEN)
    if assignment.interest is not Interest.NONE:
        raise NotAllowed("Declare first whether you have an interest.")
    if queries.asked_by(assignment) >= queries.MOST_QUESTIONS:
        raise Conflict(queries.ASKED_MOST, heading="You cannot ask more")
    question = TeamQuestion(round_id=round_.id, assignment_id=assignment.id, text=text, asked_at=clock.now())
    db.session.add(question)
    db.session.flush()
    events.record(
        assignment.person,
        "ask_team",
        round_.proposal,
        Audience.ASSESSORS,
        round=round_.number,
        letter=assignment.letter,
        assignment=assignment.id,
        question=question.id,
    )
    return question


def put_question(question: TeamQuestion, manager: Person, *, put_as: str) -> None:
    """Passes it on to the team, in these words. Raises Conflict when it was settled meanwhile."""
    question = _to_settle(question, manager)
    question.put_as = put_as
    # For the team: neither the letter of who asks nor what leads to it.
    texts = {"question": Text(put_as, Audience.TEAM)}
    _record(question, manager, "put_question", Audience.TEAM, texts)


def decline_question(question: TeamQuestion, manager: Person, *, reason: str) -> None:
    """Does not pass it on, and says why. Raises Conflict when it was settled meanwhile."""
    question = _to_settle(question, manager)
    question.declined_reason = reason
    texts = {"reason": Text(reason, Audience.ASSESSORS)}
    letter = question.assignment.letter
    _record(question, manager, "decline_question", Audience.ASSESSORS, texts, letter=letter)


def answer_question(question: TeamQuestion, author: Person, *, answer: str) -> None:
    """The team's answer, which is never changed after. Raises Conflict when a colleague answered meanwhile."""
    proposal = lock(question.round.proposal)
    question = _afresh(question)
    if not proposals.standing_in(author, proposal).is_on_team:
        raise NotAllowed("Only the team answers questions of the panel.")
    if not _round_afresh(question).is_open:
        raise WrongStage(NOT_OPEN)
    if not question.waits_for_team:
        raise Conflict("Somebody of your team has answered it since you opened this page.")
    question.answer, question.answered_at, question.answered_by_id = answer, clock.now(), author.id
    _record(question, author, "answer_question", Audience.TEAM, {"answer": Text(answer, Audience.TEAM)})


def discuss(round_: Round, author: Person, text: str) -> PanelMessage:
    """Adds a message to the panel's discussion, as a reviewer of it or as its programme manager. Raises WrongStage once it is
    closed, NotAllowed for who may only read."""
    proposal = lock(round_.proposal)
    round_ = db.session.get_one(Round, round_.id, populate_existing=True)
    if not round_.is_open:
        raise WrongStage("The assessment does not go on now, so its discussion is closed.")
    found = queries.discussion(author, proposal.reference)
    if not found.writes_as:
        raise NotAllowed("Only the panel and its programme manager write here.")
    message = PanelMessage(
        round_id=round_.id,
        assignment_id=None if found.own is None else found.own.id,
        author_id=author.id,
        text=text,
        at=clock.now(),
    )
    db.session.add(message)
    db.session.flush()
    # Not for the timeline: reviewers who are still to submit would read there that others talk.
    events.record(
        author, "discuss", proposal, Audience.ADMINISTRATORS, round=round_.number, message=message.id
    )
    return message


def _to_settle(question: TeamQuestion, manager: Person) -> TeamQuestion:
    lock_round(question.round, manager)
    question = _afresh(question)
    if question.is_void:
        raise Conflict("Its author is no longer on the panel, so it cannot be passed on.")
    if not question.waits_for_manager:
        raise Conflict("Another programme manager has settled this question since you opened the page.")
    question.settled_at, question.settled_by_id = clock.now(), manager.id
    return question


def _afresh(question: TeamQuestion) -> TeamQuestion:
    return db.session.get_one(TeamQuestion, question.id, populate_existing=True)


def _round_afresh(question: TeamQuestion) -> Round:
    return db.session.get_one(Round, question.round_id, populate_existing=True)


def _record(
    question: TeamQuestion,
    actor: Person,
    kind: str,
    audience: Audience,
    texts: dict[str, Text],
    **facts: str,
) -> None:
    round_ = question.round
    events.record(
        actor, kind, round_.proposal, audience, texts, round=round_.number, question=question.id, **facts
    )
