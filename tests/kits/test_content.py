"""How the steps of a kit are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.kits.content import (
    LONGEST_TITLE,
    MOST_STEPS,
    SECTIONS,
    Step,
    state_of,
    steps_of,
    why_not_steps,
)


def test_a_blank_line_ends_a_step() -> None:
    text = "Talk to radiology\nBring the figure.\nAll of it.\n\n2. Choose who reads\n \n- Start\n\n\n"
    assert steps_of(text) == [
        Step("Talk to radiology", "Bring the figure.\nAll of it."),
        Step("Choose who reads", ""),
        Step("Start", ""),
    ]
    assert steps_of(" \n\n ") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Start", ""),
        ("x" * LONGEST_TITLE, ""),
        ("x" * (LONGEST_TITLE + 1), "The first line of step 1 must be"),
        ("a\n\n" * MOST_STEPS, ""),
        ("a\n\n" * (MOST_STEPS + 1), "Write 20 steps or fewer. There are 21"),
    ],
)
def test_steps_that_cannot_be_shown_are_told(text: str, problem: str) -> None:
    assert why_not_steps(text).startswith(problem)
    assert bool(why_not_steps(text)) is bool(problem)


LINE = st.text(st.characters(categories=["L"]), min_size=1, max_size=20)


@given(st.lists(st.tuples(LINE, st.lists(LINE, max_size=3)), max_size=8))
def test_what_is_written_is_read(steps: list[tuple[str, list[str]]]) -> None:
    text = "\n\n".join("\n".join([title, *how]) for title, how in steps)
    assert steps_of(text) == [Step(title, "\n".join(how)) for title, how in steps]


@given(st.text(max_size=200))
def test_no_step_is_without_a_title(text: str) -> None:
    assert all(step.title.strip() for step in steps_of(text))


def test_the_state_of_a_section_is_that_of_its_own_fields() -> None:
    costs = SECTIONS["costs"]
    said = {"setup_cost": 0, "yearly_cost": None, "staff_time": "", "costs_note": "", "about": "a"}
    assert state_of(said, costs) == state_of({**said, "about": "b"}, costs)
    assert state_of(said, costs) != state_of({**said, "setup_cost": None}, costs)
