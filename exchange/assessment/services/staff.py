"""What the staff of a lead theme declare: an interest of their own in one proposal."""

from __future__ import annotations

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.assessment import policy, queries
from exchange.assessment.models import Assignment, Interest
from exchange.assessment.services.reviews import declare
from exchange.audience import Audience
from exchange.errors import NotAllowed
from exchange.events import Text
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals import services as teams
from exchange.proposals import stand_ins
from exchange.proposals.models import DeclaredInterest, Proposal
from exchange.proposals.policy import Seen
from exchange.proposals.services import lock


def declare_interest(proposal: Proposal, person: Person, *, reason: str) -> None:
    """Takes this proposal from a manager, director or stand-in for good. Raises NotAllowed for anyone else."""
    proposal = lock(proposal)
    seen = Seen(proposal, proposals.standing_in(person, proposal))
    if not policy.is_staff(person, seen):
        raise NotAllowed("You do not act on this proposal.")
    place = _place_on_panel(person, seen)
    if place is not None:
        # Their one event is the reviewer's: a second beside it would tell the panel who Reviewer A is.
        declare(place, Interest.INTEREST, reason=reason)
        return
    roles = sorted(stand_ins.roles_in(person, proposal))
    kept = DeclaredInterest(
        proposal_id=proposal.id, person_id=person.id, reason=reason, declared_at=clock.now()
    )
    db.session.add(kept)
    texts = {"reason": Text(reason, Audience.DIRECTOR)}
    events.record(person, "declare_interest", proposal, Audience.ASSESSORS, texts, roles=roles)
    teams.end_bound_stand_ins(proposal)


def _place_on_panel(person: Person, seen: Seen) -> Assignment | None:
    """Where they review it too, and can still say so there."""
    round_ = queries.current_round(seen.proposal)
    place = None if round_ is None else queries.assignment_of(person, round_)
    if round_ is None or place is None or place.removed_at is not None:
        return None
    is_resting = round_.is_suspended
    return place if policy.can_declare(seen.standing, seen.proposal.stage, is_resting=is_resting) else None
