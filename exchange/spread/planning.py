"""What the manager plans of a programme, and the public money that is released to it. Both stand on its public page."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.errors import Conflict, WrongStage
from exchange.events import Event, Text
from exchange.extensions import db
from exchange.proposals.services import lock
from exchange.spread.life import CURRENT
from exchange.spread.models import FundingRelease, Programme, ProgrammeStatus
from exchange.spread.services import lock_programme, mark_changed
from exchange.wording import money


@dataclass(frozen=True)
class Plan:
    """`target` counts organisations, or where `is_percent` is so many of 100 that are eligible."""

    goal: str
    starts_on: date | None
    target: int
    is_percent: bool
    target_on: date | None


def plan_of(programme: Programme) -> Plan:
    percent = programme.target_percent
    return Plan(
        programme.goal,
        programme.starts_on,
        programme.adoption_target if percent is None else percent,
        percent is not None,
        programme.target_on,
    )


def set_plan(
    programme: Programme,
    manager: Person,
    plan: Plan,
    *,
    count_eligible: Callable[[], int],
    reason: str,
    expected: int,
) -> Event | None:
    """Keeps the plan; None when it says nothing new. `count_eligible` counts the organisations that the programme is for, once
    nobody can change them; `expected` is how often its plan had been changed when the page was opened.

    Raises WrongStage once the programme is past, and Conflict when somebody changed the plan meanwhile.
    """
    _lock(programme)
    check_current(programme)
    if programme.planned != expected:
        raise Conflict("Somebody changed the plan meanwhile. Open the page again to see it.")
    if plan == plan_of(programme):
        return None
    programme.goal, programme.starts_on, programme.target_on = plan.goal, plan.starts_on, plan.target_on
    programme.target_percent = plan.target if plan.is_percent else None
    programme.adoption_target = share_of(plan.target, count_eligible()) if plan.is_percent else plan.target
    programme.planned += 1
    mark_changed(programme)
    return events.record(
        manager,
        "set_plan",
        programme.proposal,
        Audience.PUBLIC,
        {
            name: Text(text, Audience.PUBLIC)
            for name, text in (("goal", plan.goal), ("reason", reason))
            if text
        },
        starts_on=plan.starts_on and plan.starts_on.isoformat(),
        adoption_target=programme.adoption_target,
        target_percent=programme.target_percent,
        target_on=plan.target_on and plan.target_on.isoformat(),
    )


def share_of(percent: int, eligible: int) -> int:
    """So many organisations make up the percentage, rounded up: of three, 80 in 100 are three."""
    return max(-(-percent * eligible // 100), 1)


def may_need_reason(programme: Programme) -> bool:
    """While it is set up everything is still being found out; later, who reads a new plan wants to know why."""
    return programme.status is not ProgrammeStatus.SETTING_UP


def needs_reason(programme: Programme, plan: Plan) -> bool:
    """Of a first plan, only where the target is not the one that was approved."""
    now = plan_of(programme)
    if not may_need_reason(programme) or plan == now:
        return False
    return programme.planned > 0 or (plan.target, plan.is_percent) != (now.target, now.is_percent)


def released(programme: Programme) -> int:
    """In pounds, less what came back."""
    query = select(func.coalesce(func.sum(FundingRelease.pounds), 0))
    return int(db.session.scalar(query.where(FundingRelease.programme_id == programme.id)) or 0)


def released_by_each(programme_ids: Collection[int]) -> dict[int, int]:
    """The same of those of these programmes to which any was released."""
    query = (
        select(FundingRelease.programme_id, func.sum(FundingRelease.pounds))
        .where(FundingRelease.programme_id.in_(sorted(programme_ids)))
        .group_by(FundingRelease.programme_id)
    )
    return {id_: int(pounds) for id_, pounds in db.session.execute(query)}


def why_not_release(programme: Programme, pounds: int) -> str:
    """Why so many pounds cannot be released, or where below zero come back; empty when they can."""
    before = released(programme)
    if pounds > 0 and before + pounds > programme.investment:
        left = programme.investment - before
        return (
            f"{money(programme.investment)} was approved and {money(before)} is released, so {money(left)} or less can be. "
            "Only a new decision changes that."
        )
    if before + pounds < 0:
        return f"Only {money(before)} is released, so no more can come back"
    return ""


def release_funding(programme: Programme, manager: Person, *, pounds: int, on: date, purpose: str) -> Event:
    """Keeps that money was paid out, or below zero that it came back; also once the programme is past, as accounts are settled
    after its end.

    Raises Conflict when more would be released than was approved, or more would come back than was released.
    """
    _lock(programme)
    if reason := why_not_release(programme, pounds):
        raise Conflict(reason)
    db.session.add(
        FundingRelease(
            programme_id=programme.id,
            pounds=pounds,
            on=on,
            purpose=purpose,
            recorded_at=clock.now(),
            recorded_by_id=manager.id,
        )
    )
    mark_changed(programme)
    return events.record(
        manager,
        "release_funding",
        programme.proposal,
        Audience.PUBLIC,
        {"purpose": Text(purpose, Audience.PUBLIC)},
        pounds=pounds,
        on=on.isoformat(),
    )


def _lock(programme: Programme) -> None:
    lock(programme.proposal)  # first, as every other change does
    lock_programme(programme)


def check_current(programme: Programme) -> None:
    """Raises WrongStage once it is past."""
    if programme.status not in CURRENT:
        raise WrongStage(
            "The programme is past, so its plan stays as it is.", heading="This cannot be done now"
        )
