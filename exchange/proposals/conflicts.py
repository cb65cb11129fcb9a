"""Conflicts of interest, found and declared: in SQL for lists, in words for one proposal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from flask import g, has_request_context
from sqlalchemy import ColumnElement, exists, false, func, or_, select

from exchange import clock
from exchange.accounts.models import Person, RegisteredInterest
from exchange.extensions import alias_of, db
from exchange.proposals.models import DeclaredInterest, Proposal, co_author

DECLARED = "They declared an interest."
# Made once: naming every column of the table anew took longer than all else of making a condition.
COLLEAGUE, AUTHOR = alias_of(Person), alias_of(Person)


def made_once(make: Callable[..., ColumnElement[bool]]) -> Callable[..., ColumnElement[bool]]:
    """The same condition for the same ids all through a request: a page asks for some of them ten times."""

    @wraps(make)
    def made(*ids: Any) -> ColumnElement[bool]:
        if not has_request_context():
            return make(*ids)
        kept: dict[Any, ColumnElement[bool]] = g.setdefault("conditions", {})
        key = make, ids
        if key not in kept:
            kept[key] = make(*ids)
        return kept[key]

    return made


@made_once
def of_team(person_id: int) -> ColumnElement[bool]:
    """Proposals of which they are the champion or a co-author."""
    written = select(co_author.c.proposal_id).where(co_author.c.person_id == person_id)
    return or_(Proposal.champion_id == person_id, Proposal.id.in_(written))


def conflicted(person: Person) -> ColumnElement[bool]:
    """Proposals in which this person has an interest, found or declared. `conflict_of` says the same of one."""
    return _conflicted(person.id, person.organisation_id, clock.today())


@made_once
def _conflicted(person_id: int, organisation_id: str | None, today: date) -> ColumnElement[bool]:
    declared = select(DeclaredInterest.proposal_id).where(DeclaredInterest.person_id == person_id)
    registered = RegisteredInterest.person_id == person_id, RegisteredInterest.binding_on(today)
    organisations = select(RegisteredInterest.organisation_id).where(
        *registered, RegisteredInterest.organisation_id.is_not(None)
    )
    addresses = select(RegisteredInterest.email).where(*registered, RegisteredInterest.email.is_not(None))

    def is_theirs(of: Any) -> ColumnElement[bool]:
        # Equal to None would find everyone without an organisation.
        own = false() if organisation_id is None else of == organisation_id
        return or_(own, of.in_(organisations))

    def is_named(one: Any) -> ColumnElement[bool]:
        return or_(is_theirs(one.c.organisation_id), one.c.email.in_(addresses))

    # Asked of each proposal: a list of all colleagues grows with the exchange, and is made anew for every page.
    champion = exists().where(COLLEAGUE.c.id == Proposal.champion_id, is_named(COLLEAGUE))
    author = exists().where(
        co_author.c.proposal_id == Proposal.id, AUTHOR.c.id == co_author.c.person_id, is_named(AUTHOR)
    )
    return or_(
        of_team(person_id),
        Proposal.id.in_(declared),
        champion,
        author,
        func.coalesce(is_theirs(Proposal.supplier_id), false()),
    )


def conflicted_each() -> ColumnElement[bool]:
    """The same in a query that has Person too: whether each has an interest in each. It is never NULL. Asked for
    row by row, as everyone's answer is another."""
    is_author = exists().where(co_author.c.proposal_id == Proposal.id, co_author.c.person_id == Person.id)
    is_colleague = exists().where(
        COLLEAGUE.c.id == Proposal.champion_id, COLLEAGUE.c.organisation_id == Person.organisation_id
    )
    of_author = exists().where(
        co_author.c.proposal_id == Proposal.id,
        AUTHOR.c.id == co_author.c.person_id,
        AUTHOR.c.organisation_id == Person.organisation_id,
    )
    has_declared = exists().where(
        DeclaredInterest.proposal_id == Proposal.id, DeclaredInterest.person_id == Person.id
    )
    supplies = func.coalesce(Proposal.supplier_id == Person.organisation_id, false())
    is_champion = Proposal.champion_id == Person.id
    return or_(is_champion, is_author, has_declared, is_colleague, of_author, supplies, _registered_each())


def _registered_each() -> ColumnElement[bool]:
    """In a query that has Person too: whether the register of each names the team or the supplier of each."""
    binding = RegisteredInterest.person_id == Person.id, RegisteredInterest.binding_on(clock.today())

    def is_named(one: Any) -> ColumnElement[bool]:
        return or_(
            one.c.organisation_id == RegisteredInterest.organisation_id,
            one.c.email == RegisteredInterest.email,
        )

    champions = exists().where(*binding, COLLEAGUE.c.id == Proposal.champion_id, is_named(COLLEAGUE))
    authors = exists().where(
        *binding,
        co_author.c.proposal_id == Proposal.id,
        AUTHOR.c.id == co_author.c.person_id,
        is_named(AUTHOR),
    )
    suppliers = exists().where(*binding, RegisteredInterest.organisation_id == Proposal.supplier_id)
    return or_(champions, authors, suppliers)


def conflict_of(person: Person, proposal: Proposal) -> str:
    """Why this person may not assess or decide this proposal, in words; empty when nothing binds them."""
    if found := found_conflict(person, proposal):
        return found
    declared = db.session.get(DeclaredInterest, (proposal.id, person.id))
    return "" if declared is None else DECLARED


def found_conflict(person: Person, proposal: Proposal) -> str:
    """The part of `conflict_of` that needs no declaration: it asks nothing for people already loaded."""
    team = proposal.team
    if person in team:
        return "They are on the team."
    if person.organisation_id is not None:
        for colleague in team:
            if colleague.organisation_id == person.organisation_id:
                return f"They are from the same organisation as {colleague.name}, who is on the team."
        if proposal.supplier_id == person.organisation_id:
            return "Their organisation supplies it."
    today = clock.today()
    return next(
        (why for each in person.interests if each.binds_on(today) and (why := _named(each, proposal))), ""
    )


def _named(interest: RegisteredInterest, proposal: Proposal) -> str:
    """Whom of a proposal a line of someone's register names."""
    if interest.email is not None:
        for member in proposal.team:
            if member.email == interest.email:
                return f"They registered an interest in {member.name}, who is on the team."
    if interest.organisation is not None:
        registered = f"They registered an interest in {interest.organisation.name}"
        for member in proposal.team:
            if member.organisation_id == interest.organisation_id:
                return f"{registered}, where {member.name} of the team works."
        if proposal.supplier_id == interest.organisation_id:
            return f"{registered}, which supplies it."
    return ""
