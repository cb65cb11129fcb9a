"""The rows behind each figure: a figure is the number of the rows that its link leads to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from exchange import clock
from exchange.errors import NotFound
from exchange.measures.page import Shown
from exchange.proposals.lifecycle import Stage
from exchange.region import queries as region
from exchange.reports.dashboard import figures, queries
from exchange.reports.dashboard.attention import Line
from exchange.reports.dashboard.queries import Moved, Place, Scope, Spreading, Stepped
from exchange.spread.life import CURRENT, ProgrammeStatus
from exchange.wording import counted, day, in_words

SHOWN = 100  # rows of one page
CURRENT_ONES = "current"
NO_SYSTEM = "none"


@dataclass(frozen=True)
class Row:
    """One row, with the page of what it is about. `key` tells it from the others, for going on after it."""

    key: str
    title: str
    endpoint: str
    values: Mapping[str, str | int] = field(hash=False)
    facts: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Rows:
    """`one` and `many` name what they are, like "proposal came to “Submitted”"; `none` says that there are none, where these
    do not. `is_of_period` tells those of the period from what is so today."""

    one: str
    many: str
    rows: Sequence[Row]
    note: str = ""
    none: str = ""
    is_of_period: bool = False

    @property
    def heading(self) -> str:
        if self.none and not self.rows:
            return self.none
        words = counted(len(self.rows), self.one, self.many)
        return f"{words[0].upper()}{words[1:]}"


@dataclass(frozen=True)
class Part:
    """One page of them."""

    of: Rows
    rows: Sequence[Row]
    next_key: str
    is_later: bool


def part(found: Rows, after: str) -> Part:
    """Those that come after the row with this key, or the first where there is none such."""
    rows = _told_apart(found.rows)
    start = next((place for place, row in enumerate(rows, 1) if row.key == after), 0)
    shown = rows[start : start + SHOWN]
    has_more = start + SHOWN < len(found.rows)
    return Part(found, shown, shown[-1].key if has_more else "", start > 0)


def _told_apart(rows: Iterable[Row]) -> list[Row]:
    """Two conditions of one programme have the same key, and so have two stays within one day."""
    times: Counter[str] = Counter()
    found = []
    for row in rows:
        again = times[row.key]
        times[row.key] += 1
        found.append(replace(row, key=f"{row.key}~{again}") if again else row)
    return found


def rows_of(scope: Scope, name: str, of: str) -> Rows:
    """Raises NotFound where there is no such figure."""
    if name not in NAMES:
        raise NotFound
    return NAMES[name](scope, of)


def _attention(scope: Scope, of: str) -> Rows:
    lines = figures.lines_of(scope)
    return Rows(
        "thing needs attention",
        "things need attention",
        [_of_line(line) for line in lines],
        none="Nothing needs attention",
    )


def _of_line(line: Line) -> Row:
    key = "-".join((line.kind, *map(str, line.values.values())))
    facts = (line.group.heading, f"for {counted(line.days, 'day')}" if line.days else "since today")
    return Row(key, line.title, line.endpoint, line.values, facts, line.reason)


def _came(scope: Scope, of: str) -> Rows:
    stage = _stage(of)
    moved = figures.came(queries.stays(scope), stage, scope.period)
    return Rows(
        f"time a proposal came to “{stage.label}”",
        f"times a proposal came to “{stage.label}”",
        [_of_stay(each) for each in moved],
        "A proposal that came twice is there twice.",
        none=f"No proposal came to “{stage.label}”",
        is_of_period=True,
    )


def _left(scope: Scope, of: str) -> Rows:
    stage = _stage(of)
    moved = figures.left(queries.stays(scope), stage, scope.period)
    moved.sort(key=lambda each: (each.stay.days(clock.today()), each.reference))
    return Rows(
        f"time a proposal left “{stage.label}”",
        f"times a proposal left “{stage.label}”",
        [_of_stay(each) for each in moved],
        "The shortest stay first: the median is in the middle.",
        none=f"No proposal left “{stage.label}”",
        is_of_period=True,
    )


def _of_stay(moved: Moved) -> Row:
    stay = moved.stay
    until = f"until {day(stay.until)}" if stay.until else "there since then"
    facts = (moved.reference, f"from {day(stay.since)}", until, counted(stay.days(clock.today()), "day"))
    key = f"{moved.reference}-{stay.since.isoformat()}-{stay.until}"
    return Row(key, moved.title, "proposals.show", {"ref": moved.reference}, facts)


def _programmes(scope: Scope, of: str) -> Rows:
    statuses = CURRENT if of == CURRENT_ONES else {_status(of)}
    kind = of.replace("-", " ")
    found = [each for each in queries.programmes(scope) if each.status in statuses]
    words = "programme being set up" if of == ProgrammeStatus.SETTING_UP else f"{kind} programme"
    many = "programmes being set up" if of == ProgrammeStatus.SETTING_UP else f"{kind} programmes"
    return Rows(words, many, [_of_programme(each) for each in found])


def _of_programme(each: Spreading) -> Row:
    facts = (
        in_words(each.status),
        f"since {day(each.status_since)}",
        f"target: {counted(each.target, 'organisation')}",
    )
    return Row(each.slug, each.title, "spread.programme", {"slug": each.slug}, facts)


def _adopted(scope: Scope, of: str) -> Rows:
    return Rows(
        "organisation has adopted a programme",
        "times an organisation has adopted a programme",
        [_of_place(each) for each in _places(scope, of, covered=True)],
        _in_system(of),
        none="No organisation has adopted a programme",
    )


def _eligible(scope: Scope, of: str) -> Rows:
    return Rows(
        "organisation could adopt a programme",
        "times an organisation could adopt a programme, or has",
        [_of_place(each) for each in _places(scope, of)],
        _in_system(of),
        none="No organisation could adopt a programme",
    )


def _places(scope: Scope, of: str, *, covered: bool = False) -> list[Place]:
    found = queries.places(scope, system="" if of == NO_SYSTEM else of, covered=covered)
    return [each for each in found if of != NO_SYSTEM or each.system is None]


def _newly(scope: Scope, of: str) -> Rows:
    steps = queries.stepped(scope, scope.period.first)
    rows = [_of_place(each.place) for each in figures.newly_adopted(steps, scope.period)]
    return Rows(
        "organisation adopted a programme",
        "times an organisation adopted a programme",
        rows,
        none="No organisation adopted a programme",
        is_of_period=True,
    )


def _gone(scope: Scope, of: str) -> Rows:
    steps: Sequence[Stepped] = queries.stepped(scope, scope.period.first)
    rows = [_of_place(each.place) for each in figures.no_longer(steps, scope.period)]
    return Rows(
        "organisation gave a programme up",
        "times an organisation gave a programme up",
        rows,
        none="No organisation gave a programme up",
        is_of_period=True,
    )


def _of_place(place: Place) -> Row:
    step = in_words(place.step) if place.step else "Nothing recorded yet"
    facts = (place.title, step, f"since {day(place.since)}" if place.since else "")
    values = {"slug": place.slug, "organisation_id": place.organisation_id}
    key = f"{place.slug}-{place.organisation_id}"
    return Row(key, place.organisation, "adoption.steps", values, tuple(filter(None, facts)))


def _measures(scope: Scope, of: str) -> Rows:
    return Rows("measure", "measures", _of_measures(queries.measured(scope)))


def _concern(scope: Scope, of: str) -> Rows:
    found = figures.in_concern(queries.measured(scope))
    return Rows(
        "measure gives concern",
        "measures give concern",
        _of_measures(found),
        none="No measure gives concern",
    )


def _of_measures(found: Iterable[Shown]) -> list[Row]:
    return [
        Row(
            f"{each.measure.programme.slug}-{each.measure.number}",
            each.measure.name,
            "measures.measure",
            {"slug": each.measure.programme.slug, "number": each.measure.number},
            tuple(filter(None, (each.measure.programme.proposal.title, each.region.latest))),
            f"{each.region.finding}.",
        )
        for each in found
    ]


def _stage(of: str) -> Stage:
    found = next((stage for stage in figures.STAGES if stage == of), None)
    if found is None:
        raise NotFound
    return found


def _status(of: str) -> ProgrammeStatus:
    found = next((status for status in ProgrammeStatus if status == of), None)
    if found is None:
        raise NotFound
    return found


def _in_system(of: str) -> str:
    if not of:
        return ""
    if of == NO_SYSTEM:
        return "Of organisations across integrated care systems."
    return f"In {region.care_system(of).name}."


NAMES: Mapping[str, Callable[[Scope, str], Rows]] = {
    "attention": _attention,
    "came": _came,
    "left": _left,
    "programmes": _programmes,
    "adopted": _adopted,
    "eligible": _eligible,
    "newly": _newly,
    "gone": _gone,
    "measures": _measures,
    "concern": _concern,
}
