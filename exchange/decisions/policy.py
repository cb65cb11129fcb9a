"""Who may decide, and read what was decided, as plain rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange.accounts.roles import Role
from exchange.proposals.lifecycle import Part

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.proposals.policy import Seen, Standing

ONLY_DIRECTORS = (
    "Only a theme director of the lead theme, without an interest in the proposal, can decide this."
)
ONLY_STAFF = (
    "Only the programme manager and the theme director of the lead theme can do this, "
    "and nobody with an interest in the proposal."
)


def can_decide(person: Person, seen: Seen) -> bool:
    return Part.DIRECTOR in seen.standing.parts


def can_decline(person: Person, seen: Seen) -> bool:
    """Manager or director, by the stage; the table of actions has the last word."""
    return seen.standing.is_staff


def directs_a_theme(person: Person) -> bool:
    return bool(person.themes_as(Role.THEME_DIRECTOR))


def reads_letters(standing: Standing) -> bool:
    return standing.is_on_team or standing.is_staff


def reads_prepared(standing: Standing) -> bool:
    """What a director prepares is nobody else's to know until it is released."""
    return Part.DIRECTOR in standing.parts
