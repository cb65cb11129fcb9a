"""Writes to programmes. What happens to one stands on the timeline of its proposal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import chain, count
from typing import Any

from sqlalchemy import select

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.errors import Conflict, WrongStage
from exchange.events import Event, Text
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.models import Proposal
from exchange.proposals.services import lock
from exchange.region.models import Region
from exchange.region.queries import REGION_ID
from exchange.spread import life
from exchange.spread.conditions import Asked
from exchange.spread.life import Change
from exchange.spread.models import Condition, ConditionStatus, Programme, ProgrammeStatus
from exchange.wording import day

LONGEST_SLUG = 70

# The benefit that the record promised, kept as it was at approval for comparing with what comes of it.
PROMISED = (
    "benefit_patients",
    "benefit_system",
    "population",
    "saving_yearly",
    "payback",
    "adoption_potential",
)

SETTLED_AS = {ConditionStatus.MET: "meet_condition", ConditionStatus.WAIVED: "waive_condition"}


def start_programme(
    proposal: Proposal,
    director: Person,
    *,
    statement: str,
    adoption_target: int,
    investment: int,
    conditions: Sequence[Asked],
) -> Programme:
    """Makes the programme of a proposal that is being approved, in the approval's own transaction and under
    its event. It is active at once unless a condition blocks it.
    """
    moment = clock.now()
    is_blocked = any(asked.is_blocking for asked in conditions)
    version = proposals.latest_version(proposal)
    answers = proposal.answers if version is None else version.answers
    programme = Programme(
        proposal=proposal,
        slug=_free_slug(proposal),
        status=ProgrammeStatus.SETTING_UP if is_blocked else ProgrammeStatus.ACTIVE,
        status_since=moment,
        changed_at=moment,
        approved_at=moment,
        approved_by=director,
        active_since=None if is_blocked else moment,
        statement=statement,
        adoption_target=adoption_target,
        investment=investment,
        promised={name: answers[name] for name in PROMISED if answers.get(name) is not None},
        conditions=[
            Condition(number=number, status=ConditionStatus.OPEN, **vars(asked))
            for number, asked in enumerate(conditions, 1)
        ],
    )
    db.session.add(programme)
    db.session.flush()
    return programme


def settle_condition(condition: Condition, director: Person, *, outcome: ConditionStatus, note: str) -> Event:
    """Marks a condition as met or waived, and why. With the last one that blocks it, the programme becomes
    active.

    Raises Conflict when someone settled it before.
    """
    proposal = lock(condition.programme.proposal)
    lock_programme(condition.programme)
    of_programme = select(Condition).where(Condition.programme_id == condition.programme_id)
    db.session.scalars(of_programme.execution_options(populate_existing=True)).all()
    check_open(condition)
    condition.status = outcome
    condition.settled_at = clock.now()
    condition.settled_by = director
    condition.note = note
    event = events.record(
        director,
        SETTLED_AS[outcome],
        proposal,
        Audience.TEAM,
        {"condition": Text(condition.text, Audience.TEAM), "note": Text(note, Audience.TEAM)},
        condition=condition.number,
    )
    _activate_when_unblocked(condition.programme)
    return event


def change_programme(
    programme: Programme, change: Change, director: Person, said: Mapping[str, Any]
) -> Event:
    """Pauses it, goes on with it, refocuses, completes or ends it; `said` holds what the change asks.

    Raises WrongStage when it cannot follow any more, saying so.
    """
    lock(programme.proposal)  # first, as whoever settles a condition does
    lock_programme(programme)
    if reason := life.why_not(change, programme.status):
        raise WrongStage(reason, heading="This cannot be done now")
    moment = clock.now()
    mark_changed(programme)
    if change.to is None:
        programme.refocused_at, programme.refocus = moment, f"{said['changed']}\n\n{said['reason']}"
        if said["adoption_target"]:
            programme.adoption_target, programme.target_percent = said["adoption_target"], None
            programme.planned += 1  # or a plan that somebody has open would take it back
    else:
        if change.to is not programme.status:
            programme.status, programme.status_since = change.to, moment
        programme.status_reason = said.get("reason", "")
        programme.lessons = said.get("lessons", "")
        programme.review_on = said.get("review_on")
    texts = {
        name: Text(said[name], Audience.PUBLIC) for name in ("changed", "reason", "lessons") if said.get(name)
    }
    return events.record(
        director,
        change.event,
        programme.proposal,
        Audience.PUBLIC,
        texts,
        adoption_target=programme.adoption_target,
        review_on=programme.review_on and programme.review_on.isoformat(),
    )


def change_several(
    programmes: Sequence[Programme], change: Change, director: Person, said: Mapping[str, Any]
) -> None:
    """All of them for one reason, or none. Raises WrongStage, naming the one that cannot follow."""
    for programme in sorted(
        programmes, key=lambda each: each.id
    ):  # in one order, so that two directors do not wait in a ring
        try:
            change_programme(programme, change, director, said)
        except WrongStage as refused:
            raise WrongStage(
                f"“{programme.proposal.title}”: {refused.message} Nothing was changed."
            ) from None


def lock_programme(programme: Programme) -> None:
    """Held until the transaction ends, and as it is now."""
    # Its number alone: what it is read with cannot be locked.
    db.session.execute(select(Programme.id).where(Programme.id == programme.id).with_for_update())
    db.session.refresh(programme)


def mark_changed(programme: Programme) -> None:
    """Whoever follows it by the feed is told. Goes before the event of the change, and never back when the clock does."""
    programme.changed_at = max(programme.changed_at, clock.now())


def check_open(condition: Condition) -> None:
    """Raises Conflict when it is settled, saying who did it."""
    if condition.status is not ConditionStatus.OPEN:
        raise Conflict(_already_settled(condition), heading="This condition is already settled")


def make_slug(title: str) -> str:
    """The title as it stands in an address: "Café: 24/7!" is "cafe-24-7". Empty where nothing of it can."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower().replace("'", "")
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))
    if len(slug) <= LONGEST_SLUG:
        return slug
    return slug[:LONGEST_SLUG].rpartition("-")[0] or slug[:LONGEST_SLUG]


def _free_slug(proposal: Proposal) -> str:
    """Its title, with a number where other programmes have that title."""
    # Approvals queue here, or two of one title at the same moment would take the same address.
    db.session.get(Region, REGION_ID, with_for_update=True)
    slug = make_slug(proposal.title) or proposal.reference.lower()
    taken = set(
        db.session.scalars(select(Programme.slug).where(Programme.slug.startswith(slug, autoescape=True)))
    )
    candidates = chain([slug], (f"{slug}-{number}" for number in count(2)))
    return next(candidate for candidate in candidates if candidate not in taken)


def _activate_when_unblocked(programme: Programme) -> None:
    """Of itself: nobody but the service acts, and everyone may know."""
    if programme.status is not ProgrammeStatus.SETTING_UP or programme.open_blocking:
        return
    programme.status = ProgrammeStatus.ACTIVE
    programme.active_since = programme.status_since = clock.now()
    mark_changed(programme)
    events.record(None, "activate_programme", programme.proposal, Audience.PUBLIC)


def _already_settled(condition: Condition) -> str:
    who = condition.settled_by.name if condition.settled_by else "Someone"
    when = f" on {day(condition.settled_at)}" if condition.settled_at else ""
    return f"{who} marked it as {condition.status.value}{when}. Nothing of yours was saved."
