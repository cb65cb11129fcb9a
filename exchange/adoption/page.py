"""What the page of a programme's adoption says: its figures, its picture, and the organisations by system."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import ceil

from markupsafe import Markup

from exchange import clock
from exchange.accounts import queries as accounts
from exchange.accounts.models import Person
from exchange.adoption import coverage, policy, queries
from exchange.adoption.coverage import Adopter, Share
from exchange.adoption.curve_chart import Chart, Target, drawn
from exchange.adoption.models import Adoption
from exchange.adoption.queries import Matrix
from exchange.adoption.steps import Step
from exchange.adoption.tiles import Place, band, laid_out
from exchange.region import queries as region
from exchange.region.models import CareSystem, Organisation
from exchange.spread.models import Programme
from exchange.spread.queries import SeenProgramme
from exchange.spread.survival import kaplan_meier
from exchange.wording import counted, day, in_words, number

NO_SYSTEM = "Across systems"

Cells = tuple[str, int, int, Mapping[str, str]]  # a name, how many have adopted, of how many, and the share


@dataclass(frozen=True)
class Part:
    """Some of the organisations, whose curve can be drawn: those of a system or of a type. `value` tells it from others."""

    value: str
    name: str
    holds: Callable[[Adopter], bool]


@dataclass(frozen=True)
class Row:
    id: str
    name: str
    type: str
    step: Step | None
    since: date | None
    can_record: bool


@dataclass(frozen=True)
class Group:
    """The organisations of one integrated care system, and how many of them have adopted. `code` is empty for those that work
    across systems."""

    code: str
    name: str
    share: Share
    rows: Sequence[Row]


@dataclass(frozen=True)
class Tile:
    """One system on the map; `anchor` is the part of the page about it, empty where nobody there is eligible."""

    name: str
    place: Place
    share: Share
    band: str
    anchor: str

    @property
    def said(self) -> str:
        return _of(self.share) if self.share.eligible else "Not for it"


@dataclass(frozen=True)
class Missing:
    """An organisation of which nothing is recorded, and whom to ask."""

    id: str
    name: str
    leads: Sequence[Person]


@dataclass(frozen=True)
class Page:
    finding: str
    share: Share
    tiles: Sequence[Tile]
    groups: Sequence[Group]
    by_system: Sequence[Cells]
    by_type: Sequence[Cells]
    speed: str
    parts: Sequence[Part]
    part: Part | None
    chart: Chart | None
    before: str
    missing: Sequence[Missing]
    reads_leads: bool
    can_choose: bool


def page_of(found: SeenProgramme, person: Person | None, of: str = "") -> Page:
    """`of` names the part of the organisations whose curve is drawn; of all where there is none such."""
    programme, today = found.programme, clock.today()
    adoptions = queries.eligible(programme)
    adopters = queries.adopters(adoptions, programme)
    whole = coverage.share(adopters, today)
    systems = region.care_systems()
    shares = coverage.shares_by(adopters, today, lambda one: one.system)
    groups = _groups(found, person, adoptions, adopters, shares, systems)
    can_choose = person is not None and policy.manages(person, found)
    parts = _parts(groups, adopters)
    part = next((part for part in parts if part.value == of), None)
    concerned = adopters if part is None else [each for each in adopters if part.holds(each)]
    return Page(
        finding=_finding(whole),
        share=whole,
        tiles=_tiles(systems, shares, groups),
        groups=groups,
        by_system=[_cells(group.name, group.share) for group in groups],
        by_type=[
            _cells(in_words(str(kind)), share)
            for kind, share in sorted(
                coverage.shares_by(adopters, today, lambda one: one.type).items(), key=str
            )
        ],
        speed=_speed(programme, adopters, today),
        parts=parts,
        part=part,
        chart=_chart(programme, concerned, today, is_whole=part is None),
        before=_before(programme, concerned, today),
        missing=_missing(adopters, today),
        reads_leads=person is not None and person.is_member,
        can_choose=can_choose,
    )


def _finding(share: Share) -> str:
    if not share.eligible:
        return "Nobody has said yet for which organisations it is"
    have = "has" if share.covered == 1 else "have"
    return f"{number(share.covered)} of {counted(share.eligible, 'eligible organisation')} {have} adopted it"


def _of(share: Share) -> str:
    """ "3 of 7 (42%)"."""
    return f"{number(share.covered)} of {number(share.eligible)} ({_percent(share)})"


def _cells(name: str, share: Share) -> Cells:
    return name, share.covered, share.eligible, {"text": _percent(share), "format": "numeric"}


def _percent(share: Share) -> str:
    return "" if share.whole_percent is None else f"{share.whole_percent}%"


def _groups(
    found: SeenProgramme,
    person: Person | None,
    adoptions: Sequence[Adoption],
    adopters: Sequence[Adopter],
    shares: Mapping[str | None, Share],
    systems: Sequence[CareSystem],
) -> list[Group]:
    rows: dict[str | None, list[Row]] = {}
    for adoption, adopter in zip(adoptions, adopters, strict=True):
        can_record = policy.records(person, found.standing, adopter.id)
        row = Row(adopter.id, adopter.name, in_words(adopter.type), adoption.step, adoption.since, can_record)
        rows.setdefault(adopter.system, []).append(row)
    names: dict[str | None, str] = {system.code: system.name for system in systems}
    order = [*names, None]
    gone = [code for code in rows if code not in order]  # a system that was retired
    return [
        Group(code or "", names.get(code, NO_SYSTEM), shares[code], rows[code])
        for code in [*order, *gone]
        if code in rows
    ]


def _tiles(
    systems: Sequence[CareSystem], shares: Mapping[str | None, Share], groups: Sequence[Group]
) -> list[Tile]:
    """Of every system of the region, also where nobody is eligible: a map with holes would be another region."""
    anchors = {group.code: f"system-{place}" for place, group in enumerate(groups, 1)}
    places = laid_out({system.code: system.place for system in systems})
    found = []
    for system in systems:
        share = shares.get(system.code, Share(0, 0))
        anchor = anchors.get(system.code, "")
        found.append(Tile(system.name, places[system.code], share, band(share), anchor))
    # Read aloud and on paper, from the top left on.
    return sorted(found, key=lambda tile: tile.place)


def _parts(groups: Sequence[Group], adopters: Sequence[Adopter]) -> list[Part]:
    systems = [
        Part(f"system-{group.code}", group.name, partial(_is_in, group.code or None)) for group in groups
    ]
    types = sorted({each.type for each in adopters})
    return [*systems, *(Part(f"type-{type_}", in_words(type_), partial(_is_a, type_)) for type_ in types)]


def _is_in(system: str | None, adopter: Adopter) -> bool:
    return adopter.system == system


def _is_a(type_: str, adopter: Adopter) -> bool:
    return adopter.type == type_


def _missing(adopters: Sequence[Adopter], today: date) -> list[Missing]:
    silent = [each for each in adopters if each.at(today) is None]
    leads = accounts.leads_of([each.id for each in silent])
    return [Missing(each.id, each.name, leads.get(each.id, ())) for each in silent]


def _speed(programme: Programme, adopters: Sequence[Adopter], today: date) -> str:
    """How long adopting takes, in a sentence; empty before the programme is active."""
    if programme.active_since is None or not adopters:
        return ""
    active_since = clock.day_of(programme.active_since)
    median = kaplan_meier(coverage.times_to_adopt(adopters, active_since, today)).median
    if median is None:
        return "Fewer than half have adopted, so nobody can say yet how long it takes."
    days = ceil(median)
    within = f"within {counted(days, 'day')} of its start" if days else "by the day on which it started"
    return f"Half of the organisations had adopted {within}."


def _start(programme: Programme) -> date:
    return clock.day_of(programme.active_since or programme.approved_at)


def _first_before(programme: Programme, adopters: Sequence[Adopter], today: date) -> date | None:
    """The first day of steps that were taken before the programme started, where there is nothing to draw of the time since."""
    days = [taken.on for each in adopters for taken in each.taken]
    start = _start(programme)
    has_more = start < today and any(on >= start for on in days)
    return None if has_more else min((on for on in days if on < start), default=None)


def _before(programme: Programme, adopters: Sequence[Adopter], today: date) -> str:
    """Why the curve begins earlier than the programme, in a sentence; empty where it does not."""
    if _first_before(programme, adopters, today) is None:
        return ""
    started = "started" if programme.active_since else "was approved"
    return (
        f"These steps were taken before the programme {started} on {day(_start(programme))}, "
        "so the curve begins with the first of them."
    )


def _chart(programme: Programme, adopters: Sequence[Adopter], today: date, *, is_whole: bool) -> Chart | None:
    """From the programme's start, or from the first step where all were taken before."""
    first = _first_before(programme, adopters, today) or _start(programme)
    if not adopters or first >= today:
        return None
    target = Target(programme.adoption_target, programme.target_on) if is_whole else None
    return drawn(coverage.curve(adopters, first, today), len(adopters), target)


DASH = Markup('<td class="app-matrix__none">–<span class="nhsuk-u-visually-hidden"> not for it</span></td>')
CELLS = {
    step: Markup('<td class="app-matrix__cell app-matrix__cell--{}">{}</td>').format(
        step.value, in_words(step)
    )
    for step in Step
}
EMPTY = Markup("<td></td>")


def matrix_rows(matrix: Matrix) -> Iterator[tuple[Organisation, Markup]]:
    """Each organisation with its cells, drawn here: there may be ten thousand, and a template takes long over each."""
    columns = range(len(matrix.programmes))
    for organisation in matrix.organisations:
        drawn_cells = (_cell(matrix, organisation.id, number) for number in columns)
        yield organisation, Markup("").join(drawn_cells)


def _cell(matrix: Matrix, organisation_id: str, number: int) -> Markup:
    place = organisation_id, number
    if place not in matrix.cells:
        return DASH
    step = matrix.cells[place]
    return EMPTY if step is None else CELLS[step]
