"""The list of proposals: filters with their counts, sorts, and pages that go on from a cursor.

However long the list, it takes three queries: the page, the priorities of its rows, and all the counts. Every
condition is on what the person reads: a priority, an aim or an organisation that is kept from them neither
shows nor finds anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    String,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.types import TypeEngine

from exchange import search, terms
from exchange.accounts.models import Person
from exchange.extensions import UTCDateTime, db
from exchange.proposals import cursors, indexing, queries
from exchange.proposals.cursors import Sort
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal, Visibility, proposal_aim, proposal_priority
from exchange.region.models import Organisation, Priority
from exchange.search import AnySelect, SearchText, Tier
from exchange.terms import Query

ROWS = 20
COUNTED = 1_000  # beyond, a list says "more than", so that pages stay as fast


class Facet(StrEnum):
    """What a list is narrowed by; the values are the names in the address."""

    PRIORITY = "priority"
    THEME = "theme"
    STAGE = "stage"
    AIM = "aim"
    ORGANISATION = "organisation"
    CAMPAIGN = "campaign"


@dataclass(frozen=True)
class Wanted:
    """What somebody asks of the list. Values of one facet are alternatives; facets and words narrow
    together. Words that hold not a single letter or digit find nothing."""

    words: str = ""
    chosen: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = Sort.NEWEST
    cursor: str = ""

    @cached_property
    def asked(self) -> Query:
        return terms.asked(self.words)

    @cached_property
    def held(self) -> Tier | None:
        """What the texts hold that the words find; sized up once, as the page and the counts both keep to it."""
        return search.anywhere(self.asked)


class Row(NamedTuple):
    """A proposal in the list, as this person may see it: what is kept from them is empty."""

    id: int
    reference: str
    title: str
    summary: str
    stage: Stage
    submitted_at: datetime | None
    changes_due: date | None
    theme_id: str | None
    organisation: str | None
    is_own: bool
    is_champion: bool
    is_undeclared: bool
    audience: str  # whose text was searched
    # Where the next page goes on: what the list is sorted by, and what tells apart rows that are alike in it.
    key: Any
    mark: int
    priorities: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counts:
    """How many proposals there are, and how many each value of a facet would leave; None when there are more
    than COUNTED."""

    total: int | None
    of: Mapping[Facet, Mapping[str, int] | None]


@dataclass(frozen=True)
class Listing:
    rows: list[Row]
    counts: Counts
    next_cursor: str


def listing(person: Person | None, wanted: Wanted) -> Listing:
    """One page of what this person may see of the list."""
    rows = _page(person, wanted)
    more, rows = len(rows) > ROWS, rows[:ROWS]
    next_cursor = cursors.written(wanted.sort, rows[-1].key, rows[-1].mark) if more else ""
    return Listing(_with_priorities(rows), _counts(person, wanted), next_cursor)


def rows_of(person: Person | None, ids: Sequence[int]) -> list[Row]:
    """These proposals in this order, as a list shows them; those that this person may not see are left out."""
    query = _narrowed(person, Wanted()).add_columns(null(), Proposal.id).where(Proposal.id.in_(ids))
    found = {row.id: Row(*row) for row in db.session.execute(query)}
    return [found[id_] for id_ in ids if id_ in found]


def narrowed_to(person: Person | None, facet: Facet, values: tuple[str, ...]) -> ColumnElement[bool]:
    """The condition that a facet makes of these values, as this person reads it. Of a query with Person where the facet is the
    organisation."""
    return _Columns(person).is_in(facet, values)


def _page(person: Person | None, wanted: Wanted) -> list[Row]:
    """The rows of one page, and one more when there are more."""
    query = _narrowed(person, wanted)
    if wanted.sort is Sort.BEST:
        return _best(query, wanted)
    if wanted.words:
        query = search.kept_to(query, wanted.held)
    key = _key(wanted.sort)
    query = query.add_columns(key.column.label("key"), Proposal.id.label("mark"))
    if (last := cursors.read(wanted.sort, wanted.cursor)) is not None:
        query = query.where(key.is_beyond(*last))
    return [Row(*row) for row in db.session.execute(query.order_by(*key.order).limit(ROWS + 1))]


def _best(query: AnySelect, wanted: Wanted) -> list[Row]:
    """Tier by tier, the newest texts first: what is read is what is shown, however many texts hold the words."""
    last_rank, last_text = cursors.read(wanted.sort, wanted.cursor) or (0, 0)
    rows: dict[int, Row] = {}
    for tier in search.tiers(wanted.asked):
        if tier.rank < last_rank or len(rows) > ROWS:
            continue
        found = search.within(query.add_columns(literal(tier.rank), SearchText.id), tier).limit(ROWS + 1)
        if last_text:
            found = search.beyond(found, tier, last_text if tier.rank == last_rank else queries.LARGEST_ID)
        for row in db.session.execute(found):
            rows.setdefault(row.id, Row(*row))
    return [*rows.values()][: ROWS + 1]


def _narrowed(person: Person | None, wanted: Wanted) -> AnySelect:
    """All that fits what is chosen, and whose text has yet to be searched for the words."""
    columns = _Columns(person)
    query = (
        select(
            Proposal.id,
            Proposal.reference,
            Proposal.title,
            Proposal.summary,
            Proposal.stage,
            Proposal.submitted_at,
            Proposal.changes_due,
            columns.theme.label("theme_id"),
            case((columns.shows_team, Organisation.name), else_=null()).label("organisation"),
            columns.is_own.label("is_own"),
            columns.is_champion.label("is_champion"),
            columns.is_undeclared.label("is_undeclared"),
            indexing.text_read_by(person).label("audience"),
        )
        .select_from(Proposal)
        # Everyone has a champion; joined outwards, so that SQLite starts from the order that is asked for.
        .outerjoin(Proposal.champion)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(queries.visible_to(person))
    )
    if wanted.words:
        query = query.join(SearchText, _is_read_by(person))
    for facet, values in wanted.chosen.items():
        query = query.where(columns.is_in(facet, values))
    return query


def _with_priorities(rows: list[Row]) -> list[Row]:
    shown = [row.id for row in rows if not row.is_undeclared]
    names: dict[int, list[str]] = {id_: [] for id_ in shown}
    query = (
        select(proposal_priority.c.proposal_id, Priority.name)
        .join(Priority, Priority.id == proposal_priority.c.priority_id)
        .where(proposal_priority.c.proposal_id.in_(shown))
        .order_by(Priority.position)
    )
    for proposal_id, name in db.session.execute(query):
        names[proposal_id].append(name)
    return [row._replace(priorities=tuple(names.get(row.id, ()))) for row in rows]


def _is_read_by(person: Person | None) -> ColumnElement[bool]:
    """The text that this person searches."""
    return and_(SearchText.proposal_id == Proposal.id, search.is_of(indexing.text_read_by(person)))


class _Columns:
    """What a facet looks at, as this person reads it."""

    def __init__(self, person: Person | None) -> None:
        reads_all, self.is_undeclared = queries.read_in_full(person), queries.read_in_summary(person)
        is_shared = Proposal.visibility.is_distinct_from(Visibility.ASSESSORS)
        is_declared = ~self.is_undeclared
        self.is_own = false() if person is None else queries.on_team(person)
        self.is_champion = false() if person is None else Proposal.champion_id == person.id
        self.shows_team = or_(is_shared, reads_all, self.is_undeclared)
        self.shows_priorities = is_declared
        self.shows_aims = and_(is_declared, or_(is_shared, reads_all))
        self.theme = case((is_declared, Proposal.lead_theme_id), else_=null())
        self.campaign = case((self.shows_aims, Proposal.campaign_id), else_=null())
        self.organisation = case((self.shows_team, Person.organisation_id), else_=null())

    def is_in(self, facet: Facet, values: tuple[str, ...]) -> ColumnElement[bool]:
        match facet:
            case Facet.THEME:
                return self.theme.in_(values)
            case Facet.STAGE:
                return Proposal.stage.in_([stage for stage in Stage if stage.value in values])
            case Facet.CAMPAIGN:
                # The column too, for its index.
                return and_(Proposal.campaign_id.in_(values), self.campaign.in_(values))
            case Facet.ORGANISATION:
                return self.organisation.in_(values)
            case Facet.PRIORITY:
                table, column, shows = (
                    proposal_priority,
                    proposal_priority.c.priority_id,
                    self.shows_priorities,
                )
            case Facet.AIM:
                table, column, shows = proposal_aim, proposal_aim.c.aim_id, self.shows_aims
        # Asked of each proposal, so that a page goes on in the order of the list, and ends when it is full.
        return and_(shows, exists().where(table.c.proposal_id == Proposal.id, column.in_(values)))


def _counts(person: Person | None, wanted: Wanted) -> Counts:
    """Each facet's values are counted in what the others leave, so that a second value can be added to the first."""
    columns = _Columns(person)
    left = _hits(person, wanted, columns, "hits")
    hits = {
        facet: _hits(person, wanted, columns, f"without_{facet}", facet) if facet in wanted.chosen else left
        for facet in Facet
    }
    parts = [_size(left, "")]
    for facet in Facet:
        parts += [_size(hits[facet], facet), _tally(hits[facet], facet)]
    total, sizes, tallies = 0, dict.fromkeys(Facet, 0), {facet: dict[str, int]() for facet in Facet}
    for what, value, count in db.session.execute(union_all(*parts)):
        if not what:
            total = count
        elif value is None:
            sizes[Facet(what)] = count
        else:
            tallies[Facet(what)][value] = count
    return Counts(
        total if total <= COUNTED else None,
        {facet: tallies[facet] if sizes[facet] <= COUNTED else None for facet in Facet},
    )


