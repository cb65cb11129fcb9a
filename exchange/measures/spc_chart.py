"""An XmR chart as a picture and in words: where its lines, points and labels stand, and what a reader should see. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from exchange.axes import Frame, Mark, round_levels
from exchange.measures.figures import plain
from exchange.spread.xmr import Assurance, Chart, Direction, Point, Segment, SpecialCause, Variation, chart
from exchange.wording import month_of_year

WIDE = Frame(640, 300, left=70, right=16, top=18, bottom=44, inset=8)
# Several stand side by side, each a third of a page wide, and its words are as large as the wide one's.
NARROW = Frame(400, 240, left=62, right=12, top=16, bottom=38, inset=8)

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
class Picture:
    """`path` joins the points, with a gap where a month has no figure. The label of the target stands at the end where the points
    are further from its line."""

    path: str
    dots: Sequence[Dot]
    means: Sequence[Line]
    limits: Sequence[Line]
    target: Line | None
    target_label: Mark | None
    ticks: Sequence[Mark]
    ends: Sequence[Mark]
    frame: Frame


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

    @property
    def cells(self) -> list[list[object]]:
        """For a table."""
        return [[row.month, {"text": row.value, "format": "numeric"}, row.said] for row in self.rows]


def drawn(
    months: Sequence[date],
    values: Sequence[Decimal | None],
    *,
    unit: str,
    direction: Direction | None,
    target: Decimal | None,
    rebased: Sequence[date] = (),
    frame: Frame = WIDE,
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
        picture=_picture(months, values, made, target, frame),
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
    months: Sequence[date],
    values: Sequence[Decimal | None],
    made: Chart,
    target: Decimal | None,
    frame: Frame,
) -> Picture:
    low, high = _range(values, made.segments, target)

    def across(place: float) -> float:
        return frame.across(place / max(len(months) - 1, 1))

    def up(value: float) -> float:
        return frame.up(value, low, high)

    path, is_drawing = "", False
    for place, value in enumerate(values):
        if value is not None:
            path += f"{'L' if is_drawing else 'M'}{across(place)} {up(float(value))}"
        is_drawing = value is not None
    means, limits = [], []
    for each in made.segments:
        x1, x2 = max(across(each.start - 0.4), frame.start), min(across(each.end - 0.6), frame.end)
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
        target=None if target is None else Line(frame.start, frame.end, up(float(target))),
        target_label=_target_label(values, target, frame, up),
        ticks=frame.levels([(number(level), level) for level in round_levels(low, high)], low, high),
        ends=frame.ends(f"{months[0]:%b %Y}", f"{months[-1]:%b %Y}"),
        frame=frame,
    )


def _target_label(
    values: Sequence[Decimal | None], target: Decimal | None, frame: Frame, up: Callable[[float], float]
) -> Mark | None:
    if target is None:
        return None
    held = [value for value in values if value is not None]
    few = max(len(held) // 4, 1)
    left, right = (min(abs(value - target) for value in end) for end in (held[:few], held[-few:]))
    return Mark("Target", frame.start if left > right else frame.end, up(float(target)) - 6)


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
