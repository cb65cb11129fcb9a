"""The versions of the rubric, for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from exchange.assessment.models import Round, Rubric
from exchange.errors import NotFound
from exchange.events import Event
from exchange.extensions import db
from exchange.region import queries as region


@dataclass(frozen=True)
class RubricVersion:
    """One version: in force from its first day until the next one came; `made_by` is empty where a pack brought it."""

    rubric: Rubric
    since: datetime
    until: datetime | None
    rounds: int
    made_by: str

    @property
    def is_in_force(self) -> bool:
        return self.until is None

    @property
    def name(self) -> str:
        return f"Version {self.rubric.number}"


def rubric_versions() -> list[RubricVersion]:
    """The newest first."""
    rounds = select(func.count(Round.id)).where(Round.rubric_id == Rubric.id).scalar_subquery()
    makers, found, until = _makers(), [], None
    for rubric, number in db.session.execute(select(Rubric, rounds).order_by(Rubric.number.desc())):
        maker = makers.get(rubric.number, "")
        found.append(RubricVersion(rubric, rubric.created_at, until, number, maker))
        until = rubric.created_at
    return found


def rubric_version(number: int) -> RubricVersion:
    """Raises NotFound."""
    found = next((each for each in rubric_versions() if each.rubric.number == number), None)
    if found is None:
        raise NotFound
    return found


def _makers() -> dict[int, str]:
    """Who made or replaced each version, by its number: the last one to do so. One that was deleted may since have come anew."""
    kinds = ("make_rubric", "replace_rubric", "delete_rubric")
    query = select(Event).where(Event.subject == region.current().event_subject, Event.kind.in_(kinds))
    return {
        event.facts["number"]: event.actor.name if event.actor and event.kind != "delete_rubric" else ""
        for event in db.session.scalars(query.order_by(Event.position))
    }
