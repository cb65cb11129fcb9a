"""What is measured: who asks for what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import Connection, create_engine, text

from benchmarks import words
from benchmarks.answers import Lists, some_answers
from benchmarks.clients import CLIENTS, Browser, Finished, Visit, hidden_fields
from benchmarks.people import POSTERS
from exchange.proposals import record

# A public proposal, one that a manager sees in assessment, and the review of it that each poster has yet to write.
PUBLISHED = "SELECT reference FROM proposal WHERE stage = 'spread-at-scale' AND visibility = 'members' ORDER BY id LIMIT 50"
STAFFED = """SELECT proposal.reference FROM proposal JOIN person manager ON manager.email = 'manager@example.org'
JOIN role_grant ON role_grant.person_id = manager.id AND role_grant.theme_id = proposal.lead_theme_id
WHERE proposal.stage = 'in-assessment' ORDER BY proposal.id LIMIT 50"""
TO_REVIEW = """SELECT proposal.reference FROM assignment JOIN round ON round.id = assignment.round_id
JOIN proposal ON proposal.id = round.proposal_id JOIN person ON person.id = assignment.person_id
WHERE person.email = :email AND proposal.stage = 'in-assessment' AND assignment.interest = 'none'
ORDER BY proposal.id"""


@dataclass(frozen=True)
class Site:
    """What a filled database holds for the pages to ask for."""

    published: list[str]
    staffed: list[str]
    to_review: dict[str, list[str]]
    lists: Lists


@dataclass(frozen=True)
class Page:
    """`people` are whose browsers ask, one for each client; `make` gives the visit. A list is held to a stricter goal."""

    name: str
    people: Sequence[str | None]
    make: Callable[[Site], Visit]
    is_list: bool = False


def site_of(url: str, lists: Lists) -> Site:
    engine = create_engine(url)
    with engine.connect() as connection:
        reviewers = ["reviewer-250", *(f"poster-{number}" for number in range(POSTERS))]
        site = Site(
            _references(connection, PUBLISHED),
            _references(connection, STAFFED),
            {name: _references(connection, TO_REVIEW, email=f"{name}@example.org") for name in reviewers},
            lists,
        )
    engine.dispose()
    return site


def _references(connection: Connection, query: str, **values: str) -> list[str]:
    return list(connection.scalars(text(query), values))


def _at(path: str) -> Callable[[Site], Visit]:
    def make(site: Site) -> Visit:
        return lambda browser: _read(
            browser, path.format(theme=site.lists.themes[1], priority=site.lists.priorities[0])
        )

    return make


def _read(browser: Browser, path: str) -> None:
    browser.get(path)


def _in_turn(of: Callable[[Site], list[str]], path: str) -> Callable[[Site], Visit]:
    """A page of one proposal after the other."""

    def make(site: Site) -> Visit:
        references, numbers = of(site), count()
        return lambda browser: _read(browser, path.format(references[next(numbers) % len(references)]))

    return make


def _post_reviews(site: Site) -> Visit:
    """Each reviewer submits whole reviews, of one proposal after the other, from a form that they opened before."""
    waiting = {name: iter(references) for name, references in site.to_review.items()}
    forms: dict[Browser, dict[str, str]] = {}
    written = [("recommendation", "spread"), ("comment", words.text(Random(2), 40)), ("submit_review", "yes")]
    for _, key in site.lists.criteria:
        written += [(f"score-{key}", "4"), (f"rationale-{key}", words.text(Random(3), 20))]

    def visit(browser: Browser) -> None:
        reference = next(waiting[browser.person or ""], None)
        if reference is None:
            raise Finished
        path = f"/proposals/{reference}/review"
        if browser not in forms:
            forms[browser] = hidden_fields(browser.get(path).body)
        browser.post(path, [*forms[browser].items(), *written])

    return visit


def _propose(site: Site) -> Visit:
    """Starts a proposal, opens and saves every section, checks the answers and submits."""
    numbers = count()

    def visit(browser: Browser) -> None:
        answers = some_answers(Random(next(numbers)), site.lists, site.lists.themes[0])
        here = _fill_in(browser, "/proposals/new", answers, ("title", "lead_theme"))
        root = "/".join(here.split("/")[:3])  # it leads to its tasks, or to what is similar
        for section in record.SECTIONS:
            asked = [question.id for question in record.typed_in(section)]
            _fill_in(browser, f"{root}/edit/{section.id}", answers, asked)
        hidden = hidden_fields(browser.get(f"{root}/check").body)
        browser.post(f"{root}/submit", [*hidden.items(), ("declaration", "yes")])

    return visit


def _fill_in(browser: Browser, path: str, answers: dict[str, Any], names: Sequence[str]) -> str:
    hidden = hidden_fields(browser.get(path).body)
    return browser.post(path, [*hidden.items(), *_sent(answers, names)])


def _sent(answers: dict[str, Any], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        value = answers.get(name)
        if value is not None:
            for one in value if isinstance(value, list) else [value]:
                yield name, str(one)


def _all(person: str | None) -> list[str | None]:
    return [person] * CLIENTS


def _published(site: Site) -> list[str]:
    return site.published


def _staffed(site: Site) -> list[str]:
    return site.staffed


def _reviewed(site: Site) -> list[str]:
    return site.to_review["reviewer-250"]


PAGES = (
    Page("home", _all(None), _at("/")),
    Page("list, visitor", _all(None), _at("/proposals"), is_list=True),
    Page("list, member", _all("member"), _at("/proposals"), is_list=True),
    Page("list, filtered", _all("member"), _at("/proposals?theme={theme}&priority={priority}"), is_list=True),
    Page("search, rare word", _all("member"), _at(f"/proposals?q={words.RARE}"), is_list=True),
    Page("search, common word", _all("member"), _at(f"/proposals?q={words.COMMON}"), is_list=True),
    Page("proposal, public", _all(None), _in_turn(_published, "/proposals/{}")),
    Page("proposal, staff", _all("manager"), _in_turn(_staffed, "/proposals/{}")),
    Page("review form", _all("reviewer-250"), _in_turn(_reviewed, "/proposals/{}/review")),
    Page("worklist, 50 reviews", _all("reviewer-50"), _at("/reviews"), is_list=True),
    Page("worklist, 250 reviews", _all("reviewer-250"), _at("/reviews"), is_list=True),
    Page("triage", _all("manager"), _at("/triage"), is_list=True),
    Page("my work, manager", _all("manager"), _at("/my-work"), is_list=True),
    Page("decisions", _all("director"), _at("/decisions"), is_list=True),
    Page("dashboard", _all("director"), _at("/reports")),
    Page("post a review", [f"poster-{number}" for number in range(POSTERS)], _post_reviews),
    Page("submit a proposal", _all("member"), _propose),
)
