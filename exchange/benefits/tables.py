"""The tables of the pages of benefits, as the table component takes them: every total leads to the figures behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from exchange.benefits.page import Page
from exchange.benefits.sums import Kind
from exchange.benefits.totals_page import Row, TotalsPage
from exchange.spread.models import Programme
from exchange.tables import Cell, Drawn, figure, numeric
from exchange.wording import exact_money, number


def compared(page: Page) -> Drawn:
    """Promised against realised, by kind of benefit."""
    return Drawn(
        "Promised against realised, by kind of benefit",
        ["Benefit", *numeric("Promised", "Promised so far", "Realised so far", "Share")],
        [
            [each.name, *map(figure, (each.promised, each.so_far, each.realised, each.share))]
            for each in page.compared
        ],
    )


def sites(page: Page, programme: Programme) -> Drawn:
    """Each organisation with what counts, and a link to its figures."""
    return Drawn(
        "Realised so far, by organisation",
        ["Organisation", *numeric(*(each.name for each in page.compared))],
        [
            [
                {
                    "text": site.name,
                    "href": url_for("benefits.figures", programme=programme.slug, organisation=site.id),
                },
                *map(figure, site.amounts),
            ]
            for site in page.sites
        ],
    )


def totals(page: TotalsPage) -> list[Drawn]:
    """Those with something to tell."""
    head = numeric("Money promised", "Money saved", "People promised", "People helped")
    return [
        Drawn(table.caption, [table.head, *head], [_total(row) for row in table.rows], table.note)
        for table in page.tables
        if table.rows
    ]


def returns(page: TotalsPage) -> Drawn:
    """Of programmes whose investment the reader reads."""
    return Drawn(
        "Investment and return",
        ["Programme", *numeric("Investment", "Saved so far", "Back for each £1")],
        [
            [
                {"text": each.name, "href": url_for("benefits.benefits", slug=each.slug)}
                if each.slug
                else each.name,
                *map(figure, (each.investment, each.saved, each.back)),
            ]
            for each in page.returns
        ],
    )


def _total(row: Row) -> list[Cell]:
    return [
        row.name,
        figure(exact_money(row.promised_pence) if row.promised_pence else ""),
        _leading(exact_money(row.pence) if row.pence else "", row, Kind.MONEY),
        figure(number(row.promised_people) if row.promised_people else ""),
        _leading(number(row.people) if row.people else "", row, Kind.PEOPLE),
    ]


def _leading(text: str, row: Row, kind: Kind) -> Cell:
    filters: Mapping[str, Any] = row.filters
    return figure(text, url_for("benefits.figures", kind=kind.value, **filters) if text else "")
