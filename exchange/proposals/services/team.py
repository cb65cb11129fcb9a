"""Who writes a proposal: inviting co-authors, joining and leaving, and who its champion is."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, update

from exchange import clock, events
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.errors import Conflict, NotAllowed, WrongStage
from exchange.events import Text
from exchange.extensions import db
from exchange.proposals import invitations, policy, queries
from exchange.proposals.lifecycle import ENDED, Part
from exchange.proposals.models import Invitation, JoinRequest, Outcome, Proposal, Reader
from exchange.proposals.services.working import lock
from exchange.wording import day

MOST_ON_TEAM = 20
MOST_WAITING = 20
MOST_A_DAY = 20
ANSWERED_WITHIN = timedelta(days=30)
NOBODY_INVITED_NOW = "The proposal is now at “{stage}”, so nobody can be invited any more."


class CannotInvite(Conflict):
    """This address cannot be invited, or nobody can now."""


def invite(proposal: Proposal, actor: Person, email: str) -> Invitation:
    """Offers a place on the team to whoever has this address, known or not. Raises CannotInvite."""
    proposal, email, moment = lock(proposal), email.strip().lower(), clock.now()
    refuse_unless_champion(proposal, actor)
    if proposal.stage in ENDED:
        raise WrongStage(NOBODY_INVITED_NOW.format(stage=proposal.stage.label))
    if reason := _why_not_invited(proposal, actor, email):
        raise CannotInvite(reason)
    invitation = Invitation(
        proposal=proposal,
        email=email,
        invited_by_id=actor.id,
        invited_at=moment,
        expires_at=moment + ANSWERED_WITHIN,
    )
    db.session.add(invitation)
    db.session.flush()
    events.record(actor, "invite", proposal, Audience.TEAM, invitation=invitation.id)
    return invitation


def take_back_invitation(invitation: Invitation, actor: Person) -> None:
    """Nobody can accept it any more. Raises Conflict when it was answered meanwhile."""
    invitation = _lock(invitation)
    refuse_unless_champion(invitation.proposal, actor)
    if invitation.outcome is not None:
        said = {Outcome.ACCEPTED: "accepted", Outcome.DECLINED: "declined", Outcome.TAKEN_BACK: "taken back"}
        assert invitation.ended_at is not None
        raise Conflict(f"This invitation was {said[invitation.outcome]} on {day(invitation.ended_at)}.")
    _end(invitation, Outcome.TAKEN_BACK)
    events.record(actor, "take_back_invitation", invitation.proposal, Audience.TEAM, invitation=invitation.id)


def accept_invitation(invitation: Invitation, person: Person) -> None:
    """They are a co-author, and read no longer as a reviewer. Whom that binds is for assessment: see its service of this
    name. Raises Conflict when they cannot join any more."""
    invitation = _lock(invitation)
    proposal = invitation.proposal
    _refuse_unless_answerable(invitation)
    join_team(proposal, person, full="Ask the champion to make room.")
    events.record(person, "accept_invitation", proposal, Audience.TEAM, invitation=invitation.id)


def join_team(proposal: Proposal, person: Person, *, full: str) -> None:
    """A co-author more, who reads no longer as a reviewer; what they were offered and what they asked for is done with. Raises
    Conflict, with `full` as what to do, when there is no room."""
    if len(proposal.team) >= MOST_ON_TEAM:
        raise Conflict(
            f"The team has {MOST_ON_TEAM} people, and more cannot join it. {full}", heading="The team is full"
        )
    proposal.co_authors.append(person)
    accepted = {"outcome": Outcome.ACCEPTED, "ended_at": clock.now()}
    offered = Invitation.proposal_id == proposal.id, Invitation.email == person.email
    asked = JoinRequest.proposal_id == proposal.id, JoinRequest.person_id == person.id
    db.session.execute(update(Invitation).where(*offered, Invitation.outcome.is_(None)).values(accepted))
    db.session.execute(update(JoinRequest).where(*asked, JoinRequest.outcome.is_(None)).values(accepted))
    db.session.execute(delete(Reader).where(Reader.proposal_id == proposal.id, Reader.person_id == person.id))


def decline_invitation(invitation: Invitation, person: Person) -> None:
    """Raises Conflict when it can no longer be answered."""
    invitation = _lock(invitation)
    _refuse_unless_answerable(invitation)
    _end(invitation, Outcome.DECLINED)
    events.record(person, "decline_invitation", invitation.proposal, Audience.TEAM, invitation=invitation.id)


def leave_team(proposal: Proposal, person: Person) -> None:
    """A co-author goes. Raises Conflict when they are none (any more)."""
    proposal = lock(proposal)
    _take_out(proposal, person)
    events.record(person, "leave_team", proposal, Audience.TEAM)


def remove_co_author(proposal: Proposal, person: Person, actor: Person) -> None:
    """Raises Conflict when they are none (any more)."""
    proposal = lock(proposal)
    refuse_unless_champion(proposal, actor)
    _take_out(proposal, person)
    texts = {"co_author": Text(person.name, Audience.TEAM)}
    events.record(actor, "remove_co_author", proposal, Audience.TEAM, texts, person=person.id)


def hand_over(proposal: Proposal, to: Person, actor: Person) -> None:
    """A co-author becomes the champion, and the champion a co-author. Raises Conflict."""
    proposal = lock(proposal)
    refuse_unless_champion(proposal, actor)
    _make_champion(proposal, to, actor, "hand_over")


def appoint_champion(proposal: Proposal, to: Person, actor: Person) -> None:
    """The manager makes a co-author the champion, once the champion's account is closed. Raises Conflict."""
    proposal = lock(proposal)
    if Part.MANAGER not in queries.standing_in(actor, proposal).parts:
        raise NotAllowed("Only a programme manager of the lead theme can do this.")
    refuse_unless_champion_left(proposal)
    _make_champion(proposal, to, actor, "appoint_champion")


