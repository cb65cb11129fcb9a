"""What the pages of campaigns show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from exchange import clock
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.campaigns import life, queries
from exchange.campaigns.forms import KINDS, READERS
from exchange.campaigns.life import State
from exchange.campaigns.queries import SeenCampaign
from exchange.events import texts_for
from exchange.proposals import policy as proposals
from exchange.proposals.campaigns import Campaign
from exchange.proposals.models import Proposal
from exchange.proposals.record import Question
from exchange.spread.models import Programme
from exchange.wording import counted, day, joined, moment

EVERYONE = frozenset({Audience.PUBLIC})
HAPPENED = {
    "announce_campaign": "Announced",
    "extend_campaign": "Open for longer",
    "end_campaign": "Ended early",
    "publish_results": "Results published",
}


@dataclass(frozen=True)
class Happened:
    """Something in its life that everyone may read."""

    heading: str
    on: str
    reason: str


@dataclass(frozen=True)
class CampaignPage:
    seen: SeenCampaign
    when: str
    answers: int
    can_answer: bool
    own_drafts: Sequence[Proposal]
    programmes: Sequence[Programme]
    happened: list[Happened]
    still_to_decide: int

    @property
    def rows(self) -> list[dict[str, Any]]:
        """For the component."""
        campaign = self.seen.campaign
        themes = [campaign.theme, *campaign.themes]
        now = clock.now()
        has_opened, has_closed = campaign.opens_at <= now, campaign.closes_at <= now
        return [
            {"key": "Who it is for", "value": campaign.who_for},
            {"key": "Regional priorities", "value": joined([each.name for each in campaign.priorities])},
            {
                "key": "Theme" if len(themes) == 1 else "Themes",
                "value": joined([each.name for each in themes]),
            },
            {"key": "Opened" if has_opened else "Opens", "value": moment(campaign.opens_at)},
            {"key": "Closed" if has_closed else "Closes", "value": moment(campaign.closes_at)},
        ]


def page_of(seen: SeenCampaign, person: Person | None) -> CampaignPage:
    campaign, state = seen.campaign, seen.state
    return CampaignPage(
        seen=seen,
        when=_when(seen),
        answers=queries.answer_count(person, campaign),
        can_answer=state is State.OPEN and person is not None and proposals.can_propose(person),
        own_drafts=[] if person is None else queries.own_drafts(person, campaign),
        programmes=queries.programmes_of(person, campaign),
        happened=_happened(campaign),
        still_to_decide=queries.still_to_decide(person, campaign) if person and seen.is_run else 0,
    )


def facts_of(campaign: Campaign, state: State) -> list[str]:
    """The quiet line under its name."""
    return [campaign.theme.name, _times(campaign, state)]


def _times(campaign: Campaign, state: State) -> str:
    match state:
        case State.DRAFT:
            return f"draft, to open on {moment(campaign.opens_at)}"
        case State.COMING:
            return f"opens on {moment(campaign.opens_at)}"
        case State.OPEN:
            return f"closes on {moment(campaign.closes_at)}, {days_left(campaign)}"
    return f"closed on {day(campaign.closes_at)}"


def days_left(campaign: Campaign) -> str:
    days = (clock.day_of(campaign.closes_at) - clock.today()).days
    return f"{counted(days, 'day')} left" if days else "today"


def _when(seen: SeenCampaign) -> str:
    """Where it stands, and what happens next, in a sentence."""
    campaign = seen.campaign
    match seen.state:
        case State.DRAFT:
            return "This is a draft. Nobody but the people who run its theme can read it."
        case State.COMING:
            return f"It opens on {moment(campaign.opens_at)}. You can answer from then on."
        case State.OPEN:
            left = days_left(campaign)
            until = f"It is open until {moment(campaign.closes_at)}"
            return f"{until}: {'the last day' if left == 'today' else left}."
    if campaign.results_published_at:
        return f"It closed on {moment(campaign.closes_at)}. This is what came of it."
    return f"It closed on {moment(campaign.closes_at)}. Its answers are being assessed, and the results come here."


def _happened(campaign: Campaign) -> list[Happened]:
    return [
        Happened(
            HAPPENED[event.kind],
            day(event.at),
            next((text.content for text in texts_for(event, EVERYONE) if text.name == "reason"), ""),
        )
        for event in queries.happenings(campaign)
        if event.kind in HAPPENED
    ]


@dataclass(frozen=True)
class Item:
    """A campaign in a list."""

    campaign: Campaign
    state: State
    facts: list[str]
    url: str


def items_of(campaigns: Sequence[Campaign]) -> list[Item]:
    now = clock.now()
    items = []
    for campaign in campaigns:
        state = life.state_of(campaign, now)
        endpoint = "campaigns.check" if state is State.DRAFT else "campaigns.show"
        url = url_for(endpoint, campaign_id=campaign.id)
        items.append(Item(campaign, state, facts_of(campaign, state), url))
    return items


@dataclass(frozen=True)
class ListPage:
    open: list[Item]
    coming: list[Item]
    past: list[Item]
    drafts: list[Item]
    next: str
    is_first: bool


def list_page(person: Person | None, after: str | None) -> ListPage:
    past, following = queries.past(after)
    return ListPage(
        open=[] if after else items_of(queries.open_now()),
        coming=[] if after else items_of(queries.coming()),
        past=items_of(past),
        drafts=[] if after or person is None else items_of(queries.drafts(person)),
        next=following,
        is_first=not after,
    )


def current_items(theme: str | None = None) -> list[Item]:
    """Open ones, then coming ones, for other pages."""
    return items_of([*queries.open_now(theme=theme), *queries.coming(theme=theme)])


def about_question(question: Question) -> str:
    """What an author meets, in a line."""
    needed = "must be answered" if question.needed == "to-submit" else "optional"
    return f"{KINDS[question.kind]}, {needed}. Read by: {READERS[question.audience][:1].lower()}{READERS[question.audience][1:]}."
