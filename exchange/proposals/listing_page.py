"""The page of the list: what somebody asked for, read from the address, and the filters with their counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from exchange.accounts.models import Person
from exchange.plain_text import show_unsavable
from exchange.proposals import listing, passages, policy
from exchange.proposals.choices import Choices, choices
from exchange.proposals.cursors import Sort
from exchange.proposals.forms import MOST_SEARCHED, ListForm
from exchange.proposals.lifecycle import OPEN_TO_MEMBERS, Stage
from exchange.proposals.listing import COUNTED, Counts, Facet, Row, Wanted
from exchange.proposals.passages import Found, Shown
from exchange.proposals.record import Source
from exchange.wording import counted, cut, day, in_words, number

SOURCES: Mapping[Facet, Source] = {
    Facet.PRIORITY: Source.PRIORITIES,
    Facet.THEME: Source.THEMES,
    Facet.AIM: Source.AIMS,
    Facet.ORGANISATION: Source.ORGANISATIONS,
    Facet.CAMPAIGN: Source.CAMPAIGNS,
}
SORTS: Mapping[Sort, str] = {
    Sort.BEST: "Best match",
    Sort.NEWEST: "Newest first",
    Sort.OLDEST: "Oldest first",
    Sort.TITLE: "Name, A to Z",
}
MOST_VALUES = 20
SHORT = 4
LONGEST_VALUE = 60


@dataclass(frozen=True)
class Chip:
    """One thing that narrows the list, and the list without it."""

    label: str
    without: str


@dataclass(frozen=True)
class Item:
    """One proposal as the list shows it, the words that were searched for marked."""

    row: Row
    title: Markup
    summary: Markup
    found: Found | None
    facts: list[str]
    todo: str


@dataclass(frozen=True)
class ListPage:
    form: ListForm
    title: str
    heading: str
    items: list[Item]
    chips: list[Chip]
    next_url: str
    first_url: str
    words: str
    has_filters: bool
    can_propose: bool


def listing_page(person: Person | None, arguments: MultiDict[str, str]) -> ListPage:
    wanted = _wanted(arguments)
    found = listing.listing(person, wanted)
    lists = choices()
    narrowing = _narrowing(wanted)
    chips = _chips(narrowing, lists)
    return ListPage(
        form=_form(person, wanted, found.counts, lists),
        title=_title(found.counts, [chip.label for chip in chips], is_first=not wanted.cursor),
        heading=_heading(found.counts, wanted.words),
        items=_items(found.rows, wanted, lists),
        chips=chips,
        next_url=_url({**narrowing, "cursor": [found.next_cursor]}) if found.next_cursor else "",
        first_url=_url(narrowing) if wanted.cursor else "",
        words=wanted.words,
        has_filters=bool(wanted.chosen),
        can_propose=person is not None and policy.can_propose(person),
    )


@dataclass(frozen=True)
class ShownList:
    """Proposals of a list, for another page; `url` is the list itself, `next_cursor` where another page of it would go on."""

    items: list[Item]
    url: str
    next_cursor: str


def short_list(person: Person | None, wanted: Wanted) -> ShownList:
    """The first few."""
    return _shown_list(person, wanted, SHORT)


def long_list(person: Person | None, wanted: Wanted) -> ShownList:
    """As many as the list itself has on a page."""
    return _shown_list(person, wanted, listing.ROWS)


def _shown_list(person: Person | None, wanted: Wanted, most: int) -> ShownList:
    found = listing.listing(person, wanted)
    items = _items(found.rows[:most], wanted, choices())
    return ShownList(items, _url(_narrowing(wanted)), found.next_cursor)


def _wanted(arguments: MultiDict[str, str]) -> Wanted:
    """What is asked for. Whatever stands in the address, it is a question."""
    words = _cleaned(arguments.get("q", ""), MOST_SEARCHED)
    chosen = {facet: values for facet in Facet if (values := _values(arguments, facet))}
    sorts = _sorts(words)
    sort = next((sort for sort in sorts if sort.value == arguments.get("sort")), sorts[0])
    return Wanted(words, chosen, sort, arguments.get("cursor", ""))


def _values(arguments: MultiDict[str, str], facet: Facet) -> tuple[str, ...]:
    """Those that nobody knows are kept: they find nothing, and can be taken away like any."""
    given = arguments.getlist(facet.value)[:MOST_VALUES]
    return tuple(dict.fromkeys(filter(None, (_cleaned(value, LONGEST_VALUE) for value in given))))


def _cleaned(given: str, longest: int) -> str:
    return show_unsavable(" ".join(given[:longest].split()))


def _sorts(words: str) -> list[Sort]:
    """Those on offer, the usual one first."""
    return [sort for sort in Sort if words or sort is not Sort.BEST]


def _narrowing(wanted: Wanted) -> dict[str, list[str]]:
    """The list's address, as arguments: what narrows it and how it is sorted."""
    usual = _sorts(wanted.words)[0]
    narrowing = {"q": [wanted.words], **{facet.value: list(each) for facet, each in wanted.chosen.items()}}
    return narrowing | {"sort": [] if wanted.sort is usual else [wanted.sort.value]}


