"""Reads of the dashboard, each of all that it is about in one statement, however much there is.

Where proposals stand now is counted of those that the person may see. What moved, how long that took and what needs attention is
of those alone that they manage or direct with nothing that binds them, so that a conflict tells nothing, not even by subtraction.
Programmes, adoption and measures are public.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, String, and_, case, cast, func, literal, or_, select, true
from sqlalchemy.orm import contains_eager

from exchange import clock
from exchange.accounts.models import Person
from exchange.adoption.coverage import Adopter, Taken
from exchange.adoption.models import Adoption, AdoptionStep
from exchange.adoption.steps import COVERED, Step
from exchange.assessment.closing import Tally
from exchange.assessment.models import Round
from exchange.assessment.queries.rounds import counted_number, panel_number
from exchange.decisions import policy as decisions_policy
from exchange.decisions import worklist as decisions
from exchange.events import Event
from exchange.extensions import db
from exchange.measures import page as measures
from exchange.measures.models import Measure
from exchange.measures.page import Shown
from exchange.proposals import clocks
from exchange.proposals import queries as proposals
from exchange.proposals.clocks import Stay
from exchange.proposals.lifecycle import ACTIONS, Stage
from exchange.proposals.models import Proposal, Visibility
from exchange.region.models import Organisation
from exchange.reports.dashboard.period import Period
from exchange.spread.life import CURRENT, ProgrammeStatus
from exchange.spread.models import Condition, ConditionStatus, Programme

SUBJECT = "proposal:"
WAITING = (Stage.SUBMITTED, Stage.CHANGES_REQUESTED, Stage.ASSESSED)


@dataclass(frozen=True)
class Scope:
    """Whose dashboard it is, of which of the themes that they manage or direct, and of which days. What others are to read as
    well, whatever binds them, tells of no decision that is prepared, of no proposal that is kept to its assessors, and neither
    how far an assessment is nor what a condition says."""

    person: Person
    themes: frozenset[str]
    period: Period
    is_for_others: bool = False


def standing_now(scope: Scope) -> dict[Stage, int]:
    """How many proposals stand where; drafts are their teams' own affair."""
    query = (
        select(Proposal.stage, func.count())
        .where(
            proposals.visible_to(scope.person), _leads(scope), _for_all(scope), Proposal.stage != Stage.DRAFT
        )
        .group_by(Proposal.stage)
    )
    return {stage: count for stage, count in db.session.execute(query)}


class Moved(NamedTuple):
    """One stay of a proposal in a stage."""

    reference: str
    title: str
    stay: Stay


def stays(scope: Scope) -> list[Moved]:
    """Every stay of the proposals that moved in the period."""
    came_to = Event.facts["to_stage"].as_string()
    is_move = and_(Event.kind.in_(sorted(ACTIONS)), came_to.is_not(None))
    first, end = _midnight(scope.period.first), _midnight(scope.period.last + timedelta(days=1))
    about = cast(func.substr(Event.subject, len(SUBJECT) + 1), Integer)
    moved = select(about).where(Event.kind.in_(sorted(ACTIONS)), Event.at >= first, Event.at < end)
    query = (
        select(Proposal.id, Proposal.reference, Proposal.title, Event.at, came_to.label("stage"), Event.kind)
        # From the proposals that moved to their events: by their subjects, which have an index.
        .join(Event, Event.subject == literal(SUBJECT, String) + cast(Proposal.id, String))
        .where(is_move, Proposal.id.in_(moved), _staffed(scope))
        .order_by(Proposal.id, Event.position)
    )
    ways: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(query):
        ways[row.id].append(row)
    return [
        Moved(rows[0].reference, rows[0].title, stay)
        for rows in ways.values()
        for stay in clocks.stays(clocks.moved(row.at, row.stage, row.kind) for row in rows)
    ]


class Spreading(NamedTuple):
    """A programme, current or past."""

    id: int
    slug: str
    title: str
    status: ProgrammeStatus
    status_since: date
    active_since: date | None
    review_on: date | None
    target: int
    target_on: date | None
    theme: str | None


