"""How reviewing goes, for the manager of a theme: how soon reviewers answer, what becomes of the places on panels, and how the
load is spread. Pure but for `asked_of`, which reads the places.

A review is taken as handed in when it first was, about the version that its round now has: opening it again to mend a word does
not make it slow. Days on which the round rested, while changes were requested, are nobody's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, or_, select

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment.models import DECLINED, Assignment, EarlierReview, Interest, Review, Round
from exchange.assessment.queries import owes_a_review
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.clocks import nearest_rank
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.working_days import working_days, working_days_between

PERIOD = timedelta(days=365)
MOST = 90  # of 100 that are at least as fast


class Became(StrEnum):
    """What became of a place on a panel: the first that applies."""

    HAD_AN_INTEREST = "Had an interest"
    DECLINED = "Declined: outside their expertise, or too many"
    ON_TIME = "Reviewed by the due date"
    LATE = "Reviewed after the due date"
    LEFT = "Left the panel, or was taken off"
    MISSING = "Did not review before the assessment ended"
    OVERDUE = "Overdue"
    TO_COME = "Still in time"


Rest = tuple[
    date, date | None
]  # from the day after the first, up to and with the other; None while it goes on


class Place(NamedTuple):
    """One reviewer on one panel. A review that was withdrawn, or is open again, has none of `submitted_at`."""

    reviewer: int
    name: str
    assigned_at: datetime
    declared_at: datetime | None
    interest: Interest | None
    removed_at: datetime | None
    submitted_at: datetime | None
    due: date
    ended_at: datetime | None
    rests: tuple[Rest, ...] = ()  # of its round

    @property
    def is_resting(self) -> bool:
        return any(until is None for _, until in self.rests)


@dataclass(frozen=True)
class Pace:
    """Working days of those who did something: how many they were, half of them, and 90 in 100."""

    count: int
    half: float | None
    most: int | None


@dataclass(frozen=True)
class Load:
    """One reviewer's year. `open` are the reviews that they owe now."""

    name: str
    asked: int
    reviewed: int
    late: int
    declined: int
    open: int
    pace: Pace


@dataclass(frozen=True)
class Reviewing:
    since: date
    asked: int
    answering: Pace
    reviewing: Pace
    became: list[tuple[Became, int]]
    loads: list[Load]


def reviewing_for(manager: Person) -> Reviewing:
    """Of the panels of the last year that this manager may know of: nothing can be told from those that are left out."""
    today = clock.today()
    return summed_up(asked_of(manager, clock.now() - PERIOD), today - PERIOD, today)


