"""What the pages of measures say: a programme's measures side by side, and one measure with each of its organisations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from exchange.accounts.models import Person
from exchange.adoption import policy as adoption_policy
from exchange.adoption import queries as adoption
from exchange.axes import Frame
from exchange.measures import months, queries, spc_chart
from exchange.measures.models import Combined, Measure, Rebasing
from exchange.measures.queries import SeenMeasure
from exchange.measures.spc_chart import NARROW, WIDE, Drawn
from exchange.spread.queries import SeenProgramme
from exchange.wording import counted, month_of_year, number

SHOWN = 24  # charts on one page: three side by side fill eight rows


@dataclass(frozen=True)
class Shown:
    """One measure with the region's chart, made of so many organisations."""

    measure: Measure
    region: Drawn
    made_of: str


@dataclass(frozen=True)
class Site:
    """One organisation's chart of a measure."""

    id: str
    name: str
    drawn: Drawn
    can_enter: bool


@dataclass(frozen=True)
class Silent:
    """An organisation that has entered nothing."""

    id: str
    name: str
    can_enter: bool


@dataclass(frozen=True)
class MeasurePage:
    """`sites` are those of the page at hand, of `count` with figures; `before` and `after` are organisations to go on from, empty
    at the ends. `silent` are those without a figure."""

    shown: Shown
    sites: Sequence[Site]
    count: int
    before: str
    after: str
    silent: Sequence[Silent]
    rebased: Sequence[Rebasing]
    can_enter: bool


def shown_measures(found: SeenProgramme) -> list[Shown]:
    """Every measure of a programme."""
    return shown(queries.measures_of(found.programme))


def shown(measures: Sequence[Measure]) -> list[Shown]:
    """The same of measures of any programmes, in two queries."""
    ids = [measure.id for measure in measures]
    figures = queries.figures_of(ids, of_eligible=True)
    rebasings = queries.rebasings_of(ids)
    return [_shown(measure, figures[measure.id], rebasings, NARROW) for measure in measures]


def measure_page(
    seen: SeenMeasure, person: Person | None, *, after: str = "", before: str = ""
) -> MeasurePage:
    """The organisations after the one with this id, or before that; the first page where there is none such."""
    measure, standing = seen.measure, seen.found.standing
    figures = queries.figures_of([measure.id], of_eligible=True)[measure.id]
    rebasings = queries.rebasings_of([measure.id])
    eligible = [each.organisation for each in adoption.eligible(seen.found.programme)]
    telling = [each for each in eligible if each.id in figures]
    start = _start([each.id for each in telling], after, before)
    there = telling[start : start + SHOWN]
    return MeasurePage(
        _shown(measure, figures, rebasings, WIDE),
        [
            Site(
                each.id,
                each.name,
                _drawn(measure, figures[each.id], _of(rebasings, measure, each.id), NARROW),
                adoption_policy.records(person, standing, each.id),
            )
            for each in there
        ],
        len(telling),
        there[0].id if start else "",
        there[-1].id if start + SHOWN < len(telling) else "",
        [
            Silent(each.id, each.name, adoption_policy.records(person, standing, each.id))
            for each in eligible
            if each.id not in figures
        ],
        rebasings,
        any(adoption_policy.records(person, standing, each.id) for each in eligible),
    )


def _start(ids: Sequence[str], after: str, before: str) -> int:
    """The place of the first one on the page."""
    if after in ids and ids.index(after) + 1 < len(ids):
        return ids.index(after) + 1
    return max(ids.index(before) - SHOWN, 0) if before in ids else 0


def _shown(
    measure: Measure,
    figures: Mapping[str, Mapping[date, Decimal]],
    rebasings: Sequence[Rebasing],
    frame: Frame,
) -> Shown:
    is_averaged = measure.combined is Combined.AVERAGED
    region = months.combined(figures.values(), averaged=is_averaged)
    how = "the mean of" if is_averaged else "the sum of"
    made_of = f"{how} {counted(len(figures), 'organisation')}.".capitalize() if figures else ""
    if (waiting := months.incomplete(figures.values())) is not None:
        month, there, due = waiting
        made_of += (
            f" {month_of_year(month)} is not in it yet: {number(there)} of {number(due)} have entered it."
        )
    return Shown(measure, _drawn(measure, region, _of(rebasings, measure, None), frame), made_of)


def _of(rebasings: Sequence[Rebasing], measure: Measure, organisation_id: str | None) -> list[date]:
    return [
        each.month
        for each in rebasings
        if (each.measure_id, each.organisation_id) == (measure.id, organisation_id)
    ]


def _drawn(measure: Measure, figures: Mapping[date, Decimal], rebased: Sequence[date], frame: Frame) -> Drawn:
    return spc_chart.drawn(
        *months.filled(figures),
        unit=measure.unit,
        direction=measure.direction,
        target=measure.wanted,
        rebased=rebased,
        frame=frame,
    )
