"""Who is told of what a panel asks the team, and of what it discusses. The rows of the table are in `who`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from exchange.accounts.models import Person
from exchange.assessment import queries as assessment
from exchange.assessment.deliberation.models import TeamQuestion
from exchange.assessment.models import Assignment, Interest
from exchange.extensions import db
from exchange.proposals import queries as proposals

if TYPE_CHECKING:
    from exchange.notifications.news import News


def asker(news: News) -> list[Person]:
    """Who asked the question that the event is about, while they are on the panel."""
    place = _question(news).assignment
    return [place.person] if _has_declared(place) else []


def declared_panel(news: News) -> list[Person]:
    """Everyone on the open round's panel who reads all of the proposal."""
    return [place.person for place in _open_places(news) if _has_declared(place)]


def discussing_panel(news: News) -> list[Person]:
    """Those of the open round's panel whose review is in."""
    return [
        place.person
        for place in _open_places(news)
        if _has_declared(place) and place.review is not None and place.review.submitted_at is not None
    ]


def question(news: News) -> Mapping[str, Any]:
    """The question with its answer, for those who read it."""
    return {"question": _question(news)}


def _question(news: News) -> TeamQuestion:
    return db.session.get_one(TeamQuestion, news.happened.facts["question"])


def _open_places(news: News) -> list[Assignment]:
    round_ = assessment.open_round(news.about)
    return [] if round_ is None else round_.assignments


def _has_declared(place: Assignment) -> bool:
    """And nothing binds them since."""
    if place.removed_at is not None or place.interest is not Interest.NONE:
        return False
    return not proposals.conflict_of(place.person, place.round.proposal)
