"""Reads of teams: who is invited to one, and what a person is invited to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import contains_eager

from exchange import clock
from exchange.accounts.models import Person
from exchange.errors import NotFound
from exchange.extensions import db
from exchange.proposals import queries
from exchange.proposals.lifecycle import ENDED
from exchange.proposals.models import Invitation, Outcome, Proposal
from exchange.proposals.policy import Seen
from exchange.wording import day

DAY = timedelta(days=1)
WHAT_BECAME_OF_IT = {
    Outcome.ACCEPTED: "You accepted this invitation on {day}.",
    Outcome.DECLINED: "You declined this invitation on {day}. To join after all, ask the champion to invite you again.",
    Outcome.TAKEN_BACK: "The champion took this invitation back on {day}.",
}


@dataclass(frozen=True)
class SeenInvitation:
    seen: Seen
    invitation: Invitation


@dataclass(frozen=True)
class SeenCoAuthor:
    seen: Seen
    co_author: Person


def waiting(proposal: Proposal) -> list[Invitation]:
    """Those that can still be answered, the oldest first."""
    query = select(Invitation).where(Invitation.proposal_id == proposal.id, _is_waiting())
    return list(db.session.scalars(query.order_by(Invitation.id)))


def sent_since_yesterday(person: Person) -> int:
    """How many invitations this person has sent in a day, to any proposal, whatever became of them."""
    recent = Invitation.invited_by_id == person.id, Invitation.invited_at > clock.now() - DAY
    return db.session.scalar(select(func.count()).select_from(Invitation).where(*recent)) or 0


def waiting_for(person: Person) -> Sequence[Invitation]:
    """What this person can answer, the first to run out first, with its proposal."""
    if person.confirmed_at is None:
        return []
    query = (
        select(Invitation)
        .join(Invitation.proposal)
        .where(Invitation.email == person.email, _is_waiting(), Proposal.stage.not_in(ENDED))
        .options(contains_eager(Invitation.proposal))
        .order_by(Invitation.expires_at, Invitation.id)
    )
    return db.session.scalars(query).all()


def to_person(person: Person, ref: str) -> Invitation:
    """The newest invitation of this person to this proposal, whatever became of it. Raises NotFound."""
    found = None
    if person.confirmed_at is not None and queries.REFERENCE.fullmatch(ref.upper()):
        query = (
            select(Invitation)
            .join(Invitation.proposal)
            .where(Proposal.reference == ref.upper(), Invitation.email == person.email)
            .options(contains_eager(Invitation.proposal))
        )
        found = db.session.scalar(query.order_by(Invitation.id.desc()).limit(1))
    if found is None:
        raise NotFound
    return found


def of_team(person: Person | None, ref: str, invitation_id: int) -> SeenInvitation:
    """An invitation to the proposal, for its team. Raises NotFound."""
    seen = queries.seen(person, ref)
    invitation = db.session.get(Invitation, invitation_id)
    if not seen.standing.is_on_team or invitation is None or invitation.proposal_id != seen.proposal.id:
        raise NotFound
    return SeenInvitation(seen, invitation)


def co_author(person: Person | None, ref: str, co_author_id: int) -> SeenCoAuthor:
    """Someone on the team beside the champion, for the team. Raises NotFound."""
    seen = queries.seen(person, ref)
    found = next((each for each in seen.proposal.co_authors if each.id == co_author_id), None)
    if not seen.standing.is_on_team or found is None:
        raise NotFound
    return SeenCoAuthor(seen, found)


def why_not_answered(invitation: Invitation) -> str:
    """Why nobody can accept it any more, in words; empty when it can be."""
    if invitation.outcome is not None and invitation.ended_at is not None:
        return WHAT_BECAME_OF_IT[invitation.outcome].format(day=day(invitation.ended_at))
    if invitation.expires_at <= clock.now():
        return (
            f"This invitation ran out on {day(invitation.expires_at)}. Ask the champion to invite you again."
        )
    if invitation.proposal.stage in ENDED:
        return f"The proposal is now at “{invitation.proposal.stage.label}”, so nobody can join its team any more."
    return ""


def _is_waiting() -> ColumnElement[bool]:
    return and_(Invitation.outcome.is_(None), Invitation.expires_at > clock.now())
