"""How reviewing goes, as rows of a summary and cells of tables."""

from __future__ import annotations

from exchange.assessment.tables import Row, Table
from exchange.reports.reviewing import MOST, Pace, Reviewing
from exchange.tables import numeric
from exchange.wording import counted


def paces(found: Reviewing) -> list[Row]:
    return [
        {"key": "To say whether they have an interest", "value": _said(found.answering, "answer")},
        {"key": "To hand in a review", "value": _said(found.reviewing, "review")},
    ]


def became(found: Reviewing) -> Table:
    """One row for each thing that became of any."""
    head = [{"text": "What became of it"}, *numeric("Places", "Of 100")]
    rows = [
        [kind.value, number, round(100 * number / found.asked)] for kind, number in found.became if number
    ]
    return Table(head, rows)


def loads(found: Reviewing) -> Table:
    names = ("Asked", "Reviewed", "Of these late", "Declined", "Owes now", "Days")
    rows = [
        [
            load.name,
            load.asked,
            load.reviewed,
            load.late,
            load.declined,
            load.open,
            {"text": _half(load.pace), "format": "numeric"},
        ]
        for load in found.loads
    ]
    return Table([{"text": "Reviewer"}, *numeric(*names)], rows)


def _said(pace: Pace, what: str) -> str:
    if pace.most is None:
        return "None yet"
    return (
        f"{_half(pace)} working {'day' if pace.half == 1 else 'days'} or fewer for half of {counted(pace.count, what)}, "
        f"{pace.most} or fewer for {MOST} of 100"
    )


def _half(pace: Pace) -> str:
    return "–" if pace.half is None else f"{pace.half:g}"
