"""Reads of adoption, which is public: of one programme, of one organisation, and of all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from exchange.accounts.models import Person
from exchange.adoption.coverage import Adopter, Taken
from exchange.adoption.models import Adoption, AdoptionStep
from exchange.adoption.pasted import Standing
from exchange.adoption.steps import COVERED, Step
from exchange.errors import NotFound
from exchange.extensions import db
from exchange.proposals.models import Proposal
from exchange.region import queries as region
from exchange.region.models import Organisation
from exchange.spread import queries as spread
from exchange.spread.life import CURRENT
from exchange.spread.models import Programme
from exchange.spread.queries import SeenProgramme

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Place:
    """One eligible organisation with one programme."""

    found: SeenProgramme
    adoption: Adoption

    @property
    def organisation(self) -> Organisation:
        return self.adoption.organisation


def place(person: Person | None, slug: str, organisation_id: str) -> Place:
    """Raises NotFound, also where the programme is not for the organisation."""
    found = spread.programme_seen(person, slug)
    key = {"programme_id": found.programme.id, "organisation_id": organisation_id}
    adoption = db.session.get(Adoption, key)
    if adoption is None or not adoption.is_eligible:
        raise NotFound
    return Place(found, adoption)


def eligible(programme: Programme) -> list[Adoption]:
    """By name of the organisation."""
    query = (
        select(Adoption)
        .join(Adoption.organisation)
        .where(Adoption.programme_id == programme.id, Adoption.is_eligible)
        .options(contains_eager(Adoption.organisation).joinedload(Organisation.system))
        .order_by(func.lower(Organisation.name), Organisation.id)
    )
    return list(db.session.scalars(query))


def by_every_name(programme: Programme) -> dict[str, Standing]:
    """Where each stands, by its name, its code and its id in small letters."""
    return named((each.organisation, standing_of(each)) for each in eligible(programme))


def standings(programme: Programme) -> list[Standing]:
    """Where each stands, by name."""
    return list(map(standing_of, eligible(programme)))


def standing_of(adoption: Adoption) -> Standing:
    one = adoption.organisation
    return Standing(one.id, one.name, adoption.step, adoption.since)


def named(things: Iterable[tuple[Organisation, Thing]]) -> dict[str, Thing]:
    """Each by every name that its organisation goes by, in small letters."""
    return {name.lower(): thing for one, thing in things for name in (one.id, one.code, one.name) if name}


def adopters(adoptions: list[Adoption], programme: Programme) -> list[Adopter]:
    """The same as the methods take them, with every step."""
    taken: dict[str, list[Taken]] = defaultdict(list)
    query = (
        select(AdoptionStep.organisation_id, AdoptionStep.step, AdoptionStep.on)
        .where(AdoptionStep.programme_id == programme.id)
        .order_by(AdoptionStep.id)
    )
    for organisation_id, step, on in db.session.execute(query):
        taken[organisation_id].append(Taken(step, on))
    return [
        Adopter(one.id, one.name, one.type, one.system_code, tuple(taken[one.id]))
        for one in (each.organisation for each in adoptions)
    ]


@dataclass(frozen=True)
class Adopting:
    """One programme in the list of an organisation."""

    programme: Programme
    step: Step | None
    since: date | None


@dataclass(frozen=True)
class SeenOrganisation:
    """An organisation, and the programmes that are for it, the newest first."""

    organisation: Organisation
    adopting: list[Adopting]

    @property
    def covered(self) -> int:
        return sum(each.step in COVERED for each in self.adopting)


def organisation_seen(person: Person | None, organisation_id: str) -> SeenOrganisation:
    """Raises NotFound."""
    organisation = region.organisation(organisation_id)
    query = (
        select(Adoption)
        .join(Adoption.programme)
        .where(Adoption.organisation_id == organisation_id, Adoption.is_eligible)
        .options(contains_eager(Adoption.programme).joinedload(Programme.proposal).defer(Proposal.answers))
        .order_by(Programme.approved_at.desc(), Programme.id.desc())
    )
    adopting = [Adopting(each.programme, each.step, each.since) for each in db.session.scalars(query)]
    return SeenOrganisation(organisation, adopting)


@dataclass(frozen=True)
class Column:
    slug: str
    title: str


@dataclass(frozen=True)
class Matrix:
    """Programmes across, organisations down. A cell is None where the programme is not for the organisation, and its step is
    None where nothing is recorded."""

    programmes: list[Column]
    organisations: list[Organisation]
    cells: dict[tuple[str, int], Step | None]


def matrix(*, theme: str = "", system: str = "") -> Matrix:
    """All current programmes, in three queries however much there is."""
    columns = (
        select(Programme.id, Programme.slug, Proposal.title)
        .join(Programme.proposal)
        .where(Programme.status.in_(sorted(CURRENT)))
        .order_by(Programme.approved_at.desc(), Programme.id.desc())
    )
    rows = select(Organisation).options(joinedload(Organisation.system))
    if theme:
        columns = columns.where(Proposal.lead_theme_id == theme)
    if system:
        rows = rows.where(Organisation.system_code == system)
    programmes = db.session.execute(columns).all()
    number_of = {id_: number for number, (id_, _, _) in enumerate(programmes)}
    held = select(Adoption.organisation_id, Adoption.programme_id, Adoption.step).where(
        Adoption.is_eligible, Adoption.programme_id.in_(sorted(number_of))
    )
    cells = {
        (organisation_id, number_of[programme_id]): step
        for organisation_id, programme_id, step in db.session.execute(held)
    }
    concerned = {organisation_id for organisation_id, _ in cells}
    found = db.session.scalars(rows.order_by(func.lower(Organisation.name), Organisation.id))
    return Matrix(
        [Column(slug, title) for _, slug, title in programmes],
        [each for each in found if each.id in concerned],
        cells,
    )
