"""The demo's campaigns: what the region asked, which stories answered, and what came of it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from exchange import clock
from exchange.accounts.models import Person
from exchange.campaigns import services
from exchange.campaigns.services import Asked, Said
from exchange.extensions import db
from exchange.proposals.campaigns import Campaign
from exchange.proposals.record import AnswerAudience, Kind
from exchange.region import queries as region
from exchange.spread.services import make_slug

FILE = Path(__file__).parent / "campaigns.toml"
Step = Mapping[str, Any]


def answered() -> dict[str, dict[str, Any]]:
    """What stories answer besides, as answers of their record."""
    found = {}
    for told in _told():
        id_ = make_slug(told["title"])
        for stem, given in told.get("answers", {}).items():
            own = {f"{id_}.{number}": answer for number, answer in enumerate(given, 1)}
            found[stem] = {"campaign": id_, **own}
    return found


def running() -> dict[str, list[Step]]:
    """The steps of each campaign, by the story that it stands with."""
    found: dict[str, list[Step]] = {}
    for told in _told():
        found.setdefault(told["story"], []).extend(_steps(told))
    return found


def _steps(told: Mapping[str, Any]) -> Iterator[Step]:
    shared = {"campaign": make_slug(told["title"]), "by": told["by"]}
    yield {**shared, "do": "start-campaign", "at": "11:10", "days_ago": told["days_ago"], "told": told}
    for moment in (told["opens"], told["closes"]):
        if moment["days_ago"] >= 0:
            yield {**shared, **moment, "do": "notice-campaign"}
    if results := told.get("results"):
        yield {**shared, **results, "do": "publish-results", "at": "10:40"}


def _start(by: Person, step: Step) -> None:
    told = step["told"]
    # The moments count from the day on which the demo is loaded, and the step is played days before.
    loaded = clock.today() + timedelta(days=told["days_ago"])
    said = Said(
        title=told["title"],
        need=told["need"].strip(),
        who_for=told["who_for"].strip(),
        theme=region.theme("patient-safety"),
        themes=[region.theme(id_) for id_ in told["themes"]],
        priorities=[region.priority(id_) for id_ in told["priorities"]],
        **{
            name: datetime.combine(
                loaded - timedelta(days=moment["days_ago"]), time.fromisoformat(moment["at"]), clock.LONDON
            ).astimezone(UTC)
            for name, moment in (("opens_at", told["opens"]), ("closes_at", told["closes"]))
        },
    )
    campaign = services.draft_campaign(by, said)
    for question in told.get("questions", []):
        asked = Asked(
            question["label"],
            Kind(question["kind"]),
            question.get("hint", ""),
            AnswerAudience(question.get("audience", "public")),
            question.get("is_needed", False),
            question.get("choices", []),
        )
        services.add_question(campaign, by, asked)
    services.announce_campaign(campaign, by)


def _notice(by: Person, step: Step) -> None:
    services.notice(_campaign(step))


def _publish(by: Person, step: Step) -> None:
    services.publish_results(_campaign(step), by, results=step["text"].strip(), thanks=step["thanks"].strip())


def _campaign(step: Step) -> Campaign:
    return db.session.get_one(Campaign, step["campaign"])


def _told() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(FILE.read_text())["campaigns"]
    return found


DOING: Mapping[str, Callable[[Person, Step], None]] = {
    "start-campaign": _start,
    "notice-campaign": _notice,
    "publish-results": _publish,
}
