"""The list of proposals: what it finds for whom, its filters and counts, its sorts and pages."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from flask import Flask

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.errors import NotFound
from exchange.extensions import db
from exchange.proposals import indexing, listing, passages, queries, record, services
from exchange.proposals.cursors import Sort
from exchange.proposals.lifecycle import Stage
from exchange.proposals.listing import COUNTED, ROWS, Facet, Wanted
from exchange.proposals.models import Proposal, ReadingLevel
from exchange.proposals.models import Reader as Assigned
from exchange.region.models import Priority
from tests.conftest import Committed
from tests.factories import THEME, make_person
from tests.pages import Browser, Client, Page
from tests.proposals.arrange import (
    ANSWERS,
    ASSESSORS_WORD,
    MEMBERS_WORD,
    OTHER_THEME,
    PUBLIC_WORD,
    make_bare,
    make_champion,
    make_draft,
    make_manager,
    make_member,
    make_reviewer,
    make_submitted,
    make_theme,
    put_at,
)
from tests.statements import statements_of

FALLS_FILTERS = {"priority": "falls", "theme": THEME, "aim": "learning", "organisation": "hill-hospital"}


def titles(page: Page) -> list[str]:
    return page.texts(".app-result__title")


def heading(page: Page) -> str:
    return page.texts("main h2")[0]


def listed(browser: Browser, **arguments: Any) -> Page:
    return browser.get("proposals.proposals", **arguments)


# ---- What it shows


def test_a_proposal_in_the_list(client: Client, committed: Committed) -> None:
    with committed():
        proposal = make_submitted(make_champion())
        member = make_member()
    page = listed(client.as_(member))
    assert page.h1 == "Proposals"
    assert heading(page) == "1 proposal"
    (shown,) = page.texts(".app-result")
    assert shown.startswith("Falls huddles Submitted A ten-minute huddle on every ward prevents falls.")
    for words in (proposal.reference, "Hill Hospital", "Safe care", "submitted ", "Fewer falls"):
        assert words in shown
    assert page.click("Falls huddles").path == f"/proposals/{proposal.reference}"


def test_what_the_reader_should_do_stands_last(client: Client, committed: Committed) -> None:
    with committed():
        champion, author, manager = make_champion(), make_person(), make_manager()
        make_draft(champion, co_authors=[author])
        changed = make_submitted(champion, co_authors=[author])
        services.request_changes(changed, manager, sections=["need"], message="x", due=clock.today())
        assigned = put_at(make_submitted(champion), Stage.IN_ASSESSMENT)
        undeclared = make_reviewer(assigned, ReadingLevel.SUMMARY)
    people = {"champion": champion, "author": author, "undeclared": undeclared, "manager": manager}
    todos = {name: listed(client.as_(each)).texts(".app-result__todo") for name, each in people.items()}
    due = f"Make the changes by {clock.today().day} {clock.today():%B %Y}"
    assert todos == {
        "champion": [due, "Finish it and submit it"],
        "author": [due],
        "undeclared": ["Declare whether you have an interest"],
        "manager": [],
    }


def test_drafts_are_listed_for_their_team_alone(client: Client, committed: Committed) -> None:
    with committed():
        champion, author = make_champion(), make_person()
        make_draft(champion, co_authors=[author], title="A draft")
        others = [make_member(), make_manager()]
    for person in (champion, author):
        page = listed(client.as_(person))
        assert titles(page) == ["A draft"]
        assert "not submitted yet" in page.text
        assert titles(listed(client.as_(person), q="Wordneed")) == ["A draft"]
    for person in others:
        assert titles(listed(client.as_(person))) == []
        assert titles(listed(client.as_(person), q="Wordneed")) == []


def test_an_empty_list_says_why(client: Client, committed: Committed) -> None:
    with committed():
        member = make_member()
    assert "No proposal is public yet" in listed(client.visitor()).text
    assert "There are no proposals that you can read yet" in listed(client.as_(member)).text
    page = listed(client.as_(member), q="nothing")
    assert heading(page) == "No proposals with “nothing”"
    assert "Use fewer or other words" in page.text
    assert "Propose an innovation" in page.links()
    assert "Propose an innovation" not in listed(client.visitor()).links()


def test_what_was_found_is_marked(client: Client, committed: Committed) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        make_submitted(champion, need="Nurses <b>tell</b> of falling at night.")
    page = listed(client.as_(member), q="falls huddle")
    assert page.texts(".app-result mark") == ["Falls", "huddles", "huddle", "falls"]
    assert page.texts(".app-result__found") == []
    page = listed(client.as_(member), q="nurse huddle night")
    question = record.QUESTION_BY_ID["need"].label
    assert page.texts(".app-result__found") == [f"{question}: Nurses <b>tell</b> of falling at night."]
    assert page.texts(".app-result__found mark") == ["Nurses", "night"]
    assert listed(client.as_(member)).texts("mark") == []


@pytest.mark.parametrize("shortened", [False, True])
def test_a_reference_that_was_found_is_marked_alone(
    client: Client, committed: Committed, shortened: bool
) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        proposal = make_submitted(champion, need="Falls harm 1 in 2 of 2026 patients.")
    typed = str(int(proposal.reference[-4:])) if shortened else proposal.reference.lower().replace("-", " ")
    page = listed(client.as_(member), q=typed)
    assert page.texts(".app-result mark") == [proposal.reference]


def test_the_title_says_what_and_how_many(client: Client, committed: Committed) -> None:
    with committed():
        make_several(make_champion())
        browser = client.as_(make_member())
    titles = [
        listed(browser, **arguments).title.partition(" – ")[0]
        for arguments in (
            {},
            {"q": "huddles", "theme": THEME},
            {"q": "nothing"},
            {"stage": "no-such"},
            {"cursor": "x"},
        )
    ]
    assert titles == [
        "Proposals: 6",
        "Proposals: 4 for “huddles”, Safe care",
        "Proposals: 0 for “nothing”",
        "Proposals: 0 for No such",
        "Proposals: 6, continued",
    ]


def test_every_choice_is_one_link_to_take_away_and_leaves_the_others(
    client: Client, committed: Committed
) -> None:
    with committed():
        make_several(make_champion())
        browser = client.as_(make_member())
    page = listed(browser, q="huddles", theme=[THEME, "<b>ü"], stage="submitted", sort="title")
    assert page.texts(".app-chips a") == [
        f"Remove {label} ×" for label in ("“huddles”", "Safe care", "<b>ü", "Submitted")
    ]
    page = page.click("Remove <b>ü ×")
    assert page.path == "/proposals"
    assert (page.value("q"), page.value("theme"), page.value("stage"), page.value("sort")) == (
        "huddles",
        [THEME],
        ["submitted"],
        "title",
    )
    page = page.click("Remove “huddles” ×")
    assert (page.value("q"), page.value("theme"), page.value("sort")) == ("", [THEME], "title")


def test_an_untouched_title_is_shown_as_untitled(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        make_draft(champion, title=None)
    assert titles(listed(client.as_(champion))) == ["Untitled"]


# ---- What it finds for whom


READERS = ("visitor", "unsettled", "member", "bound", "undeclared", "reviewer", "manager", "champion")


def cast(stage: Stage, visibility: str) -> dict[str, Person | None]:
    champion = make_champion()
    proposal = put_at(make_submitted(champion, visibility=visibility), stage)
    return {
        "visitor": None,
        "unsettled": make_person(organisation=None),
        "member": make_member(),
        "bound": make_manager(organisation="hill-hospital"),
        "undeclared": make_reviewer(proposal, ReadingLevel.SUMMARY),
        "reviewer": make_reviewer(proposal),
        "manager": make_manager(),
        "champion": champion,
    }


EVERYBODY_ELSE = ("visitor", "unsettled", "member", "bound", "undeclared")
PARTLY = {"undeclared": {"Wordsummary", "Wordsupplier"}}
EVERYTHING = {"Wordsummary", "Wordsupplier", PUBLIC_WORD, MEMBERS_WORD, ASSESSORS_WORD}
FOR_MEMBERS = EVERYTHING - {ASSESSORS_WORD}
FOR_ALL = FOR_MEMBERS - {MEMBERS_WORD}
FULL = dict.fromkeys(("reviewer", "manager", "champion"), EVERYTHING)


@pytest.mark.parametrize(
    ("stage", "visibility", "expected"),
    [
        (Stage.IN_ASSESSMENT, "members", FULL | PARTLY | dict.fromkeys(("member", "bound"), FOR_MEMBERS)),
        (Stage.IN_ASSESSMENT, "assessors", FULL | PARTLY),
        (
            Stage.SPREAD,
            "members",
            FULL
            | dict.fromkeys(("visitor", "unsettled"), FOR_ALL)
            | dict.fromkeys(("member", "bound", "undeclared"), FOR_MEMBERS),
        ),
        (
            Stage.SPREAD,
            "assessors",
            FULL | {name: {"Wordsummary"} for name in EVERYBODY_ELSE},
        ),
        (Stage.WITHDRAWN, "members", dict.fromkeys(("manager", "champion"), EVERYTHING)),
    ],
)
def test_words_of_a_hidden_answer_find_nothing(
    client: Client, committed: Committed, stage: Stage, visibility: str, expected: dict[str, set[str]]
) -> None:
    with committed():
        people = cast(stage, visibility)
    got = {}
    for name in READERS:
        person = people[name]
        browser = client.visitor() if person is None else client.as_(person)
        found = {word for word in EVERYTHING if titles(listed(browser, q=word))}
        if found:
            got[name] = found
    assert got == expected


@dataclass(frozen=True)
class Reader:
    """What one person finds: for each word the references, and all that their lists show."""

    finds: dict[str, set[str]]
    shows: dict[str, set[str]]


def searched(person: Person | None, words: Iterable[str], references: Mapping[int, str]) -> Reader:
    finds: dict[str, set[str]] = {}
    shows: dict[str, set[str]] = {reference: set() for reference in references.values()}
    for word in words:
        wanted = Wanted(words=word)
        page = listing.listing(person, wanted)
        finds[word] = {row.reference for row in page.rows}
        assert page.counts.total == len(page.rows)
        for row, each in zip(page.rows, passages.shown(page.rows, wanted.asked), strict=True):
            shown = f"{each.title} {each.summary} {each.found.text if each.found else ''}"
            assert f"<mark>{word}</mark>" in shown
            shows[row.reference] |= set(re.findall(r"Word\w+", shown))
    return Reader(finds, shows)


def read_by(person: Person | None, reference: str) -> set[str]:
    """The words that this person reads on the proposal's own page."""
    try:
        seen = queries.seen(person, reference)
    except NotFound:
        return set()
    texts = record.typed_texts(queries.reading(seen).answers)
    return {word for _, text in texts for word in re.findall(r"Word\w+", text)}


