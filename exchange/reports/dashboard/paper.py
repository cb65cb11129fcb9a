"""The board pack: the dashboard as a paper, for a period and a theme.

It lies before people whom something may bind. What is prepared and not released, what is kept to assessors, how far an
assessment is, what a condition says and what was approved for a programme are not theirs to know, so nothing in it tells of that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import render_template

from exchange import clock, paper
from exchange.accounts.models import Person
from exchange.paper import Part, heading, rows, table, text
from exchange.region import queries as region
from exchange.reports.dashboard import figures, page, tables
from exchange.reports.dashboard.bars import Picture
from exchange.reports.dashboard.forms import Asked
from exchange.reports.dashboard.page import Page
from exchange.tables import Drawn
from exchange.wording import day, joined, moment, number

TEMPLATE = Path(__file__).with_name("board_pack.typ")


def pdf_of(asked: Asked, reader: Person) -> bytes:
    """In A4. Raises Unavailable, as `paper.pdf_of` says."""
    return paper.pdf_of(TEMPLATE, content_of(asked, reader), "dashboard")


def name_of(asked: Asked) -> str:
    """Of its file."""
    period = asked.scope.period
    of = f"{asked.theme.id}-" if asked.theme else ""
    return f"board-pack-{of}{period.first.isoformat()}-to-{period.last.isoformat()}.pdf"


def content_of(asked: Asked, reader: Person) -> dict[str, Any]:
    """What the template sets. Whoever finds a printed one learns who made it."""
    found = figures.read(replace(asked.scope, is_for_others=True))
    shown = page.page_of(asked, found, made_by=reader.name)
    host = region.current().host.name
    return {
        "title": "Board pack",
        "author": host,
        "host": host,
        "running": f"Board pack, {shown.period}",
        "confidential": "In confidence: for the board",
        "made": f"Made for {reader.name} on {moment(clock.now())}",
        "facts": asked.of_themes,
        "period": shown.period,
        "today": f"What stands “now” is as it was on {day(clock.today())}.",
        "parts": list(_parts(shown)),
    }


def _parts(shown: Page) -> Iterator[Part]:
    yield {"kind": "figures", "figures": [_figure(each) for each in shown.figures]}
    yield heading("What needs attention first, and why")
    if not shown.groups:
        yield text("Nothing needs attention.")
    for each in shown.groups:
        yield heading(each.group.heading, 3)
        lines = [[line.title, line.reason] for line in each.lines]
        yield {"kind": "lines", "start": each.start, "lines": lines}
    yield heading("Proposals by stage")
    yield _picture(shown.pipeline)
    yield _table(tables.stages(shown))
    yield heading("Programmes")
    by_status = [f"{number(each.value)} {status.lower()}" for status, each in shown.statuses]
    yield text(f"{joined(by_status)}.")
    if shown.programmes:
        yield _table(tables.programmes(shown))
    yield heading("Coverage")
    if shown.systems:
        yield _picture(shown.coverage)
        yield _table(tables.systems(shown))
    else:
        yield text("No current programme is for an organisation yet.")
    yield heading("Measures that give concern")
    if shown.measures:
        said = [
            [each.measure.name, f"{each.region.finding}. {each.region.latest}."] for each in shown.measures
        ]
        yield {"kind": "lines", "start": 1, "lines": said}
    else:
        yield text("No measure gives concern.")
    if shown.benefits.brought or shown.benefits.invested:
        yield heading("Benefits")
    if shown.benefits.brought:
        yield _table(tables.brought(shown.benefits.brought))
    if shown.benefits.invested:
        yield _table(tables.invested(shown.benefits.invested, "Released"))
    yield heading("How each figure is calculated")
    yield rows([{"key": name, "value": said} for name, said in shown.notes])


def _figure(each: page.Figure) -> dict[str, str]:
    of = f"of {number(each.whole.value)} " if each.whole else ""
    return {"value": number(each.number.value), "label": each.label, "more": f"{of}{each.more}"}


def _picture(picture: Picture) -> Part:
    said = ", ".join(f"{bar.name} {bar.said}" for bar in picture.bars)
    return {
        "kind": "picture",
        "caption": picture.finding,
        "alt": f"{picture.finding}: {said}",
        "svg": render_template("reports/bars.svg", picture=picture),
    }


def _table(drawn: Drawn) -> Part:
    return table(drawn.caption, drawn.head, drawn.rows)
