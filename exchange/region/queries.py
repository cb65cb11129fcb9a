"""Reads of the region: what it is called, and what there is to choose from."""

from __future__ import annotations

from typing import TypeVar

from flask import g
from sqlalchemy import func, select

from exchange.errors import ExchangeError, NotFound
from exchange.extensions import db
from exchange.region.models import (
    CareSystem,
    Organisation,
    OrganisationType,
    Priority,
    Region,
    StrategicAim,
    Theme,
)

REGION_ID = 1

Thing = TypeVar("Thing")


class NoRegion(ExchangeError):
    """Nothing can be shown before a region pack is loaded."""

    code = 503
    heading = "This exchange is not set up yet"

    def __init__(self) -> None:
        super().__init__("Whoever runs it has to load a region pack first.")


def current() -> Region:
    """The region of this exchange, read once for each request. Raises NoRegion."""
    region = find()
    if region is None:
        raise NoRegion
    return region


def find() -> Region | None:
    """The region, or None before a pack is loaded."""
    if "region" not in g:
        g.region = db.session.get(Region, REGION_ID)
    region: Region | None = g.region
    return region


def priorities() -> list[Priority]:
    """Those that can be chosen, in the pack's order; so are the lists below."""
    return list(
        db.session.scalars(select(Priority).where(Priority.retired_at.is_(None)).order_by(Priority.position))
    )


def themes() -> list[Theme]:
    return list(db.session.scalars(select(Theme).where(Theme.retired_at.is_(None)).order_by(Theme.position)))


def strategic_aims() -> list[StrategicAim]:
    query = select(StrategicAim).where(StrategicAim.retired_at.is_(None)).order_by(StrategicAim.position)
    return list(db.session.scalars(query))


def care_systems() -> list[CareSystem]:
    query = select(CareSystem).where(CareSystem.retired_at.is_(None)).order_by(CareSystem.position)
    return list(db.session.scalars(query))


def organisations() -> list[Organisation]:
    """Those that can be chosen, by name; the network's own organisation among them."""
    query = select(Organisation).where(Organisation.retired_at.is_(None))
    return list(db.session.scalars(query.order_by(func.lower(Organisation.name), Organisation.id)))


def organisations_but_the_host() -> list[Organisation]:
    """Those of the region that can adopt something."""
    return [each for each in organisations() if each.type is not OrganisationType.HOST]


def organisation_of_domain(domain: str) -> Organisation | None:
    """To whom an e-mail domain, in small letters, belongs."""
    return next((organisation for organisation in organisations() if domain in organisation.domains), None)


def priority(priority_id: str) -> Priority:
    """By id, retired or not. Raises NotFound; so do those below."""
    return _found(db.session.get(Priority, priority_id))


def theme(theme_id: str) -> Theme:
    return _found(db.session.get(Theme, theme_id))


def care_system(code: str) -> CareSystem:
    return _found(db.session.get(CareSystem, code))


def strategic_aim(aim_id: str) -> StrategicAim:
    return _found(db.session.get(StrategicAim, aim_id))


def organisation(organisation_id: str) -> Organisation:
    return _found(db.session.get(Organisation, organisation_id))


def _found(thing: Thing | None) -> Thing:
    if thing is None:
        raise NotFound
    return thing
