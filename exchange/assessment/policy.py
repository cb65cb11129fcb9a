"""Who may do what in assessment, as plain rules. Conflicts are already taken out of a person's standing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange.accounts.roles import THEME_ROLES, Role
from exchange.proposals.lifecycle import Part, Stage

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.assessment.models import Interest
    from exchange.proposals.policy import Seen, Standing

# Where a reviewer may still say that they have an interest.
DECLARABLE = frozenset({Stage.IN_ASSESSMENT, Stage.ASSESSED})


def is_reviewer(person: Person) -> bool:
    return bool(person.themes_as(Role.REVIEWER))


def is_manager(person: Person) -> bool:
    return bool(themes_managed(person))


def themes_managed(person: Person) -> frozenset[str]:
    return person.themes_as(Role.PROGRAMME_MANAGER)


def assesses(person: Person) -> bool:
    """Holds a role that they would lose in a proposal by joining its team."""
    return any(person.themes_as(role) for role in THEME_ROLES)


def manages(person: Person, seen: Seen) -> bool:
    """Is a programme manager of the lead theme, and nothing binds them."""
    return Part.MANAGER in seen.standing.parts


def is_staff(person: Person, seen: Seen) -> bool:
    """Acts on it for the lead theme, a stand-in too, and nothing binds them."""
    return seen.standing.is_staff


def is_champion(person: Person, seen: Seen) -> bool:
    return seen.standing.is_champion


def can_read_panel(standing: Standing, *, owes_a_review: bool, has_submitted: bool) -> bool:
    """Staff; and reviewers once their own review is in. Staff who are on the panel wait for it like
    everyone there."""
    if owes_a_review:
        return False
    return standing.is_staff or (standing.is_reviewer and has_submitted)


def can_declare(standing: Standing, stage: Stage, *, is_resting: bool) -> bool:
    """On a panel that reviews, rests while changes are requested, or has closed and waits for the decision."""
    is_live = stage in DECLARABLE or is_resting
    return is_live and (standing.is_reviewer or standing.is_undeclared_reviewer)


def may_declare_now(interest: Interest, *, is_open: bool) -> bool:
    """Once the round has ended only an interest still matters."""
    return is_open or interest == "interest"