def _url(arguments: Mapping[str, Sequence[str]]) -> str:
    given = {name: list(filter(None, values)) for name, values in arguments.items()}
    present: dict[str, Any] = {name: values for name, values in given.items() if values}
    return url_for("proposals.proposals", **present)


def _chips(narrowing: Mapping[str, list[str]], lists: Choices) -> list[Chip]:
    chips = []
    for name, values in narrowing.items():
        for value in values:
            if value and name != "sort":
                left = {**narrowing, name: [other for other in values if other != value]}
                chips.append(Chip(_label(name, value, lists), _url(left)))
    return chips


def _label(name: str, value: str, lists: Choices) -> str:
    if name == "q":
        return f"“{value}”"
    facet = Facet(name)
    return lists.name(SOURCES[facet], value) if facet in SOURCES else in_words(value)


def _form(person: Person | None, wanted: Wanted, counts: Counts, lists: Choices) -> ListForm:
    chosen: dict[str, Any] = {facet.value: list(values) for facet, values in wanted.chosen.items()}
    organisation = next(iter(chosen.pop(Facet.ORGANISATION.value, [])), None)
    form = ListForm(
        None, data={**chosen, "organisation": organisation, "q": wanted.words, "sort": wanted.sort.value}
    )
    for facet in Facet:
        options = _options(person, facet, wanted, counts, lists)
        if len(options) > 1 or facet in wanted.chosen:
            getattr(form, facet.value).choices = options
        else:
            del form[facet.value]
    form.sort.choices = [(sort.value, SORTS[sort]) for sort in _sorts(wanted.words)]
    return form


def _options(
    person: Person | None, facet: Facet, wanted: Wanted, counts: Counts, lists: Choices
) -> list[tuple[str, str]]:
    """The values that would leave something, with how many; all of them when there are too many to count."""
    tally, chosen = counts.of[facet], wanted.chosen.get(facet, ())
    if facet in SOURCES:
        names = lists.offered(SOURCES[facet], [*chosen, *(tally or ())])
    else:
        names = {stage.value: stage.label for stage in Stage}
    # What nobody knows is offered too, so that the form says what the address does.
    names = {**names, **{value: _label(facet.value, value, lists) for value in chosen if value not in names}}
    if tally is None:
        usual = (
            {stage.value for stage in OPEN_TO_MEMBERS | {Stage.SPREAD}} if person else {Stage.SPREAD.value}
        )
        return [
            (id_, name) for id_, name in names.items() if facet in SOURCES or id_ in usual or id_ in chosen
        ]
    left = [(id_, name) for id_, name in names.items() if id_ in tally or id_ in chosen]
    return [(id_, f"{name} ({number(tally.get(id_, 0))})") for id_, name in left]


def _how_many(counts: Counts) -> str:
    if counts.total is None:
        return f"More than {number(COUNTED)} proposals"
    words = counted(counts.total, "proposal")
    return f"{words[0].upper()}{words[1:]}"


def _heading(counts: Counts, words: str) -> str:
    with_words = f" with “{cut(words, 60)}”" if words else ""
    return f"{_how_many(counts)}{with_words}"


def _title(counts: Counts, narrowed_by: Sequence[str], *, is_first: bool) -> str:
    """What tells this list from others, in a tab and among bookmarks."""
    many = f"more than {number(COUNTED)}" if counts.total is None else number(counts.total)
    by = f" for {cut(', '.join(narrowed_by), 100)}" if narrowed_by else ""
    return f"Proposals: {many}{by}{'' if is_first else ', continued'}"


def _items(rows: Sequence[Row], wanted: Wanted, lists: Choices) -> list[Item]:
    shown = passages.shown(rows, wanted.asked)
    return [_item(row, each, lists) for row, each in zip(rows, shown, strict=True)]


def _item(row: Row, shown: Shown, lists: Choices) -> Item:
    facts = facts_of(row, lists, shown.reference)
    return Item(row, shown.title, shown.summary, shown.found, facts, _todo(row))


def facts_of(row: Row, lists: Choices, reference: str = "") -> list[str]:
    """The quiet line; `reference` is the row's, with what was searched for marked."""
    facts = [
        reference or row.reference,
        row.organisation or "",
        lists.name(Source.THEMES, row.theme_id) if row.theme_id else "",
        f"submitted {day(row.submitted_at)}" if row.submitted_at else "not submitted yet",
    ]
    return [fact for fact in facts if fact]


def _todo(row: Row) -> str:
    """What the reader should do about it, if anything."""
    if row.is_undeclared and row.stage is Stage.IN_ASSESSMENT:
        return "Declare whether you have an interest"
    if row.is_own and row.stage is Stage.CHANGES_REQUESTED:
        return f"Make the changes by {day(row.changes_due)}" if row.changes_due else "Make the changes"
    return "Finish it and submit it" if row.is_champion and row.stage is Stage.DRAFT else ""
