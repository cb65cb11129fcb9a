"""What the front page and the page of a theme show."""

from __future__ import annotations

from dataclasses import dataclass

from exchange.accounts.models import Person, Role
from exchange.accounts.queries import people_with
from exchange.campaigns.page import Item, current_items
from exchange.networks import queries as networks
from exchange.proposals.listing import Facet, Wanted
from exchange.proposals.listing_page import ShownList, short_list
from exchange.region import queries as region
from exchange.region.models import Theme
from exchange.spread import queries as spread
from exchange.spread.queries import Listed

LATEST = 4


@dataclass(frozen=True)
class ThemePage:
    """A theme with its people by name, its campaigns, its newest programmes, current and past, those of its proposals that this
    person may see, and how many people belong to its network."""

    theme: Theme
    directors: list[str]
    managers: list[str]
    campaigns: list[Item]
    programmes: list[Listed]
    past_programmes: list[Listed]
    proposals: ShownList
    members: int
    is_mine: bool


def latest_programmes() -> list[Listed]:
    """The newest of the current programmes."""
    return spread.newest_programmes(LATEST)


def theme_page(person: Person | None, theme_id: str) -> ThemePage:
    """Raises NotFound."""
    theme = region.theme(theme_id)
    return ThemePage(
        theme=theme,
        directors=_names(Role.THEME_DIRECTOR, theme),
        managers=_names(Role.PROGRAMME_MANAGER, theme),
        campaigns=current_items(theme.id),
        programmes=spread.newest_programmes(LATEST, theme=theme.id),
        past_programmes=spread.newest_programmes(LATEST, theme=theme.id, past=True),
        proposals=short_list(person, Wanted(chosen={Facet.THEME: (theme.id,)})),
        members=networks.member_count(theme),
        is_mine=theme.id in networks.themes_joined(person),
    )


def _names(role: Role, theme: Theme) -> list[str]:
    return [person.name for person in people_with(role, theme.id)]
