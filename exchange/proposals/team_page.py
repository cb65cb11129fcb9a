"""What the page of a proposal's team shows, and where its links lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from exchange.accounts.models import Person
from exchange.proposals import invitations, joining, page
from exchange.proposals.lifecycle import ENDED
from exchange.proposals.models import Invitation, JoinRequest, Proposal
from exchange.proposals.page import Way
from exchange.proposals.policy import Seen
from exchange.proposals.tabs import tabs_for
from exchange.wording import day

WHO = {True: "Champion", False: "Co-author"}


@dataclass(frozen=True)
class Member:
    """Someone on the team; `removed_at` is the page to take them off it, for who may."""

    name: str
    facts: list[str]
    removed_at: str


@dataclass(frozen=True)
class Invited:
    """An invitation that waits for its answer; `taken_back_at` is the page to end it, for who may."""

    invitation: Invitation
    taken_back_at: str


@dataclass(frozen=True)
class Asking:
    """Somebody who asks to join; `answered_at` is the page to answer, for who may."""

    request: JoinRequest
    facts: list[str]
    answered_at: str


@dataclass(frozen=True)
class TeamPage:
    proposal: Proposal
    title: str
    tabs: list[dict[str, Any]]
    members: list[Member]
    asking: list[Asking]
    invited: list[Invited]
    main: Way | None
    others: list[Way]
    note: str


def team_page(seen: Seen, person: Person) -> TeamPage:
    proposal, is_champion = seen.proposal, seen.standing.is_champion
    ref = proposal.reference
    can_invite = is_champion and proposal.stage not in ENDED
    others = []
    if is_champion and proposal.co_authors:
        others.append(Way("Hand over to a co-author", url_for("proposals.hand_over", ref=ref)))
    if not is_champion:
        others.append(Way("Leave the team", url_for("proposals.leave_team", ref=ref)))
    return TeamPage(
        proposal=proposal,
        title=page.title_of(seen),
        tabs=page.with_tabs(proposal, tabs_for(seen, person), url_for("proposals.team", ref=ref)),
        members=[_member(each, seen) for each in proposal.team],
        asking=[_asking(each, seen) for each in joining.waiting(proposal) if proposal.stage not in ENDED],
        invited=[
            Invited(
                each,
                url_for("proposals.take_back_invitation", ref=ref, invitation_id=each.id)
                if is_champion
                else "",
            )
            for each in invitations.waiting(proposal)
        ],
        main=Way("Invite a co-author", url_for("proposals.invite", ref=ref)) if can_invite else None,
        others=others,
        note=""
        if is_champion
        else f"{proposal.champion.name}, the champion, invites and removes co-authors.",
    )


def _asking(request: JoinRequest, seen: Seen) -> Asking:
    organisation = request.person.organisation
    facts = [organisation.name if organisation else "", f"asked {day(request.asked_at)}"]
    ref = seen.proposal.reference
    url = url_for("assessment.answer_request", ref=ref, request_id=request.id)
    return Asking(request, [fact for fact in facts if fact], url if seen.standing.is_champion else "")


def _member(person: Person, seen: Seen) -> Member:
    proposal = seen.proposal
    is_champion = person.id == proposal.champion_id
    facts = [WHO[is_champion], person.organisation.name if person.organisation else ""]
    if not person.active:
        facts.append("account closed")
    can_be_removed = seen.standing.is_champion and not is_champion
    url = url_for("proposals.remove_co_author", ref=proposal.reference, co_author_id=person.id)
    return Member(person.name, [fact for fact in facts if fact], url if can_be_removed else "")
