"""Who stands in: named and relieved by an administrator, and ended when an interest or the loss of a role says so."""

from __future__ import annotations

from enum import StrEnum

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.audience import Audience
from exchange.errors import Conflict
from exchange.events import Text
from exchange.extensions import db
from exchange.proposals import conflicts, stand_ins
from exchange.proposals.models import Proposal, StandIn
from exchange.proposals.services.working import lock


class Because(StrEnum):
    """Why somebody stands in no more."""

    TAKEN_BACK = "taken-back"
    INTEREST = "interest"
    ROLE = "role"
    MOVED = "moved"


def name_stand_in(proposal: Proposal, role: Role, person: Person, actor: Person) -> StandIn:
    """Has this person act for the lead theme in this proposal. Raises Conflict when somebody acts by now, or this person
    cannot."""
    proposal = lock(proposal)
    if not stand_ins.is_lacking(proposal, role):
        raise Conflict("Somebody is free to act on it by now, or another administrator has named a stand-in.")
    if person not in stand_ins.free_elsewhere(proposal, role):
        raise Conflict(f"{person.name} can no longer stand in for this proposal. Choose somebody else.")
    before = stand_ins.running_in(proposal, role)
    if before is not None:  # what binds them came to light only by asking
        _end(before, None, _why_not(before) or Because.ROLE)
    named = StandIn(proposal=proposal, person=person, role=role, named_at=clock.now(), named_by=actor)
    db.session.add(named)
    texts = {"stand_in": Text(person.name, Audience.ASSESSORS)}
    facts = {"role": role.value, "person": person.id}
    events.record(actor, "name_stand_in", proposal, Audience.ASSESSORS, texts, **facts)
    return named


def take_back_stand_in(stand_in: StandIn, actor: Person) -> None:
    """Raises Conflict when it has ended meanwhile."""
    lock(stand_in.proposal)
    db.session.refresh(stand_in)
    if stand_in.ended_at is not None:
        raise Conflict(f"{stand_in.person.name} no longer stands in for this proposal.")
    _end(stand_in, actor, Because.TAKEN_BACK)


def end_stand_ins_of(person: Person) -> None:
    """Where they have an interest now, or hold the role nowhere any more."""
    for stand_in in stand_ins.running_of(person):
        lock(stand_in.proposal)
        _end_if_bound(stand_in)


def end_bound_stand_ins(proposal: Proposal) -> None:
    """Those whom a change of the team binds. The proposal is locked."""
    for stand_in in stand_ins.named_in(proposal):
        _end_if_bound(stand_in)


def end_stand_ins(proposal: Proposal, actor: Person) -> None:
    """All of them, as the proposal moves to another theme. The proposal is locked."""
    for stand_in in stand_ins.named_in(proposal):
        if stand_in.ended_at is None:
            _end(stand_in, actor, Because.MOVED)


def _end_if_bound(stand_in: StandIn) -> None:
    db.session.refresh(stand_in)
    because = _why_not(stand_in)
    if stand_in.ended_at is None and because is not None:
        _end(stand_in, None, because)


def _why_not(stand_in: StandIn) -> Because | None:
    person = stand_in.person
    if conflicts.conflict_of(person, stand_in.proposal):
        return Because.INTEREST
    return None if person.active and person.themes_as(stand_in.role) else Because.ROLE


def _end(stand_in: StandIn, actor: Person | None, because: Because) -> None:
    stand_in.ended_at = clock.now()
    db.session.flush()
    texts = {"stand_in": Text(stand_in.person.name, Audience.ASSESSORS)}
    facts = {"role": stand_in.role.value, "person": stand_in.person_id, "because": because.value}
    events.record(actor, "end_stand_in", stand_in.proposal, Audience.ASSESSORS, texts, **facts)
