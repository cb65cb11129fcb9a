"""What waits for a person, and what of it comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

SOON = timedelta(days=7)


@dataclass(frozen=True)
class Task:
    """One thing to do, and the page where it is done. `todo` says it in a sentence; `since` is the day it
    waits from."""

    heading: str
    todo: str
    endpoint: str
    values: Mapping[str, str]
    since: date
    due: date | None = None
    facts: tuple[str, ...] = field(default=())
    can_wait: bool = False


def in_order(tasks: Iterable[Task], today: date) -> list[Task]:
    """The most urgent first: overdue, due within a week, waiting without a date, due later, and what can
    wait."""
    return sorted(tasks, key=lambda task: (_rank(task, today), task.due or task.since, task.heading))


def _rank(task: Task, today: date) -> int:
    if task.can_wait:
        return 4
    if task.due is None:
        return 2
    if task.due < today:
        return 0
    return 1 if task.due <= today + SOON else 3
