"""Which step may follow which, and which of them needs a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.adoption.steps import IN_USE, PATH, Step, needs_reason, next_steps

ANY = st.one_of(st.none(), st.sampled_from(Step))


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (None, [*PATH, Step.NOT_PROCEEDING]),
        (Step.PLANNING, [*[step for step in PATH if step is not Step.PLANNING], Step.NOT_PROCEEDING]),
        (Step.PILOTING, [*[step for step in PATH if step is not Step.PILOTING], Step.STOPPED]),
        (Step.STOPPED, [*PATH]),
        (Step.NOT_PROCEEDING, [*PATH]),
    ],
)
def test_what_can_follow(now: Step | None, then: list[Step]) -> None:
    assert list(next_steps(now)) == then


@given(ANY)
def test_nothing_follows_itself_and_only_what_is_used_can_stop(now: Step | None) -> None:
    assert now not in next_steps(now)
    assert (Step.STOPPED in next_steps(now)) == (now in IN_USE)


@pytest.mark.parametrize(
    ("now", "then", "needed"),
    [
        (None, Step.ADOPTED, False),
        (Step.INTERESTED, Step.EMBEDDED, False),
        (Step.ADOPTED, Step.PILOTING, True),
        (Step.ADOPTED, Step.STOPPED, True),
        (None, Step.NOT_PROCEEDING, True),
        (Step.STOPPED, Step.EMBEDDED, True),
    ],
)
def test_going_back_ending_and_taking_up_again_need_a_reason(
    now: Step | None, then: Step, needed: bool
) -> None:
    assert needs_reason(now, then) is needed
