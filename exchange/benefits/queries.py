"""Reads of benefits and promises. What is confirmed is public; what is not, members read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from exchange import clock
from exchange.accounts.models import Person
from exchange.benefits import policy, sums, words
from exchange.benefits.models import Benefit, Promise
from exchange.benefits.sums import Figure, Kind, Status
from exchange.benefits.totals import counted
from exchange.errors import NotFound
from exchange.extensions import db
from exchange.paging import page_of
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal, proposal_priority
from exchange.region.models import Organisation, Priority, Theme
from exchange.spread import queries as spread
from exchange.spread.models import Programme
from exchange.spread.queries import SeenProgramme

SHOWN = 50  # figures on one page


@dataclass(frozen=True)
class SeenBenefit:
    found: SeenProgramme
    benefit: Benefit


@dataclass(frozen=True)
class SeenPromise:
    found: SeenProgramme
    promise: Promise


@dataclass(frozen=True)
class Meetings:
    """What a new figure meets: one of its own programme that it would count twice, and those of others that may be the same."""

    clash: Benefit | None
    elsewhere: Sequence[Benefit]


@dataclass(frozen=True)
class Chosen:
    """What the filters of the pages of totals chose; each empty or None for all."""

    theme: str = ""
    priority: str = ""
    programme: str = ""
    organisation: str = ""
    kind: str = ""
    year: int | None = None


@dataclass(frozen=True)
class Figures:
    """One page of figures that count, the newest months first, with the number and the sums of all of them."""

    rows: list[Benefit]
    count: int
    pence: int
    people: int
    after: int | None


def benefit_seen(person: Person | None, slug: str, number: int) -> SeenBenefit:
    """Raises NotFound, also where nobody has confirmed it and the person does not read such."""
    found = spread.programme_seen(person, slug)
    query = select(Benefit).where(Benefit.programme_id == found.programme.id, Benefit.number == number)
    benefit = db.session.scalar(query)
    if benefit is None:
        raise NotFound
    if benefit.status is not Status.CONFIRMED and not policy.reads_unconfirmed(person, found.standing):
        raise NotFound
    return SeenBenefit(found, benefit)


def promise_seen(person: Person | None, slug: str, number: int) -> SeenPromise:
    """Raises NotFound, also where the person may not read it."""
    found = spread.programme_seen(person, slug)
    for promise in promises_read(found):
        if promise.number == number:
            return SeenPromise(found, promise)
    raise NotFound


def promises_read(found: SeenProgramme) -> list[Promise]:
    """Those that the reader may read."""
    read = policy.audiences(found)
    return [each for each in promises_of(found.programme) if each.audience in read]


def promises_of(programme: Programme) -> list[Promise]:
    """Those that stand."""
    return [each for each in every_promise_of(programme) if each.withdrawn_at is None]


def every_promise_of(programme: Programme) -> list[Promise]:
    """With those that were taken back."""
    query = select(Promise).where(Promise.programme_id == programme.id).order_by(Promise.number)
    return list(db.session.scalars(query.options(selectinload(Promise.corrections))))


def without_saving() -> list[Programme]:
    """Programmes of which no promise of money is written down."""
    written = exists().where(Promise.programme_id == Programme.id, Promise.kind == Kind.MONEY)
    return list(db.session.scalars(select(Programme).where(~written).order_by(Programme.id)))


def benefits_of(programme: Programme) -> list[Benefit]:
    """By organisation, the newest months first."""
    query = (
        select(Benefit)
        .join(Benefit.organisation)
        .where(Benefit.programme_id == programme.id)
        .options(contains_eager(Benefit.organisation), joinedload(Benefit.promise), _with_counted_in())
        .order_by(func.lower(Organisation.name), Organisation.id, Benefit.first.desc(), Benefit.id)
    )
    return list(db.session.scalars(query))


def meetings(new: Figure) -> Meetings:
    """All that stands for the same organisation, kind and months."""
    query = (
        select(Benefit)
        .where(
            Benefit.organisation_id == new.organisation,
            Benefit.kind == new.kind,
            Benefit.status != Status.WITHDRAWN,
            Benefit.first <= new.period.last,
            Benefit.last >= new.period.first,
        )
        .options(joinedload(Benefit.promise), joinedload(Benefit.programme), _with_counted_in())
        .order_by(Benefit.id)
    )
    held = {each.as_figure.key: each for each in db.session.scalars(query)}
    told = [each.as_figure for each in held.values()]
    clash = sums.clash(told, new)
    elsewhere = sums.counted_elsewhere(told, new)
    return Meetings(None if clash is None else held[clash.key], [held[each.key] for each in elsewhere])


def has_figures(promise: Promise) -> bool:
    """Whether anything that stands was realised of what it promised, confirmed or not."""
    of_programme = select(Benefit).where(Benefit.programme_id == promise.programme_id)
    return any(each.stands_against(promise) for each in db.session.scalars(of_programme))


def counted_in_it(benefit: Benefit) -> list[Benefit]:
    """Figures of other programmes that are counted in this one."""
    query = select(Benefit).where(Benefit.counted_in_id == benefit.id, Benefit.status != Status.WITHDRAWN)
    return list(db.session.scalars(query.options(joinedload(Benefit.programme)).order_by(Benefit.id)))


def programmes_chosen(chosen: Chosen) -> list[Programme]:
    """All of these, by title, with their themes and priorities."""
    query = (
        select(Programme)
        .join(Programme.proposal)
        .where(*_of_programmes(chosen))
        .options(
            contains_eager(Programme.proposal).options(
                selectinload(Proposal.priorities), joinedload(Proposal.lead_theme)
            ),
            contains_eager(Programme.proposal).defer(Proposal.answers),
        )
        .order_by(func.lower(Proposal.title), Programme.id)
    )
    return list(db.session.scalars(query))


def investments_read(person: Person | None) -> frozenset[int]:
    """The programmes of which this person reads the investment, as `spread.policy.reads_conditions` has it of one."""
    if person is None:
        return frozenset()
    reads = or_(proposals.on_team(person), proposals.seen_as_staff(person))
    return frozenset(db.session.scalars(select(Programme.id).join(Programme.proposal).where(reads)))


def figures_that_count(chosen: Chosen, after: int | None = None) -> Figures:
    """Those after the figure with that id, where it is one of them; else from the first."""
    where = [counted(), *_of_programmes(chosen), *_of_figures(chosen)]
    base = select(Benefit).join(Benefit.programme).join(Programme.proposal).where(*where)
    sums_ = (
        select(Benefit.kind, func.sum(Benefit.amount), func.count())
        .select_from(Benefit)
        .join(Benefit.programme)
        .join(Programme.proposal)
        .where(*where)
        .group_by(Benefit.kind)
    )
    amounts = {kind: (int(amount), count) for kind, amount, count in db.session.execute(sums_)}
    cursor = None if after is None else db.session.get(Benefit, after)
    if cursor is not None:
        older = or_(Benefit.first < cursor.first, and_(Benefit.first == cursor.first, Benefit.id < cursor.id))
        base = base.where(older)
    of_programme = contains_eager(Benefit.programme).contains_eager(Programme.proposal)
    found = list(
        db.session.scalars(
            base.options(
                of_programme.defer(Proposal.answers),
                joinedload(Benefit.organisation),
                joinedload(Benefit.promise),
            )
            .order_by(Benefit.first.desc(), Benefit.id.desc())
            .limit(SHOWN + 1)
        )
    )
    rows, goes_on = page_of(found, SHOWN)
    return Figures(
        rows,
        sum(count for _, count in amounts.values()),
        amounts.get(Kind.MONEY, (0, 0))[0],
        amounts.get(Kind.PEOPLE, (0, 0))[0],
        goes_on,
    )


def years() -> list[int]:
    """The financial years of which there can be figures, the newest first."""
    first = db.session.scalar(select(func.min(Benefit.year)).where(counted()))
    this = sums.year_of(clock.today())
    return list(range(this, min(this, this if first is None else first) - 1, -1))


def named(chosen: Chosen) -> list[str]:
    """What was chosen, in words."""
    theme = db.session.get(Theme, chosen.theme) if chosen.theme else None
    priority = db.session.get(Priority, chosen.priority) if chosen.priority else None
    organisation = db.session.get(Organisation, chosen.organisation) if chosen.organisation else None
    of_slug = select(Proposal.title).join(Programme).where(Programme.slug == chosen.programme)
    title = db.session.scalar(of_slug) if chosen.programme else None
    return [
        *filter(None, (title, organisation and organisation.name)),
        *(each.name for each in (theme, priority) if each),
        *((words.OF_KIND.get(Kind(chosen.kind), "Other benefits"),) if chosen.kind else ()),
        *((sums.year_in_words(chosen.year),) if chosen.year is not None else ()),
    ]


def _of_programmes(chosen: Chosen) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.theme:
        conditions.append(Proposal.lead_theme_id == chosen.theme)
    if chosen.priority:
        of_priority = select(proposal_priority.c.proposal_id).where(
            proposal_priority.c.priority_id == chosen.priority
        )
        conditions.append(Programme.proposal_id.in_(of_priority))
    if chosen.programme:
        conditions.append(Programme.slug == chosen.programme)
    return conditions


def _of_figures(chosen: Chosen) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.organisation:
        conditions.append(Benefit.organisation_id == chosen.organisation)
    if chosen.kind:
        conditions.append(Benefit.kind == chosen.kind)
    if chosen.year is not None:
        conditions.append(Benefit.year == chosen.year)
    return conditions


def _with_counted_in() -> Any:
    return joinedload(Benefit.counted_in).joinedload(Benefit.programme)
