"""How long proposals stay in each stage, for the managers of their themes: two queries, however many there are. Proposals in
which the manager has an interest are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, String, cast, literal, or_, select, true

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import clocks
from exchange.proposals import queries as proposals
from exchange.proposals.clocks import CLOCKED, Move, Stay, Usual
from exchange.proposals.lifecycle import ACTIONS, Stage
from exchange.proposals.models import Proposal
from exchange.region import queries as region

SHOWN = 50  # proposals; the figures are of all

# What a period is called in the address, and its first day, by today.
PERIODS: Mapping[str, Callable[[date], date | None]] = {
    "90-days": lambda today: today - timedelta(days=90),
    "12-months": clock.twelve_months_to,
    "all": lambda _: None,
}


@dataclass(frozen=True)
class ClockedProposal:
    """One that waits now: for how many days in its stage, and the days in each stage in all."""

    reference: str
    title: str
    stage: Stage
    here: int
    by_stage: dict[Stage, int]


@dataclass(frozen=True)
class ThemeClocks:
    """`waiting` are the proposals that wait now, the longest in their stage first; `hidden` is how many more there are."""

    theme: str
    usual: list[Usual]
    waiting: list[ClockedProposal]
    hidden: int


def period_since(period: str) -> date | None:
    """The first day of a period of PERIODS; None for all time."""
    return PERIODS[period](clock.today())


def theme_clocks(manager: Person, since: date | None) -> list[ThemeClocks]:
    """One for each theme that they manage, by the theme that leads each proposal now; one without any proposal too."""
    by_theme: dict[str, dict[int, list[Row[Any]]]] = {}
    for row in db.session.execute(moves(manager, since)):
        by_theme.setdefault(row.theme, {}).setdefault(row.id, []).append(row)
    managed = manager.themes_as(Role.PROGRAMME_MANAGER)
    return [
        _of_theme(theme.name, by_theme.get(theme.id, {}).values(), since)
        for theme in region.themes()
        if theme.id in managed
    ]


def moves(manager: Person, since: date | None) -> Any:
    """Of the proposals that wait now, or did on that day or later: no other has a stay that counts."""
    in_question: ColumnElement[bool] = true()
    if since is not None:
        from_then = datetime.combine(since, time.min, clock.LONDON)
        in_question = or_(Proposal.stage.in_(CLOCKED), Proposal.stage_since >= from_then)
    came_to = Event.facts["to_stage"].as_string()
    about = literal("proposal:", String) + cast(Proposal.id, String)
    return (
        select(
            Proposal.id,
            Proposal.reference,
            Proposal.title,
            Proposal.lead_theme_id.label("theme"),
            Event.at,
            came_to.label("stage"),
            Event.kind,
        )
        .join(Event, Event.subject == about)
        .where(
            proposals.seen_as_staff(manager, Role.PROGRAMME_MANAGER),
            in_question,
            Event.kind.in_(sorted(ACTIONS)),
            came_to.is_not(None),
        )
        .order_by(Proposal.id, Event.position)
    )


def _of_theme(name: str, held: Iterable[list[Row[Any]]], since: date | None) -> ThemeClocks:
    today, ways = clock.today(), [(rows[0], clocks.stays(map(_move, rows))) for rows in held]
    waiting = [_clocked(row, way, today) for row, way in ways if way[-1].stage in CLOCKED]
    waiting.sort(key=lambda each: -each.here)
    stays = [stay for _, way in ways for stay in way]
    return ThemeClocks(name, clocks.usual(stays, today, since), waiting[:SHOWN], max(len(waiting) - SHOWN, 0))


def _move(row: Row[Any]) -> Move:
    return clocks.moved(row.at, row.stage, row.kind)


def _clocked(row: Row[Any], way: list[Stay], today: date) -> ClockedProposal:
    return ClockedProposal(
        row.reference, row.title, way[-1].stage, way[-1].days(today), clocks.days_by_stage(way, today)
    )
