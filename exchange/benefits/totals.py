"""Totals of benefits over programmes, for every page that sums them: three queries, however many programmes there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select

from exchange import clock
from exchange.audience import Audience
from exchange.benefits import sums
from exchange.benefits.models import Benefit, Promise
from exchange.benefits.sums import Kind, Run, Status
from exchange.extensions import db
from exchange.measures.months import month_of
from exchange.spread.models import Programme, ProgrammeStatus

EVERYONE = frozenset({Audience.PUBLIC})
ALL_AUDIENCES = frozenset(Audience)


@dataclass(frozen=True)
class Amounts:
    """Money in pence, and people."""

    pence: int = 0
    people: int = 0

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(self.pence + other.pence, self.people + other.people)

    @classmethod
    def of(cls, amounts: dict[Kind, int]) -> Amounts:
        return cls(amounts.get(Kind.MONEY, 0), amounts.get(Kind.PEOPLE, 0))


@dataclass(frozen=True)
class Totals:
    """`promised` is what the programmes should have brought in the months in which they ran, `realised` what is confirmed and
    counted, `investment` whole pounds from the network, `waiting` how many figures nobody has confirmed yet."""

    promised: Amounts = field(default_factory=Amounts)
    realised: Amounts = field(default_factory=Amounts)
    investment: int = 0
    waiting: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.promised + other.promised,
            self.realised + other.realised,
            self.investment + other.investment,
            self.waiting + other.waiting,
        )


def totals(
    programme_ids: Collection[int],
    year: int | None = None,
    *,
    audiences: Collection[Audience] = ALL_AUDIENCES,
) -> Totals:
    """Of all these programmes together."""
    each = totals_by_programme(programme_ids, year, audiences=audiences)
    return sum(each.values(), Totals())


def totals_by_programme(
    programme_ids: Collection[int],
    year: int | None = None,
    *,
    audiences: Collection[Audience] = ALL_AUDIENCES,
) -> dict[int, Totals]:
    """In a financial year, named by the calendar year in which it began (2026 is April 2026 to March 2027), or in all; of promises
    those that these audiences may read. The investment is the whole one, whatever the year: who may read it is the caller's to
    ask (`spread.policy.reads_conditions`)."""
    ids = sorted(set(programme_ids))
    programmes = select(
        Programme.id,
        Programme.investment,
        Programme.active_since,
        Programme.status,
        Programme.status_since,
    ).where(Programme.id.in_(ids))
    promised, realised = _promised(ids, audiences), _realised(ids, year)
    found = {}
    for id_, investment, active_since, status, status_since in db.session.execute(programmes):
        run = run_of(active_since, status_since if status is ProgrammeStatus.ENDED else None)
        so_far: dict[Kind, int] = defaultdict(int)
        for promise in promised[id_]:
            so_far[promise.kind] += promised_for(promise, run, year)
        sum_, waiting = realised.get(id_, (Amounts(), 0))
        found[id_] = Totals(Amounts.of(so_far), sum_, investment, waiting)
    return found


def counted() -> ColumnElement[bool]:
    """`Figure.counts` in SQL."""
    return and_(Benefit.status == Status.CONFIRMED, Benefit.counted_in_id.is_(None))


def run_of(active_since: datetime | None, ended_at: datetime | None) -> Run | None:
    """From the month in which it became active to the last that is over, or in which it ended; None before it is active."""
    if active_since is None:
        return None
    last = last_full_month(clock.today())
    return Run(_month(active_since), last if ended_at is None else min(last, _month(ended_at)))


def last_full_month(today: date) -> date:
    return month_of(today.replace(day=1) - timedelta(days=1))


def _month(moment: datetime) -> date:
    return month_of(moment.astimezone(clock.LONDON).date())


def promised_for(promise: sums.Promise, run: Run | None, year: int | None) -> int:
    """In a financial year or so far; nothing before the programme is active."""
    if run is None:
        return 0
    return sums.promised_so_far(promise, run) if year is None else sums.promised_in(promise, run, year)


def _promised(ids: list[int], audiences: Collection[Audience]) -> dict[int, list[sums.Promise]]:
    query = select(Promise.programme_id, Promise.number, Promise.kind, Promise.amount, Promise.per).where(
        Promise.programme_id.in_(ids), Promise.audience.in_(sorted(audiences))
    )
    found: dict[int, list[sums.Promise]] = {id_: [] for id_ in ids}
    for programme_id, number, kind, amount, per in db.session.execute(query):
        found[programme_id].append(sums.Promise(number, kind, amount, per))
    return found


def _realised(ids: list[int], year: int | None) -> dict[int, tuple[Amounts, int]]:
    """What counts, and how many figures wait to be confirmed."""
    query = (
        select(Benefit.programme_id, Benefit.kind, Benefit.status, func.sum(Benefit.amount), func.count())
        .where(Benefit.programme_id.in_(ids), Benefit.counted_in_id.is_(None))
        .group_by(Benefit.programme_id, Benefit.kind, Benefit.status)
    )
    if year is not None:
        query = query.where(Benefit.year == year)
    amounts: dict[int, dict[Kind, int]] = defaultdict(dict)
    waiting: dict[int, int] = defaultdict(int)
    for programme_id, kind, status, amount, count in db.session.execute(query):
        if status is Status.CONFIRMED:
            amounts[programme_id][kind] = int(amount)  # PostgreSQL sums large numbers as decimals
        elif status is Status.WAITING:
            waiting[programme_id] += count
    return {id_: (Amounts.of(amounts[id_]), waiting[id_]) for id_ in {*amounts, *waiting}}
