"""The region's rubric, in versions: a pack that changes it makes the next one, and none is ever edited."""

from __future__ import annotations

from dataclasses import astuple

from sqlalchemy import select

from exchange import clock
from exchange.assessment.models import Criterion, Rubric
from exchange.extensions import db
from exchange.region.pack import Pack

MISSING = "There is no rubric yet. Ask an administrator to load the region pack."


def latest() -> Rubric | None:
    """The version that new rounds use; None before a pack is loaded."""
    return db.session.scalar(select(Rubric).order_by(Rubric.number.desc()).limit(1))


def load(pack: Pack) -> None:
    """Keeps the pack's rubric as the next version, when it differs from the latest."""
    held = latest()
    if held is not None and _content(held) == [astuple(criterion) for criterion in pack.rubric]:
        return
    rubric = Rubric(number=1 if held is None else held.number + 1, created_at=clock.now())
    rubric.criteria = [
        Criterion(
            key=criterion.id,
            name=criterion.name,
            weight=criterion.weight,
            low=criterion.low,
            mid=criterion.mid,
            high=criterion.high,
            position=position,
        )
        for position, criterion in enumerate(pack.rubric, 1)
    ]
    db.session.add(rubric)
    db.session.flush()


def weights(rubric: Rubric) -> dict[str, int]:
    """By the criteria's keys, in order: what scoring asks for."""
    return {criterion.key: criterion.weight for criterion in rubric.criteria}


def _content(rubric: Rubric) -> list[tuple[str | int, ...]]:
    return [(each.key, each.name, each.weight, each.low, each.mid, each.high) for each in rubric.criteria]
