"""Who joins a network, reads in it and announces there, as plain rules. A refusal is a sentence; an empty text means that nothing
stands against it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchange.accounts.policy import is_member, themes_run

if TYPE_CHECKING:
    from exchange.accounts.models import Person
    from exchange.networks.models import Announcement
    from exchange.region.models import Theme

ONLY_MEMBERS = (
    "Networks are for people who belong to an organisation of the region and have accepted the terms."
)
ONLY_ITS_STAFF = (
    "Only a programme manager or theme director of this theme can announce something in its network."
)
ENDED = "This theme has ended, and with it its network."


def reads_inside(person: Person, theme: Theme) -> bool:
    """Who belongs to it, and what was announced: every member may look before they join."""
    return is_member(person)


def why_closed(theme: Theme) -> str:
    """Why nobody joins or announces any more."""
    return ENDED if theme.retired_at is not None else ""


def announces(person: Person, theme: Theme) -> bool:
    return theme.id in themes_run(person)


def takes_down(person: Person, announcement: Announcement) -> bool:
    return announcement.theme_id in themes_run(person)
