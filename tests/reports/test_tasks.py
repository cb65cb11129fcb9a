"""What comes first on My work."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from exchange.reports.tasks import Task, in_order

TODAY = date(2026, 11, 23)


def make_task(heading: str, since: int = -1, due: int | None = None, *, can_wait: bool = False) -> Task:
    """Days are counted from today."""
    return Task(
        heading,
        "Do it.",
        "reports.my_work",
        {},
        TODAY + timedelta(days=since),
        None if due is None else TODAY + timedelta(days=due),
        can_wait=can_wait,
    )


def test_most_urgent_comes_first() -> None:
    expected = [
        make_task("long overdue", due=-9),
        make_task("overdue", due=-1),
        make_task("due today", due=0),
        make_task("due in a week", due=7),
        make_task("waits for long", since=-30),
        make_task("waits", since=-2),
        make_task("due later", due=8),
        make_task("draft", since=-90, can_wait=True),
    ]
    for order in list(permutations(expected))[::997]:
        assert in_order(list(order), TODAY) == expected


tasks = st.builds(
    make_task,
    st.text(max_size=3),
    st.integers(-60, 0),
    st.none() | st.integers(-60, 60),
    can_wait=st.booleans(),
)


@given(st.lists(tasks, max_size=8))
def test_order_keeps_every_task_and_is_settled(given_tasks: list[Task]) -> None:
    once = in_order(given_tasks, TODAY)
    assert sorted(map(repr, once)) == sorted(map(repr, given_tasks))
    assert in_order(once, TODAY) == once
    assert [task.heading for task in in_order(given_tasks[::-1], TODAY)] == [task.heading for task in once]
