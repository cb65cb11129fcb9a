"""Reminders of reviews and changes that are due, some working days before, on the date, and some working days after it; and once,
of campaigns that close soon, registers of interests that end or are a year old, and pauses whose day to look again has come.

Of those that have come, only the newest is given, so that a worker that was down for days gives one and not
all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from exchange import clock
from exchange.accounts.models import Person, RegisteredInterest
from exchange.accounts.roles import Role
from exchange.assessment.models import Assignment, Round
from exchange.campaigns import queries as campaigns
from exchange.extensions import db
from exchange.interests import queries as interests
from exchange.interests.policy import NOTICE, check_by
from exchange.notifications import paths, who
from exchange.notifications.models import Notification
from exchange.notifications.news import News, Row
from exchange.notifications.services import may_know, notify
from exchange.proposals import queries as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.region import queries as region
from exchange.spread import queries as spread
from exchange.spread.models import Programme
from exchange.transaction import transaction
from exchange.working_days import add_working_days

REVIEW_DUE = Row(lambda news: (), "review_due", paths.REVIEW)
CAMPAIGN_CLOSES = Row(lambda news: (), "campaign_closes", paths.EDIT)
CAMPAIGN_NOTICE = timedelta(days=3)
CHANGES_DUE = Row(lambda news: (), "changes_due", paths.EDIT)
INTEREST_ENDS = Row(lambda news: (), "interest_ends", paths.path_to("interests.register"))
PAUSE_DUE = Row(lambda news: (), "pause_due", paths.PROGRAMME)
REGISTER_DUE = Row(lambda news: (), "register_due", paths.path_to("interests.register"))


class Days(NamedTuple):
    """Working days before a date, and past it."""

    before: Sequence[int]
    after: Sequence[int]


UNTIL_LOADED = (1, 5)  # past the date, where the region was loaded before packs said so

Give = Callable[[int, Days], None]


def reached(
    due: date, since: date, today: date, before: Sequence[int], after: Sequence[int] = ()
) -> int | None:
    """The newest reminder to give: how many working days before the due date it is for, 0 for the date
    itself, negative after it.

    None before the first, and when it would have come no later than `since`, the day on which the person was
    told of the date.
    """
    for count in sorted({0, *before, *(-count for count in after)}):
        day = add_working_days(due, -count)
        if day <= today:
            return count if day > since else None
    return None


def remind_all() -> None:
    """Gives every reminder that has come, each in a transaction of its own."""
    with transaction():
        found = region.find()
        if found is None:
            return
        days = Days(found.rules["reminders_before"], found.rules.get("reminders_after", UNTIL_LOADED))
        horizon = add_working_days(clock.today(), max(days.before, default=0)) + timedelta(days=1)
        waiting = [
            *((_of_review, id_) for id_ in _open_assignments(horizon)),
            *((_of_changes, id_) for id_ in _awaited_changes(horizon)),
            *((_of_interest, id_) for id_ in interests.ending_by(clock.today() + NOTICE)),
            *((_of_register, id_) for id_ in interests.to_check()),
            *((_of_campaign, id_) for id_ in campaigns.drafts_closing_by(clock.now() + CAMPAIGN_NOTICE)),
            *((_of_pause, id_) for id_ in spread.pauses_due(clock.today())),
        ]
    for give, id_ in waiting:
        try:
            with transaction():
                give(id_, days)
        except IntegrityError:
            continue  # another worker gave it at the same moment


def _open_assignments(horizon: date) -> list[int]:
    query = (
        select(Assignment.id)
        .join(Round)
        .where(
            Round.ended_at.is_(None),
            Round.suspended_at.is_(None),
            Round.due <= horizon,
            Assignment.removed_at.is_(None),
        )
    )
    return list(db.session.scalars(query.order_by(Assignment.id)))


def _awaited_changes(horizon: date) -> list[int]:
    query = select(Proposal.id).where(
        Proposal.stage == Stage.CHANGES_REQUESTED, Proposal.changes_due <= horizon
    )
    return list(db.session.scalars(query.order_by(Proposal.id)))


def _of_review(assignment_id: int, days: Days) -> None:
    assignment = db.session.get_one(Assignment, assignment_id)
    round_ = assignment.round
    if round_.is_open and who.owes_review(assignment):
        name, told = f"review.{assignment_id}", max(assignment.assigned_at, round_.proposal.stage_since)
        _remind(assignment.person, round_.proposal, REVIEW_DUE, name, round_.due, told, days)


def _of_changes(proposal_id: int, days: Days) -> None:
    proposal = db.session.get_one(Proposal, proposal_id)
    if proposal.stage is Stage.CHANGES_REQUESTED and proposal.changes_due is not None:
        name = f"changes.{proposal_id}"
        _remind(
            proposal.champion, proposal, CHANGES_DUE, name, proposal.changes_due, proposal.stage_since, days
        )


def _of_interest(interest_id: int, days: Days) -> None:
    interest = db.session.get_one(RegisteredInterest, interest_id)
    if interest.ended_at is None:
        key = f"interest.{interest_id}.{interest.until}"
        _remind_once(interest.person, INTEREST_ENDS, key, interest=interest)


def _of_campaign(proposal_id: int, days: Days) -> None:
    """Once for each closing day, to whoever has yet to submit an answer."""
    draft = db.session.get_one(Proposal, proposal_id)
    campaign = draft.campaign
    if draft.stage is Stage.DRAFT and campaign is not None:
        key = f"campaign.{proposal_id}.{clock.day_of(campaign.closes_at)}"
        _remind_once(draft.champion, CAMPAIGN_CLOSES, key, draft, campaign=campaign)


def _of_pause(programme_id: int, days: Days) -> None:
    """To those who can go on with it, and to those who run it. A pause that is prolonged has another day, and another notice."""
    programme = db.session.get_one(Programme, programme_id)
    if not spread.is_pause_due(programme, clock.today()):
        return
    proposal, key = programme.proposal, f"pause.{programme_id}.{programme.review_on}"
    for role in (Role.PROGRAMME_MANAGER, Role.THEME_DIRECTOR):
        for person in proposals.acting(role, proposal):
            if may_know(person, proposal):
                _remind_once(person, PAUSE_DUE, key, proposal, programme=programme)


def _of_register(person_id: int, days: Days) -> None:
    person = db.session.get_one(Person, person_id)
    if (due := check_by(person.interests_checked_at)) is not None:
        _remind_once(person, REGISTER_DUE, f"register.{due}", due=due)


def _remind_once(person: Person, row: Row, key: str, proposal: Proposal | None = None, **more: Any) -> None:
    if person.active and not _is_given(person, key):
        notify(person, row, News(None, proposal), key=key, reminder=key, **more)


def _is_given(person: Person, key: str) -> bool:
    given = select(Notification.id).where(Notification.person_id == person.id, Notification.reminder == key)
    return db.session.scalar(given) is not None


def _remind(
    person: Person, proposal: Proposal, row: Row, name: str, due: date, since: datetime, days: Days
) -> None:
    today = clock.today()
    count = reached(due, clock.day_of(since), today, *days)
    if count is None or not may_know(person, proposal):
        return
    key = f"{name}.{due}.{count}"
    if not _is_given(person, key):
        notify(person, row, News(None, proposal), key=key, reminder=key, due=due, is_past=today > due)
