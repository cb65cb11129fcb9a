"""Writes to campaigns. Every change is an event of the campaign; those of drafts are read by nobody but administrators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from typing import Any

from sqlalchemy import and_, or_, select

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.campaigns import life
from exchange.campaigns.life import State
from exchange.errors import Conflict, NotFound, WrongStage
from exchange.events import Text
from exchange.extensions import db
from exchange.proposals.campaigns import Campaign
from exchange.proposals.record import MOST_CAMPAIGN_QUESTIONS, AnswerAudience, Kind, asked_by_campaign
from exchange.region.models import Priority, Region, Theme
from exchange.region.queries import REGION_ID
from exchange.spread.services import make_slug
from exchange.transaction import transaction

LONGEST_ID = 50
TAKEN = frozenset({"new"})  # addresses of other pages


@dataclass(frozen=True)
class Said:
    """What a campaign says. `themes` are the others that it concerns."""

    title: str
    need: str
    who_for: str
    theme: Theme
    themes: Sequence[Theme]
    priorities: Sequence[Priority]
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class Asked:
    """What a question of a campaign's own is."""

    label: str
    kind: Kind
    hint: str
    audience: AnswerAudience
    is_needed: bool
    choices: list[str]


def draft_campaign(person: Person, said: Said) -> Campaign:
    campaign = Campaign(
        id=_free_id(said.title), created_at=clock.now(), created_by_id=person.id, **_columns(said)
    )
    db.session.add(campaign)
    _record(person, "draft_campaign", campaign)
    return campaign


def edit_campaign(campaign: Campaign, person: Person, said: Said) -> None:
    """Before it opens. Raises WrongStage."""
    campaign = _lock(campaign)
    _refuse(life.why_not_change(_state(campaign)))
    for name, value in _columns(said).items():
        setattr(campaign, name, value)
    _record(person, "edit_campaign", campaign)


def add_question(campaign: Campaign, person: Person, asked: Asked) -> None:
    """Raises WrongStage once it is open, Conflict when it has as many as it can."""
    campaign = _lock(campaign)
    _refuse(life.why_not_change(_state(campaign)))
    if len(campaign.questions) >= MOST_CAMPAIGN_QUESTIONS:
        raise Conflict(
            f"A campaign asks {MOST_CAMPAIGN_QUESTIONS} questions at most. Remove one first.",
            heading="It has all its questions",
        )
    campaign.questions_asked += 1
    id_ = f"{campaign.id}.{campaign.questions_asked}"
    campaign.questions = [*campaign.questions, _kept(id_, asked)]
    _record(person, "edit_campaign", campaign, question=id_)


def change_question(campaign: Campaign, person: Person, question_id: str, asked: Asked) -> None:
    """Raises WrongStage once it is open, Conflict when somebody removed the question."""
    campaign = _lock(campaign)
    _refuse(life.why_not_change(_state(campaign)))
    if question_id not in {kept["id"] for kept in campaign.questions}:
        raise Conflict("Somebody has removed this question. Copy what you typed, and add it again.")
    campaign.questions = [
        _kept(question_id, asked) if kept["id"] == question_id else kept for kept in campaign.questions
    ]
    _record(person, "edit_campaign", campaign, question=question_id)


def remove_question(campaign: Campaign, person: Person, question_id: str) -> None:
    campaign = _lock(campaign)
    _refuse(life.why_not_change(_state(campaign)))
    campaign.questions = [kept for kept in campaign.questions if kept["id"] != question_id]
    _record(person, "edit_campaign", campaign, question=question_id)


def announce_campaign(campaign: Campaign, person: Person) -> None:
    """Everyone can read it from now on. One whose opening time has passed opens at once. Raises WrongStage."""
    campaign, now = _lock(campaign), clock.now()
    _refuse(life.why_not_announce(campaign, life.state_of(campaign, now), now))
    campaign.announced_at, campaign.opens_at = now, max(campaign.opens_at, now)
    _record(person, "announce_campaign", campaign, Audience.PUBLIC)


def delete_campaign(campaign: Campaign, person: Person) -> None:
    """Of a draft, which nobody answers. Raises WrongStage."""
    campaign = _lock(campaign)
    _refuse(life.why_not_delete(_state(campaign)))
    _record(person, "delete_campaign", campaign)
    db.session.delete(campaign)
    db.session.flush()


def extend_campaign(campaign: Campaign, person: Person, *, closes_at: datetime, reason: str) -> None:
    """Raises WrongStage once it has closed, Conflict when somebody gave it as much time already."""
    campaign = _lock(campaign)
    _refuse(life.why_not_go_on(_state(campaign)))
    if closes_at <= campaign.closes_at:
        raise Conflict("Somebody has extended it since you opened this page. Open it again.")
    before, campaign.closes_at = campaign.closes_at, closes_at
    texts = {"reason": Text(reason, Audience.PUBLIC)}
    moments = {"closes_at": closes_at.isoformat(), "closed_at_before": before.isoformat()}
    _record(person, "extend_campaign", campaign, Audience.PUBLIC, texts, **moments)


