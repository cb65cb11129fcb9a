"""What the programmes of the themes promised to bring, and what they brought, in the financial years that a period touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.benefits import policy, queries, sums
from exchange.benefits.totals import Amounts, ledger
from exchange.measures.months import month_of
from exchange.region import queries as region
from exchange.region.models import Theme
from exchange.reports.dashboard.queries import Scope, Spreading

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
    """What the network put into the programmes of a theme whose investment the reader reads, in pounds; what these saved in all
    years, and what came back for each pound, in pence."""

    theme: Theme
    investment: int
    saved: int
    back: int | None


@dataclass(frozen=True)
class Benefits:
    brought: Sequence[Brought]
    invested: Sequence[Invested]


def benefits_of(scope: Scope, programmes: Sequence[Spreading]) -> Benefits:
    """Figures are of whole months of a financial year, so a year counts as a whole. A year with nothing is left out."""
    book = ledger([each.id for each in programmes], audiences=policy.audiences_everywhere(scope.person))
    read = queries.investments_read(scope.person)
    years = range(sums.year_of(month_of(scope.period.first)), sums.year_of(month_of(scope.period.last)) + 1)
    brought, invested = [], []
    for theme in region.themes():
        of = [each.id for each in programmes if each.theme == theme.id]
        for year in reversed(years) if of else ():
            total = book.total(of, year)
            if total.realised != NOTHING or total.promised != NOTHING:
                brought.append(Brought(theme, year, total.realised, total.promised))
        if known := [id_ for id_ in of if id_ in read]:
            total = book.total(known)
            saved = total.realised.pence
            back = sums.return_on(total.investment, saved)
            invested.append(Invested(theme, total.investment, saved, back))
    return Benefits(brought, invested)
