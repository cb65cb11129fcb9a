"""The life of a programme: its statuses, and which change may follow which. Pure; nothing else decides.

It becomes active of itself, once the conditions that block it are met or waived. Everything else a theme director of the lead
theme does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ProgrammeStatus(StrEnum):
    SETTING_UP = "setting-up"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    ENDED = "ended"


CURRENT = frozenset({ProgrammeStatus.SETTING_UP, ProgrammeStatus.ACTIVE, ProgrammeStatus.PAUSED})
PAST = frozenset(ProgrammeStatus) - CURRENT


@dataclass(frozen=True)
class Change:
    """`to` is None where the status stays. `asks` names the fields of its form, and `done` is what the page then says."""

    name: str
    label: str
    since: frozenset[ProgrammeStatus]
    to: ProgrammeStatus | None
    asks: tuple[str, ...]
    done: str

    @property
    def in_full(self) -> str:
        return IN_FULL.get(self.name, f"{self.label} the programme")

    def of(self, which: str) -> str:
        """The same of others than one, like "several programmes"."""
        return self.in_full.replace("the programme", which)

    @property
    def event(self) -> str:
        return f"{self.name}_programme"


IN_FULL = {"resume": "Go on with the programme", "prolong": "Keep the programme paused"}

CHANGES: Mapping[str, Change] = {
    change.name: change
    for change in (
        Change(
            "pause",
            "Pause",
            frozenset({ProgrammeStatus.ACTIVE}),
            ProgrammeStatus.PAUSED,
            ("reason", "review_on"),
            "The programme is paused.",
        ),
        Change(
            "resume",
            "Go on",
            frozenset({ProgrammeStatus.PAUSED}),
            ProgrammeStatus.ACTIVE,
            ("reason",),
            "The programme is active again.",
        ),
        Change(
            "prolong",
            "Keep paused",
            frozenset({ProgrammeStatus.PAUSED}),
            ProgrammeStatus.PAUSED,
            ("reason", "review_on"),
            "The programme stays paused.",
        ),
        Change(
            "refocus",
            "Refocus",
            frozenset({ProgrammeStatus.ACTIVE, ProgrammeStatus.PAUSED}),
            None,
            ("changed", "reason", "adoption_target"),
            "The programme is refocused.",
        ),
        Change(
            "complete",
            "Complete",
            frozenset({ProgrammeStatus.ACTIVE, ProgrammeStatus.PAUSED}),
            ProgrammeStatus.COMPLETED,
            ("lessons",),
            "The programme is completed.",
        ),
        Change(
            "end",
            "End",
            CURRENT,
            ProgrammeStatus.ENDED,
            ("reason", "lessons"),
            "The programme has ended.",
        ),
    )
}


def possible(status: ProgrammeStatus) -> list[Change]:
    """What a director can do now, in the order of the table."""
    return [change for change in CHANGES.values() if status in change.since]


def why_not(change: Change, status: ProgrammeStatus) -> str:
    """Why this change cannot follow, and what to do; empty where it can."""
    if status in change.since:
        return ""
    words = status.value.replace("-", " ")
    if status is change.to:
        return f"The programme is {words} already."
    if status is ProgrammeStatus.SETTING_UP:
        return "The programme is still being set up. Settle the conditions that keep it from starting first."
    return f"The programme is {words}, so this cannot follow."


def why_not_adopt(status: ProgrammeStatus) -> str:
    """Why no organisation can ask to adopt it now, in words for whoever would; empty where one can."""
    return {
        ProgrammeStatus.PAUSED: "The programme is paused, so nobody can ask to adopt it now. You can once it goes on.",
        ProgrammeStatus.COMPLETED: "The programme is completed, so nobody can ask to adopt it any more.",
        ProgrammeStatus.ENDED: "The programme has ended, so nobody can ask to adopt it any more.",
    }.get(status, "")


# What can be done with several at once, as in an emergency and when it is over.
OF_SEVERAL = ("pause", "resume", "prolong", "refocus")
