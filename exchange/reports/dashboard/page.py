"""What the page of the dashboard says: its figures with the rows behind them, pictures, tables, and how each is calculated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from exchange import clock
from exchange.adoption.coverage import Share
from exchange.measures.page import Shown
from exchange.proposals.clocks import CLOCKED
from exchange.proposals.lifecycle import Stage
from exchange.region import queries as region
from exchange.reports.dashboard import attention, bars
from exchange.reports.dashboard.attention import Group, Line
from exchange.reports.dashboard.bars import Picture
from exchange.reports.dashboard.benefits import Benefits
from exchange.reports.dashboard.figures import Dashboard, StageLine
from exchange.reports.dashboard.forms import Asked
from exchange.reports.dashboard.period import quick
from exchange.reports.dashboard.queries import Spreading
from exchange.reports.dashboard.rows import CURRENT_ONES, NO_SYSTEM
from exchange.spread.life import ProgrammeStatus
from exchange.wording import counted, in_words, number

FIRST = 10  # lines of what needs attention; the rest is a link away
MOST_PROGRAMMES = 50  # in the table, those furthest behind their line first
ACROSS = "Across systems"

BENEFITS = (
    "What organisations confirmed, each benefit once, of the financial years (April to March) that the period touches. A year "
    "with nothing is left out. What was promised for a year counts for the months that are over and in which a programme ran "
    "on any day. "
)

# How each figure is calculated.
NOTES: Sequence[tuple[str, str]] = (
    (
        "Now",
        "How many proposals stand in a stage today, of those that you may see. Drafts are left out.",
    ),
    (
        "Came and left",
        "How many times a proposal came into a stage, and left it, on a day of the period. One that came twice counts twice. "
        "Moving to another theme is no move, and counts for the theme that leads it now. One that its "
        "team submitted and took back did not move.",
    ),
    (
        "Days",
        "Calendar days from coming into a stage to leaving it, of the stays that ended in the period. Half of them were no "
        "longer than the median; 9 of 10 were no longer than the 90th percentile, which is always a stay that there was.",
    ),
    (
        "Interests",
        "What came, left and needs attention leaves out proposals in which you have an interest, and so do the days.",
    ),
    (
        "Programmes",
        "By the status that they have today. Current are those that are being set up, active or paused.",
    ),
    (
        "Coverage",
        "Organisations at “Adopted” or “Embedded” today, of those that a current programme is for. An organisation that two "
        "programmes are for counts once in each.",
    ),
    (
        "Newly adopted, given up",
        "Organisations that had not adopted a programme before the first day of the period and had at the end of the last, and "
        "the other way round; also of programmes that have ended since.",
    ),
    (
        "Behind its target",
        "A straight line from none on the day on which a programme became active to its target on the day that its plan "
        f"names, or after {attention.YEARS_TO_TARGET} years where it names none. It is behind when fewer have adopted it than "
        "the whole organisations on the line.",
    ),
    (
        "Concern",
        "The newest figure of a measure is part of a change for the worse, by the rules of Making Data Count: beyond a process "
        "limit, or 7 or more in a row on one side or in one direction, or 2 of 3 near a limit.",
    ),
    (
        "Benefits",
        BENEFITS + "The investment is of the programmes whose investment you may read.",
    ),
    (
        "Figures missing",
        "An active programme’s measure has no figure for a month, and the month after it is over too.",
    ),
    (
        "Somebody waits",
        f"For triage or a decision for more than {attention.LONG} working days; or an assessment that could be closed since its "
        "day has passed.",
    ),
    (
        "What comes first",
        "First what gets worse or has stopped, then promised days that have passed, then who waits, then what falls behind. In "
        "each, what has been so for longest.",
    ),
)


# The same for a paper, which others read than who made it.
OF_PAPER = {
    "Now": "How many proposals stand in a stage today, of those that {name} may see. Drafts are left out, and so are "
    "proposals that their teams keep to assessors.",
    "Interests": "{name} made this pack. What came, left and needs attention leaves out proposals in which {name} has an "
    "interest, and so do the days.",
    "Benefits": BENEFITS
    + "Released is what the network paid out to the programmes, less what came back, as their pages show it.",
}


def notes_of(made_by: str = "") -> list[tuple[str, str]]:
    """For whoever looks at the page; or for the readers of a paper, with the name of who made it."""
    if not made_by:
        return list(NOTES)
    return [(what, OF_PAPER.get(what, said).replace("{name}", made_by)) for what, said in NOTES]


@dataclass(frozen=True)
class Number:
    """A figure and the rows behind it."""

    value: int
    href: str


@dataclass(frozen=True)
class Figure:
    """One that stands large, and what it counts; `whole` is of how many, where that says more."""

    number: Number
    label: str
    whole: Number | None = None
    more: str = ""


@dataclass(frozen=True)
class Urgent:
    """The lines of one group; `start` is the place of its first among all."""

    group: Group
    start: int
    lines: Sequence[Line]


@dataclass(frozen=True)
class StageRow:
    stage: Stage
    now: Number
    came: Number
    left: Number
    half: str
    most: str


@dataclass(frozen=True)
class System:
    """One integrated care system, or all organisations across them."""

    name: str
    share: Share
    covered: Number
    eligible: Number


@dataclass(frozen=True)
class ProgrammeRow:
    """`expected` are those on the line to its target; None before it is active."""

    programme: Spreading
    share: Share
    expected: int | None

    @property
    def behind(self) -> int:
        return (self.expected or 0) - self.share.covered


@dataclass(frozen=True)
class Page:
    """`lines` is how many there are that need attention, of which `groups` shows the first."""

    asked: Asked
    period: str
    figures: Sequence[Figure]
    groups: Sequence[Urgent]
    lines: Number
    stages: Sequence[StageRow]
    pipeline: Picture
    statuses: Sequence[tuple[str, Number]]
    coverage: Picture
    systems: Sequence[System]
    programmes: Sequence[ProgrammeRow]
    current: Number
    measures: Sequence[Shown]
    benefits: Benefits
    concern: Number
    periods: Sequence[Mapping[str, object]]
    notes: Sequence[tuple[str, str]]

    @property
    def hidden(self) -> int:
        return self.lines.value - sum(len(each.lines) for each in self.groups)


@dataclass(frozen=True)
class _Links:
    """Where the rows of a figure are."""

    asked: Asked

    def rows(self, value: int, name: str, of: str = "") -> Number:
        narrowed: dict[str, Any] = self.asked.chosen | ({"of": of} if of else {})
        return Number(value, url_for("reports.rows", name=name, **narrowed))

    def proposals(self, value: int, stages: Iterable[Stage]) -> Number:
        """The list of all proposals, narrowed to these stages and to the themes in question."""
        themes = sorted(self.asked.scope.themes)
        return Number(
            value, url_for("proposals.proposals", stage=[str(each) for each in stages], theme=themes)
        )


def page_of(asked: Asked, found: Dashboard, *, made_by: str = "") -> Page:
    """The first of what needs attention, and of the programmes. A paper, which names who made it, has all."""
    first, most = (None, None) if made_by else (FIRST, MOST_PROGRAMMES)
    links = _Links(asked)
    systems = _systems(found, links)
    return Page(
        asked=asked,
        period=found.scope.period.in_words,
        figures=_figures(found, links),
        groups=_groups(found.lines[:first]),
        lines=links.rows(len(found.lines), "attention"),
        stages=[_stage(line, links) for line in found.stages],
        pipeline=_pipeline(found),
        statuses=[
            (in_words(status), links.rows(found.of_status(status), "programmes", status))
            for status in ProgrammeStatus
        ],
        coverage=_coverage(found.whole, systems),
        systems=systems,
        programmes=_programmes(found)[:most],
        current=links.rows(len(found.current), "programmes", CURRENT_ONES),
        measures=found.concern,
        benefits=found.benefits,
        concern=links.rows(len(found.concern), "concern"),
        periods=_periods(asked),
        notes=notes_of(made_by),
    )


def _groups(lines: Sequence[Line]) -> list[Urgent]:
    found: list[Urgent] = []
    start = 1
    for group, those in attention.grouped(lines):
        found.append(Urgent(group, start, those))
        start += len(those)
    return found


def _periods(asked: Asked) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = []
    for name, period in quick(clock.today()):
        days: dict[str, Any] = {"from": period.first.isoformat(), "to": period.last.isoformat()}
        href = url_for("reports.dashboard", **(asked.chosen | days))
        found.append({"text": name, "href": href, "current": period == asked.scope.period})
    return found


def _figures(found: Dashboard, links: _Links) -> list[Figure]:
    whole, spread = found.whole, found.came_to(Stage.SPREAD)
    percent = "" if whole.percent is None else f" ({whole.whole_percent}%)"
    measures = links.rows(len(found.measures), "measures")
    return [
        Figure(links.rows(len(found.lines), "attention"), "need attention"),
        Figure(links.proposals(found.in_hand, CLOCKED), "proposals in hand"),
        Figure(links.rows(spread, "came", Stage.SPREAD), "approved to spread", more="in the period"),
        Figure(links.rows(len(found.current), "programmes", CURRENT_ONES), "current programmes"),
        Figure(
            links.rows(whole.covered, "adopted"),
            "adopted",
            links.rows(whole.eligible, "eligible"),
            f"eligible{percent}",
        ),
        Figure(links.rows(len(found.newly), "newly"), "newly adopted", more="in the period"),
        Figure(links.rows(len(found.gone), "gone"), "given up", more="in the period"),
        Figure(links.rows(len(found.concern), "concern"), "give concern", measures, "measures"),
    ]


def _stage(line: StageLine, links: _Links) -> StageRow:
    usual = line.usual
    return StageRow(
        line.stage,
        links.proposals(line.now, [line.stage]),
        links.rows(line.came, "came", line.stage),
        links.rows(line.left, "left", line.stage),
        "–" if usual is None or usual.median is None else f"{usual.median:g}",
        "–" if usual is None or usual.percentile is None else number(usual.percentile),
    )


def _pipeline(found: Dashboard) -> Picture:
    values = [(line.stage.label, line.now, number(line.now)) for line in found.stages]
    in_hand = counted(found.in_hand, "proposal")
    is_or_are = "is" if found.in_hand == 1 else "are"
    return bars.drawn(f"{in_hand.capitalize()} {is_or_are} in hand today", values)


def _systems(found: Dashboard, links: _Links) -> list[System]:
    names: dict[str | None, str] = {system.code: system.name for system in region.care_systems()}
    known = [code for code in names if code in found.systems]
    others = [code for code in found.systems if code is not None and code not in names]  # retired
    order = [*known, *sorted(others), *([None] if None in found.systems else [])]
    names |= {code: region.care_system(code).name for code in others}
    return [
        System(
            names.get(code, ACROSS),
            share := found.systems[code],
            links.rows(share.covered, "adopted", code or NO_SYSTEM),
            links.rows(share.eligible, "eligible", code or NO_SYSTEM),
        )
        for code in order
    ]


def _coverage(whole: Share, systems: Sequence[System]) -> Picture:
    """Of 100 that are eligible, how many have adopted, so that small systems compare with large ones."""
    values = [
        (each.name, each.share.percent or 0, f"{each.share.covered} of {each.share.eligible}")
        for each in systems
    ]
    if whole.percent is None:
        return bars.drawn("No programme is for an organisation yet", values, 100)
    return bars.drawn(
        f"{whole.covered} of {whole.eligible} ({whole.whole_percent}%) have adopted", values, 100
    )


def _programmes(found: Dashboard) -> list[ProgrammeRow]:
    rows = [_programme(found, each) for each in found.current]
    return sorted(rows, key=lambda row: -row.behind)


def _programme(found: Dashboard, programme: Spreading) -> ProgrammeRow:
    active = programme.active_since
    return ProgrammeRow(
        programme,
        found.shares.get(programme.id, Share(0, 0)),
        None
        if active is None
        else attention.expected_by(programme.target, active, programme.target_on, found.today),
    )
