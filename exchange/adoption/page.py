"""What the page of a programme's adoption says: its figures, its picture, and the organisations by system."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from markupsafe import Markup

from exchange import clock
from exchange.accounts.models import Person
from exchange.adoption import coverage, policy, queries
from exchange.adoption.coverage import Adopter, Share
from exchange.adoption.curve_chart import Chart, drawn
from exchange.adoption.models import Adoption
from exchange.adoption.queries import Matrix
from exchange.adoption.steps import Step
from exchange.region import queries as region
from exchange.region.models import Organisation
from exchange.spread.models import Programme
from exchange.spread.queries import SeenProgramme
from exchange.spread.survival import kaplan_meier
from exchange.wording import counted, in_words, number

NO_SYSTEM = "Across systems"


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
    """The organisations of one integrated care system, and how many of them have adopted."""

    name: str
    share: Share
    rows: Sequence[Row]


@dataclass(frozen=True)
class Page:
    finding: str
    share: Share
    groups: Sequence[Group]
    by_type: Sequence[tuple[str, int, int]]
    speed: str
    chart: Chart | None
    missing: Sequence[str]
    can_choose: bool


def page_of(found: SeenProgramme, person: Person | None) -> Page:
    programme, today = found.programme, clock.today()
    adoptions = queries.eligible(programme)
    adopters = queries.adopters(adoptions, programme)
    whole = coverage.share(adopters, today)
    can_choose = person is not None and policy.manages(person, found)
    return Page(
        finding=_finding(whole),
        share=whole,
        groups=_groups(found, person, adoptions, adopters, today),
        by_type=[
            (in_words(str(kind)), *share)
            for kind, share in sorted(
                coverage.shares_by(adopters, today, lambda one: one.type).items(), key=str
            )
        ],
        speed=_speed(programme, adopters, today),
        chart=_chart(programme, adopters, today),
        missing=[each.name for each in adopters if each.at(today) is None],
        can_choose=can_choose,
    )


def _finding(share: Share) -> str:
    if not share.eligible:
        return "Nobody has said yet for which organisations it is"
    have = "has" if share.covered == 1 else "have"
    return f"{number(share.covered)} of {counted(share.eligible, 'eligible organisation')} {have} adopted it"


def _groups(
    found: SeenProgramme,
    person: Person | None,
    adoptions: Sequence[Adoption],
    adopters: Sequence[Adopter],
    today: date,
) -> list[Group]:
    shares = coverage.shares_by(adopters, today, lambda one: one.system)
    rows: dict[str | None, list[Row]] = {}
    for adoption, adopter in zip(adoptions, adopters, strict=True):
        can_record = policy.records(person, found.standing, adopter.id)
        row = Row(adopter.id, adopter.name, in_words(adopter.type), adoption.step, adoption.since, can_record)
        rows.setdefault(adopter.system, []).append(row)
    names: dict[str | None, str] = {system.code: system.name for system in region.care_systems()}
    order = [*names, None]
    gone = [code for code in rows if code not in order]  # a system that was retired
    return [
        Group(names.get(code, NO_SYSTEM), shares[code], rows[code])
        for code in [*order, *gone]
        if code in rows
    ]


def _speed(programme: Programme, adopters: Sequence[Adopter], today: date) -> str:
    """How long adopting takes, in a sentence; empty before the programme is active."""
    if programme.active_since is None or not adopters:
        return ""
    active_since = programme.active_since.astimezone(clock.LONDON).date()
    median = kaplan_meier(coverage.times_to_adopt(adopters, active_since, today)).median
    if median is None:
        return "Fewer than half have adopted, so nobody can say yet how long it takes."
    days = ceil(median)
    within = f"within {counted(days, 'day')} of its start" if days else "by the day on which it started"
    return f"Half of the organisations had adopted {within}."


def _chart(programme: Programme, adopters: Sequence[Adopter], today: date) -> Chart | None:
    first = (programme.active_since or programme.approved_at).astimezone(clock.LONDON).date()
    if not adopters or first >= today:
        return None
    return drawn(coverage.curve(adopters, first, today), len(adopters), programme.adoption_target)


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
