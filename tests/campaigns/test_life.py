"""Where a campaign stands by the clock, and the times that people type."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange import clock
from exchange.campaigns import life
from exchange.campaigns.forms import moment_of
from exchange.campaigns.life import State, state_of
from exchange.forms.times import read_time
from exchange.proposals.campaigns import Campaign

NOON = datetime(2026, 12, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def campaign_of(*, opens: datetime, closes: datetime, is_announced: bool = True) -> Campaign:
    return Campaign(
        announced_at=NOON - timedelta(days=9) if is_announced else None, opens_at=opens, closes_at=closes
    )


def test_campaign_opens_and_closes_to_the_second() -> None:
    campaign = campaign_of(opens=NOON, closes=NOON + timedelta(days=1))
    states = {
        moment: state_of(campaign, moment)
        for moment in (NOON - SECOND, NOON, campaign.closes_at - SECOND, campaign.closes_at)
    }
    assert list(states.values()) == [State.COMING, State.OPEN, State.OPEN, State.CLOSED]


def test_campaign_that_ended_before_it_opened_is_closed() -> None:
    assert state_of(campaign_of(opens=NOON + timedelta(days=1), closes=NOON), NOON) is State.CLOSED


@given(opens=st.integers(-9, 9), lasts=st.integers(-9, 9), hours=st.lists(st.integers(-30, 30), min_size=2))
def test_campaign_never_goes_back(opens: int, lasts: int, hours: list[int]) -> None:
    """Whatever its times, and whoever looks when: coming, open, closed, in this order."""
    start = NOON + timedelta(hours=opens)
    campaign = campaign_of(opens=start, closes=start + timedelta(hours=lasts))
    order = [State.COMING, State.OPEN, State.CLOSED]
    seen = [order.index(state_of(campaign, NOON + timedelta(hours=hour))) for hour in sorted(hours)]
    assert seen == sorted(seen)


def test_what_may_be_done_with_each_state() -> None:
    allowed = {
        state: "".join(
            "-" if why else "o"
            for why in (
                life.why_not_change(state),
                life.why_not_delete(state),
                life.why_not_go_on(state),
                life.why_not_results(state),
            )
        )
        for state in State
    }
    assert allowed == {
        State.DRAFT: "oo--",
        State.COMING: "o-o-",
        State.OPEN: "--o-",
        State.CLOSED: "---o",
    }


def test_draft_is_announced_while_its_closing_is_to_come() -> None:
    draft = campaign_of(opens=NOON - SECOND, closes=NOON + SECOND, is_announced=False)
    assert life.why_not_announce(draft, State.DRAFT, NOON) == ""
    assert "closing time has passed" in life.why_not_announce(draft, State.DRAFT, NOON + SECOND)
    assert "already" in life.why_not_announce(draft, State.OPEN, NOON)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("9am", time(9)),
        ("5.30pm", time(17, 30)),
        ("5:30 pm", time(17, 30)),
        ("17:30", time(17, 30)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("midday", time(12)),
        ("midnight", time(0)),
        ("0:05", time(0, 5)),
        *((odd, None) for odd in ("5", "25:00", "17:60", "13pm", "0am", "soon", "١٧:٣٠", "9am9")),
    ],
)
def test_time_is_read_as_people_write_it(typed: str, read: time | None) -> None:
    assert read_time(typed) == read


def test_moment_is_londons() -> None:
    assert moment_of(date(2026, 7, 1), time(17)) == datetime(2026, 7, 1, 16, tzinfo=UTC)
    assert moment_of(date(2026, 12, 1), time(17)) == datetime(2026, 12, 1, 17, tzinfo=UTC)
    assert moment_of(date(2027, 3, 28), time(1, 30)) is None  # the clocks go over it
    twice = moment_of(date(2026, 10, 25), time(1, 30))
    assert twice is not None
    assert twice.astimezone(clock.LONDON).time() == time(1, 30)
