"""An XmR chart as a picture and in words: where its lines, points and labels stand, and what a reader should see. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from exchange.measures.figures import plain
from exchange.spread.xmr import Assurance, Chart, Direction, Point, Segment, SpecialCause, Variation, chart
from exchange.wording import month_of_year

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 70, 16, 18, 44
TICKS = 4

CAUSES = {
    SpecialCause.ABOVE_LIMIT: "above the upper process limit",
    SpecialCause.BELOW_LIMIT: "below the lower process limit",
    SpecialCause.RISING: "7 or more points in a row rising",
    SpecialCause.FALLING: "7 or more points in a row falling",
    SpecialCause.TWO_OF_THREE_ABOVE: "2 of 3 points near the upper limit",
    SpecialCause.TWO_OF_THREE_BELOW: "2 of 3 points near the lower limit",
    SpecialCause.RUN_ABOVE: "7 or more points in a row above the mean",
    SpecialCause.RUN_BELOW: "7 or more points in a row below the mean",
}
SAID = {
    Variation.IMPROVEMENT: "Improvement",
    Variation.CONCERN: "Concern",
    Variation.NEUTRAL_HIGH: "A change upwards",
    Variation.NEUTRAL_LOW: "A change downwards",
}
ASSURED = {
    Assurance.CONSISTENTLY_PASSES: "The target of {} will be met every month, unless something changes.",
    Assurance.CONSISTENTLY_FAILS: "The target of {} will not be met, unless something changes.",
    Assurance.INCONSISTENT: "The target of {} will be met in some months and missed in others.",
}


@dataclass(frozen=True)
class Dot:
    """One month's point; `kind` is its variation, which its shape and its colour say. `said` is what a pointer shows."""

    x: float
    y: float
    kind: Variation
    said: str


@dataclass(frozen=True)
class Line:
    """A level from one place to another: a mean, a limit."""

    x1: float
    x2: float
    y: float


