"""Who is told what of networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from exchange.accounts.models import Person
from exchange.addresses import address, path_of
from exchange.extensions import db
from exchange.networks import queries as networks
from exchange.networks.models import Announcement
from exchange.notifications.news import News, Row


def members(news: News) -> Sequence[Person]:
    """Who belonged to the network then and still does, while the announcement stands."""
    found = _announcement(news)
    return [] if found.taken_down_at else networks.who_belonged(found.theme_id, news.happened.at)


def network_path(news: News) -> str:
    return path_of("networks.network", theme_id=_announcement(news).theme_id)


def announcement(news: News) -> Mapping[str, Any]:
    """What is announced, and where leaving is asked for."""
    found = _announcement(news)
    return {"announcement": found, "leave": address("networks.leave", theme_id=found.theme_id)}


def _announcement(news: News) -> Announcement:
    return db.session.get_one(Announcement, news.happened.facts["announcement"])


ROWS: Mapping[str, tuple[Row, ...]] = {
    "announce": (Row(members, "announced", network_path, more=announcement),)
}