def asked_of(manager: Person, since: datetime) -> list[Place]:
    may_know = proposals.seen_as_staff(manager, Role.PROGRAMME_MANAGER), ~owes_a_review(manager)
    opened_again = (
        select(func.min(EarlierReview.submitted_at))
        .where(
            EarlierReview.review_id == Review.id,
            EarlierReview.version_number == Round.version_number,
            EarlierReview.submitted_at >= Assignment.assigned_at,
        )
        .scalar_subquery()
    )
    query = (
        select(
            Assignment.person_id,
            Person.name,
            Assignment.assigned_at,
            Assignment.declared_at,
            Assignment.interest,
            Assignment.removed_at,
            case((Review.withdrawn_at.is_(None), Review.submitted_at)).label("submitted_at"),
            opened_again.label("submitted_first"),
            Round.due,
            Round.ended_at,
            Round.proposal_id,
        )
        .join(Person, Person.id == Assignment.person_id)
        .join(Round, Round.id == Assignment.round_id)
        .join(Proposal, Proposal.id == Round.proposal_id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(Assignment.assigned_at >= since, *may_know)
        .order_by(Assignment.id)
    )
    rests = _rests(since, *may_know)
    return [
        Place(
            row.person_id,
            row.name,
            row.assigned_at,
            row.declared_at,
            row.interest,
            row.removed_at,
            row.submitted_at and (row.submitted_first or row.submitted_at),
            row.due,
            row.ended_at,
            tuple(rests.get(row.proposal_id, ())),
        )
        for row in db.session.execute(query)
    ]


def _rests(since: datetime, *may_know: ColumnElement[bool]) -> dict[int, list[Rest]]:
    """When the assessments of each proposal waited for changes, in order."""
    waits = Event.facts["from_stage"].as_string() == Stage.IN_ASSESSMENT
    query = (
        select(Proposal.id, Event.kind, Event.at)
        .join(Event, Event.subject == literal("proposal:", String) + cast(Proposal.id, String))
        .where(Event.at >= since, *may_know)
        .where(or_(and_(Event.kind == "request_changes", waits), Event.kind == "start_assessment"))
        .order_by(Proposal.id, Event.position)
    )
    found: dict[int, list[Rest]] = {}
    for proposal, kind, at in db.session.execute(query):
        of_proposal = found.setdefault(proposal, [])
        if kind == "request_changes":
            of_proposal.append((clock.day_of(at), None))
        elif of_proposal and of_proposal[-1][1] is None:
            of_proposal[-1] = of_proposal[-1][0], clock.day_of(at)
    return found


def summed_up(places: Sequence[Place], since: date, today: date) -> Reviewing:
    found = [(place, became(place, today)) for place in places]
    by_reviewer: dict[int, list[tuple[Place, Became]]] = {}
    for each in found:
        by_reviewer.setdefault(each[0].reviewer, []).append(each)
    loads = [_load(theirs) for theirs in by_reviewer.values()]
    kinds = [kind for _, kind in found]
    return Reviewing(
        since,
        len(places),
        pace(days_to_answer(place) for place in places),
        pace(days_to_review(place) for place in places),
        [(kind, kinds.count(kind)) for kind in Became],
        sorted(loads, key=lambda load: (-load.open, -load.asked, load.name)),
    )


def became(place: Place, today: date) -> Became:
    if place.interest is Interest.INTEREST:
        return Became.HAD_AN_INTEREST
    if place.interest in DECLINED:
        return Became.DECLINED
    if place.removed_at is not None:
        return Became.LEFT
    if place.submitted_at is not None:
        return Became.ON_TIME if clock.day_of(place.submitted_at) <= place.due else Became.LATE
    if place.ended_at is not None:
        return Became.MISSING
    return Became.OVERDUE if today > place.due and not place.is_resting else Became.TO_COME


def days_to_answer(place: Place) -> int | None:
    """From being asked to declaring; None without, and for a declaration that was carried over from an earlier round."""
    if place.declared_at is None or place.declared_at < place.assigned_at:
        return None
    return _days_worked(place, place.declared_at)


def days_to_review(place: Place) -> int | None:
    """From being asked to handing in a review."""
    if place.submitted_at is None:
        return None
    return _days_worked(place, place.submitted_at)


def _days_worked(place: Place, until: datetime) -> int:
    """Working days from being asked, without those on which the round rested. Rests may lie within one another."""
    start, end = clock.day_of(place.assigned_at), clock.day_of(until)
    rested = {
        day
        for since, goes_on in place.rests
        for day in working_days(max(start, since), min(end, goes_on or end))
    }
    return working_days_between(start, end) - len(rested)


def pace(days: Iterable[int | None]) -> Pace:
    known = sorted(each for each in days if each is not None)
    if not known:
        return Pace(0, None, None)
    return Pace(len(known), median(known), nearest_rank(known, MOST))


def _load(theirs: Sequence[tuple[Place, Became]]) -> Load:
    kinds = [kind for _, kind in theirs]

    def count(*wanted: Became) -> int:
        return sum(kind in wanted for kind in kinds)

    return Load(
        theirs[0][0].name,
        len(theirs),
        count(Became.ON_TIME, Became.LATE),
        count(Became.LATE),
        count(Became.HAD_AN_INTEREST, Became.DECLINED),
        count(Became.OVERDUE, Became.TO_COME),
        pace(days_to_review(place) for place, _ in theirs),
    )
