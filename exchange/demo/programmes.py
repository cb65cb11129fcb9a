"""What became of the demo's programmes: what was planned, who adopted them, what was measured, and what they brought."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from exchange import clock
from exchange.accounts.models import Person
from exchange.adoption import services as adoption
from exchange.adoption.models import Adoption
from exchange.adoption.queries import eligible
from exchange.adoption.steps import Step as AdoptionStep
from exchange.audience import Audience
from exchange.benefits import services as benefits
from exchange.benefits.services import Said
from exchange.benefits.sums import Kind, Per, Period, Sureness
from exchange.benefits.words import read_amount
from exchange.extensions import db
from exchange.measures import services as measures
from exchange.measures.models import Combined, Direction
from exchange.proposals.models import Proposal
from exchange.spread import planning
from exchange.spread.models import Programme
from exchange.spread.planning import Plan

FOLDER = Path(__file__).parent
Step = Mapping[str, Any]


def adopting() -> dict[str, list[Step]]:
    """The steps of organisations, by the story whose programme they are with."""
    told = tomllib.loads((FOLDER / "adoption.toml").read_text())
    return {
        each["story"]: [
            {"do": "adopt", "at": "16:10", "by": each["by"], "organisation": organisation, "step": step}
            | {"days_ago": days_ago, "reason": "".join(reason)}
            for organisation, step, days_ago, *reason in each["steps"]
        ]
        for each in told.values()
    }


def _adopt(programme: Programme, manager: Person, step: Step) -> None:
    held = db.session.get_one(Adoption, (programme.id, step["organisation"]))
    adoption.record_step(
        held,
        manager,
        step=AdoptionStep(step["step"]),
        on=clock.today(),
        reason=step["reason"],
        expected=held.step,
    )


def go_on(proposals: Mapping[str, Proposal], person: Callable[[str], Person]) -> None:
    """What was planned, measured and realised until today."""
    for tell in (plan, measure, benefit):
        tell(proposals, person)


def plan(proposals: Mapping[str, Proposal], person: Callable[[str], Person]) -> None:
    """What managers plan, and the money that was released."""
    today = clock.today()
    for told in tomllib.loads((FOLDER / "plans.toml").read_text())["plans"]:
        manager, programme = person(told["by"]), programme_of(proposals[told["story"]])
        planned = Plan(
            told["goal"],
            today + timedelta(days=told["starts_in"]),
            told["target"],
            told.get("is_percent", False),
            today + timedelta(days=told["target_in"]),
        )
        planning.set_plan(
            programme,
            manager,
            planned,
            count_eligible=partial(len, eligible(programme)),
            reason="",
            expected=programme.planned,
        )
        for pounds, days_ago, purpose in told.get("released", []):
            on = today - timedelta(days=days_ago)
            planning.release_funding(programme, manager, pounds=pounds, on=on, purpose=purpose)


def measure(proposals: Mapping[str, Proposal], person: Callable[[str], Person]) -> None:
    """What programmes measure, and the figures of the months before this one."""
    for told in tomllib.loads((FOLDER / "measures.toml").read_text())["measures"]:
        manager, programme = person(told["by"]), programme_of(proposals[told["story"]])
        defined = measures.define_measure(
            programme,
            manager,
            name=told["name"],
            unit=told["unit"],
            definition=told["definition"].strip(),
            direction=Direction(told["direction"]),
            target=Decimal(told["target"]) if "target" in told else None,
            combined=Combined(told["combined"]),
        )
        for organisation, figures in told["figures"].items():
            months = _months_before(clock.today(), len(figures))
            entered = dict(zip(months, map(Decimal, figures), strict=True))
            measures.enter_figures(defined, organisation, manager, entered, reason="")
        for each in told.get("rebased", []):
            first = _months_before(clock.today(), each["months_ago"])[0]
            measures.rebase(
                defined,
                manager,
                organisation_id=each.get("organisation"),
                month=first,
                reason=each["reason"],
            )


def benefit(proposals: Mapping[str, Proposal], person: Callable[[str], Person]) -> None:
    """How many people managers wrote down as promised, and what organisations realised in the months before this one."""
    file = tomllib.loads((FOLDER / "benefits.toml").read_text())
    for told in file["promises"]:
        written = benefits.write_promise(
            programme_of(proposals[told["story"]]),
            person(told["by"]),
            kind=Kind.PEOPLE,
            unit="",
            amount=told["people"],
            per=Per.YEAR,
            question=told["question"],
            audience=Audience.PUBLIC,
        )
        if "taken_back" in told:
            benefits.withdraw_promise(written, person(told["by"]), reason=told["taken_back"], seen=0)
    for told in file["benefits"]:
        actor, programme = person(told["by"]), programme_of(proposals[told["story"]])
        kind = Kind(told["kind"])
        months = _months_before(clock.today(), len(told["amounts"]))
        made = {}
        for month, amount in zip(months, told["amounts"], strict=True):
            made[month] = benefits.enter_benefit(
                programme,
                told["organisation"],
                actor,
                _said(told, kind, amount),
                kind=kind,
                promise=None,
                period=Period(month, month),
                is_confirmed=told["confirmed"],
            )
        if "corrected" in told:
            correction = told["corrected"]
            held = made[_months_before(clock.today(), correction["months_ago"])[0]]
            benefits.correct_benefit(
                held,
                actor,
                _said(told, kind, correction["amount"]),
                reason=correction["reason"],
                is_confirmed=told["confirmed"],
                seen=held.version,
            )


def _said(told: Step, kind: Kind, amount: str) -> Said:
    value = read_amount(kind, amount)
    assert value is not None
    return Said(value, told["baseline"], told["method"], Sureness(told["sureness"]))


def _months_before(day: date, count: int) -> list[date]:
    """So many months, the last one that before the day's."""
    first = day.year * 12 + day.month - 1 - count
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, first + count)]


def programme_of(proposal: Proposal) -> Programme:
    return db.session.scalars(select(Programme).where(Programme.proposal_id == proposal.id)).one()


DOING: Mapping[str, Callable[[Programme, Person, Step], None]] = {"adopt": _adopt}