def test_each_reader_finds_and_is_shown_what_they_read_and_nothing_else(committed: Committed) -> None:
    """Every answer of every stage and visibility, and what is worked on since, for every kind of reader."""
    with committed():
        champion = make_champion()
        proposals = [make_draft(champion)]
        for stage, visibility in product(Stage, ("members", "assessors")):
            proposals.append(put_at(make_submitted(champion, visibility=visibility), stage))
            proposals[-1].answers = {**ANSWERS, "need": "Wordworking"}
        people: dict[str, Person | None] = {
            "visitor": None,
            "unsettled": make_person(organisation=None),
            "member": make_member(),
            "bound": make_manager(organisation="hill-hospital"),
            "undeclared": make_reviewer(proposals[0], ReadingLevel.SUMMARY),
            "reviewer": make_reviewer(proposals[0]),
            "manager": make_manager(),
            "champion": champion,
        }
        for proposal in proposals[1:]:
            for name, level in (("undeclared", ReadingLevel.SUMMARY), ("reviewer", ReadingLevel.ALL)):
                reviewer = people[name]
                assert reviewer is not None
                db.session.add(Assigned(proposal_id=proposal.id, person_id=reviewer.id, level=level))
        db.session.flush()
        references = {proposal.id: proposal.reference for proposal in proposals}
        written = {word for each in ANSWERS.values() for word in re.findall(r"Word\w+", str(each))}
        for name, person in people.items():
            reads = {reference: read_by(person, reference) for reference in references.values()}
            reader = searched(person, sorted(written | {"Wordworking"}), references)
            for word, found in reader.finds.items():
                expected = {reference for reference, texts in reads.items() if word in texts}
                assert found == expected, (name, word)
            assert reader.shows == reads, name


