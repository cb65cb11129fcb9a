"""Who asks, who takes part, and who says what comes of it, as plain rules."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from exchange.accounts.roles import Role
from exchange.adoption.policy import leads
from exchange.proposals.lifecycle import Part

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.asks.models import Ask
    from exchange.asks.queries import Asking, SeenAsk
    from exchange.proposals.policy import Standing

ONLY_MEMBERS = (
    "People of an organisation of the region ask for it, once the organisation is settled and they have accepted the "
    "confidentiality terms. The network’s own organisation does not adopt."
)
ONLY_MANAGERS = (
    "Only a programme manager of the lead theme who has no interest in the programme, and did not ask, "
    + "can say what comes of it."
)
ONLY_ASKERS = "Only who asked, or the organisation’s lead, can take it back."
ONLY_COLLEAGUES = "You take part in this conversation already."


class Side(StrEnum):
    """As what somebody takes part in the conversation."""

    ORGANISATION = "organisation"
    CHAMPION = "champion"
    MANAGER = "manager"


def can_ask(person: Person, asking: Asking) -> bool:
    return asking.organisation is not None


def side_of(person: Person, ask: Ask, standing: Standing, *, has_joined: bool) -> Side | None:
    """None for who takes no part. Whoever moved to another organisation is out of it; who asked and manages the programme too is
    on the organisation's side alone."""
    is_of_it = person.is_member and person.organisation_id == ask.organisation_id
    if (is_of_it and has_joined) or leads(person, ask.organisation_id):
        return Side.ORGANISATION
    if Part.MANAGER in standing.parts:
        return Side.MANAGER
    return Side.CHAMPION if standing.is_champion else None


def can_read(person: Person, seen: SeenAsk) -> bool:
    return seen.side is not None


def can_join(person: Person, seen: SeenAsk) -> bool:
    return seen.side is None


def can_settle(person: Person, seen: SeenAsk) -> bool:
    return seen.side is Side.MANAGER


def can_take_back(person: Person, seen: SeenAsk) -> bool:
    """Who asked, and the lead; once who asked has left, anybody of the organisation who takes part."""
    if seen.side is not Side.ORGANISATION:
        return False
    ask = seen.ask
    return ask.asked_by_id == person.id or leads(person, ask.organisation_id) or has_asker_left(ask)


def has_asker_left(ask: Ask) -> bool:
    asker = ask.asked_by
    return not asker.active or asker.organisation_id != ask.organisation_id


def manages_somewhere(person: Person) -> bool:
    return bool(person.themes_as(Role.PROGRAMME_MANAGER))
