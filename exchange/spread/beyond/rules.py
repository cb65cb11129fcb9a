"""Which programme can be offered to which network, and what a network can answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from exchange.spread.life import ProgrammeStatus

MOST_SENT = 5
BETWEEN = timedelta(days=14)
MOST_ANSWERS_A_DAY = 5  # by the link of one offer: the staff is told of each
MOST_ORGANISATIONS = 50
LONGEST_ORGANISATION = 200

OFFERED = frozenset({ProgrammeStatus.ACTIVE, ProgrammeStatus.COMPLETED})
NOT_OFFERED = {
    ProgrammeStatus.SETTING_UP: "It is still being set up. You can offer it once it is active.",
    ProgrammeStatus.PAUSED: "It is paused. You can offer it once it goes on.",
    ProgrammeStatus.ENDED: "It has ended, so it is no longer offered.",
}
ALREADY_PUBLIC = (
    "Everyone can read where you use it, so only the people who run the programme can change it. "
    + "Write to whoever sent you the e-mail."
)


class Answer(StrEnum):
    INTERESTED = "interested"
    TAKEN_UP = "taken-up"
    NOT_NOW = "not-now"


def others(networks: Sequence[str], own: str) -> list[str]:
    """The networks of the region pack but for the one that this exchange belongs to, by name."""
    return sorted((network for network in networks if network != own), key=str.casefold)


def named(text: str) -> list[str]:
    """Organisations as they were typed, one a line, each once."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def wrong_with(organisations: Sequence[str]) -> str:
    """What to mend in a list of organisations; empty when nothing is."""
    if len(organisations) > MOST_ORGANISATIONS:
        return f"Enter {MOST_ORGANISATIONS} organisations or fewer"
    if long := next((each for each in organisations if len(each) > LONGEST_ORGANISATION), ""):
        return (
            f"Enter one organisation a line. “{long[:40]}…” is longer than {LONGEST_ORGANISATION} characters"
        )
    return ""
