"""Programmes with benefits, made inside `with committed():` by the real services."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from exchange.accounts.models import Person
from exchange.adoption.services import set_eligible
from exchange.audience import Audience
from exchange.benefits.models import Benefit
from exchange.benefits.services import Said, enter_benefit, promise_by_record, write_promise
from exchange.benefits.sums import Kind, Per, Period, Sureness
from exchange.extensions import db
from exchange.spread.models import Programme
from tests.decisions.arrange import Staff, make_staff
from tests.spread.arrange import make_programme

SLUG = "falls-huddles"
HILL, RIVER = "hill-hospital", "river-trust"
SPRING = Period(date(2026, 4, 1), date(2026, 6, 1))
SUMMER = Period(date(2026, 7, 1), date(2026, 9, 1))
# A figure as a form sends it.
SENT: dict[str, Any] = {
    "what": "money",
    "first": "April 2026",
    "last": "June 2026",
    "amount": "£1,250.50",
    "baseline": "£4,000 a quarter in 2025.",
    "method": "Bed days saved, each at £300.",
    "sureness": "measured",
}


def make_one() -> Staff:
    """A programme for two organisations that promised £120,000 and 2,500 people a year."""
    staff = make_staff()
    make_another(staff)
    return staff


def make_another(staff: Staff, **answers: Any) -> Programme:
    programme = make_programme(staff, **answers)
    set_eligible(programme, staff.manager, [HILL, RIVER])
    promise_by_record(programme, staff.manager)
    promise_people(programme, staff.manager)
    return programme


def promise_people(programme: Programme, manager: Person) -> None:
    """As a manager reads it in the answers."""
    write_promise(
        programme,
        manager,
        kind=Kind.PEOPLE,
        unit="",
        amount=2_500,
        per=Per.YEAR,
        question="benefit_patients",
        audience=Audience.PUBLIC,
    )


def enter(
    staff: Staff,
    amount: int,
    period: Period = SPRING,
    *,
    organisation: str = RIVER,
    kind: Kind = Kind.MONEY,
    slug: str = SLUG,
    is_confirmed: bool = True,
    by: Person | None = None,
    **more: Any,
) -> Benefit:
    programme = db.session.scalars(select(Programme).where(Programme.slug == slug)).one()
    return enter_benefit(
        programme,
        organisation,
        db.session.get_one(Person, (by or staff.manager).id),
        Said(amount, "Four a week.", "Counted from the ledger.", Sureness.MEASURED),
        kind=kind,
        promise=None,
        period=period,
        is_confirmed=is_confirmed,
        **more,
    )
