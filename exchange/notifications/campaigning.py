"""Who is told of campaigns: those who run them, those who answered, and those whose answer is still a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from exchange.accounts.models import Person
from exchange.accounts.queries import people_with
from exchange.accounts.roles import Role
from exchange.addresses import path_of
from exchange.campaigns import queries as campaigns
from exchange.extensions import db
from exchange.notifications.news import News, People, Row
from exchange.proposals.campaigns import Campaign


def page_path(news: News) -> str:
    return path_of("campaigns.show", campaign_id=_campaign(news).id)


def results_path(news: News) -> str:
    return path_of("campaigns.results", campaign_id=_campaign(news).id)


def drafting(news: News) -> Sequence[Person]:
    return campaigns.champions_of_drafts(_campaign(news))


def answered(news: News) -> Sequence[Person]:
    return campaigns.champions_of_answers(_campaign(news))


def running(news: News) -> list[Person]:
    theme = _campaign(news).theme_id
    return [
        person
        for role in (Role.PROGRAMME_MANAGER, Role.THEME_DIRECTOR)
        for person in people_with(role, theme)
    ]


def about(news: News) -> Mapping[str, Any]:
    """The campaign, and why it was extended or ended."""
    reason = next((text.content for text in news.happened.texts if text.name == "reason"), "")
    return {"campaign": _campaign(news), "reason": reason}


def _campaign(news: News) -> Campaign:
    _, _, id_ = news.happened.subject.partition(":")
    return db.session.get_one(Campaign, id_)


def _row(to: People, template: str, path: Callable[[News], str] = page_path) -> Row:
    return Row(to, template, path, more=about)


CLOSED = (
    _row(drafting, "campaign_missed"),
    _row(answered, "campaign_closed"),
    _row(running, "campaign_to_finish", results_path),
)
ROWS: Mapping[str, tuple[Row, ...]] = {
    "open_campaign": (_row(running, "campaign_opened"),),
    "extend_campaign": (_row(drafting, "campaign_extended"), _row(running, "campaign_extended")),
    "close_campaign": CLOSED,
    "end_campaign": CLOSED,
    "publish_results": (_row(answered, "campaign_results"), _row(running, "campaign_results")),
}