def programmes(scope: Scope) -> list[Spreading]:
    """By title."""
    query = (
        select(
            Programme.id,
            Programme.slug,
            Proposal.title,
            Programme.status,
            Programme.status_since,
            Programme.active_since,
            Programme.review_on,
            Programme.adoption_target,
            Programme.target_on,
            Proposal.lead_theme_id,
        )
        .join(Programme.proposal)
        .where(_leads(scope))
        .order_by(func.lower(Proposal.title), Programme.id)
    )
    return [
        Spreading._make(
            (*row[:4], clock.day_of(row[4]), None if row[5] is None else clock.day_of(row[5]), *row[6:])
        )
        for row in db.session.execute(query)
    ]


class Adopting(NamedTuple):
    """Of one programme in one integrated care system, how many organisations it is for and how many have adopted it."""

    programme_id: int
    system: str | None
    covered: int
    eligible: int


def adopting(scope: Scope) -> list[Adopting]:
    """Of current programmes."""
    covers = case((Adoption.step.in_(sorted(COVERED)), 1), else_=0)
    query = (
        select(Adoption.programme_id, Organisation.system_code, func.sum(covers), func.count())
        .join(Adoption.organisation)
        .where(Adoption.is_eligible, _is_current_of(scope, Adoption.programme_id))
        .group_by(Adoption.programme_id, Organisation.system_code)
        .order_by(Adoption.programme_id, Organisation.system_code)
    )
    return [Adopting(*row) for row in db.session.execute(query)]


class Place(NamedTuple):
    """One organisation that a programme is for."""

    programme_id: int
    organisation_id: str
    organisation: str
    system: str | None
    slug: str
    title: str
    step: Step | None
    since: date | None


def places(scope: Scope, *, system: str = "", covered: bool = False) -> list[Place]:
    """Of current programmes, by name of the organisation, then by title of the programme."""
    query = (
        select(
            Adoption.programme_id,
            Organisation.id,
            Organisation.name,
            Organisation.system_code,
            Programme.slug,
            Proposal.title,
            Adoption.step,
            Adoption.since,
        )
        .join(Adoption.organisation)
        .join(Adoption.programme)
        .join(Programme.proposal)
        .where(Adoption.is_eligible, Programme.status.in_(sorted(CURRENT)), _leads(scope))
        .order_by(func.lower(Organisation.name), Organisation.id, func.lower(Proposal.title), Programme.id)
    )
    if system:
        query = query.where(Organisation.system_code == system)
    if covered:
        query = query.where(Adoption.step.in_(sorted(COVERED)))
    return [Place(*row) for row in db.session.execute(query)]


class Stepped(NamedTuple):
    """An organisation that recorded a step lately, with all its steps."""

    place: Place
    adopter: Adopter
    is_current: bool


def stepped(scope: Scope, since: date) -> list[Stepped]:
    """Those with a step of `since` or later, and the programmes that are for them: also those that ended since, or a figure of
    a past period would change with them."""
    lately = (
        select(AdoptionStep.id)
        .where(
            AdoptionStep.programme_id == Adoption.programme_id,
            AdoptionStep.organisation_id == Adoption.organisation_id,
            AdoptionStep.on >= since,
        )
        .correlate(Adoption)
        .exists()
    )
    query = (
        select(
            Adoption.programme_id,
            Organisation.id,
            Organisation.name,
            Organisation.system_code,
            Programme.slug,
            Proposal.title,
            Adoption.step,
            Adoption.since,
            Organisation.type,
            Programme.status,
            AdoptionStep.step,
            AdoptionStep.on,
        )
        .join(Adoption.organisation)
        .join(Adoption.programme)
        .join(Programme.proposal)
        .join(
            AdoptionStep,
            and_(
                AdoptionStep.programme_id == Adoption.programme_id,
                AdoptionStep.organisation_id == Adoption.organisation_id,
            ),
        )
        .where(Adoption.is_eligible, _leads(scope), lately)
        .order_by(func.lower(Organisation.name), Organisation.id, Programme.id, AdoptionStep.id)
    )
    held: dict[tuple[Place, str, bool], list[Taken]] = defaultdict(list)
    for *place, kind, status, step, on in db.session.execute(query):
        held[Place(*place), kind, status in CURRENT].append(Taken(step, on))
    return [
        Stepped(
            place,
            Adopter(place.organisation_id, place.organisation, kind, place.system, tuple(taken)),
            is_current,
        )
        for (place, kind, is_current), taken in held.items()
    ]


