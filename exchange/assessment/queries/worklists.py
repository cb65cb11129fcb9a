"""What waits for a reviewer, and for a manager: as many queries for fifty rows as for one, and nothing that
binds the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import closing, effort
from exchange.assessment.closing import Tally
from exchange.assessment.models import Assignment, Criterion, Interest, Review, Round, Score
from exchange.assessment.queries.rounds import counted_number, panel_number
from exchange.extensions import alias_of, db
from exchange.plain_text import count_words
from exchange.proposals import queries as proposals
from exchange.proposals import record
from exchange.proposals.lifecycle import OPEN_TO_MEMBERS, Stage
from exchange.proposals.models import Proposal, ReadingLevel, Version
from exchange.region.models import Organisation, Theme

SHOWN = 50  # rows of one section; its count is of all
SOON = timedelta(days=7)
# Made once, as naming every column of a table anew takes long.
CHAMPION, LATER = alias_of(Person), alias_of(Round)


@dataclass(frozen=True)
class WaitingReview:
    """A review that a person owes. `scored` of `criteria` are filled in; `minutes` is what is left,
    roughly. `is_to_confirm` where the draft is what they submitted before, of an earlier version or round. `reviews_in` are
    the reviews that count already; who has yet to declare is not told."""

    reference: str
    title: str
    organisation: str
    theme: str
    due: date
    is_declared: bool
    is_started: bool
    is_to_confirm: bool
    scored: int
    criteria: int
    minutes: int
    reviews_in: int

    @property
    def is_overdue(self) -> bool:
        return clock.today() > self.due

    @property
    def urgency(self) -> int:
        """Overdue, due within a week, or later."""
        if self.is_overdue:
            return 0
        return 1 if self.due <= clock.today() + SOON else 2


@dataclass(frozen=True)
class DoneReview:
    """A review that a person has submitted. `earlier` is the number of its assessment where a later one
    followed."""

    reference: str
    title: str
    organisation: str
    submitted_at: datetime
    earlier: int | None


def waiting_reviews(person: Person) -> list[WaitingReview]:
    """What this person still has to review: overdue, due within a week, then the rest; among these what has the fewest
    reviews first, as it waits for this one the most."""
    query = (
        _own_reviews(person, Round.due, Theme.name, Assignment.interest, Review.id, Assignment.is_to_confirm)
        .add_columns(_scores_number(), _criteria_number(), Version.answers, _reviews_in())
        .join(Version, and_(Version.proposal_id == Proposal.id, Version.number == Round.version_number))
        .outerjoin(Theme, Theme.id == Proposal.lead_theme_id)
        .where(Round.ended_at.is_(None), Review.submitted_at.is_(None), Proposal.stage == Stage.IN_ASSESSMENT)
        .order_by(Round.due, Proposal.id)
    )
    found = [_waiting(*row) for row in db.session.execute(query)]
    return sorted(found, key=lambda row: (row.urgency, row.reviews_in))


def next_review(person: Person, ref: str) -> WaitingReview | None:
    """What follows this proposal in their list, from its end back to its start; None where nothing else waits."""
    waiting = waiting_reviews(person)
    place = next((index for index, row in enumerate(waiting) if row.reference == ref), -1)
    others = [*waiting[place + 1 :], *waiting[: max(place, 0)]]
    return others[0] if others else None


def done_reviews(person: Person) -> list[DoneReview]:
    """What this person has submitted, the newest first, as far as they may still read it."""
    is_earlier = exists().where(LATER.c.proposal_id == Proposal.id, LATER.c.number > Round.number)
    query = (
        _own_reviews(person, Review.submitted_at, Round.number, is_earlier)
        .where(
            Review.submitted_at.is_not(None),
            Review.withdrawn_at.is_(None),
            # Chosen again for a later one, they read on once they have declared again.
            proposals.seen_as_reviewer(person, ReadingLevel.ALL),
        )
        .order_by(Review.submitted_at.desc(), Proposal.id)
        .limit(SHOWN)
    )
    return [
        DoneReview(reference, title, organisation, submitted_at, number if is_earlier else None)
        for reference, title, organisation, submitted_at, number, is_earlier in db.session.execute(query)
    ]


@dataclass(frozen=True)
class Triaged:
    """One proposal that waits for a manager, since a day. `tally` where it is in assessment; `due` where a
    date was given. `endpoint` is the page to act on it; who is on its panel cannot close it."""

    reference: str
    title: str
    organisation: str
    since: date
    endpoint: str
    due: date | None = None
    tally: Tally | None = None
    is_on_panel: bool = False

    @property
    def is_past_due(self) -> bool:
        return self.due is not None and clock.today() > self.due

    @property
    def progress(self) -> str:
        return "" if self.tally is None else closing.progress(self.tally)


@dataclass(frozen=True)
class Question:
    """What a section of the manager's list asks, and where its rows lead."""

    id: str
    heading: str
    nothing: str
    endpoint: str


