"""Campaigns that tests need, made inside `with committed():` by the real services. Times count from now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import time_machine

from exchange import clock
from exchange.accounts.models import Person
from exchange.campaigns import services
from exchange.campaigns.services import Asked, Said
from exchange.proposals import services as proposals
from exchange.proposals.campaigns import Campaign
from exchange.proposals.models import Proposal
from exchange.proposals.record import CAMPAIGN_QUESTIONS, AnswerAudience, Kind
from exchange.proposals.services.working import set_answers
from exchange.region import queries as region
from tests.assessment.arrange import ANSWERS
from tests.factories import THEME

DAY = timedelta(days=1)
ASKED = Asked("What changes at night", Kind.TEXT, "", AnswerAudience.PUBLIC, True, [])
AFTER = timedelta(days=8)


def make_campaign(
    person: Person,
    title: str = "Falls at night",
    *,
    opens_in: timedelta = -DAY,
    closes_in: timedelta = 7 * DAY,
    questions: Sequence[Asked] = (),
    is_announced: bool = True,
) -> Campaign:
    """Open since yesterday for a week more, unless told."""
    now = clock.now()
    with clock.pretend(now + min(opens_in, timedelta()) - DAY):
        said = Said(
            title,
            "People fall on their way to the toilet at night, and nobody sees it.",
            "Ward teams, and people who have fallen.",
            region.theme(THEME),
            [],
            [region.priority("falls")],
            now + opens_in,
            now + closes_in,
        )
        campaign = services.draft_campaign(person, said)
        for asked in questions:
            services.add_question(campaign, person, asked)
        if is_announced:
            services.announce_campaign(campaign, person)
    return campaign


def make_answer(
    champion: Person,
    campaign: Campaign,
    *,
    is_submitted: bool = True,
    own: Mapping[str, Any] | None = None,
    **answers: Any,
) -> Proposal:
    """A complete proposal for the campaign, while it is open; to each of its questions "Words", or what `own` has."""
    proposal = proposals.create(champion, ANSWERS["title"], THEME, campaign)
    own = own or {kept["id"]: "Words" for kept in campaign.questions}
    held = {key: proposal.answers[key] for key in ("campaign", CAMPAIGN_QUESTIONS) if key in proposal.answers}
    set_answers(proposal, {**ANSWERS, **held, **own, **answers})
    if is_submitted:
        proposals.submit(proposal, champion)
    return proposal


@contextmanager
def later(by: timedelta = AFTER) -> Iterator[None]:
    """Inside the block the clock of everything stands so much further on, and goes on."""
    with time_machine.travel(clock.now() + by):
        yield