@pytest.mark.parametrize(
    ("stage", "visibility", "who", "finds"),
    [
        (Stage.IN_ASSESSMENT, "members", "member", {"priority", "theme", "aim", "organisation"}),
        (Stage.IN_ASSESSMENT, "members", "undeclared", {"organisation"}),
        (Stage.SPREAD, "members", "visitor", {"priority", "theme", "aim", "organisation"}),
        (Stage.SPREAD, "assessors", "visitor", {"priority", "theme"}),
        (Stage.SPREAD, "assessors", "member", {"priority", "theme"}),
        (Stage.SPREAD, "assessors", "reviewer", {"priority", "theme", "aim", "organisation"}),
        (Stage.SPREAD, "assessors", "champion", {"priority", "theme", "aim", "organisation"}),
    ],
)
def test_filters_find_by_what_is_read_only(
    client: Client, committed: Committed, stage: Stage, visibility: str, who: str, finds: set[str]
) -> None:
    """And show and count nothing else."""
    with committed():
        person = cast(stage, visibility)[who]
        wanted = {
            facet: listing.listing(person, Wanted(chosen={Facet(facet): (value,)}))
            for facet, value in FALLS_FILTERS.items()
        }
        assert {facet for facet, found in wanted.items() if found.rows} == finds
        assert {facet for facet, found in wanted.items() if found.counts.total} == finds
        plain = listing.listing(person, Wanted())
        assert {facet.value for facet, tally in plain.counts.of.items() if tally} - {"stage"} == finds
        (row,) = plain.rows
        assert bool(row.priorities) == ("priority" in finds)
        assert bool(row.theme_id) == ("theme" in finds)
        assert bool(row.organisation) == ("organisation" in finds)


