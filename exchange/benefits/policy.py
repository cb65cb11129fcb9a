"""Who writes promises, who enters and confirms benefits, and who reads what is not confirmed, as plain rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange.adoption import policy as adoption
from exchange.audience import Audience
from exchange.benefits.sums import Status
from exchange.proposals import policy as proposals

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.adoption.queries import Place
    from exchange.benefits.queries import SeenBenefit, SeenPromise
    from exchange.proposals.policy import Standing
    from exchange.spread.queries import SeenProgramme

ONLY_MANAGERS = adoption.ONLY_MANAGERS
ONLY_ENTERERS = (
    "Only people of the organisation, or a programme manager of the lead theme without an interest in it, "
    + "can do this."
)
ONLY_CONFIRMERS = (
    "Only the organisation’s own lead, or a programme manager of the lead theme without an interest in it, "
    + "can do this."
)


def enters(person: Person | None, standing: Standing, organisation_id: str) -> bool:
    """The organisation's own people too: what they enter waits for its lead or the manager."""
    if person is None:
        return False
    is_of_it = person.is_member and person.organisation_id == organisation_id
    return is_of_it or confirms(person, standing, organisation_id)


def confirms(person: Person | None, standing: Standing, organisation_id: str) -> bool:
    return adoption.records(person, standing, organisation_id)


def reads_unconfirmed(person: Person | None, standing: Standing) -> bool:
    return bool(standing.parts) or (person is not None and person.is_member)


def audiences(found: SeenProgramme) -> frozenset[Audience]:
    """Whose promises this reader reads."""
    return proposals.events_read_by(found.standing, found.programme.proposal)


def audiences_everywhere(person: Person | None) -> frozenset[Audience]:
    """The same of all programmes together."""
    is_member = person is not None and person.is_member
    return frozenset({Audience.PUBLIC, Audience.MEMBERS}) if is_member else frozenset({Audience.PUBLIC})


def can_enter(person: Person, place: Place) -> bool:
    return enters(person, place.found.standing, place.adoption.organisation_id)


def can_confirm(person: Person, seen: SeenBenefit) -> bool:
    return confirms(person, seen.found.standing, seen.benefit.organisation_id)


def can_correct(person: Person, seen: SeenBenefit) -> bool:
    """Who confirms; and while nobody has, whoever enters."""
    is_waiting = seen.benefit.status is Status.WAITING
    return can_confirm(person, seen) or (
        is_waiting and enters(person, seen.found.standing, seen.benefit.organisation_id)
    )


def can_correct_promise(person: Person, seen: SeenPromise) -> bool:
    return adoption.manages(person, seen.found)