def refuse_unless_champion_left(proposal: Proposal) -> None:
    if proposal.champion.active:
        raise Conflict(
            f"{proposal.champion.name} is its champion, and can hand it over.",
            heading="This proposal has a champion",
        )


def _why_not_invited(proposal: Proposal, actor: Person, email: str) -> str:
    """In words, and the same whether there is an account with this address or not; empty when it can be."""
    if not actor.is_member:
        return "You can invite co-authors once your organisation is settled and you have accepted the confidentiality terms"
    if email == actor.email:
        return "This is your own address. Enter the address of somebody else"
    teammate = next((each for each in proposal.team if each.email == email), None)
    if teammate is not None:
        return f"{teammate.name} is on the team already"
    waiting = invitations.waiting(proposal)
    if any(each.email == email for each in waiting):
        return "This address is invited already. To invite it anew, take that invitation back first"
    if len(proposal.team) >= MOST_ON_TEAM:
        return f"A team has {MOST_ON_TEAM} people at most. Remove a co-author first"
    if len(waiting) >= MOST_WAITING:
        return f"{MOST_WAITING} invitations wait for an answer already. Take one back first"
    if invitations.sent_since_yesterday(actor) >= MOST_A_DAY:
        return f"You have sent {MOST_A_DAY} invitations within a day. Invite more tomorrow"
    return ""


def _lock(invitation: Invitation) -> Invitation:
    """Its proposal held until the transaction ends, and both read afresh."""
    lock(invitation.proposal)
    return db.session.get_one(Invitation, invitation.id, populate_existing=True)


def _end(invitation: Invitation, outcome: Outcome) -> None:
    invitation.outcome, invitation.ended_at = outcome, clock.now()


def refuse_unless_champion(proposal: Proposal, actor: Person) -> None:
    if proposal.champion_id != actor.id:
        raise NotAllowed(f"{proposal.champion.name} is the champion now, and only the champion can do this.")


def _refuse_unless_answerable(invitation: Invitation) -> None:
    if reason := invitations.why_not_answered(invitation):
        raise WrongStage(reason)


def _take_out(proposal: Proposal, person: Person) -> None:
    if person not in proposal.co_authors:
        raise Conflict(f"{person.name} is no co-author of this proposal any more.")
    proposal.co_authors.remove(person)
    db.session.flush()


def _make_champion(proposal: Proposal, to: Person, actor: Person, kind: str) -> None:
    db.session.refresh(to)  # their account may have been closed since
    if to not in proposal.co_authors or not policy.can_be_champion(to):
        raise Conflict(f"{to.name} can no longer be its champion. Choose somebody else.")
    before = proposal.champion
    proposal.co_authors.remove(to)
    proposal.co_authors.append(before)
    proposal.champion = to
    texts = {"champion": Text(to.name, Audience.TEAM)}
    events.record(actor, kind, proposal, Audience.TEAM, texts, person=to.id, before=before.id)