def _hits(
    person: Person | None,
    wanted: Wanted,
    columns: _Columns,
    name: str,
    without: Facet | None = None,
) -> CTE:
    """What fits all that is chosen, or all but one facet: as many as are counted, and one more, which says that there are."""
    query = (
        select(
            Proposal.id.label("id"),
            Proposal.stage.label("stage"),
            columns.theme.label("theme"),
            columns.organisation.label("organisation"),
            columns.campaign.label("campaign"),
            columns.shows_priorities.label("shows_priorities"),
            columns.shows_aims.label("shows_aims"),
        )
        .select_from(Proposal)
        .outerjoin(Proposal.champion)
        .where(queries.visible_to(person))
    )
    if wanted.words:
        query = search.kept_to(query.join(SearchText, _is_read_by(person)), wanted.held)
    for facet, values in wanted.chosen.items():
        if facet is not without:
            query = query.where(columns.is_in(facet, values))
            if facet is Facet.THEME:  # of the column itself, whose index holds all that is looked at
                query = query.where(Proposal.lead_theme_id.in_(values))
    return query.limit(COUNTED + 1).cte(name).prefix_with("MATERIALIZED")


def _size(hits: CTE, what: str) -> AnySelect:
    counted = select(
        literal(str(what)).label("what"), null().cast(String).label("value"), func.count().label("count")
    )
    return counted.select_from(hits)


