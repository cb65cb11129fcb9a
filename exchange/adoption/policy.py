"""Who records an organisation's steps, and who says for which organisations a programme is, as plain rules. All may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange.accounts.roles import Role
from exchange.proposals.lifecycle import Part

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.adoption.queries import Place
    from exchange.proposals.policy import Standing
    from exchange.spread.queries import SeenProgramme

ONLY_RECORDERS = (
    "Only the organisation’s own lead, or a programme manager of the lead theme without an interest in it, "
    + "can record this."
)
ONLY_MANAGERS = "Only a programme manager of the lead theme who has no interest in the programme can do this."


def leads(person: Person | None, organisation_id: str) -> bool:
    return (
        person is not None
        and person.is_member
        and any(
            grant.role is Role.ORGANISATION_LEAD and grant.organisation_id == organisation_id
            for grant in person.grants
        )
    )


def records(person: Person | None, standing: Standing, organisation_id: str) -> bool:
    return Part.MANAGER in standing.parts or leads(person, organisation_id)


def can_record(person: Person, place: Place) -> bool:
    return records(person, place.found.standing, place.adoption.organisation_id)


def manages(person: Person, found: SeenProgramme) -> bool:
    return Part.MANAGER in found.standing.parts
