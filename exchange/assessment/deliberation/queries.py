"""Reads of questions to the team and of a panel's discussion, each as one reader may know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import policy
from exchange.assessment import queries as assessment
from exchange.assessment.deliberation.models import PanelMessage, TeamQuestion
from exchange.assessment.models import Assignment, Round
from exchange.errors import NotFound
from exchange.extensions import db
from exchange.paging import page_of
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal
from exchange.proposals.policy import Seen


@dataclass(frozen=True)
class ShownQuestion:
    """A question as one reader may know it. `asked_by` is empty for the team; `text`, the reviewer's own words, is for their
    author and the staff."""

    question: TeamQuestion
    asked_by: str
    text: str

    @property
    def was_reworded(self) -> bool:
        return bool(self.text) and self.question.is_put and self.question.put_as != self.text

    @property
    def is_void(self) -> bool:
        """As staff and panel know it, never the team."""
        return bool(self.asked_by) and self.question.is_void

    @property
    def waits_for_manager(self) -> bool:
        return self.question.round.is_open and self.question.waits_for_manager

    @property
    def waits_for_team(self) -> bool:
        return self.question.round.is_open and self.question.waits_for_team


MOST_QUESTIONS = 10  # of one reviewer in one assessment
ASKED_MOST = f"You have asked {MOST_QUESTIONS} questions, as many as one reviewer can."
MESSAGES_SHOWN = 50  # on one page


@dataclass(frozen=True)
class Questions:
    """The questions about one proposal, and what this reader may do: `can_settle` and `can_answer` those that wait for it.
    `has_asked_most` where they cannot ask because of how many they asked."""

    seen: Seen
    round: Round
    shown: list[ShownQuestion]
    can_ask: bool
    has_asked_most: bool
    can_settle: bool
    can_answer: bool


def questions(person: Person, ref: str) -> Questions:
    """For the team, the theme's staff, and reviewers who declared no interest. Raises NotFound for everyone else."""
    seen = proposals.seen(person, ref)
    round_, standing = assessment.current_round(seen.proposal), seen.standing
    if round_ is None or not reads_questions(seen):
        raise NotFound
    own = assessment.assignment_of(person, round_)
    is_on_panel = own is not None and own.removed_at is None and standing.is_reviewer
    asks = round_.is_open and is_on_panel
    has_asked_most = asks and own is not None and asked_by(own) >= MOST_QUESTIONS
    return Questions(
        seen,
        round_,
        questions_read(person, seen),
        can_ask=asks and not has_asked_most,
        has_asked_most=has_asked_most,
        can_settle=policy.manages(person, seen),
        can_answer=standing.is_on_team,
    )


def asked_by(assignment: Assignment) -> int:
    """How many questions they asked in this assessment."""
    query = select(func.count()).select_from(TeamQuestion).where(TeamQuestion.assignment_id == assignment.id)
    return db.session.scalar(query) or 0


def reads_questions(seen: Seen) -> bool:
    standing = seen.standing
    return standing.is_on_team or standing.is_staff or standing.is_reviewer


def questions_read(person: Person, seen: Seen) -> list[ShownQuestion]:
    """Oldest first, of all its assessments."""
    query = (
        select(TeamQuestion)
        .join(TeamQuestion.round)
        .where(Round.proposal_id == seen.proposal.id)
        .order_by(TeamQuestion.id)
    )
    shown = (_shown(question, person, seen) for question in db.session.scalars(query))
    return [each for each in shown if each is not None]


def still_open(shown: Sequence[ShownQuestion]) -> int:
    """How many of them wait for the manager or the team."""
    return sum(
        each.waits_for_manager or (each.waits_for_team and not each.question.is_void) for each in shown
    )


def asked_of_team(proposal: Proposal) -> tuple[int, int]:
    """How many questions the team can read, and how many of them it can still answer."""
    is_open = Round.ended_at.is_(None) & Round.suspended_at.is_(None) & TeamQuestion.answered_at.is_(None)
    query = (
        select(func.count(), func.count(case((is_open, 1))))
        .select_from(TeamQuestion)
        .join(TeamQuestion.round)
        .where(Round.proposal_id == proposal.id, TeamQuestion.put_as != "")
    )
    put, waiting = db.session.execute(query).one()
    return put, waiting


@dataclass(frozen=True)
class SeenQuestion:
    seen: Seen
    question: TeamQuestion


def question_to_settle(person: Person, ref: str, question_id: int) -> SeenQuestion:
    """For managers of the lead theme. Raises NotFound."""
    seen = proposals.seen(person, ref)
    return SeenQuestion(seen, _question(seen, question_id, may=policy.manages(person, seen)))


def question_to_answer(person: Person, ref: str, question_id: int) -> SeenQuestion:
    """One that was passed on, for the team. Raises NotFound."""
    seen = proposals.seen(person, ref)
    question = _question(seen, question_id, may=seen.standing.is_on_team)
    if not question.is_put:
        raise NotFound
    return SeenQuestion(seen, question)