@dataclass(frozen=True)
class Mark:
    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Picture:
    """`path` joins the points, with a gap where a month has no figure."""

    path: str
    dots: Sequence[Dot]
    means: Sequence[Line]
    limits: Sequence[Line]
    target: Line | None
    ticks: Sequence[Mark]
    ends: Sequence[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


@dataclass(frozen=True)
class Row:
    """The same month in the table."""

    month: str
    value: str
    said: str


@dataclass(frozen=True)
class Drawn:
    """`finding` is what a reader should see first; `notes` what else they should know. `picture` is None before there are
    figures. `newest` is the month of the last figure, and `since` that from which it tells of a change, where it does."""

    finding: str
    notes: Sequence[str]
    latest: str
    picture: Picture | None
    rows: Sequence[Row]
    variation: Variation
    assurance: Assurance | None
    newest: date | None = None
    since: date | None = None


def drawn(
    months: Sequence[date],
    values: Sequence[Decimal | None],
    *,
    unit: str,
    direction: Direction | None,
    target: Decimal | None,
    rebased: Sequence[date] = (),
) -> Drawn:
    """`months` and `values` as many as each other, in order. A re-basing of a month without a figure starts at the next one."""
    places = {place for day in rebased if (place := _place(months, day)) is not None}
    made = chart(values, direction=direction, target=target, rebase=places)
    held = [place for place, value in enumerate(values) if value is not None]
    if not held:
        return Drawn("No figures yet", (), "", None, (), Variation.COMMON_CAUSE, None)
    last = held[-1]
    first = _first_of_change(made, last)
    return Drawn(
        finding=_finding(months, made, first, last),
        notes=_notes(made, target),
        latest=f"{number(values[last])} {unit} in {month_of_year(months[last])}",
        picture=_picture(months, values, made, target),
        rows=[
            Row(month_of_year(month), number(point.value), _of_point(point))
            for month, point in reversed(list(zip(months, made.points, strict=True)))
        ],
        variation=made.points[last].variation,
        assurance=made.assurance,
        newest=months[last],
        since=None if first is None else months[first],
    )


def number(value: object) -> str:
    """As people read it, with the decimals that it has."""
    return "no figure" if value is None else plain(Decimal(str(value)), grouped=True)


def _place(months: Sequence[date], day: date) -> int | None:
    return next((place for place, month in enumerate(months) if month >= day), None)


def _first_of_change(made: Chart, last: int) -> int | None:
    """The place from which on all points, within the limits of the newest, tell of a change to its side."""
    cause, first, start = made.points[last].special_cause, last, made.segments[-1].start
    if cause is None:
        return None
    while first > start and _is_of_side(made.points[first - 1], cause):
        first -= 1
    return first


def _finding(months: Sequence[date], made: Chart, first: int | None, last: int) -> str:
    """What the newest point is part of, and since when."""
    cause, variation = made.points[last].special_cause, made.points[last].variation
    if cause is None or first is None:
        return "No significant change: the newest figure is within what is usual"
    since = f"in {month_of_year(months[last])}" if first == last else f"since {month_of_year(months[first])}"
    return f"{SAID[variation]}: {CAUSES[cause]} {since}"


def _is_of_side(point: Point, cause: SpecialCause) -> bool:
    return point.special_cause is not None and point.special_cause.is_high is cause.is_high


def _notes(made: Chart, target: Decimal | None) -> list[str]:
    notes = []
    if made.assurance is not None:
        notes.append(ASSURED[made.assurance].format(number(target)))
    if made.segments[-1].is_provisional:
        notes.append("Its limits are provisional: there are fewer than 12 figures.")
    return notes


def _of_point(point: Point) -> str:
    if point.special_cause is None:
        return ""
    return f"{SAID[point.variation]}: {CAUSES[point.special_cause]}"


def _picture(
    months: Sequence[date], values: Sequence[Decimal | None], made: Chart, target: Decimal | None
) -> Picture:
    low, high = _range(values, made.segments, target)

    def across(place: float) -> float:
        return round(LEFT + 8 + (WIDTH - LEFT - RIGHT - 16) * place / max(len(months) - 1, 1), 1)

    def up(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low), 1)

    path, is_drawing = "", False
    for place, value in enumerate(values):
        if value is not None:
            path += f"{'L' if is_drawing else 'M'}{across(place)} {up(float(value))}"
        is_drawing = value is not None
    means, limits = [], []
    for each in made.segments:
        x1, x2 = max(across(each.start - 0.4), LEFT), min(across(each.end - 0.6), WIDTH - RIGHT)
        if each.mean is not None:
            means.append(Line(x1, x2, up(each.mean)))
        limits += [Line(x1, x2, up(level)) for level in (each.lower, each.upper) if level is not None]
    return Picture(
        path=path,
        dots=[
            Dot(
                across(place),
                up(float(value)),
                point.variation,
                f"{month_of_year(month)}: {number(value)}. {_of_point(point)}",
            )
            for place, (month, value, point) in enumerate(zip(months, values, made.points, strict=True))
            if value is not None
        ],
        means=means,
        limits=limits,
        target=None if target is None else Line(LEFT, WIDTH - RIGHT, up(float(target))),
        ticks=[Mark(number(level), LEFT - 8, up(level)) for level in _ticks(low, high)],
        ends=[
            Mark(f"{months[0]:%b %Y}", LEFT, HEIGHT - 12),
            Mark(f"{months[-1]:%b %Y}", WIDTH - RIGHT, HEIGHT - 12),
        ],
    )


def _range(
    values: Sequence[Decimal | None], segments: Sequence[Segment], target: Decimal | None
) -> tuple[float, float]:
    """From below the lowest thing drawn to above the highest."""
    levels = [float(value) for value in values if value is not None]
    levels += [
        level for each in segments for level in (each.mean, each.lower, each.upper) if level is not None
    ]
    levels += [] if target is None else [float(target)]
    low, high = min(levels), max(levels)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return low - room, high + room


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers, about as many as TICKS."""
    rough = (high - low) / TICKS
    scale = 10.0 ** _floor_log10(rough)
    step = next(size * scale for size in (1, 2, 5, 10) if size * scale >= rough)
    first = int(low // step) + 1
    places = [place for place in range(first, first + 12) if low < step * place < high]
    return [round(step * place, max(-_floor_log10(step), 0)) for place in places]


def _floor_log10(value: float) -> int:
    exponent = 0
    while value >= 10:
        value, exponent = value / 10, exponent + 1
    while value < 1:
        value, exponent = value * 10, exponent - 1
    return exponent
