"""What every name and summary speaks of, kept so that similar ones are found without reading them all.

A concept that stands in very many headings tells little and would take long to read, so that no more than MOST_READ of it are
counted, or looked at.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Integer, Subquery, TextClause, column, delete, insert, text
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


def collection(heading: Heading) -> Collection:
    """How common what this heading speaks of is, among as many headings as there are proposals. Takes one query."""
    asked = heading.concepts[:MOST_ASKED]
    parts = ["SELECT -1, (SELECT coalesce(max(id), 0) FROM proposal)"]
    parts += [
        f"SELECT {at}, (SELECT count(*) FROM ({_newest(at, MOST_READ + 1)}) AS newest)"
        for at in range(len(asked))
    ]
    found: dict[int, int] = {at: count for at, count in db.session.execute(_written(parts, asked))}
    return Collection(found.pop(-1), {asked[at]: count for at, count in found.items()})


def nearest(heading: Heading, collection: Collection) -> Subquery | None:
    """Proposals that share rare concepts with the heading, as `proposal_id` and `weight`, once for each concept; None when there
    are none. The rarest concepts are looked at first, until so many headings are read that more would take too long."""
    rarest = sorted(
        (each for each, count in collection.holding.items() if count),
        key=lambda each: (-collection.weight(each), each),
    )
    asked, left = [], MOST_READ_IN_ALL
    while rarest and left > 0:
        asked.append(rarest.pop(0))
        left -= collection.holding[asked[-1]]
    if not asked:
        return None
    # Whole numbers, which both databases add up alike.
    weights = [round(collection.weight(each) ** 2 * 1_000) for each in asked]
    parts = [
        f"SELECT proposal_id, CAST(:w{at} AS integer) AS weight FROM ({_newest(at, MOST_READ)}) AS newest"
        for at in range(len(asked))
    ]
    written = _written(parts, asked).bindparams(**{f"w{at}": weight for at, weight in enumerate(weights)})
    return written.columns(column("proposal_id", Integer), column("weight", Integer)).subquery("near")


def _newest(at: int, most: int) -> str:
    """Of the concept with this number, in SQL: written by hand, as putting it together took longer than asking."""
    of_it = f"FROM heading_concept WHERE concept = :c{at}"
    return f"SELECT proposal_id {of_it} ORDER BY proposal_id DESC LIMIT {most}"


def _written(parts: list[str], asked: list[str]) -> TextClause:
    return text(" UNION ALL ".join(parts)).bindparams(**{f"c{at}": each for at, each in enumerate(asked)})
