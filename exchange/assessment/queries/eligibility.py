"""Who may review what: the themes whose reviewers can be chosen, and the interests that bind them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, select

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.extensions import db
from exchange.proposals import queries as proposals
from exchange.proposals.models import DeclaredInterest, Proposal, Version


def conflict_in(person: Person, proposal: Proposal, declared: dict[int, str]) -> str:
    return proposals.found_conflict(person, proposal) or (proposals.DECLARED if person.id in declared else "")


def themes_of(proposal: Proposal) -> frozenset[str]:
    """The lead theme and the supporting ones of what was submitted: their reviewers can be chosen."""
    return themes_of_each([proposal])[proposal.id]


def themes_of_each(of: Sequence[Proposal]) -> dict[int, frozenset[str]]:
    """The same of many proposals by their ids."""
    query = (
        select(Version.proposal_id, Version.answers)
        .join(Proposal, and_(Proposal.id == Version.proposal_id, Proposal.version_number == Version.number))
        .where(Proposal.id.in_([proposal.id for proposal in of]))
    )
    supporting = {id_: answers.get("supporting_themes") or [] for id_, answers in db.session.execute(query)}
    return {
        proposal.id: frozenset(filter(None, [proposal.lead_theme_id, *supporting.get(proposal.id, ())]))
        for proposal in of
    }


def why_off_panel(person: Person, proposal: Proposal) -> str:
    """Why someone whom nothing binds may not review it all the same; empty when they may."""
    if not person.active:
        return "Their account is closed."
    is_reviewer = bool(person.themes_as(Role.REVIEWER) & themes_of(proposal))
    return "" if is_reviewer else "They are no longer a reviewer of its themes."


def declared_in(proposal: Proposal) -> dict[int, str]:
    """The reasons of the interests declared in it, by person."""
    return declared_in_each([proposal])[proposal.id]


def declared_in_each(of: Sequence[Proposal]) -> dict[int, dict[int, str]]:
    """The same of many proposals by their ids."""
    declared: dict[int, dict[int, str]] = {proposal.id: {} for proposal in of}
    query = select(DeclaredInterest).where(DeclaredInterest.proposal_id.in_(sorted(declared)))
    for each in db.session.scalars(query):
        declared[each.proposal_id][each.person_id] = each.reason
    return declared
