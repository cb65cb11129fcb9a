"""Reads of campaigns: which there are, and what somebody may see of their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import contains_eager

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.policy import themes_run
from exchange.audience import Audience
from exchange.campaigns import life, policy
from exchange.campaigns.life import State
from exchange.errors import NotFound
from exchange.events import Event, history
from exchange.extensions import db
from exchange.paging import page_of
from exchange.proposals import listing
from exchange.proposals import queries as proposals
from exchange.proposals.campaigns import Campaign, campaign_theme, open_at
from exchange.proposals.lifecycle import ENDED, Stage
from exchange.proposals.listing import Facet, Wanted
from exchange.proposals.models import Proposal
from exchange.proposals.record import Question, campaign_question
from exchange.spread.models import Programme

MOST_CURRENT = 50  # open or coming at once: far more than a region has
PAST_ON_A_PAGE = 20
MOST_OWN = 20
# A draft answers nothing yet.
ANSWERS = tuple(stage.value for stage in Stage if stage is not Stage.DRAFT)
TO_DECIDE = tuple(stage for stage in Stage if stage not in {Stage.DRAFT, *ENDED})


@dataclass(frozen=True)
class SeenCampaign:
    """A campaign as it stands now; `is_run` by the person at hand."""

    campaign: Campaign
    state: State
    is_run: bool

    @property
    def questions(self) -> list[Question]:
        return [campaign_question(kept) for kept in self.campaign.questions]


def seen(person: Person | None, campaign_id: str) -> SeenCampaign:
    """Raises NotFound."""
    campaign = db.session.get(Campaign, campaign_id) if len(campaign_id) <= 60 else None
    if campaign is None:
        raise NotFound
    state = life.state_of(campaign, clock.now())
    if not policy.can_see(person, campaign, state):
        raise NotFound
    return SeenCampaign(campaign, state, policy.runs(person, campaign))


@dataclass(frozen=True)
class SeenQuestion:
    seen: SeenCampaign
    question: Question


def question_seen(person: Person | None, campaign_id: str, asked: str) -> SeenQuestion:
    """Raises NotFound."""
    found = seen(person, campaign_id)
    for question in found.questions:
        if question.id == asked:
            return SeenQuestion(found, question)
    raise NotFound


def open_now(*, theme: str | None = None) -> Sequence[Campaign]:
    """Those that close first, first; of all themes, or with one among theirs."""
    return db.session.scalars(_of(theme).where(open_at(clock.now())).order_by(*_SOONEST)).all()


def coming(*, theme: str | None = None) -> Sequence[Campaign]:
    now = clock.now()
    is_coming = Campaign.announced_at.is_not(None), Campaign.opens_at > now, Campaign.closes_at > now
    query = _of(theme).where(*is_coming)
    return db.session.scalars(query.order_by(Campaign.opens_at, Campaign.id)).all()


def drafts(person: Person) -> Sequence[Campaign]:
    """Those that this person runs, and nobody else knows of."""
    query = _of(None).where(
        Campaign.announced_at.is_(None), Campaign.theme_id.in_(sorted(themes_run(person)))
    )
    return db.session.scalars(query.order_by(Campaign.created_at, Campaign.id)).all()


def past(after: str | None = None) -> tuple[Sequence[Campaign], str]:
    """A page of those that have closed, the last first, and the id to go on from, empty at the end."""
    query = select(Campaign).where(Campaign.announced_at.is_not(None), Campaign.closes_at <= clock.now())
    last = db.session.get(Campaign, after) if after and "\x00" not in after else None
    if last is not None:
        query = query.where(tuple_(Campaign.closes_at, Campaign.id) < tuple_(last.closes_at, last.id))
    order = Campaign.closes_at.desc(), Campaign.id.desc()
    rows = db.session.scalars(query.order_by(*order).limit(PAST_ON_A_PAGE + 1)).all()
    shown, goes_on = page_of(rows, PAST_ON_A_PAGE)
    return shown, goes_on or ""


_SOONEST = Campaign.closes_at, Campaign.id


def _of(theme: str | None) -> Select[Campaign]:
    query = select(Campaign).limit(MOST_CURRENT)
    if theme is None:
        return query
    others = select(campaign_theme.c.campaign_id).where(campaign_theme.c.theme_id == theme)
    return query.where(or_(Campaign.theme_id == theme, Campaign.id.in_(others)))


def answers_to(campaign: Campaign, *, cursor: str = "") -> Wanted:
    """What to ask the list of proposals for."""
    return Wanted(chosen={Facet.CAMPAIGN: (campaign.id,), Facet.STAGE: ANSWERS}, cursor=cursor)


def answer_count(person: Person | None, campaign: Campaign, *only: Stage) -> int:
    """How many of its answers this person may see as such, at these stages."""
    query = select(func.count(Proposal.id)).where(_is_answer(person, campaign))
    return db.session.scalar(query.where(Proposal.stage.in_(only)) if only else query) or 0


def programmes_of(person: Person | None, campaign: Campaign) -> Sequence[Programme]:
    """What came of those of its answers that this person may see as such."""
    query = (
        select(Programme)
        .join(Programme.proposal)
        .where(_is_answer(person, campaign))
        .options(contains_eager(Programme.proposal).defer(Proposal.answers))
        .order_by(Programme.approved_at, Programme.id)
    )
    return db.session.scalars(query).all()


def _is_answer(person: Person | None, campaign: Campaign) -> ColumnElement[bool]:
    return and_(
        proposals.visible_to(person),
        listing.narrowed_to(person, Facet.CAMPAIGN, (campaign.id,)),
        Proposal.stage != Stage.DRAFT,
    )


def own_drafts(person: Person, campaign: Campaign) -> Sequence[Proposal]:
    """Drafts for it on whose team this person is."""
    query = select(Proposal).where(*_drafts_for(campaign), proposals.on_team(person))
    return db.session.scalars(query.order_by(Proposal.id).limit(MOST_OWN)).all()


def champions_of_drafts(campaign: Campaign) -> Sequence[Person]:
    """Who has yet to submit an answer."""
    return _champions(*_drafts_for(campaign))


def champions_of_answers(campaign: Campaign) -> Sequence[Person]:
    """Whose answers were submitted, whatever came of them, unless they withdrew."""
    left = Stage.DRAFT, Stage.WITHDRAWN
    return _champions(Proposal.campaign_id == campaign.id, Proposal.stage.not_in(left))


def _champions(*of: ColumnElement[bool]) -> Sequence[Person]:
    ids = select(Proposal.champion_id).where(*of)
    return db.session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id)).all()


def _drafts_for(campaign: Campaign) -> tuple[ColumnElement[bool], ...]:
    return Proposal.campaign_id == campaign.id, Proposal.stage == Stage.DRAFT


def drafts_closing_by(moment: datetime) -> Sequence[int]:
    """Ids of the drafts for campaigns that are open and close by then."""
    query = (
        select(Proposal.id)
        .join(Proposal.campaign)
        .where(Proposal.stage == Stage.DRAFT, open_at(clock.now()), Campaign.closes_at <= moment)
    )
    return db.session.scalars(query.order_by(Proposal.id)).all()


def still_to_decide(person: Person, campaign: Campaign) -> int:
    return answer_count(person, campaign, *TO_DECIDE)


def happenings(campaign: Campaign) -> list[Event]:
    """What everyone may read of its life, oldest first."""
    return history(campaign, frozenset({Audience.PUBLIC}))


def waiting_for(person: Person) -> Sequence[Campaign]:
    """Those that this person runs and that wait for them: drafts, and closed ones without results."""
    waits = or_(
        Campaign.announced_at.is_(None),
        and_(Campaign.closes_at <= clock.now(), Campaign.results_published_at.is_(None)),
    )
    query = select(Campaign).where(Campaign.theme_id.in_(sorted(themes_run(person))), waits)
    return db.session.scalars(query.order_by(*_SOONEST).limit(MOST_CURRENT)).all()
