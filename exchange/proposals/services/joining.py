"""Asking to join a team, the other way round from inviting to it: the champion answers."""

from __future__ import annotations

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.errors import Conflict, NotAllowed, WrongStage
from exchange.extensions import db
from exchange.proposals import joining, policy, queries
from exchange.proposals.lifecycle import ENDED
from exchange.proposals.models import JoinRequest, Outcome, Proposal
from exchange.proposals.policy import Seen
from exchange.proposals.services.team import MOST_ON_TEAM, join_team, refuse_unless_champion
from exchange.proposals.services.working import lock
from exchange.wording import counted, day

MOST_REQUESTS_A_DAY = 5
MOST_REQUESTS_WAITING = 20
ANSWERED = {Outcome.ACCEPTED: "accepted", Outcome.DECLINED: "declined", Outcome.TAKEN_BACK: "taken back"}


class CannotAsk(Conflict):
    """Why this person cannot ask to join this team now."""


def ask_to_join(proposal: Proposal, person: Person, note: str) -> JoinRequest:
    """Asks the champion for a place on the team, once. Raises CannotAsk."""
    proposal = lock(proposal)
    if not policy.can_ask_to_join(person, Seen(proposal, queries.standing_in(person, proposal))):
        raise NotAllowed(policy.ONLY_READERS_ASK)
    if reason := _why_not_asked(proposal, person):
        raise CannotAsk(reason)
    request = JoinRequest(proposal=proposal, person=person, note=note, asked_at=clock.now())
    db.session.add(request)
    db.session.flush()
    events.record(person, "ask_to_join", proposal, Audience.TEAM, request=request.id)
    return request


def take_back_request(request: JoinRequest, person: Person) -> None:
    """As if never asked: they can ask again. Raises Conflict when it was answered meanwhile."""
    request = _lock(request)
    _refuse_unless_waiting(request)
    _end(request, Outcome.TAKEN_BACK)
    events.record(person, "take_back_request", request.proposal, Audience.TEAM, request=request.id)


def accept_request(request: JoinRequest, actor: Person) -> None:
    """They are a co-author. Whom that binds is for assessment: see its service of this name. Raises Conflict when they cannot
    join any more."""
    request = _lock(request)
    proposal, person = request.proposal, request.person
    refuse_unless_champion(proposal, actor)
    _refuse_unless_answerable(request)
    if not (person.active and person.is_member):
        raise Conflict(f"{person.name} is no longer a member of the network, so they cannot join the team.")
    join_team(proposal, person, full="Remove a co-author first, then accept.")
    events.record(actor, "accept_request", proposal, Audience.TEAM, request=request.id, person=person.id)


def decline_request(request: JoinRequest, actor: Person) -> None:
    """They are told, and cannot ask this team again. Raises Conflict when it can no longer be answered."""
    request = _lock(request)
    refuse_unless_champion(request.proposal, actor)
    _refuse_unless_answerable(request)
    _end(request, Outcome.DECLINED)
    events.record(
        actor,
        "decline_request",
        request.proposal,
        Audience.TEAM,
        request=request.id,
        person=request.person_id,
    )


def _why_not_asked(proposal: Proposal, person: Person) -> str:
    """In words; empty when they can ask."""
    before = joining.standing_request(person, proposal)
    if before is not None and before.outcome is None:
        return f"You asked on {day(before.asked_at)} already. The champion has yet to answer"
    if before is not None and before.ended_at is not None:
        return f"The champion declined your request on {day(before.ended_at)}. A team is asked once"
    if len(proposal.team) >= MOST_ON_TEAM:
        return f"The team has {MOST_ON_TEAM} people, and more cannot join it"
    if len(joining.waiting(proposal)) >= MOST_REQUESTS_WAITING:
        return f"{MOST_REQUESTS_WAITING} people wait for an answer from this team already. Try again in a few days"
    if joining.sent_since_yesterday(person) >= MOST_REQUESTS_A_DAY:
        return f"You have asked {counted(MOST_REQUESTS_A_DAY, 'team')} within a day. Ask more tomorrow"
    return ""


def _lock(request: JoinRequest) -> JoinRequest:
    """Its proposal held until the transaction ends, and both read afresh."""
    lock(request.proposal)
    return db.session.get_one(JoinRequest, request.id, populate_existing=True)


def _end(request: JoinRequest, outcome: Outcome) -> None:
    request.outcome, request.ended_at = outcome, clock.now()


def _refuse_unless_waiting(request: JoinRequest) -> None:
    if request.outcome is not None and request.ended_at is not None:
        raise Conflict(f"This request was {ANSWERED[request.outcome]} on {day(request.ended_at)}.")


def _refuse_unless_answerable(request: JoinRequest) -> None:
    _refuse_unless_waiting(request)
    if request.proposal.stage in ENDED:
        stage = request.proposal.stage.label
        raise WrongStage(f"The proposal is now at “{stage}”, so nobody can join its team any more.")
