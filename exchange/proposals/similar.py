"""Proposals that are like one that is being written, among those that a person may see.

Only names and summaries are compared: whoever sees a proposal at all reads both. Takes four queries, however many there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import and_, func, select

from exchange import headings, similarity
from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.proposals import listing, queries
from exchange.proposals.lifecycle import Stage
from exchange.proposals.listing import Row
from exchange.proposals.models import Proposal, Visibility
from exchange.similarity import Heading


@dataclass(frozen=True)
class Spreading:
    """A programme that has not ended: what a proposal became that others can adopt."""

    status: str
    url: str


@dataclass(frozen=True)
class Similar:
    """One that is similar, as this person may see it, and what both speak of."""

    row: Row
    concepts: frozenset[str]
    spreading: Spreading | None


def similar_to(person: Person | None, heading: Heading, *, besides: int | None = None) -> list[Similar]:
    """Those that this person may see, programmes that can be adopted before the others, the most similar first; none that is
    less similar than is worth showing. `besides` is the id of the proposal that the heading is of."""
    ids = _found(person, heading, besides)
    rows = listing.rows_of(person, ids) if ids else []
    spreading = _spreading([row.id for row in rows if row.stage is Stage.SPREAD])
    found = [
        Similar(row, similarity.shared(heading, Heading(row.title, row.summary)), spreading.get(row.id))
        for row in rows
    ]
    return sorted(found, key=lambda each: each.spreading is None)


def _found(person: Person | None, heading: Heading, besides: int | None) -> list[int]:
    if not heading.counts:
        return []
    known = headings.collection(heading)
    near = headings.nearest(heading, known)
    if near is None:
        return []
    # A merged one is found where it continues.
    others = and_(queries.visible_to(person), Proposal.stage != Stage.MERGED)
    if besides is not None:
        others = and_(others, Proposal.id != besides)
    weight = func.sum(near.c.weight)
    best = (
        select(Proposal.id)
        .join(near, near.c.proposal_id == Proposal.id)
        .where(others)
        .group_by(Proposal.id)
        .order_by(weight.desc(), Proposal.id.desc())
        .limit(headings.MOST_COMPARED)
        .subquery()
    )
    query = select(Proposal.id, Proposal.title, Proposal.summary).join(best, best.c.id == Proposal.id)
    found = {id_: Heading(title, summary) for id_, title, summary in db.session.execute(query)}
    return similarity.ranked(heading, found, known)


def _spreading(ids: Sequence[int]) -> Mapping[int, Spreading]:
    found: Mapping[int, Spreading] = current_app.extensions["spreading"](ids) if ids else {}
    return found


def shared_with_members(ids: Sequence[int]) -> Sequence[str]:
    """References of those of them that their champions share with members."""
    if not ids:
        return []
    query = select(Proposal.reference).where(Proposal.id.in_(ids), Proposal.visibility == Visibility.MEMBERS)
    return db.session.scalars(query).all()