# ---- Filters


def make_several(champion: Person) -> None:
    """Six proposals: of two themes, two priorities, and three stages."""
    make_theme()
    stages = (Stage.SUBMITTED, Stage.SUBMITTED, Stage.IN_ASSESSMENT)
    sleep, falls = db.session.get_one(Priority, "sleep"), db.session.get_one(Priority, "falls")
    for number in range(6):
        moment = clock.now() + timedelta(minutes=number)
        proposal = make_bare(
            champion,
            number,
            title=f"Proposal {'FEDCBA'[number]}",
            stage=stages[number % 3],
            lead_theme_id=THEME if number < 4 else OTHER_THEME,
            submitted_at=moment,
        )
        proposal.priorities = [sleep, falls] if number % 2 else [falls]
        indexing.index(proposal, proposal.versions[0])


def test_filters_narrow_together_and_widen_within_one(client: Client, committed: Committed) -> None:
    with committed():
        make_several(make_champion())
        browser = client.as_(make_member())
    assert len(titles(listed(browser))) == 6
    assert titles(listed(browser, theme=OTHER_THEME)) == ["Proposal A", "Proposal B"]
    assert titles(listed(browser, theme=OTHER_THEME, priority="sleep")) == ["Proposal A"]
    assert len(titles(listed(browser, theme=[THEME, OTHER_THEME]))) == 6
    assert titles(listed(browser, stage="in-assessment")) == ["Proposal A", "Proposal D"]
    assert titles(listed(browser, organisation="river-trust")) == []


