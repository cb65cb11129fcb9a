"""Who looks after a kit, and who adds to its log of barriers, as plain rules. All may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange.adoption import policy as adoption
from exchange.adoption.policy import ONLY_MANAGERS as ONLY_MANAGERS
from exchange.proposals.lifecycle import Part

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.kits.queries import Adding, SeenPart, SeenSection
    from exchange.proposals.policy import Standing
    from exchange.spread.queries import SeenProgramme

ONLY_EDITORS = (
    "Only the champion, and programme managers of the lead theme who have no interest in the programme, "
    + "change its kit."
)
ONLY_ADOPTERS = (
    "People of an organisation that has a step in this programme add to the log, and so do its lead, the champion and the "
    "programme manager."
)
ONLY_AUTHORS = "Only who wrote it and the programme manager can correct it."


def edits(standing: Standing) -> bool:
    return standing.is_champion or Part.MANAGER in standing.parts


def can_edit(person: Person, found: SeenProgramme) -> bool:
    return edits(found.standing)


def can_edit_section(person: Person, seen: SeenSection) -> bool:
    return edits(seen.found.standing)


def can_edit_part(person: Person, seen: SeenPart) -> bool:
    return edits(seen.found.standing)


def can_remove_contact(person: Person, seen: SeenPart) -> bool:
    """Who is named can always take themselves out."""
    return edits(seen.found.standing) or seen.part.person_id == person.id


def can_add(person: Person, adding: Adding) -> bool:
    return bool(adding.organisations)


def manages(person: Person, seen: SeenPart) -> bool:
    return adoption.manages(person, seen.found)


def is_author(person: Person | None, seen: SeenPart) -> bool:
    """While they are still of the organisation that they wrote for, and it is not hidden. The champion and a manager may write
    for organisations that are not their own."""
    if person is None or seen.part.added_by_id != person.id or seen.part.hidden_at is not None:
        return False
    return person.organisation_id == seen.part.organisation_id or edits(seen.found.standing)


def can_correct(person: Person, seen: SeenPart) -> bool:
    return manages(person, seen) or is_author(person, seen)
