"""Totals of benefits over programmes, for every page that sums them: four queries, however many programmes there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, select

from exchange import clock
from exchange.audience import Audience
from exchange.benefits import sums
from exchange.benefits.models import Benefit, Promise
from exchange.benefits.sums import Kind, Period, Run, Status
from exchange.extensions import alias_of, db
from exchange.measures.months import month_of, next_month
from exchange.spread.life import PAST
from exchange.spread.models import Programme
from exchange.spread.queries import Pause, pauses_of

HOLDER = alias_of(Benefit)  # what a figure may be counted in


@dataclass(frozen=True)
class Amounts:
    """Money in pence, and people."""

    pence: int = 0
    people: int = 0

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(self.pence + other.pence, self.people + other.people)

    @classmethod
    def of(cls, kind: Kind, amount: int) -> Amounts:
        """Nothing of other kinds, which cannot be summed."""
        return cls(amount * (kind is Kind.MONEY), amount * (kind is Kind.PEOPLE))


@dataclass(frozen=True)
class Totals:
    """`promised` is what the programmes should have brought in the months in which they ran, `realised` what is confirmed and
    counted, `investment` whole pounds from the network."""

    promised: Amounts = field(default_factory=Amounts)
    realised: Amounts = field(default_factory=Amounts)
    investment: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.promised + other.promised,
            self.realised + other.realised,
            self.investment + other.investment,
        )


@dataclass(frozen=True)
class Ledger:
    """All that can be summed of some programmes: by programme and financial year, and under no year what was promised once."""

    cells: Mapping[tuple[int, int | None], Totals]
    investments: Mapping[int, int]

    def total(self, programme_ids: Collection[int], year: int | None = None) -> Totals:
        """Of these programmes, in one year or in all. The investment is the whole one, whatever the year."""
        chosen = set(programme_ids)
        cells = [
            cell for (id_, at), cell in self.cells.items() if id_ in chosen and (year is None or at == year)
        ]
        invested = Totals(investment=sum(self.investments.get(id_, 0) for id_ in chosen))
        return sum(cells, invested)

    @property
    def years(self) -> list[int]:
        """Those of which there is something to say, the newest first."""
        return sorted({at for _, at in self.cells if at is not None}, reverse=True)


def ledger(programme_ids: Collection[int], *, audiences: Collection[Audience]) -> Ledger:
    """Of promises those that these audiences may read. Who may read the investment is the caller's to ask, as
    `spread.policy.reads_conditions` says."""
    ids = sorted(set(programme_ids))
    programmes = select(
        Programme.id,
        Programme.investment,
        Programme.active_since,
        Programme.status,
        Programme.status_since,
    ).where(Programme.id.in_(ids))
    pauses = pauses_of(ids)
    cells, investments = _realised(ids), {}
    promised = _promised(ids, audiences)
    for id_, investment, active_since, status, status_since in db.session.execute(programmes):
        investments[id_] = investment
        run = run_of(active_since, status_since if status in PAST else None, pauses[id_])
        for promise in promised[id_] if run else ():
            assert run is not None
            for year, amount in sums.promised_by_year(promise, run).items():
                amounts = Totals(promised=Amounts.of(promise.kind, amount))
                cells[id_, year] = cells.get((id_, year), Totals()) + amounts
    return Ledger(cells, investments)


def counted() -> ColumnElement[bool]:
    """`Benefit.counts` in SQL."""
    is_held = exists().where(HOLDER.c.id == Benefit.counted_in_id, HOLDER.c.status == Status.CONFIRMED)
    return and_(Benefit.status == Status.CONFIRMED, ~is_held)


def run_of(active_since: datetime | None, ended_at: datetime | None, pauses: Sequence[Pause]) -> Run | None:
    """From the month in which it became active to the last that is over, or in which it was completed or ended; None before it
    is active."""
    if active_since is None:
        return None
    last = last_full_month(clock.today())
    if ended_at is not None:
        last = min(last, _month(ended_at))
    held = (Period(paused, resumed or next_month(last)) for paused, resumed in pauses)
    return Run(_month(active_since), last, sums.months_paused(held))


def last_full_month(today: date) -> date:
    return month_of(today.replace(day=1) - timedelta(days=1))


def _month(moment: datetime) -> date:
    return month_of(clock.day_of(moment))


def _promised(ids: list[int], audiences: Collection[Audience]) -> dict[int, list[sums.Promise]]:
    query = select(Promise.programme_id, Promise.number, Promise.kind, Promise.amount, Promise.per).where(
        Promise.programme_id.in_(ids),
        Promise.audience.in_(sorted(audiences)),
        Promise.withdrawn_at.is_(None),
    )
    found: dict[int, list[sums.Promise]] = {id_: [] for id_ in ids}
    for programme_id, number, kind, amount, per in db.session.execute(query):
        found[programme_id].append(sums.Promise(number, kind, amount, per))
    return found


def _realised(ids: list[int]) -> dict[tuple[int, int | None], Totals]:
    query = (
        select(Benefit.programme_id, Benefit.year, Benefit.kind, func.sum(Benefit.amount))
        .where(Benefit.programme_id.in_(ids), counted())
        .group_by(Benefit.programme_id, Benefit.year, Benefit.kind)
    )
    cells: dict[tuple[int, int | None], Totals] = {}
    for id_, year, kind, amount in db.session.execute(query):
        more = Totals(realised=Amounts.of(kind, int(amount)))  # PostgreSQL sums large numbers as decimals
        cells[id_, year] = cells.get((id_, year), Totals()) + more
    return cells
