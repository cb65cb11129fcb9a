"""Who defines measures, enters figures and re-bases limits, as plain rules. All may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange.adoption import policy as adoption
from exchange.proposals.lifecycle import Part

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.measures.queries import Place, SeenMeasure

ONLY_ENTERERS = adoption.ONLY_RECORDERS
ONLY_MANAGERS = adoption.ONLY_MANAGERS


def can_define(person: Person, seen: SeenMeasure) -> bool:
    return Part.MANAGER in seen.found.standing.parts


def can_enter_some(person: Person, seen: SeenMeasure) -> bool:
    """Figures of at least one organisation; of which, each row asks."""
    return can_define(person, seen) or any(adoption.leads(person, id_) for id_ in seen.eligible)


def can_enter(person: Person, place: Place) -> bool:
    return adoption.records(person, place.seen.found.standing, place.organisation.id)
