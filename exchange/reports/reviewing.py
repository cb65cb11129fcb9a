"""How reviewing goes, for the manager of a theme: how soon reviewers answer, what becomes of the places on panels, and how the
load is spread. Pure but for `asked_of`, which reads the places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil
from statistics import median
from typing import NamedTuple

from sqlalchemy import select

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment.models import DECLINED, Assignment, Interest, Review, Round
from exchange.assessment.queries import owes_a_review
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal
from exchange.working_days import working_days_between

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


class Place(NamedTuple):
    """One reviewer on one panel. A review that was withdrawn has none of `submitted_at`."""

    reviewer: int
    name: str
    assigned_at: datetime
    declared_at: datetime | None
    interest: Interest | None
    removed_at: datetime | None
    submitted_at: datetime | None
    due: date
    ended_at: datetime | None


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
    query = (
        select(
            Assignment.person_id,
            Person.name,
            Assignment.assigned_at,
            Assignment.declared_at,
            Assignment.interest,
            Assignment.removed_at,
            Review.submitted_at,
            Review.withdrawn_at,
            Round.due,
            Round.ended_at,
        )
        .join(Person, Person.id == Assignment.person_id)
        .join(Round, Round.id == Assignment.round_id)
        .join(Proposal, Proposal.id == Round.proposal_id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(
            Assignment.assigned_at >= since,
            proposals.seen_as_staff(manager, Role.PROGRAMME_MANAGER),
            ~owes_a_review(manager),
        )
        .order_by(Assignment.id)
    )
    return [
        Place(*row[:6], None if row.withdrawn_at else row.submitted_at, row.due, row.ended_at)
        for row in db.session.execute(query)
    ]


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
        return Became.ON_TIME if _day(place.submitted_at) <= place.due else Became.LATE
    if place.ended_at is not None:
        return Became.MISSING
    return Became.OVERDUE if today > place.due else Became.TO_COME


def days_to_answer(place: Place) -> int | None:
    """From being asked to declaring; None without, and for a declaration that was carried over from an earlier round."""
    if place.declared_at is None or place.declared_at < place.assigned_at:
        return None
    return working_days_between(_day(place.assigned_at), _day(place.declared_at))


def days_to_review(place: Place) -> int | None:
    """From being asked to handing in a review."""
    if place.submitted_at is None:
        return None
    return working_days_between(_day(place.assigned_at), _day(place.submitted_at))


def pace(days: Iterable[int | None]) -> Pace:
    known = sorted(each for each in days if each is not None)
    if not known:
        return Pace(0, None, None)
    return Pace(len(known), median(known), known[ceil(len(known) * MOST / 100) - 1])


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


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.LONDON).date()