def _tally(hits: CTE, facet: Facet) -> AnySelect:
    """How many hits each value has; nothing when there are more than are counted."""
    if facet in {Facet.PRIORITY, Facet.AIM}:
        is_priority = facet is Facet.PRIORITY
        table = proposal_priority if is_priority else proposal_aim
        value: ColumnElement[Any] = table.c.priority_id if is_priority else table.c.aim_id
        shown = select(hits.c.id).where(hits.c.shows_priorities if is_priority else hits.c.shows_aims)
        # From the hits to their values: joined, SQLite read the whole table.
        query = select(literal(facet.value), value, func.count()).where(table.c.proposal_id.in_(shown))
    else:
        value = hits.c[facet.value].cast(String)
        query = select(literal(facet.value), value, func.count()).select_from(hits).where(value.is_not(None))
    is_counted = select(func.count()).select_from(hits).scalar_subquery() <= COUNTED
    return query.where(is_counted).group_by(value)


@dataclass(frozen=True)
class _Key:
    """What a sort goes by; the proposal's id tells apart what is alike."""

    column: ColumnElement[Any]
    kind: TypeEngine[Any]
    is_descending: bool = False

    @property
    def order(self) -> list[ColumnElement[Any]]:
        return [side.desc() if self.is_descending else side.asc() for side in (self.column, Proposal.id)]

    def is_beyond(self, value: Any, id_: int) -> ColumnElement[bool]:
        """The condition of the next page."""
        sides, last = (
            tuple_(self.column, Proposal.id),
            tuple_(literal(value, self.kind), literal(id_, Integer())),
        )
        return sides < last if self.is_descending else sides > last


def _key(sort: Sort) -> _Key:
    if sort is Sort.TITLE:
        return _Key(func.lower(Proposal.title), String())
    # A draft is as new as its beginning.
    moment = func.coalesce(Proposal.submitted_at, Proposal.created_at)
    return _Key(moment, UTCDateTime(), is_descending=sort is Sort.NEWEST)