def test_counts_say_what_each_filter_would_leave(client: Client, committed: Committed) -> None:
    with committed():
        make_several(make_champion())
        member = make_member()
    page = listed(client.as_(member), theme=THEME)
    for label in (
        "Safe care (4)",
        "Quiet nights (2)",
        "Better sleep (2)",
        "Fewer falls (4)",
        "Submitted (3)",
        "In assessment (1)",
    ):
        assert label in page.texts("label")
    assert heading(page) == "4 proposals"
    assert page.texts(".app-chips a") == ["Remove Safe care ×"]
    assert heading(page.click("Remove Safe care ×")) == "6 proposals"


def test_the_form_keeps_what_was_chosen(client: Client, committed: Committed) -> None:
    with committed():
        make_several(make_champion())
        member = make_member()
    page = listed(client.as_(member)).submit("Show results", q="  falls  ", theme=[THEME], sort="title")
    assert (page.value("q"), page.value("theme"), page.value("sort")) == ("falls", [THEME], "title")
    assert titles(page) == ["Proposal C", "Proposal D", "Proposal E", "Proposal F"]


def test_a_retired_theme_is_still_a_filter_where_it_is_used(client: Client, committed: Committed) -> None:
    with committed():
        make_several(make_champion())
        db.session.get_one(Proposal, 1).lead_theme.retired_at = clock.now()  # type: ignore[union-attr]
        member = make_member()
    assert "Safe care (4)" in listed(client.as_(member)).texts("label")


ODD = [
    "",
    " ",
    "!!!",
    '"',
    "'; DROP TABLE proposal; --",
    "AND",
    "NEAR(",
    "title:",
    "*",
    "🏥",
    "\x00",
    "%",
    "\\",
    "(((",
]
ODD += ["a" * 10_000, "x" * 99 + " " * 99]


@pytest.mark.parametrize("q", ODD)
def test_no_query_fails(client: Client, committed: Committed, q: str) -> None:
    with committed():
        make_several(make_champion())
        member = make_member()
    page = listed(client.as_(member), q=q)
    # PostgreSQL leaves words like "and" out, and asks for the rest.
    assert len(titles(page)) in ({0, 6} if q == "AND" else {6} if not q.strip() else {0})


@pytest.mark.parametrize("name", ["theme", "priority", "stage", "aim", "organisation"])
@pytest.mark.parametrize("value", ["no-such", "'; --", "\x00", "ü" * 400, "../..", "safe care"])
def test_an_unknown_filter_finds_nothing(client: Client, committed: Committed, name: str, value: str) -> None:
    with committed():
        make_several(make_champion())
        member = make_member()
    assert titles(listed(client.as_(member), **{name: value})) == []


@pytest.mark.parametrize("sort", ["", "no-such", "best", "\x00"])
def test_an_unknown_sort_is_the_usual_one(client: Client, committed: Committed, sort: str) -> None:
    with committed():
        make_several(make_champion())
        member = make_member()
    assert titles(listed(client.as_(member), sort=sort))[0] == "Proposal A"


# ---- Sorts and pages


@pytest.mark.parametrize(
    ("sort", "expected"), [("newest", "ABCDEF"), ("oldest", "FEDCBA"), ("title", "ABCDEF"), ("", "ABCDEF")]
)
def test_sorts(client: Client, committed: Committed, sort: str, expected: str) -> None:
    with committed():
        make_several(make_champion())
        member = make_member()
    assert [title[-1] for title in titles(listed(client.as_(member), sort=sort))] == list(expected)


