"""Reads of measures, which are public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import and_, func, select

from exchange.accounts.models import Person
from exchange.adoption import queries as adoption
from exchange.adoption.models import Adoption
from exchange.errors import NotFound
from exchange.extensions import db
from exchange.measures import policy
from exchange.measures.models import Figure, Measure, Rebasing
from exchange.region.models import Organisation
from exchange.spread import queries as spread
from exchange.spread.models import Programme
from exchange.spread.queries import SeenProgramme


@dataclass(frozen=True)
class SeenMeasure:
    found: SeenProgramme
    measure: Measure

    @property
    def eligible(self) -> list[str]:
        """Ids of the organisations that the programme is for."""
        return [each.organisation_id for each in adoption.eligible(self.found.programme)]


@dataclass(frozen=True)
class Place:
    """A measure at one organisation that its programme is for."""

    seen: SeenMeasure
    organisation: Organisation


def measure_seen(person: Person | None, slug: str, number: int) -> SeenMeasure:
    """Raises NotFound."""
    found = spread.programme_seen(person, slug)
    query = select(Measure).where(Measure.programme_id == found.programme.id, Measure.number == number)
    measure = db.session.scalar(query)
    if measure is None:
        raise NotFound
    return SeenMeasure(found, measure)


def place(person: Person | None, slug: str, number: int, organisation_id: str) -> Place:
    """Raises NotFound, also where the programme is not for the organisation."""
    seen = measure_seen(person, slug, number)
    return Place(seen, adoption.place(person, slug, organisation_id).organisation)


def sites_of(person: Person, seen: SeenMeasure) -> list[Organisation]:
    """Those whose figures this person may enter, by name."""
    there = (each.organisation for each in adoption.eligible(seen.found.programme))
    return [one for one in there if policy.can_enter(person, Place(seen, one))]


def measures_of(programme: Programme) -> list[Measure]:
    return list(
        db.session.scalars(
            select(Measure).where(Measure.programme_id == programme.id).order_by(Measure.number)
        )
    )


def figures_of(
    measure_ids: list[int], *, of_eligible: bool = False
) -> dict[int, dict[str, dict[date, Decimal]]]:
    """The figures that hold, by measure, organisation and month; where asked, of the organisations alone that each measure's
    programme is for."""
    newest = (
        select(func.max(Figure.id))
        .where(Figure.measure_id.in_(measure_ids))
        .group_by(Figure.measure_id, Figure.organisation_id, Figure.month)
    )
    query = select(Figure.measure_id, Figure.organisation_id, Figure.month, Figure.value)
    if of_eligible:
        there = and_(
            Adoption.programme_id == Measure.programme_id,
            Adoption.organisation_id == Figure.organisation_id,
            Adoption.is_eligible,
        )
        query = query.join(Measure, Measure.id == Figure.measure_id).join(Adoption, there)
    held: dict[int, dict[str, dict[date, Decimal]]] = {id_: {} for id_ in measure_ids}
    for measure_id, organisation_id, month, value in db.session.execute(query.where(Figure.id.in_(newest))):
        held[measure_id].setdefault(organisation_id, {})[month] = Decimal(value)
    return held


def entered(measure: Measure, organisation_id: str) -> list[Figure]:
    """Everything that was entered, the newest first."""
    query = select(Figure).where(Figure.measure_id == measure.id, Figure.organisation_id == organisation_id)
    return list(db.session.scalars(query.order_by(Figure.month.desc(), Figure.id.desc())))


def rebasings_of(measure_ids: list[int]) -> list[Rebasing]:
    query = select(Rebasing).where(Rebasing.measure_id.in_(measure_ids))
    return list(db.session.scalars(query.order_by(Rebasing.month, Rebasing.id)))
