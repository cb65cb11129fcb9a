"""Programmes with something of everything that the feed tells, made inside `with committed():`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from sqlalchemy import select

from exchange.adoption.models import Adoption
from exchange.adoption.services import record_step, set_eligible
from exchange.adoption.steps import Step
from exchange.api.description import description
from exchange.extensions import db
from exchange.measures.models import Combined, Direction
from exchange.measures.services import define_measure, enter_figures
from exchange.spread.beyond.models import Answer, Offer
from exchange.spread.beyond.services import Said, offer_programme, record_answer
from exchange.spread.models import Programme
from tests.decisions.arrange import Staff

HILL, RIVER, VALLEY = "hill-hospital", "river-trust", "valley-university"
COAST = "Far Coast Health Network"


def fill(programme: Programme, staff: Staff) -> None:
    """Adoption, a measure with figures, and another network that uses it. Texts that are not for everyone start with zq."""
    manager = staff.manager
    set_eligible(programme, manager, [HILL, RIVER, VALLEY])
    for organisation, step in ((HILL, Step.ADOPTED), (RIVER, Step.NOT_PROCEEDING)):
        held = db.session.get_one(Adoption, (programme.id, organisation))
        record_step(held, manager, step=step, on=date(2026, 11, 2), reason="zqreason", expected=None)
    measure = define_measure(
        programme,
        manager,
        name="Falls with harm",
        unit="falls",
        definition="Falls that hurt somebody.",
        direction=Direction.DECREASE,
        target=Decimal(5),
        combined=Combined.ADDED,
    )
    db.session.flush()
    for value in (7, 6):  # the second corrects the first
        enter_figures(measure, HILL, manager, {date(2026, 10, 1): Decimal(value)}, reason="zqwhy")
    [offer] = offer_programme(programme, manager, {COAST: "zqcontact@far-coast.example.org"}, "zqmessage")
    said = Said(Answer.TAKEN_UP, "zqsaid", ["North Pier Hospital"], date(2026, 11, 1))
    record_answer(offer, staff.manager, said, expected="")


def the_offer() -> Offer:
    return db.session.scalars(select(Offer)).one()


def check_shape(app: Flask, name: str, data: Any) -> None:
    """Fails unless the answer is what the description says, and has nothing that it does not tell of."""
    document = strict(description("http://localhost", "Exchange"))
    registry = Registry().with_resource("urn:api", Resource.opaque(document))
    schema = {"$ref": f"urn:api#/components/schemas/{name}"}
    Draft202012Validator(
        schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
    ).validate(data)


def strict(part: Any) -> Any:
    """The same where objects may have no other fields: we may add some, and then tell of them."""
    if isinstance(part, list):
        return [strict(each) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {key: strict(value) for key, value in part.items()}
    return {**kept, "additionalProperties": False} if "properties" in part and "required" in part else kept