def test_best_matches_come_first(client: Client, committed: Committed) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        make_submitted(champion, title="Sleep on wards", need="A huddle in passing.")
        make_submitted(champion, title="A huddle for nights", need="Sleep.")
        make_submitted(champion, title="Falls", need="No such thing.")
    page = listed(client.as_(member), q="huddles nights")
    assert titles(page) == ["A huddle for nights"]
    page = listed(client.as_(member), q="huddles")
    assert titles(page)[0] == "A huddle for nights"
    assert page.value("sort") == "best"
    assert titles(listed(client.as_(member), q="huddles", sort="oldest"))[0] == "Sleep on wards"


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_show_each_proposal_once(committed: Committed, sort: Sort) -> None:
    """Whatever is alike: half of them have the same name, the same moment and the same words."""
    with committed():
        champion, member = make_champion(), make_member()
        moment = clock.now()
        for number in range(ROWS * 2 + 5):
            proposal = make_bare(
                champion,
                number,
                title="The same" if number % 2 else f"ünique {number}",
                submitted_at=moment if number % 2 else moment - timedelta(seconds=number % 7),
            )
            indexing.index(proposal, proposal.versions[0])
        words = "huddle" if sort is Sort.BEST else ""
        seen: list[int] = []
        cursor = ""
        while True:
            page = listing.listing(member, Wanted(words=words, sort=sort, cursor=cursor))
            seen += [row.id for row in page.rows]
            cursor = page.next_cursor
            if not cursor:
                break
            assert len(page.rows) == ROWS
        assert len(seen) == len(set(seen)) == ROWS * 2 + 5
        whole = listing.listing(member, Wanted(words=words, sort=sort))
        assert [row.id for row in whole.rows] == seen[:ROWS]


def test_a_new_proposal_moves_no_page(committed: Committed) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        for number in range(ROWS + 3):
            make_bare(champion, number, submitted_at=clock.now())
        first = listing.listing(member, Wanted())
        make_bare(champion, 900, submitted_at=clock.now())
        second = listing.listing(member, Wanted(cursor=first.next_cursor))
        assert len(second.rows) == 3
        assert not {row.id for row in first.rows} & {row.id for row in second.rows}


def test_what_is_added_moves_no_page_of_best_matches(committed: Committed) -> None:
    with committed():
        champion, member = make_champion(), make_member()

        def add(number: int) -> None:
            title = "Huddles" if number % 3 else f"Falls {number}"
            proposal = make_bare(champion, number, title=title)
            indexing.index(proposal, proposal.versions[0])

        for number in range(ROWS * 2):
            add(number)
        db.session.flush()
        wanted = Wanted(words="huddle", sort=Sort.BEST)
        before = [row.id for row in whole(member, wanted)]
        first = listing.listing(member, wanted)
        for number in range(100, 100 + ROWS):
            add(number)
        db.session.flush()
        second = listing.listing(member, replace(wanted, cursor=first.next_cursor))
        seen = [row.id for row in first.rows + second.rows]
        assert len(set(seen)) == ROWS * 2
        assert [id_ for id_ in seen if id_ in before] == before[: len([i for i in seen if i in before])]


def whole(person: Person, wanted: Wanted) -> list[listing.Row]:
    rows, cursor = [], ""
    while True:
        page = listing.listing(person, replace(wanted, cursor=cursor))
        rows += page.rows
        cursor = page.next_cursor
        if not cursor:
            return rows


def test_more_leads_to_the_next_page_and_back(client: Client, committed: Committed) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        for number in range(ROWS + 1):
            make_bare(champion, number, submitted_at=clock.now() + timedelta(minutes=number))
    page = listed(client.as_(member), theme=THEME)
    assert len(titles(page)) == ROWS
    (more,) = [href for words, href in page.links().items() if "More proposals" in words]
    page = page.browser.get(more)
    assert titles(page) == ["Proposal 0000"]
    assert page.value("theme") == [THEME]
    (back,) = [href for words, href in page.links().items() if "Back to the first page" in words]
    assert titles(page.browser.get(back))[0] == f"Proposal {ROWS:04d}"