NEW = Question(
    "new",
    "New, waiting for triage",
    "Nothing new. Proposals come here when they are submitted.",
    "proposals.show",
)
WAITING = Question(
    "waiting", "Waiting for reviewers", "No assessment is waiting for reviews.", "assessment.reviewers"
)
READY = Question("ready", "Ready to close", "No assessment is ready to close.", "assessment.close_assessment")
OVERDUE = Question(
    "overdue", "Overdue", "No assessment is past its due date without enough reviews.", "assessment.reviewers"
)
LATE = Question(
    "late-changes",
    "Changes requested, past the date",
    "No team is late with the changes you asked for.",
    "proposals.show",
)

CHAMPION_LEFT = Question(
    "champion-left",
    "Its champion has left",
    "Every proposal has a champion whose account is open.",
    "proposals.appoint_champion",
)


@dataclass(frozen=True)
class Section:
    """One question with its answers. `count` and `oldest`, the first day that one waits since, are of all;
    `rows` are the most urgent."""

    question: Question
    rows: list[Triaged]
    count: int
    oldest: date | None

    @property
    def hidden(self) -> int:
        return self.count - len(self.rows)


def triage(person: Person) -> list[Section]:
    """What waits in the themes that this person manages; that a champion has left is told only where one has."""
    late = and_(Proposal.stage == Stage.CHANGES_REQUESTED, Proposal.changes_due < clock.today())
    closed = select(Person.id).where(~Person.active)
    left = and_(Proposal.stage.in_(OPEN_TO_MEMBERS), Proposal.champion_id.in_(closed))
    rounds: dict[Question, list[Triaged]] = {WAITING: [], READY: [], OVERDUE: []}
    for question, row in _in_assessment(person):
        rounds[question].append(row)
    orphaned = _section(CHAMPION_LEFT, person, left, _champion_changed_at())
    return [
        _section(NEW, person, Proposal.stage == Stage.SUBMITTED, Proposal.submitted_at),
        *(
            Section(question, rows[:SHOWN], len(rows), min((row.since for row in rows), default=None))
            for question, rows in rounds.items()
        ),
        _section(LATE, person, late, Proposal.stage_since),
        *([orphaned] if orphaned.count else []),
    ]