def measured(scope: Scope) -> list[Shown]:
    """Every measure of the current programmes with what its chart says."""
    query = (
        select(Measure)
        .join(Measure.programme)
        .join(Programme.proposal)
        .where(Programme.status.in_(sorted(CURRENT)), _leads(scope))
        .options(contains_eager(Measure.programme).contains_eager(Programme.proposal).defer(Proposal.answers))
        .order_by(func.lower(Proposal.title), Programme.id, Measure.number)
    )
    return measures.shown(list(db.session.scalars(query)))


class Overdue(NamedTuple):
    """A condition past its day."""

    title: str
    slug: str
    text: str
    owner: str
    due: date | None


def conditions_overdue(scope: Scope) -> list[Overdue]:
    """Of current programmes that the person staffs: nobody else reads conditions."""
    query = (
        select(Proposal.title, Programme.slug, Condition.text, Condition.owner, Condition.due)
        .join(Condition.programme)
        .join(Programme.proposal)
        .where(
            Condition.status == ConditionStatus.OPEN,
            Condition.due < clock.today(),
            Programme.status.in_(sorted(CURRENT)),
            _staffed(scope),
        )
        .order_by(Condition.due, Condition.id)
    )
    return [Overdue(*row) for row in db.session.execute(query)]


class Assessing(NamedTuple):
    title: str
    reference: str
    since: date
    tally: Tally


def assessments(scope: Scope) -> list[Assessing]:
    """Those that go on, and how far they are."""
    query = (
        select(
            Proposal.title,
            Proposal.reference,
            Proposal.stage_since,
            counted_number(),
            panel_number(),
            Round.quorum,
            Round.minimum_at_due_date,
            Round.due,
        )
        .join(Round, Round.proposal_id == Proposal.id)
        .where(_staffed(scope), Proposal.stage == Stage.IN_ASSESSMENT, Round.ended_at.is_(None))
        .order_by(Round.due, Proposal.id)
    )
    return [
        Assessing(row[0], row[1], clock.day_of(row[2]), Tally(*row[3:])) for row in db.session.execute(query)
    ]


class Waiting(NamedTuple):
    """A proposal that waits for somebody to act."""

    title: str
    reference: str
    stage: Stage
    since: date
    submitted: date | None
    changes_due: date | None


def waiting(scope: Scope) -> list[Waiting]:
    query = (
        select(
            Proposal.title,
            Proposal.reference,
            Proposal.stage,
            Proposal.stage_since,
            Proposal.submitted_at,
            Proposal.changes_due,
        )
        .where(_staffed(scope), Proposal.stage.in_(WAITING))
        .order_by(Proposal.stage_since, Proposal.id)
    )
    return [
        Waiting(*row[:3], clock.day_of(row[3]), None if row[4] is None else clock.day_of(row[4]), row[5])
        for row in db.session.execute(query)
    ]


def prepared(scope: Scope) -> frozenset[str]:
    """References of the proposals for which this person, as their director, has a decision to release."""
    if scope.is_for_others or not decisions_policy.directs_a_theme(scope.person):
        return frozenset()
    return frozenset(each.reference for each in decisions.waiting_decisions(scope.person) if each.is_prepared)


def _leads(scope: Scope) -> ColumnElement[bool]:
    return and_(Proposal.lead_theme_id.is_not(None), Proposal.lead_theme_id.in_(sorted(scope.themes)))


def _staffed(scope: Scope) -> ColumnElement[bool]:
    return and_(proposals.seen_as_staff(scope.person), _leads(scope), _for_all(scope))


def _for_all(scope: Scope) -> ColumnElement[bool]:
    """What others read as well leaves out what its team keeps to the assessors. What spreads is public."""
    if not scope.is_for_others:
        return true()
    return or_(Proposal.visibility == Visibility.MEMBERS, Proposal.stage == Stage.SPREAD)


def _is_current_of(scope: Scope, programme_id: Any) -> ColumnElement[bool]:
    current = (
        select(Programme.id)
        .join(Programme.proposal)
        .where(Programme.status.in_(sorted(CURRENT)), _leads(scope))
    )
    return and_(programme_id.in_(current))


def _midnight(on: date) -> datetime:
    """At which the day begins in London."""
    return datetime.combine(on, time.min, clock.LONDON).astimezone(UTC)
