"""What can come of an ask, and how much can be asked and written. Pure."""

from __future__ import annotations

from exchange.adoption.steps import PATH, Step

MOST_ASKS_A_DAY = 10  # of one person
MOST_MESSAGES = 500  # in one conversation
MOST_MESSAGES_AN_HOUR = 30  # of one person, in all conversations

FIRST = (Step.INTERESTED, Step.CONSIDERING, Step.PLANNING, Step.PILOTING)


def first_steps(now: Step | None) -> tuple[Step, ...]:
    """Where an organisation that goes ahead can stand next: further on than now. One that had ended starts anew."""
    if now is None or now not in PATH:
        return FIRST
    return tuple(step for step in FIRST if PATH.index(step) > PATH.index(now))


def can_stay(now: Step | None) -> bool:
    """Whether it can go ahead from where it stands, without another step."""
    return now in PATH
