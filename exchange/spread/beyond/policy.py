"""Who offers programmes to other networks, and who reads what was offered, as plain rules. What was taken up all may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.spread.beyond.queries import SeenOffer
    from exchange.spread.queries import SeenProgramme

ONLY_STAFF = "Only a programme manager or theme director of the lead theme, without an interest in the programme, can do this."


def can_offer(person: Person, found: SeenProgramme) -> bool:
    return found.standing.is_staff


def can_record(person: Person, seen: SeenOffer) -> bool:
    return seen.found.standing.is_staff
