"""Who is told when somebody asks to join a team. The rows of the table are in `who`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.proposals.models import JoinRequest

if TYPE_CHECKING:
    from exchange.notifications.news import News


def who_asked(news: News) -> list[Person]:
    return [_request(news).person]


def request(news: News) -> Mapping[str, Any]:
    """Who asked, and what they wrote."""
    return {"request": _request(news)}


def _request(news: News) -> JoinRequest:
    return db.session.get_one(JoinRequest, news.happened.facts["request"])
