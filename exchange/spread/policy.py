"""Who reads and settles what of a programme, as plain rules. The programme itself is public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange.accounts.roles import Role
from exchange.proposals.lifecycle import Part
from exchange.spread.life import CURRENT

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.proposals.policy import Standing
    from exchange.spread.queries import SeenChange, SeenCondition, SeenProgramme

ONLY_DIRECTORS = (
    "Only a theme director of the lead theme, without an interest in the proposal, can settle a condition."
)

ONLY_DIRECTORS_CHANGE = (
    "Only a theme director of the lead theme, without an interest in the proposal, can change a programme."
)


def reads_conditions(standing: Standing) -> bool:
    """The team and the lead theme's staff, who also read the investment."""
    return standing.is_on_team or standing.is_staff


def can_settle_in(standing: Standing) -> bool:
    return Part.DIRECTOR in standing.parts


def can_change(person: Person, found: SeenChange) -> bool:
    return Part.DIRECTOR in found.standing.parts


def can_plan(found: SeenProgramme) -> bool:
    """Managers, while it is current."""
    return Part.MANAGER in found.standing.parts and found.programme.status in CURRENT


def can_record_funding(found: SeenProgramme) -> bool:
    """Managers, also once it is past: the last payments and what comes back follow its end."""
    return Part.MANAGER in found.standing.parts


def is_director(person: Person) -> bool:
    return bool(person.themes_as(Role.THEME_DIRECTOR))


def can_settle(person: Person, seen: SeenCondition) -> bool:
    return can_settle_in(seen.standing)