def end_campaign(campaign: Campaign, person: Person, *, reason: str) -> None:
    """Closes it at this moment. Raises WrongStage."""
    campaign, now = _lock(campaign), clock.now()
    _refuse(life.why_not_go_on(life.state_of(campaign, now)))
    campaign.closes_at = campaign.closing_told_at = now
    campaign.opening_told_at = campaign.opening_told_at or now
    texts = {"reason": Text(reason, Audience.PUBLIC)}
    _record(person, "end_campaign", campaign, Audience.PUBLIC, texts)


def save_results(campaign: Campaign, person: Person, *, results: str, thanks: str) -> None:
    """For those who run it alone, until they are published; after that everyone reads what changes. Raises WrongStage."""
    campaign = _lock(campaign)
    _refuse(life.why_not_results(_state(campaign)))
    campaign.results, campaign.thanks = results, thanks
    is_public = campaign.results_published_at is not None
    _record(person, "save_results", campaign, Audience.PUBLIC if is_public else Audience.ADMINISTRATORS)


def publish_results(campaign: Campaign, person: Person, *, results: str, thanks: str) -> None:
    """Everyone reads them, and those who answered are told. Raises WrongStage; once published they are only changed."""
    save_results(campaign, person, results=results, thanks=thanks)
    if campaign.results_published_at is None:
        campaign.results_published_at = clock.now()
        _record(person, "publish_results", campaign, Audience.PUBLIC)


def notice_all() -> None:
    """Records that campaigns opened and closed, once each, each in a transaction of its own: people are told of these events.
    Nothing else waits for them, as whoever asks looks at the clock."""
    with transaction():
        now = clock.now()
        query = select(Campaign.id).where(
            Campaign.announced_at.is_not(None),
            or_(
                and_(Campaign.opening_told_at.is_(None), Campaign.opens_at <= now),
                and_(Campaign.closing_told_at.is_(None), Campaign.closes_at <= now),
            ),
        )
        ids = db.session.scalars(query.order_by(Campaign.id)).all()
    for id_ in ids:
        with transaction():
            notice(db.session.get_one(Campaign, id_))


def notice(campaign: Campaign) -> None:
    """In the transaction at hand. What nobody noticed while it lasted is not told after."""
    campaign, now = _lock(campaign), clock.now()
    state = life.state_of(campaign, now)
    if state is State.OPEN and campaign.opening_told_at is None:
        campaign.opening_told_at = now
        _record(None, "open_campaign", campaign, Audience.PUBLIC)
    if state is State.CLOSED and campaign.closing_told_at is None:
        campaign.closing_told_at = now
        campaign.opening_told_at = campaign.opening_told_at or now
        _record(None, "close_campaign", campaign, Audience.PUBLIC)


def _lock(campaign: Campaign) -> Campaign:
    """Held until the transaction ends, and as it is now. Raises NotFound when it was deleted meanwhile."""
    query = select(Campaign).where(Campaign.id == campaign.id).with_for_update(of=Campaign)
    held = db.session.scalar(query.execution_options(populate_existing=True))
    if held is None:
        raise NotFound
    return held


def _state(campaign: Campaign) -> State:
    return life.state_of(campaign, clock.now())


def _refuse(why: str) -> None:
    if why:
        raise WrongStage(why)


def _columns(said: Said) -> dict[str, Any]:
    return {
        "title": said.title,
        "need": said.need,
        "who_for": said.who_for,
        "theme_id": said.theme.id,
        "themes": [theme for theme in said.themes if theme.id != said.theme.id],
        "priorities": list(said.priorities),
        "opens_at": said.opens_at,
        "closes_at": said.closes_at,
    }


def _kept(id_: str, asked: Asked) -> dict[str, Any]:
    return asked_by_campaign(
        id_,
        asked.label,
        asked.kind,
        hint=asked.hint,
        audience=asked.audience,
        is_needed=asked.is_needed,
        choices=asked.choices,
    )


def _free_id(title: str) -> str:
    """The title as it stands in an address, with a number where another has it."""
    db.session.get(
        Region, REGION_ID, with_for_update=True
    )  # two of one title at the same moment would take the same
    wanted = make_slug(title)[:LONGEST_ID].strip("-") or "campaign"
    known = select(Campaign.id).where(Campaign.id.startswith(wanted, autoescape=True))
    taken = {*TAKEN, *db.session.scalars(known)}
    candidates: Iterable[str] = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
    return next(candidate for candidate in candidates if candidate not in taken)


def _record(
    actor: Person | None,
    kind: str,
    campaign: Campaign,
    audience: Audience = Audience.ADMINISTRATORS,
    texts: dict[str, Text] | None = None,
    **facts: Any,
) -> None:
    events.record(actor, kind, campaign, audience, texts, **facts)
