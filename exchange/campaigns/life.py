"""Where a campaign stands at a moment, and what may be done with it. Nothing keeps this: it follows from the clock.

A refusal is a sentence; an empty text means that nothing stands against it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exchange.proposals.campaigns import Campaign


class State(StrEnum):
    """A campaign that ended before it opened is closed too."""

    DRAFT = "draft"
    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"


NOT_STARTED = frozenset({State.DRAFT, State.COMING})
GOING_ON = frozenset({State.COMING, State.OPEN})


def state_of(campaign: Campaign, now: datetime) -> State:
    """Open from its first moment on; at the moment of closing it is closed."""
    if campaign.announced_at is None:
        return State.DRAFT
    if now >= campaign.closes_at:
        return State.CLOSED
    return State.OPEN if now >= campaign.opens_at else State.COMING


def why_not_change(state: State) -> str:
    if state in NOT_STARTED:
        return ""
    return "It has opened, so what it says and asks stays as those who answer it read it."


def why_not_announce(campaign: Campaign, state: State, now: datetime) -> str:
    if state is not State.DRAFT:
        return "It is announced already."
    return "" if campaign.closes_at > now else "Its closing time has passed. Change its times first."


def why_not_delete(state: State) -> str:
    return "" if state is State.DRAFT else "It is announced, so it can be ended but not deleted."


def why_not_go_on(state: State) -> str:
    """Neither longer nor shorter."""
    if state is State.DRAFT:
        return "It is a draft. Change its times instead."
    return "" if state in GOING_ON else "It has closed, so its times can no longer change."


def why_not_results(state: State) -> str:
    return "" if state is State.CLOSED else "Its results can be written once it has closed."