def cursor_of(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "rubbish",
        "ü",
        "\x00",
        "A" * 100_000,
        "[" * 1_500,
        cursor_of(),
        cursor_of("newest"),
        cursor_of("newest", "not a moment", 1),
        cursor_of("newest", "2026-11-22T10:00:00", 1),
        cursor_of("newest", 5, 1),
        cursor_of("newest", "2026-11-22T10:00:00+00:00", 10**30),
        cursor_of("newest", "2026-11-22T10:00:00+00:00", True),
        cursor_of("newest", "2026-11-22T10:00:00+00:00", "1"),
        cursor_of("title", "Falls", 1),
        cursor_of("best", float("nan"), 1),
        cursor_of("newest", "0001-01-01T00:00:00+14:00", 1),
        cursor_of("newest", "9999-12-31T23:59:59-14:00", 1),
    ],
)
def test_what_is_no_cursor_shows_the_first_page(client: Client, committed: Committed, cursor: str) -> None:
    with committed():
        make_several(make_champion())
        member = make_member()
    assert len(titles(listed(client.as_(member), cursor=cursor))) == 6


@pytest.mark.parametrize(
    ("sort", "key"),
    [("title", "a\x00b"), ("title", 5), ("best", "x"), ("best", float("inf")), ("best", 10**400)],
)
def test_a_made_up_cursor_fails_nothing(client: Client, committed: Committed, sort: str, key: Any) -> None:
    with committed():
        make_several(make_champion())
        member = make_member()
    page = listed(client.as_(member), q="huddle", sort=sort, cursor=cursor_of(sort, key, 1))
    assert len(titles(page)) == 6


# ---- How much it asks of the database


@pytest.mark.parametrize(
    ("wanted", "queries", "to_size_up"),
    [
        (Wanted(), 3, 0),
        (Wanted(words="huddle"), 3, 1),
        # One for each tier of its words until the page is full; PostgreSQL is first asked how many texts hold them, for the page
        # and for the counts.
        (Wanted(words="huddle", sort=Sort.BEST, chosen={Facet.THEME: (THEME,)}), 6, 2),
    ],
)
def test_a_list_takes_as_many_queries_for_fifty_rows_as_for_one(
    app: Flask, committed: Committed, wanted: Wanted, queries: int, to_size_up: int
) -> None:
    taken = []
    with committed() as session:
        queries += to_size_up * (db.engine.name == "postgresql")
        champion, member = make_champion(), make_member(role=Role.PROGRAMME_MANAGER)
        for rows in (range(1), range(1, 50)):
            for number in rows:
                proposal = make_bare(champion, number)
                indexing.index(proposal, proposal.versions[0])
            session.flush()
            with statements_of(app) as asked:
                assert listing.listing(member, wanted).rows
            taken.append(len(asked))
    assert taken[0] == queries >= taken[1]


def test_the_page_of_a_list_takes_as_many_queries_for_fifty_as_for_one(
    client: Client, committed: Committed
) -> None:
    with committed():
        champion, member = make_champion(), make_member()
    browser, taken = client.as_(member), []
    for rows in (range(1), range(1, 50)):
        with committed():
            for number in rows:
                make_bare(db.session.merge(champion), number)
        with statements_of(client.app) as asked:
            listed(browser)
        taken.append(len(asked))
    assert taken[0] == taken[1]


def test_past_a_thousand_there_are_no_counts(committed: Committed, monkeypatch: pytest.MonkeyPatch) -> None:
    assert COUNTED == 1_000
    monkeypatch.setattr(listing, "COUNTED", 3)
    with committed():
        make_several(make_champion())
        member = make_member()
        counts = listing.listing(member, Wanted()).counts
        assert counts.total is None
        assert set(counts.of.values()) == {None}
        counts = listing.listing(member, Wanted(chosen={Facet.THEME: (OTHER_THEME,)})).counts
        assert counts.total == 2
        assert counts.of[Facet.THEME] is None  # all six, were it not for itself
        assert counts.of[Facet.STAGE] == {"submitted": 1, "in-assessment": 1}
