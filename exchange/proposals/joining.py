"""Reads of requests to join a team: who asks, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from exchange import clock
from exchange.accounts.models import Person
from exchange.errors import NotFound
from exchange.extensions import db
from exchange.proposals import queries
from exchange.proposals.invitations import DAY
from exchange.proposals.lifecycle import ENDED
from exchange.proposals.models import JoinRequest, Outcome, Proposal
from exchange.proposals.policy import Seen


@dataclass(frozen=True)
class SeenRequest:
    seen: Seen
    request: JoinRequest


@dataclass(frozen=True)
class Asked:
    """A request that waits for its answer."""

    id: int
    asked_at: datetime


def waiting(proposal: Proposal) -> list[JoinRequest]:
    """Those that the champion can still answer, the oldest first."""
    query = select(JoinRequest).where(JoinRequest.proposal_id == proposal.id, JoinRequest.outcome.is_(None))
    return list(db.session.scalars(query.order_by(JoinRequest.id)))


def waiting_for(champion: Person) -> Sequence[JoinRequest]:
    """What this person can answer, the oldest first, with its proposal."""
    query = (
        select(JoinRequest)
        .join(JoinRequest.proposal)
        .where(
            Proposal.champion_id == champion.id,
            JoinRequest.outcome.is_(None),
            Proposal.stage.not_in(ENDED),
        )
        .options(contains_eager(JoinRequest.proposal))
        .order_by(JoinRequest.id)
    )
    return db.session.scalars(query).all()


def asked_by(person: Person, proposal_ids: Sequence[int]) -> Mapping[int, Asked]:
    """Of these proposals, those that this person asked to join and waits to hear from."""
    query = select(JoinRequest.proposal_id, JoinRequest.id, JoinRequest.asked_at).where(
        JoinRequest.person_id == person.id,
        JoinRequest.proposal_id.in_(proposal_ids),
        JoinRequest.outcome.is_(None),
    )
    return {proposal_id: Asked(id_, moment) for proposal_id, id_, moment in db.session.execute(query)}


def standing_request(person: Person, proposal: Proposal) -> JoinRequest | None:
    """What this person asked and that still counts: it waits, or was declined."""
    mine = JoinRequest.proposal_id == proposal.id, JoinRequest.person_id == person.id
    counts = JoinRequest.outcome.is_(None) | (JoinRequest.outcome == Outcome.DECLINED)
    return db.session.scalar(select(JoinRequest).where(*mine, counts))


def sent_since_yesterday(person: Person) -> int:
    """How many this person has sent in a day, to any proposal, whatever became of them."""
    recent = JoinRequest.person_id == person.id, JoinRequest.asked_at > clock.now() - DAY
    return db.session.scalar(select(func.count()).select_from(JoinRequest).where(*recent)) or 0


def own(person: Person | None, ref: str) -> SeenRequest:
    """This person's request that waits for an answer. Raises NotFound."""
    seen = queries.seen(person, ref)
    request = standing_request(person, seen.proposal) if person else None
    if request is None or request.outcome is not None:
        raise NotFound
    return SeenRequest(seen, request)


def to_team(person: Person | None, ref: str, request_id: int) -> SeenRequest:
    """A request to the proposal, for its team. Raises NotFound."""
    seen = queries.seen(person, ref)
    request = db.session.get(JoinRequest, request_id)
    if not seen.standing.is_on_team or request is None or request.proposal_id != seen.proposal.id:
        raise NotFound
    return SeenRequest(seen, request)
