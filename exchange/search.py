"""The text index of proposals, on both databases, and what a query finds in it.

The text is kept once for each audience, holding what that audience reads; a person searches, in each proposal, the text of the
audience that they belong to there. `terms` makes words of texts and queries alike, so that both databases only compare them:
FTS5 kept in step by triggers on SQLite, generated tsvectors on PostgreSQL, made by the migrations.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    Select,
    String,
    UniqueConstraint,
    bindparam,
    case,
    cast,
    delete,
    false,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from exchange import terms
from exchange.extensions import Base, db
from exchange.terms import Phrase, Query

AnySelect: TypeAlias = Select[*tuple[Any, ...]]

# How well a text fits, the lower the better: the reference itself; the name has all of it as it was typed; the name has every
# word; the name and the summary have; every word stands somewhere. It depends on the one text alone, so that a page
# goes on where the last one ended whatever is added meanwhile, and it is the same on both databases.
WORST_RANK = 4


class SearchText(Base):
    """What one audience can search of one proposal, as terms. `form` is of the rules that made them."""

    __tablename__ = "search_text"
    __table_args__ = (UniqueConstraint("proposal_id", "audience"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    audience: Mapped[str] = mapped_column(String(20))
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str]
    form: Mapped[int]


def kept(reference: str, title: str, summary: str, texts: Sequence[str]) -> dict[str, Any]:
    """What a row says of these texts, by column."""
    return {
        "title": f"{terms.kept(title)} {terms.kept_reference(reference)}",
        "summary": terms.kept(summary),
        "body": terms.kept(*texts),
        "form": terms.FORM,
    }


def put(
    proposal_id: int, audience: str, *, reference: str, title: str, summary: str, texts: Sequence[str]
) -> None:
    """Sets what this audience can search of the proposal, in the transaction at hand."""
    mine = SearchText.proposal_id == proposal_id, SearchText.audience == audience
    row = db.session.scalar(select(SearchText).where(*mine))
    if row is None:
        row = SearchText(proposal_id=proposal_id, audience=audience)
        db.session.add(row)
    for column, value in kept(reference, title, summary, texts).items():
        setattr(row, column, value)


def remove(proposal_id: int) -> None:
    """Nothing of the proposal can be found any more."""
    db.session.execute(delete(SearchText).where(SearchText.proposal_id == proposal_id))


def narrowed(
    query: AnySelect, asked: Query, mine: ColumnElement[bool]
) -> tuple[AnySelect, ColumnElement[int]]:
    """Keeps a query to rows whose SearchText, joined by `mine`, holds what was asked; and its rank. A query without a
    single letter or digit finds nothing."""
    if not asked:
        return query.where(false()), literal(WORST_RANK)
    hits = _hits_on_sqlite(asked) if db.engine.dialect.name == "sqlite" else _hits_on_postgresql(asked)
    return query.join(SearchText, mine).join(hits, hits.c.id == SearchText.id), hits.c.rank


def kept_to(query: AnySelect, asked: Query, mine: ColumnElement[bool]) -> AnySelect:
    """The same without the ranks, whose making reads every hit."""
    if not asked:
        return query.where(false())
    query = query.join(SearchText, mine)
    if db.engine.dialect.name == "sqlite":
        # Joined, so that it ends with the last row that is asked for.
        matching = text("SELECT rowid AS id FROM search_index WHERE search_index MATCH :everything")
        everything: Any = bindparam("everything", _everything_in_fts5(asked), unique=True)
        found = matching.bindparams(everything).columns(Column("id", Integer)).subquery()
        return query.join(found, found.c.id == SearchText.id)
    vector = literal_column("search_text.vector", TSVECTOR)
    return query.where(vector.op("@@")(_as_tsquery(_everything_in_tsquery(asked))))


def _hits_on_sqlite(asked: Query) -> CTE:
    everything = _fts5(asked.terms)
    tiers = {
        "reference": f'title : "{asked.reference or terms.BREAK}"',
        "whole": f"title : {_fts5([[asked.whole]])}",
        "title": f"title : ({everything})",
        "heading": f"{{title summary}} : ({everything})",
    }
    if not asked.reference:
        del tiers["reference"]
    ranks = " ".join(
        f"WHEN rowid IN (SELECT rowid FROM search_index WHERE search_index MATCH :{name}) THEN {rank}"  # noqa: S608
        for rank, name in enumerate(tiers, start=WORST_RANK - len(tiers))
    )
    found = text(
        f"SELECT rowid AS id, CASE {ranks} ELSE {WORST_RANK} END AS rank "  # noqa: S608
        "FROM search_index WHERE search_index MATCH :everything"
    )
    return (
        found.bindparams(everything=_everything_in_fts5(asked), **tiers)
        .columns(Column("id", Integer), Column("rank", Integer))
        .cte("found")
    )


def _hits_on_postgresql(asked: Query) -> CTE:
    # The heading is the name and the summary alone: whole texts are read by the index, never to rank them.
    vector, heading = (literal_column(f"search_text.{name}", TSVECTOR) for name in ("vector", "heading"))
    everything = _tsquery(asked.terms)
    tiers = [
        heading.op("@@")(_as_tsquery(_tsquery([[asked.whole]], "A"))),
        heading.op("@@")(_as_tsquery(_tsquery(asked.terms, "A"))),
        heading.op("@@")(_as_tsquery(everything)),
    ]
    if asked.reference:
        tiers.insert(0, heading.op("@@")(_as_tsquery(asked.reference)))
    rank = case(
        *((fits, rank) for rank, fits in enumerate(tiers, start=WORST_RANK - len(tiers))), else_=WORST_RANK
    )
    found = select(SearchText.id.label("id"), rank.label("rank"))
    found = found.where(vector.op("@@")(_as_tsquery(_everything_in_tsquery(asked))))
    return found.cte("found").prefix_with("MATERIALIZED")


def _everything_in_fts5(asked: Query) -> str:
    everything = _fts5(asked.terms)
    return f'({everything}) OR "{asked.reference}"' if asked.reference else everything


def _everything_in_tsquery(asked: Query) -> str:
    everything = _tsquery(asked.terms)
    return f"{everything} | {asked.reference}" if asked.reference else everything


def _as_tsquery(written: str) -> ColumnElement[Any]:
    return cast(bindparam(None, written, String), TSQUERY)


def _fts5(asked: Sequence[Sequence[Phrase]]) -> str:
    """The query in FTS5's own words. Terms are letters and digits alone, so that none is a command once quoted."""
    return " AND ".join(f"({' OR '.join(_quoted(phrase) for phrase in term)})" for term in asked)


def _quoted(phrase: Phrase) -> str:
    return f'"{" ".join(phrase)}"'


def _tsquery(asked: Sequence[Sequence[Phrase]], weight: str = "") -> str:
    """The query in PostgreSQL's own words."""
    mark = f":{weight}" if weight else ""
    return " & ".join(
        f"({' | '.join('(' + ' <-> '.join(f'{each}{mark}' for each in phrase) + ')' for phrase in term)})"
        for term in asked
    )
