"""Reads of programmes, which everyone may see, and of their conditions, which only the team and the staff
may.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select
from sqlalchemy.orm import contains_eager

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.errors import NotFound
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals import stand_ins
from exchange.proposals.lifecycle import Part
from exchange.proposals.models import Proposal, proposal_priority
from exchange.proposals.policy import Seen, Standing
from exchange.proposals.similar import Spreading
from exchange.spread import life, policy
from exchange.spread.conditions import starts_when
from exchange.spread.life import Change
from exchange.spread.models import Condition, ConditionStatus, Programme, ProgrammeStatus
from exchange.wording import day, in_words, money

SLUG = re.compile(r"[a-z0-9-]{1,80}")
SHOWN = 20  # programmes on one page of the list


def is_current_programme() -> ColumnElement[bool]:
    """Of Proposal: that it is spread by a programme which has neither been completed nor ended."""
    return Proposal.id.in_(select(Programme.proposal_id).where(Programme.status.in_(sorted(life.CURRENT))))


@dataclass(frozen=True)
class SeenProgramme:
    """A programme together with what the person at hand is to its proposal."""

    programme: Programme
    seen: Seen

    @property
    def standing(self) -> Standing:
        return self.seen.standing

    @property
    def reads_conditions(self) -> bool:
        return policy.reads_conditions(self.standing)

    @property
    def conditions(self) -> Sequence[Condition]:
        return self.programme.conditions if self.reads_conditions else ()

    @property
    def can_settle(self) -> bool:
        return policy.can_settle_in(self.standing)

    @property
    def approved_as(self) -> str:
        """As what, of the lead theme."""
        programme = self.programme
        part = proposals.STAFF_ROLES[Role.THEME_DIRECTOR].value
        stood_in = stand_ins.stood_in(programme.approved_by, programme.proposal, Role.THEME_DIRECTOR)
        return f"standing in as {part}" if stood_in else part

    @property
    def standing_sentence(self) -> str:
        """Since when it is what it is, or what it waits for, without telling what the conditions are."""
        programme = self.programme
        if programme.status is ProgrammeStatus.SETTING_UP:
            return starts_when(programme.open_blocking)
        sentence = f"Since {day(programme.status_since)}"
        return (
            f"{sentence}. We look at it again on {day(programme.review_on)}"
            if programme.review_on
            else sentence
        )

    @property
    def why_not_adopt(self) -> str:
        return life.why_not_adopt(self.programme.status)

    @property
    def can_plan(self) -> bool:
        return policy.can_plan(self)

    @property
    def can_record_funding(self) -> bool:
        return policy.can_record_funding(self)

    @property
    def releases(self) -> list[tuple[str, str, dict[str, str]]]:
        """Cells of a table: the day, what for, and the pounds."""
        return [
            (day(one.on), one.purpose, {"text": money(one.pounds), "format": "numeric"})
            for one in self.programme.releases
        ]

    @property
    def released(self) -> int:
        return sum(one.pounds for one in self.programme.releases)

    @property
    def changes(self) -> list[Change]:
        """What this reader can do with it now."""
        is_director = Part.DIRECTOR in self.standing.parts
        return life.possible(self.programme.status) if is_director else []


@dataclass(frozen=True)
class SeenCondition:
    programme: Programme
    condition: Condition
    standing: Standing

    @property
    def starts_programme(self) -> bool:
        """Whether the programme starts once this condition is settled."""
        return self.condition.is_blocking and self.programme.open_blocking == 1


def programme_seen(person: Person | None, slug: str) -> SeenProgramme:
    """The programme at this address. Raises NotFound."""
    programme = _at(slug)
    if programme is None:
        raise NotFound
    proposal = programme.proposal
    return SeenProgramme(programme, Seen(proposal, proposals.standing_in(person, proposal)))


@dataclass(frozen=True)
class SeenChange:
    """A change of a programme, and what the person at hand is to its proposal."""

    programme: Programme
    change: Change
    standing: Standing


def changing(person: Person | None, slug: str, name: str) -> SeenChange:
    """Raises NotFound."""
    found = programme_seen(person, slug)
    return SeenChange(found.programme, life.CHANGES[name], found.standing)


def condition_seen(person: Person | None, slug: str, number: int) -> SeenCondition:
    """One condition, for those who read conditions. Raises NotFound."""
    found = programme_seen(person, slug)
    for condition in found.conditions:
        if condition.number == number:
            return SeenCondition(found.programme, condition, found.standing)
    raise NotFound


def programme_of(proposal: Proposal) -> Programme | None:
    """The programme that an approved proposal became."""
    return db.session.scalar(select(Programme).where(Programme.proposal_id == proposal.id))


def spreading(proposal_ids: Sequence[int]) -> dict[int, Spreading]:
    """Of these proposals, the programmes that have not ended."""
    query = select(Programme.proposal_id, Programme.status, Programme.slug).where(
        Programme.proposal_id.in_(proposal_ids), Programme.status.in_(sorted(life.CURRENT))
    )
    return {
        id_: Spreading(in_words(status), url_for("kits.kit", slug=slug))
        for id_, status, slug in db.session.execute(query)
    }


@dataclass(frozen=True)
class Listed:
    """A programme in a list; `waits_for` is how many conditions keep it from starting."""

    programme: Programme
    waits_for: int


@dataclass(frozen=True)
class Programmes:
    """One page of the current programmes, newest first. `before` and `after` are slugs to go on from, empty
    at the ends.
    """

    rows: list[Listed]
    count: int
    before: str
    after: str


def newest_programmes(number: int, *, theme: str = "", past: bool = False) -> list[Listed]:
    """The first of the current programmes, or of the past ones."""
    return _listed(_in_order(_chosen(theme, "", past=past)).limit(number))


def directed(person: Person, change: Change) -> list[Programme]:
    """Those that this person directs and that can be changed so, by title."""
    query = (
        select(Programme)
        .join(Programme.proposal)
        .where(
            proposals.seen_as_staff(person, Role.THEME_DIRECTOR), Programme.status.in_(sorted(change.since))
        )
        .order_by(func.lower(Proposal.title), Programme.id)
        .options(contains_eager(Programme.proposal).defer(Proposal.answers))
    )
    return list(db.session.scalars(query))


def is_pause_due(programme: Programme, today: date) -> bool:
    """Whether the day has come on which it was to be looked at again."""
    query = select(Programme.id).where(Programme.id == programme.id, _is_due(today))
    return db.session.scalar(query) is not None


# The days on which it was paused and on which it went on, None while it did not.
Pause = tuple[date, date | None]


def pauses_of(programme_ids: Collection[int]) -> dict[int, list[Pause]]:
    """Every pause of each of these programmes, the first one first, as the log tells them."""
    is_of_it = Event.subject == literal("proposal:") + cast(Programme.proposal_id, String)
    kinds = {life.CHANGES[name].event: name for name in ("pause", "resume")}
    query = (
        select(Programme.id, Event.kind, Event.at)
        .join(Event, is_of_it)
        .where(Programme.id.in_(sorted(programme_ids)), Event.kind.in_(sorted(kinds)))
        .order_by(Programme.id, Event.position)
    )
    found: dict[int, list[Pause]] = {id_: [] for id_ in programme_ids}
    for id_, kind, at in db.session.execute(query):
        if kinds[kind] == "pause":
            found[id_].append((clock.day_of(at), None))
        else:
            found[id_][-1] = (found[id_][-1][0], clock.day_of(at))
    return found


def pauses_due(today: date) -> list[int]:
    """Ids of those paused whose day to look again has come."""
    query = select(Programme.id).where(_is_due(today))
    return list(db.session.scalars(query.order_by(Programme.id)))


def pauses_waiting(person: Person, today: date) -> list[Programme]:
    """The same for one who runs or directs them, the one that waits for longest first."""
    query = (
        select(Programme)
        .join(Programme.proposal)
        .where(_is_due(today), proposals.seen_as_staff(person))
        .order_by(Programme.review_on, Programme.id)
        .options(contains_eager(Programme.proposal).defer(Proposal.answers))
    )
    return list(db.session.scalars(query))


def _is_due(today: date) -> ColumnElement[bool]:
    return and_(Programme.status == ProgrammeStatus.PAUSED, Programme.review_on <= today)


def current_programmes(
    *, theme: str = "", priority: str = "", past: bool = False, after: str = "", before: str = ""
) -> Programmes:
    """Those after the programme with one slug, or before that with another; the first page where there is
    none such.
    """
    chosen = _chosen(theme, priority, past=past)
    count = db.session.scalar(_of_proposals(select(func.count(Programme.id))).where(*chosen)) or 0
    cursor = _at(after or before)
    is_backwards = cursor is not None and not after
    query = _in_order(chosen, is_backwards).limit(SHOWN + 1)
    if cursor is not None:
        query = query.where(_beyond(cursor, is_backwards))
    found = _listed(query)
    has_more, rows = len(found) > SHOWN, found[:SHOWN]
    if is_backwards:
        rows.reverse()
    has_before = has_more if is_backwards else cursor is not None
    has_after = is_backwards or has_more
    return Programmes(
        rows,
        count,
        rows[0].programme.slug if rows and has_before else "",
        rows[-1].programme.slug if rows and has_after else "",
    )


def _in_order(chosen: Sequence[ColumnElement[bool]], is_backwards: bool = False) -> Any:
    order = (Programme.approved_at, Programme.id)
    of_proposal = contains_eager(Programme.proposal)
    return (
        _of_proposals(select(Programme, _waits_for()))
        .where(*chosen)
        .options(of_proposal.selectinload(Proposal.priorities), of_proposal.defer(Proposal.answers))
        .order_by(*(order if is_backwards else [column.desc() for column in order]))
    )


def _listed(query: Any) -> list[Listed]:
    return [Listed(programme, waits_for) for programme, waits_for in db.session.execute(query)]


def _of_proposals(query: Any) -> Any:
    return query.select_from(Programme).join(Programme.proposal)


def _chosen(theme: str, priority: str, *, past: bool) -> list[ColumnElement[bool]]:
    statuses = life.PAST if past else life.CURRENT
    conditions: list[ColumnElement[bool]] = [Programme.status.in_(sorted(statuses))]
    if theme:
        conditions.append(Proposal.lead_theme_id == theme)
    if priority:
        of_priority = select(proposal_priority.c.proposal_id).where(
            proposal_priority.c.priority_id == priority
        )
        conditions.append(Programme.proposal_id.in_(of_priority))
    return conditions


def _at(slug: str) -> Programme | None:
    if not SLUG.fullmatch(slug):  # never ask a database for what it cannot hold
        return None
    return db.session.scalar(select(Programme).where(Programme.slug == slug))


def _beyond(cursor: Programme, is_backwards: bool) -> ColumnElement[bool]:
    at, id_ = Programme.approved_at, Programme.id
    if is_backwards:
        return or_(at > cursor.approved_at, and_(at == cursor.approved_at, id_ > cursor.id))
    return or_(at < cursor.approved_at, and_(at == cursor.approved_at, id_ < cursor.id))


def _waits_for() -> ColumnElement[int]:
    return (
        select(func.count(Condition.id))
        .where(
            Condition.programme_id == Programme.id,
            Condition.is_blocking,
            Condition.status == ConditionStatus.OPEN,
        )
        .correlate(Programme)
        .scalar_subquery()
    )
