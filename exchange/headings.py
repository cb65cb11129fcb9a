"""What every name and summary speaks of, kept so that similar ones are found without reading them all.

A concept that stands in very many headings tells little and would take long to read, so that no more than MOST_READ of it are
counted, or looked at.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Subquery,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Mapped, mapped_column

from exchange.extensions import Base, db
from exchange.similarity import Collection, Heading

MOST_READ = 1_000  # headings of one concept
MOST_READ_IN_ALL = 3_000
MOST_ASKED = 60  # concepts of one heading
MOST_COMPARED = 40  # headings, one by one


class HeadingConcept(Base):
    """A proposal whose name or summary speaks of this. Both are for all who see the proposal at all."""

    __tablename__ = "heading_concept"
    __table_args__ = (Index("ix_heading_concept_proposal_id", "proposal_id"), {"sqlite_with_rowid": False})

    concept: Mapped[str] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)


def put(proposal_id: int, heading: Heading) -> None:
    """Sets what the proposal's heading speaks of, in the transaction at hand."""
    remove(proposal_id)
    if rows := [{"concept": each, "proposal_id": proposal_id} for each in heading.concepts]:
        db.session.execute(insert(HeadingConcept), rows)


def remove(proposal_id: int) -> None:
    db.session.execute(delete(HeadingConcept).where(HeadingConcept.proposal_id == proposal_id))


def collection(heading: Heading, size: ColumnElement[int]) -> Collection:
    """How common what this heading speaks of is, among as many headings as `size` says. Takes one query."""
    parts = [select(literal("").label("concept"), size.label("holding"))]
    for concept in heading.concepts[:MOST_ASKED]:
        some = _newest(concept, MOST_READ + 1)
        parts.append(select(literal(concept), func.count()).select_from(some))
    holding = {concept: count or 0 for concept, count in db.session.execute(union_all(*parts))}
    return Collection(holding.pop(""), holding)


def nearest(heading: Heading, collection: Collection) -> Subquery | None:
    """Proposals that share rare concepts with the heading, as `proposal_id` and `weight`, once for each concept; None when there
    are none. The rarest concepts are looked at first, until so many headings are read that more would take too long."""
    weights = {each: collection.weight(each) for each, count in collection.holding.items() if count}
    parts: list[Any] = []
    left = MOST_READ_IN_ALL
    for concept in sorted(weights, key=lambda each: (-weights[each], each)):
        if left <= 0:
            break
        left -= collection.holding[concept]
        some = _newest(concept, MOST_READ)
        # Whole numbers, which both databases add up alike.
        weight = literal(round(weights[concept] ** 2 * 1_000), Integer())
        parts.append(select(some.c.proposal_id.label("proposal_id"), weight.label("weight")))
    return union_all(*parts).subquery("near") if parts else None


def _newest(concept: str, most: int) -> Subquery:
    of_it = HeadingConcept.concept == concept
    newest = select(HeadingConcept.proposal_id).where(of_it).order_by(HeadingConcept.proposal_id.desc())
    return newest.limit(most).subquery()