def _own_reviews(person: Person, *more: Any) -> Select[Any]:
    """Columns of the reviews that this person has or owes: reference, title, organisation, and those given."""
    return (
        select(Proposal.reference, Proposal.title, func.coalesce(Organisation.name, ""), *more)
        .join(CHAMPION, CHAMPION.c.id == Proposal.champion_id)
        .outerjoin(Organisation, Organisation.id == CHAMPION.c.organisation_id)
        .join(Round, Round.proposal_id == Proposal.id)
        .join(Assignment, Assignment.round_id == Round.id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(
            Assignment.person_id == person.id,
            Assignment.removed_at.is_(None),
            proposals.seen_as_reviewer(person),
        )
    )


def _scores_number() -> ColumnElement[int]:
    return (
        select(func.count(Score.criterion_id))
        .where(Score.review_id == Review.id, Score.is_given())
        .correlate(Review)
        .scalar_subquery()
    )


def _criteria_number() -> ColumnElement[int]:
    return (
        select(func.count(Criterion.id))
        .where(Criterion.rubric_id == Round.rubric_id)
        .correlate(Round)
        .scalar_subquery()
    )


def _reviews_in() -> ColumnElement[int]:
    """Not for those who may turn out to have an interest."""
    return case((Assignment.interest == Interest.NONE, counted_number()), else_=0)


def _waiting(
    reference: str,
    title: str,
    organisation: str,
    due: date,
    theme: str | None,
    interest: Interest | None,
    review_id: int | None,
    is_to_confirm: bool | None,
    scored: int,
    criteria: int,
    answers: dict[str, Any],
    reviews_in: int,
) -> WaitingReview:
    is_declared = interest is Interest.NONE
    # Who has begun to score has read it.
    words = 0 if scored else sum(count_words(text) for _, text in record.typed_texts(answers))
    return WaitingReview(
        reference,
        title,
        organisation,
        theme or "" if is_declared else "",
        due,
        is_declared,
        review_id is not None,
        bool(is_to_confirm),
        scored,
        criteria,
        effort.minutes(words, criteria - scored),
        reviews_in,
    )


def _managed(person: Person, *more: Any) -> Select[Any]:
    """Columns of the proposals that this person manages: reference, title, organisation, and those given."""
    return (
        select(Proposal.reference, Proposal.title, func.coalesce(Organisation.name, ""), *more)
        .join(CHAMPION, CHAMPION.c.id == Proposal.champion_id)
        .outerjoin(Organisation, Organisation.id == CHAMPION.c.organisation_id)
        .where(proposals.seen_as_staff(person, Role.PROGRAMME_MANAGER))
    )


def _section(question: Question, person: Person, condition: ColumnElement[bool], since: Any) -> Section:
    query = (
        _managed(person, since, Proposal.changes_due, func.count().over())
        .where(condition)
        .order_by(since, Proposal.id)
        .limit(SHOWN)
    )
    found = db.session.execute(query).all()
    rows = [
        Triaged(
            reference,
            title,
            organisation,
            clock.day_of(moment),
            question.endpoint,
            due if question is LATE else None,
        )
        for reference, title, organisation, moment, due, _ in found
    ]
    return Section(question, rows, found[0][-1] if found else 0, rows[0].since if rows else None)


def _in_assessment(person: Person) -> list[tuple[Question, Triaged]]:
    """In the order that they are due."""
    rules = (Round.quorum, Round.minimum_at_due_date, Round.due)
    on_panel = exists().where(
        Assignment.round_id == Round.id, Assignment.person_id == person.id, Assignment.removed_at.is_(None)
    )
    query = (
        _managed(person, Proposal.stage_since, on_panel, counted_number(), panel_number(), *rules)
        .join(Round, Round.proposal_id == Proposal.id)
        .where(Proposal.stage == Stage.IN_ASSESSMENT, Round.ended_at.is_(None))
        .order_by(Round.due, Proposal.stage_since, Proposal.id)
    )
    found = []
    for reference, title, organisation, since, is_on_panel, *numbers in db.session.execute(query):
        tally = Tally(*numbers)
        question = _question_of(tally)
        endpoint = "assessment.reviewers" if is_on_panel else question.endpoint
        row = Triaged(
            reference, title, organisation, clock.day_of(since), endpoint, tally.due, tally, bool(is_on_panel)
        )
        found.append((question, row))
    return found


def _question_of(tally: Tally) -> Question:
    today = clock.today()
    if closing.is_ready(tally, today):
        return READY
    return OVERDUE if closing.is_overdue(tally, today) else WAITING


def _champion_changed_at() -> Any:
    """Of a closed account the moment when it was closed."""
    return select(Person.update_datetime).where(Person.id == Proposal.champion_id).scalar_subquery()
