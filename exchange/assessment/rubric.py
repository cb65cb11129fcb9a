"""The region's rubric, in versions. The newest is in force: new rounds use it, and a round keeps the one that it began with.

A pack makes the first version, and later the next one when its own rubric has changed. Administrators make the next one by hand;
they may replace or delete the newest as long as no round uses it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import exists, select

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.assessment.models import Criterion, Round, Rubric
from exchange.audience import Audience
from exchange.errors import Conflict
from exchange.extensions import db
from exchange.region import pack
from exchange.region import queries as region
from exchange.region.pack import Pack

MISSING = "There is no rubric yet. Ask an administrator to load the region pack."


class StaleRubric(Conflict):
    """Another administrator changed the rubric since this page was opened."""

    heading = "The rubric has changed since you opened this page"


def latest() -> Rubric | None:
    """The version that new rounds use; None before a pack is loaded."""
    return db.session.scalar(select(Rubric).order_by(Rubric.number.desc()).limit(1))


def is_used(rubric: Rubric) -> bool:
    return bool(db.session.scalar(select(exists().where(Round.rubric_id == rubric.id))))


def weights(rubric: Rubric) -> dict[str, int]:
    """By the criteria's keys, in order: what scoring asks for."""
    return {criterion.key: criterion.weight for criterion in rubric.criteria}


def content(rubric: Rubric) -> list[pack.Criterion]:
    """What it says, as a pack would."""
    return [
        pack.Criterion(each.key, each.name, each.weight, each.low, each.mid, each.high, each.cannot_judge)
        for each in rubric.criteria
    ]


def state_of(rubric: Rubric) -> str:
    """A mark of the version and what it says, which the editor carries, so that a stale one is noticed."""
    return f"{rubric.number}.{_digest(content(rubric))[:16]}"


def load(loaded: Pack) -> None:
    """Keeps the pack's rubric as the next version, unless it is the one that a pack brought last: what administrators made of it
    since stays."""
    held, digest = latest(), _digest(loaded.rubric)
    if held is None:
        _next_version(None, loaded.rubric, digest)
    elif held.pack_digest != digest:
        if content(held) != list(loaded.rubric):
            held = _next_version(held, loaded.rubric, digest)
        held.pack_digest = digest
        db.session.flush()


def change(criteria: Sequence[pack.Criterion], actor: Person, *, opened_at_state: str | None) -> Rubric:
    """Makes the next version; or, as long as no round uses the newest, puts this in its place. Raises StaleRubric when the newest
    is no longer what the page was opened with; saving the same again changes nothing."""
    newest = _lock_newest()
    if content(newest) == list(criteria):
        return newest
    if opened_at_state not in (None, state_of(newest)):
        raise StaleRubric("What was saved there is kept. What you typed here is below, and not saved yet.")
    if is_used(newest):
        newest = _next_version(newest, criteria, newest.pack_digest)
        _record(actor, "make_rubric", newest)
        return newest
    for criterion in newest.criteria:
        db.session.delete(criterion)
    db.session.flush()
    db.session.expire(newest, ["criteria"])
    _fill(newest, criteria)
    newest.created_at = clock.now()
    _record(actor, "replace_rubric", newest)
    return newest


def why_not_delete(rubric: Rubric) -> str:
    """Why this version stays; empty when it can go."""
    newest = latest()
    if newest is None or newest.number != rubric.number:
        return "Only the newest version can be deleted."
    if rubric.number == 1:
        return "There is no version before it, so it stays."
    return "An assessment uses it, so it stays as it is." if is_used(rubric) else ""


def delete(rubric: Rubric, actor: Person) -> Rubric:
    """Deletes the newest version, which no round uses, and returns the one before it, which is in force again. Raises
    Conflict."""
    newest = _lock_newest()
    if reason := why_not_delete(rubric):
        raise Conflict(reason, heading="This version cannot be deleted")
    _record(actor, "delete_rubric", newest)
    digest = newest.pack_digest
    for criterion in newest.criteria:
        db.session.delete(criterion)
    db.session.flush()
    db.session.delete(newest)
    db.session.flush()
    before = latest()
    assert before is not None
    before.pack_digest = digest
    return before


def _lock_newest() -> Rubric:
    """Held until the transaction ends: a round that would start with it meanwhile waits. Raises Conflict when there is none."""
    query = select(Rubric).order_by(Rubric.number.desc()).limit(1)
    found = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise Conflict(MISSING)
    return found


def _next_version(before: Rubric | None, criteria: Sequence[pack.Criterion], digest: str) -> Rubric:
    number = 1 if before is None else before.number + 1
    rubric = Rubric(number=number, created_at=clock.now(), pack_digest=digest)
    db.session.add(rubric)
    _fill(rubric, criteria)
    return rubric


def _fill(rubric: Rubric, criteria: Sequence[pack.Criterion]) -> None:
    rubric.criteria = [
        Criterion(
            key=criterion.id,
            name=criterion.name,
            weight=criterion.weight,
            low=criterion.low,
            mid=criterion.mid,
            high=criterion.high,
            cannot_judge=criterion.cannot_judge,
            position=position,
        )
        for position, criterion in enumerate(criteria, 1)
    ]
    db.session.flush()


def _record(actor: Person, kind: str, rubric: Rubric) -> None:
    weighted = {"number": rubric.number, "weights": weights(rubric)}
    events.record(actor, kind, region.current(), Audience.ADMINISTRATORS, None, **weighted)


def _digest(criteria: Sequence[pack.Criterion]) -> str:
    said = json.dumps([asdict(criterion) for criterion in criteria], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
