"""Who starts and runs campaigns: the programme managers and directors of the theme that a campaign is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange.accounts.policy import runs_a_theme, themes_run
from exchange.campaigns.life import State

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.campaigns.queries import SeenCampaign, SeenQuestion
    from exchange.proposals.campaigns import Campaign

ONLY_STAFF = "Programme managers and theme directors start campaigns. Tell yours what is needed."
ONLY_ITS_STAFF = "Only the programme manager and the director of its theme can do this."


def can_start(person: Person) -> bool:
    return runs_a_theme(person)


def runs(person: Person | None, campaign: Campaign) -> bool:
    return person is not None and campaign.theme_id in themes_run(person)


def runs_it(person: Person, found: SeenCampaign) -> bool:
    return found.is_run


def runs_its(person: Person, found: SeenQuestion) -> bool:
    return found.seen.is_run


def can_see(person: Person | None, campaign: Campaign, state: State) -> bool:
    """Announced ones are public."""
    return state is not State.DRAFT or runs(person, campaign)
