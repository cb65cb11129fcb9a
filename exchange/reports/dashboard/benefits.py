"""What the programmes of the themes promised to bring, and what they brought, in the financial years that a period touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.benefits import policy, queries, sums
from exchange.benefits.totals import Amounts, Ledger, ledger
from exchange.measures.months import month_of
from exchange.region import queries as region
from exchange.region.models import Theme
from exchange.reports.dashboard.queries import Scope, Spreading
from exchange.spread import planning

NOTHING = Amounts()


@dataclass(frozen=True)
class Brought:
    """One financial year of one theme."""

    theme: Theme
    year: int
    realised: Amounts
    promised: Amounts

    @property
    def name(self) -> str:
        return f"{self.theme.name}, {sums.year_in_words(self.year)}"


@dataclass(frozen=True)
class Invested:
    """What the network put into programmes of a theme, in pounds; what these saved in all years, and what came back for each
    pound, in pence."""

    theme: Theme
    pounds: int
    saved: int
    back: int | None


@dataclass(frozen=True)
class Benefits:
    brought: Sequence[Brought]
    invested: Sequence[Invested]


def benefits_of(scope: Scope, programmes: Sequence[Spreading]) -> Benefits:
    """Figures are of whole months of a financial year, so a year counts as a whole. A year with nothing is left out."""
    book = ledger([each.id for each in programmes], audiences=policy.audiences_everywhere(scope.person))
    put_in = _put_in(scope, book)
    years = range(sums.year_of(month_of(scope.period.first)), sums.year_of(month_of(scope.period.last)) + 1)
    brought, invested = [], []
    for theme in region.themes():
        of = [each.id for each in programmes if each.theme == theme.id]
        for year in reversed(years) if of else ():
            total = book.total(of, year)
            if total.realised != NOTHING or total.promised != NOTHING:
                brought.append(Brought(theme, year, total.realised, total.promised))
        if known := [id_ for id_ in of if id_ in put_in]:
            pounds, saved = sum(put_in[id_] for id_ in known), book.total(known).realised.pence
            invested.append(Invested(theme, pounds, saved, sums.return_on(pounds, saved)))
    return Benefits(brought, invested)


def _put_in(scope: Scope, book: Ledger) -> dict[int, int]:
    """By programme: what was approved, where the reader may know. What others read as well tells what was released, as everyone
    may know that and only a programme's team and staff the approval."""
    if scope.is_for_others:
        return planning.released_by_each(book.investments)
    read = queries.investments_read(scope.person)
    return {id_: pounds for id_, pounds in book.investments.items() if id_ in read}
