"""The tables of the dashboard, for its page and for its paper: every number leads to its rows."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for

from exchange.benefits.sums import Kind
from exchange.reports.dashboard.benefits import Brought, Invested
from exchange.reports.dashboard.page import Number, Page
from exchange.tables import NONE, Cell, Drawn, figure, numeric
from exchange.wording import exact_money, in_words, money, number

LINE = "On the line"


def stages(page: Page) -> Drawn:
    """A stay's days lead to the stays that ended, the shortest first."""
    return Drawn(
        "Stages, what moved in the period, and days there",
        ["Stage", *numeric("Now", "Came", "Left", "Median days", "90th percentile")],
        [
            [
                row.stage.label,
                *map(_count, (row.now, row.came, row.left)),
                *(figure(days, row.left.href if days != NONE else "") for days in (row.half, row.most)),
            ]
            for row in page.stages
        ],
    )


def systems(page: Page) -> Drawn:
    return Drawn(
        "By integrated care system, of all current programmes",
        ["Integrated care system", *numeric("Adopted", "Eligible", "Of 100")],
        [
            [
                each.name,
                _count(each.covered),
                _count(each.eligible),
                figure(f"{each.share.whole_percent or 0}"),
            ]
            for each in page.systems
        ],
    )


def programmes(page: Page) -> Drawn:
    return Drawn(
        "Current programmes, and how far they have come",
        ["Programme", "Status", *numeric("Adopted", "Eligible", "Target", LINE)],
        [
            [
                {"text": row.programme.title, "href": url_for("spread.programme", slug=row.programme.slug)},
                in_words(row.programme.status),
                *(
                    figure(number(value), url_for("adoption.adoption", slug=row.programme.slug))
                    for value in (row.share.covered, row.share.eligible, row.programme.target)
                ),
                figure(NONE if row.expected is None else number(row.expected)),
            ]
            for row in page.programmes
        ],
    )


def brought(rows: Sequence[Brought]) -> Drawn:
    """A total leads to the figures that add up to it, and what was promised to the programmes that promised it."""
    return Drawn(
        "Promised and realised, by financial year",
        ["Year", *numeric("Saved", "Promised to save", "People helped", "Promised to help")],
        [
            [
                row.name,
                figure(exact_money(row.realised.pence), _figures(row, Kind.MONEY)),
                figure(exact_money(row.promised.pence), _totals(row)),
                figure(number(row.realised.people), _figures(row, Kind.PEOPLE)),
                figure(number(row.promised.people), _totals(row)),
            ]
            for row in rows
        ],
    )


def invested(rows: Sequence[Invested], pounds: str = "Investment") -> Drawn:
    """Of all years. `pounds` says what was put in."""
    return Drawn(
        "What the network put in, and what was saved in all years",
        ["Theme", *numeric(pounds, "Saved", "For each £1")],
        [
            [
                row.theme.name,
                figure(money(row.pounds), url_for("benefits.totals", theme=row.theme.id)),
                figure(exact_money(row.saved), url_for("benefits.figures", theme=row.theme.id)),
                figure(NONE if row.back is None else exact_money(row.back)),
            ]
            for row in rows
        ],
    )


def _figures(row: Brought, kind: Kind) -> str:
    return url_for("benefits.figures", theme=row.theme.id, year=row.year, kind=kind.value)


def _totals(row: Brought) -> str:
    return url_for("benefits.totals", theme=row.theme.id, year=row.year)


def _count(one: Number) -> Cell:
    return figure(number(one.value), one.href)
