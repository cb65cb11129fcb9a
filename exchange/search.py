"""The text index of proposals, on both databases, and the words of a query.

The text is kept once for each audience, holding what that audience reads; a person searches, in each proposal, the text of the
audience that they belong to there. The migrations make the index: FTS5 kept in step by triggers on SQLite, a generated tsvector
on PostgreSQL. Accents are taken off on both sides, so that "Lukasz" finds "Łukasz" on either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    Integer,
    Select,
    String,
    UniqueConstraint,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from exchange.extensions import Base, db

AnySelect: TypeAlias = Select[*tuple[Any, ...]]

MOST_WORDS = 20
LONGEST_WORD = 60
# PostgreSQL refuses a vector of over a megabyte; no record that keeps to its limits comes near.
LONGEST_TEXT = 100_000

# Letters that have no accent to take off, and yet are typed without it.
_PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "AE"}
)


class SearchText(Base):
    """What one audience can search of one proposal."""

    __tablename__ = "search_text"
    __table_args__ = (UniqueConstraint("proposal_id", "audience"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    audience: Mapped[str] = mapped_column(String(20))
    title: Mapped[str]
    body: Mapped[str]


def put(proposal_id: int, audience: str, *, title: str, body: str) -> None:
    """Sets what this audience can search of the proposal, in the transaction at hand."""
    kept = {"title": _plain(title), "body": _plain(body)}
    mine = SearchText.proposal_id == proposal_id, SearchText.audience == audience
    row = db.session.scalar(select(SearchText).where(*mine))
    if row is None:
        db.session.add(SearchText(proposal_id=proposal_id, audience=audience, **kept))
    else:
        row.title, row.body = kept["title"], kept["body"]


def remove(proposal_id: int) -> None:
    """Nothing of the proposal can be found any more."""
    db.session.execute(delete(SearchText).where(SearchText.proposal_id == proposal_id))


def words_of(query: str) -> list[str]:
    """The words someone typed, without anything that an index would take for a command; at most
    MOST_WORDS."""
    words = re.findall(r"[^\W_]+", _plain(query[:LONGEST_TEXT]))
    return [word[:LONGEST_WORD] for word in words[:MOST_WORDS]]


def narrowed(
    query: AnySelect, words: Sequence[str], mine: ColumnElement[bool], name: str = "found"
) -> tuple[AnySelect, ColumnElement[float]]:
    """Keeps a query to rows whose SearchText, joined by `mine`, holds every word in any of its forms ("falls"
    finds "fall"); and how well it does: the lower the better, the title before the rest."""
    query = query.join(SearchText, mine)
    if _is_sqlite():
        found = _found_on_sqlite(words, name)
        return query.join(found, found.c.id == SearchText.id), found.c.rank
    vector = literal_column("search_text.vector", TSVECTOR)
    asked = func.plainto_tsquery(literal_column("'english'"), " ".join(words))
    # A query of words that the index leaves out, like "the", asks for nothing and finds everything.
    held = or_(vector.op("@@")(asked), func.numnode(asked) == 0)
    # Found by the index first, ranked last: PostgreSQL would else read every text, or rank every match.
    hits = select(SearchText.id.label("id")).where(held).cte(name).prefix_with("MATERIALIZED")
    return query.join(hits, hits.c.id == SearchText.id), -cast(func.ts_rank(vector, asked), Double)


def _found_on_sqlite(words: Sequence[str], name: str) -> CTE:
    found = text(
        "SELECT rowid AS id, bm25(search_index, 10.0, 1.0) AS rank "
        "FROM search_index WHERE search_index MATCH :words"
    )
    quoted = " ".join(f'"{word}"' for word in words)
    return found.bindparams(words=quoted).columns(Column("id", Integer), Column("rank", Double)).cte(name)


def _plain(typed: str) -> str:
    """The text without accents, cut to what an index takes."""
    letters = unicodedata.normalize("NFKD", typed.translate(_PLAIN_LETTERS))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))[:LONGEST_TEXT]


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"
