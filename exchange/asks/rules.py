"""What can come of an ask, and how much can be asked and written. Pure."""

from __future__ import annotations

from exchange.adoption.steps import PATH, Step
from exchange.spread.life import ProgrammeStatus

MOST_ASKS_A_DAY = 10  # of one person
MOST_MESSAGES = 500  # in one conversation
MOST_MESSAGES_AN_HOUR = 30  # of one person, in all conversations

FIRST = (Step.INTERESTED, Step.CONSIDERING, Step.PLANNING, Step.PILOTING)


def why_not_write(status: ProgrammeStatus, *, goes_on: bool) -> str:
    """Why the conversation is over, and what to do; empty while it is not. An ask `goes_on` while it waits, and ahead."""
    past = {ProgrammeStatus.COMPLETED: "is completed", ProgrammeStatus.ENDED: "has ended"}.get(status)
    if past:
        return f"The programme {past}, so nobody writes here any more. Its adoption kit stays: look there for whom to ask."
    return "" if goes_on else "The conversation is over. It stays with the programme."


def first_steps(now: Step | None) -> tuple[Step, ...]:
    """Where an organisation that goes ahead can stand next: further on than now. One that had ended starts anew."""
    if now is None or now not in PATH:
        return FIRST
    return tuple(step for step in FIRST if PATH.index(step) > PATH.index(now))


def can_stay(now: Step | None) -> bool:
    """Whether it can go ahead from where it stands, without another step."""
    return now in PATH
