"""Who is told when those who act for a lead theme change in one proposal. The rows of the table are in `who`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from exchange.accounts import queries as accounts
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.proposals import queries as proposals
from exchange.wording import joined

if TYPE_CHECKING:
    from exchange.notifications.news import News


def stand_in(news: News) -> list[Person]:
    """Whom the event names, or ends the standing in of."""
    return [accounts.person(news.happened.facts["person"])]


def staff(news: News) -> list[Person]:
    """Everyone who acts on it now, for each role that they have."""
    acting = [proposals.acting(role, news.about) for role in proposals.STAFF_ROLES]
    return list(dict.fromkeys(person for people in acting for person in people))


def part(news: News) -> Mapping[str, Any]:
    """As what the stand-in acts, or acted."""
    return {"part": _part(news.happened.facts["role"])}


def parts(news: News) -> Mapping[str, Any]:
    """As what they acted until they declared an interest."""
    return {"parts": joined([_part(role) for role in news.happened.facts["roles"]])}


def _part(role: str) -> str:
    return proposals.STAFF_ROLES[Role(role)].value