@dataclass(frozen=True)
class WaitingQuestions:
    """A proposal with questions that wait for someone: how many, and since when."""

    reference: str
    title: str
    count: int
    since: datetime


def waiting_for_manager(person: Person) -> list[WaitingQuestions]:
    """Of this person's themes, with questions to pass on."""
    managed = proposals.seen_as_staff(person, Role.PROGRAMME_MANAGER)
    unsettled = TeamQuestion.settled_at.is_(None) & Assignment.removed_at.is_(None)
    return _waiting(managed, unsettled, TeamQuestion.asked_at)


def waiting_for_team(person: Person) -> list[WaitingQuestions]:
    """Of this person's teams, with questions to answer."""
    unanswered = (TeamQuestion.put_as != "") & TeamQuestion.answered_at.is_(None)
    return _waiting(proposals.on_team(person), unanswered, TeamQuestion.settled_at)


@dataclass(frozen=True)
class ShownMessage:
    """`number` is that of its assessment."""

    number: int
    author: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Discussion:
    """What the panels of a proposal say among themselves, as far as this reader may know it. `writes_as` is what they sign
    with in the latest round; empty for who only reads. `numbers` are those of the rounds whose discussion they read, by id."""

    seen: Seen
    round: Round
    numbers: dict[int, int]
    writes_as: str
    own: Assignment | None


def discussion(person: Person, ref: str) -> Discussion:
    """For those who read the panel's reviews. Raises NotFound for everyone else."""
    seen = proposals.seen(person, ref)
    round_ = assessment.current_round(seen.proposal)
    if round_ is None or not assessment.reads_panel(person, seen, round_):
        raise NotFound
    place = assessment.assignment_of(person, round_)
    own = place if place is not None and place.removed_at is None else None
    rounds = db.session.scalars(select(Round).where(Round.proposal_id == seen.proposal.id)).all()
    numbers = {each.id: each.number for each in rounds if assessment.reads_panel(person, seen, each)}
    return Discussion(seen, round_, numbers, _writes_as(person, seen, round_, own), own)


@dataclass(frozen=True)
class Messages:
    """One page of a discussion, the oldest first; `earlier` leads to the page before it, where there is one."""

    shown: list[ShownMessage]
    earlier: int | None
    is_newest: bool


def messages(person: Person, found: Discussion, *, before: int | None = None) -> Messages:
    """The newest, or those before the message with this id."""
    query = select(PanelMessage).where(PanelMessage.round_id.in_(sorted(found.numbers)))
    if before is not None:
        query = query.where(PanelMessage.id < before)
    rows = db.session.scalars(query.order_by(PanelMessage.id.desc()).limit(MESSAGES_SHOWN + 1)).all()
    held, earlier = page_of(rows, MESSAGES_SHOWN)
    shown = [
        ShownMessage(found.numbers[each.round_id], _signed(each, person), each.at, each.text)
        for each in reversed(held)
    ]
    return Messages(shown, earlier, is_newest=before is None)


MANAGER = "Programme manager"


def _writes_as(person: Person, seen: Seen, round_: Round, own: Assignment | None) -> str:
    if not round_.is_open:
        return ""
    if own is not None:
        return f"Reviewer {own.letter}"
    return MANAGER if policy.manages(person, seen) else ""


def _signed(message: PanelMessage, reader: Person) -> str:
    """Nobody's name, whoever reads."""
    place = message.assignment
    name = MANAGER if place is None else f"Reviewer {place.letter}"
    if message.author_id == reader.id:
        return f"You ({name})"
    return name if place is None or place.removed_at is None else f"{name}, no longer on the panel"


def _shown(question: TeamQuestion, reader: Person, seen: Seen) -> ShownQuestion | None:
    """None where this reader may not know of it."""
    place, standing = question.assignment, seen.standing
    letter = f"Reviewer {place.letter}"
    if standing.is_on_team:
        return ShownQuestion(question, "", "") if question.is_put else None
    if standing.is_staff:
        return ShownQuestion(question, f"{place.person.name} ({letter})", question.text)
    if place.person_id == reader.id:
        return ShownQuestion(question, f"You ({letter})", question.text)
    return ShownQuestion(question, letter, "") if question.is_put else None


def _question(seen: Seen, question_id: int, *, may: bool) -> TeamQuestion:
    question = db.session.get(TeamQuestion, question_id) if may else None
    if question is None or question.round.proposal_id != seen.proposal.id:
        raise NotFound
    return question


def _waiting(whose: ColumnElement[bool], waits: ColumnElement[bool], since: Any) -> list[WaitingQuestions]:
    query = (
        select(Proposal.reference, Proposal.title, func.count(), func.min(since))
        .join(Round, Round.proposal_id == Proposal.id)
        .join(TeamQuestion, TeamQuestion.round_id == Round.id)
        .join(TeamQuestion.assignment)
        .where(whose, waits, Round.ended_at.is_(None), Round.suspended_at.is_(None))
        .group_by(Proposal.id, Proposal.reference, Proposal.title)
        .order_by(func.min(since), Proposal.id)
    )
    return [WaitingQuestions(*row) for row in db.session.execute(query)]
