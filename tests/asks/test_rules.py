"""Where an organisation that goes ahead can stand, for every place where it may stand now."""

import pytest

from exchange.adoption.steps import PATH, Step, needs_reason
from exchange.asks.rules import FIRST, can_stay, first_steps


@pytest.mark.parametrize("now", [None, *Step])
def test_it_goes_further_or_starts_anew(now: Step | None) -> None:
    steps = first_steps(now)
    assert set(steps) <= set(FIRST)
    if now in PATH:
        assert all(PATH.index(step) > PATH.index(now) and not needs_reason(now, step) for step in steps)
    else:
        assert steps == FIRST
    assert can_stay(now) is (now in PATH)
    assert steps or can_stay(now)
