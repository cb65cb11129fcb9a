"""What the page of totals says: benefits by financial year, programme, theme and priority, and the return on investments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from exchange.accounts.models import Person
from exchange.benefits import policy, queries, sums
from exchange.benefits.queries import Chosen
from exchange.benefits.totals import Ledger, Totals, ledger
from exchange.spread.models import Programme
from exchange.wording import counted, exact_money, money


@dataclass(frozen=True)
class Row:
    """One line of a table of totals. `filters` lead to the figures behind it."""

    name: str
    pence: int
    people: int
    promised_pence: int
    promised_people: int
    filters: Mapping[str, str]


@dataclass(frozen=True)
class Return:
    """What the network put into a programme, what was saved in all years, and what came back for each pound; all as words."""

    name: str
    slug: str
    investment: str
    saved: str
    back: str


@dataclass(frozen=True)
class Table:
    caption: str
    head: str
    rows: Sequence[Row]
    note: str = ""


@dataclass(frozen=True)
class TotalsPage:
    """`returns` are of programmes whose investment the reader reads, the last one of all of them together."""

    finding: str
    whole: Row
    tables: Sequence[Table]
    returns: Sequence[Return]
    years: Sequence[int]


def totals_page(chosen: Chosen, filters: Mapping[str, str], person: Person | None) -> TotalsPage:
    """`filters` are what was chosen, as an address has it. In nine queries, however many programmes there are."""
    programmes = queries.programmes_chosen(chosen)
    ids, year = [each.id for each in programmes], chosen.year
    book = ledger(ids, audiences=policy.audiences_everywhere(person))

    def row(name: str, of: Collection[int], **more: str) -> Row:
        return _row(name, book.total(of, year), {**filters, **more})

    by_theme: dict[tuple[str, str], list[int]] = {}
    by_priority: dict[tuple[str, str], list[int]] = {}
    for each in programmes:
        if (theme := each.proposal.lead_theme) is not None:
            by_theme.setdefault((theme.name, theme.id), []).append(each.id)
        for priority in each.proposal.priorities:
            by_priority.setdefault((priority.name, priority.id), []).append(each.id)
    years = [at for at in book.years if year in {None, at}]
    whole = row("Together", ids)
    return TotalsPage(
        _finding(whole, year),
        whole,
        [
            Table(
                "By financial year",
                "April to March",
                [
                    _row(sums.year_in_words(at), book.total(ids, at), {**filters, "year": str(at)})
                    for at in years
                ],
            ),
            Table(
                "By programme",
                "Programme",
                _telling(row(each.proposal.title, [each.id], programme=each.slug) for each in programmes),
            ),
            Table(
                "By lead theme",
                "Theme",
                _telling(row(name, of, theme=id_) for (name, id_), of in sorted(by_theme.items())),
            ),
            Table(
                "By priority",
                "Priority",
                _telling(row(name, of, priority=id_) for (name, id_), of in sorted(by_priority.items())),
                "A programme that serves two priorities stands in both, so these do not add up.",
            ),
        ],
        _returns(programmes, queries.investments_read(person), book),
        book.years,
    )


def _row(name: str, total: Totals, filters: Mapping[str, str]) -> Row:
    promised, realised = total.promised, total.realised
    return Row(name, realised.pence, realised.people, promised.pence, promised.people, filters)


def _telling(rows: Iterable[Row]) -> list[Row]:
    """Those with something to tell."""
    return [row for row in rows if row.pence or row.people or row.promised_pence or row.promised_people]


def _returns(programmes: Sequence[Programme], read: Collection[int], book: Ledger) -> list[Return]:
    there = [each for each in programmes if each.id in read]
    found = [_return(each.proposal.title, each.slug, book.total([each.id])) for each in there]
    if len(there) > 1:
        found.append(_return("Together", "", book.total([each.id for each in there])))
    return found


def _return(name: str, slug: str, total: Totals) -> Return:
    back = sums.return_on(total.investment, total.realised.pence)
    return Return(
        name,
        slug,
        money(total.investment),
        exact_money(total.realised.pence),
        "" if back is None else exact_money(back),
    )


def _finding(whole: Row, year: int | None) -> str:
    when = "so far" if year is None else f"in {sums.year_in_words(year)}"
    if not whole.pence and not whole.people:
        return f"No benefit is confirmed {'yet' if year is None else when}"
    saved = exact_money(whole.pence)
    return f"{saved} saved and {counted(whole.people, 'person', 'people')} helped {when}"
