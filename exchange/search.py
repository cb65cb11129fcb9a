"""The text index of proposals, on both databases, and what a query finds in it.

The text is kept once for each audience, holding what that audience reads; a person searches, in each proposal, the text of the
audience that they belong to there. `terms` makes words of texts and queries alike, so that both databases only compare them:
FTS5 kept in step by triggers on SQLite, generated tsvectors on PostgreSQL, made by the migrations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Integer,
    Select,
    String,
    TableClause,
    UniqueConstraint,
    bindparam,
    cast,
    column,
    delete,
    false,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
    union_all,
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
FEW = 200  # texts that are named one by one
_INDEX, _HEADINGS_INDEX = (
    table(name, column("rowid", Integer)) for name in ("search_index", "search_index_headings")
)
_VECTOR, _HEADING = (literal_column(f"search_text.{name}", TSVECTOR) for name in ("vector", "heading"))
# The words of titles alone: an index of their own says how rare a word is in them.
_TITLE = literal_column("ts_filter(search_text.heading, '{a}')", TSVECTOR)

FITS_NO_BETTER = """NOT EXISTS (SELECT 1 FROM search_index_headings
WHERE search_index_headings MATCH :better AND rowid = search_text.id)"""


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
    for name, value in kept(reference, title, summary, texts).items():
        setattr(row, name, value)


def remove(proposal_id: int) -> None:
    """Nothing of the proposal can be found any more."""
    db.session.execute(delete(SearchText).where(SearchText.proposal_id == proposal_id))


@dataclass(frozen=True)
class Tier:
    """Texts that fit equally well: `rank` is how well, the lower the better. `written` is what they hold, in the database's
    own words, in their heading or even in its title, and `better` what those hold that fit better. `few` are the ids of all that
    hold it, where PostgreSQL found few: how rare a rare word is it does not know by itself."""

    rank: int
    is_heading: bool
    is_title: bool
    written: str
    better: Sequence[str]
    few: Sequence[int] | None = None


def tiers(asked: Query) -> list[Tier]:
    """What was asked, tier by tier, the best first: a page that is full asks for no more. None for a query without a single
    letter or digit, which finds nothing."""
    if not asked:
        return []
    headings, everywhere = _in_fts5(asked) if _is_sqlite() else _in_tsquery(asked)
    best = WORST_RANK - len(headings)
    return _counted(
        [
            *(
                Tier(best + place, True, place < len(headings) - 1, each, headings[:place])
                for place, each in enumerate(headings)
            ),
            Tier(WORST_RANK, False, False, everywhere, headings),
        ]
    )


def anywhere(asked: Query) -> Tier | None:
    """Texts that hold what was asked, however well; None for a query that finds nothing."""
    if not asked:
        return None
    written = _everything_in_fts5(asked) if _is_sqlite() else _everything_in_tsquery(asked)
    [tier] = _counted([Tier(WORST_RANK, False, False, written, ())])
    return tier


def _counted(tiers: list[Tier]) -> list[Tier]:
    if _is_sqlite():
        return tiers
    parts = [
        select(literal(place), SearchText.id).where(_holds(_column(tier), tier.written)).limit(FEW + 1)
        for place, tier in enumerate(tiers)
    ]
    found: list[list[int]] = [[] for _ in tiers]
    for place, id_ in db.session.execute(union_all(*parts)):
        found[place].append(id_)
    return [
        tier if len(ids) > FEW else replace(tier, few=ids) for tier, ids in zip(tiers, found, strict=True)
    ]


def within(query: AnySelect, tier: Tier) -> AnySelect:
    """Keeps a query of SearchText to what holds a tier's words, those of better tiers among them, the newest first."""
    if _is_sqlite():
        index = _HEADINGS_INDEX if tier.is_heading else _INDEX
        return _matching(query, index, tier.written).order_by(index.c.rowid.desc())
    return query.where(_is_in(tier)).order_by(SearchText.id.desc())


def beyond(query: AnySelect, tier: Tier, last: int) -> AnySelect:
    """Keeps a query that is `within` the tier to what comes after the text with this id, and fits no better. Each text is asked
    whether it does, which takes longer than all else: a first page knows those that it has."""
    query = query.where(SearchText.id < last)
    if not tier.better:
        return query
    if _is_sqlite():
        better = " OR ".join(f"({each})" for each in tier.better)
        return query.where(text(FITS_NO_BETTER).bindparams(better=better))
    return query.where(*(~_holds(_HEADING, each) for each in tier.better))


def kept_to(query: AnySelect, tier: Tier | None) -> AnySelect:
    """Keeps a query of SearchText to the texts that `anywhere` tells of."""
    if tier is None:
        return query.where(false())
    if _is_sqlite():
        return _matching(query, _INDEX, tier.written)
    return query.where(_is_in(tier))


def is_of(audience: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a text is this audience's. PostgreSQL takes a comparison with what it works out row by row for one in 200, and
    sorts what it could walk; what is coalesced it takes for one in two."""
    mine = SearchText.audience == audience
    return mine if _is_sqlite() else func.coalesce(mine, false())


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def _matching(query: AnySelect, index: TableClause, written: str) -> AnySelect:
    """Joined by the index's own rows, so that SQLite reads them in their order and ends with the last that is asked for."""
    matches = literal_column(index.name).bool_op("MATCH")(literal(written))
    return query.join(index, index.c.rowid == SearchText.id).where(matches)


def _is_in(tier: Tier) -> ColumnElement[bool]:
    if tier.few is not None:
        return SearchText.id.in_(tier.few)
    return _holds(_column(tier), tier.written)


def _column(tier: Tier) -> ColumnElement[Any]:
    return _TITLE if tier.is_title else _HEADING if tier.is_heading else _VECTOR


def _holds(column: ColumnElement[Any], written: str) -> ColumnElement[bool]:
    """Written into the statement, quoted: a plan for any word takes each for one that one text in 200 holds."""
    return column.bool_op("@@")(cast(bindparam(None, written, String, literal_execute=True), TSQUERY))


def _in_fts5(asked: Query) -> tuple[list[str], str]:
    """What texts of each tier hold in their headings, the best first; and anywhere, of the last."""
    everything = _fts5(asked.terms)
    whole = [f"title : {_fts5([[asked.whole]])}", f"title : ({everything})", everything]
    return [f'title : "{asked.reference}"', *whole] if asked.reference else whole, everything


def _in_tsquery(asked: Query) -> tuple[list[str], str]:
    everything = _tsquery(asked.terms)
    whole = [_tsquery([[asked.whole]], "A"), _tsquery(asked.terms, "A"), everything]
    return [asked.reference, *whole] if asked.reference else whole, everything


def _everything_in_fts5(asked: Query) -> str:
    everything = _fts5(asked.terms)
    return f'({everything}) OR "{asked.reference}"' if asked.reference else everything


def _everything_in_tsquery(asked: Query) -> str:
    everything = _tsquery(asked.terms)
    return f"{everything} | {asked.reference}" if asked.reference else everything


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
