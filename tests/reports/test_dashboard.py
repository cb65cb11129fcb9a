"""The dashboard through its pages: every figure leads to as many rows as it says, for whoever looks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from statistics import median
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from werkzeug.datastructures import MultiDict

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.adoption.models import Adoption
from exchange.adoption.services import record_step, set_eligible
from exchange.adoption.steps import Step
from exchange.extensions import db
from exchange.measures.models import Combined
from exchange.measures.services import define_measure, enter_figures
from exchange.proposals import services as proposals
from exchange.region.models import CareSystem, Organisation
from exchange.reports.dashboard import forms, paper, rows
from exchange.reports.dashboard.forms import Asked
from exchange.spread.life import CHANGES
from exchange.spread.services import change_programme
from tests.assessment.arrange import TEAM, make_champion, make_director, make_manager, make_submitted
from tests.conftest import Committed
from tests.decisions.arrange import Staff, make_case, make_staff, make_staff_like, prepare
from tests.factories import make_grant
from tests.pages import Client, Page, words
from tests.proposals.arrange import OTHER_THEME, make_theme
from tests.reports.history import HILL, NOW, RIVER, TODAY, make_history, on
from tests.spread.arrange import make_programme
from tests.statements import counted_queries


@pytest.fixture
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


DAYS = "section:has(#pipeline) td:nth-last-child(-n+2) a"


def numbers(page: Page) -> list[tuple[int, str]]:
    """Every link of the page that is a number of rows, and where it leads."""
    days = {link.mem_id for link in page.select(DAYS)}
    found = []
    for link in page.select("main a[href]"):
        said = re.match(r"\d[\d,]*", words(link))
        if said and link.mem_id not in days:
            found.append((int(said[0].replace(",", "")), link.attributes["href"] or ""))
    return found


def rows_behind(page: Page) -> int:
    """How many rows there are, on this page and those after it."""
    count = len(page.select(".app-result"))
    for link in page.select('.nhsuk-pagination a[href*="after="], .nhsuk-pagination a[href*="cursor="]'):
        return count + rows_behind(page.browser.get(link.attributes["href"] or ""))
    return count


def adoption_says(page: Page) -> set[int]:
    """The figures of a programme's page of adoption: who has adopted it, whom it is for, and its target."""
    steps = page.texts(".app-adopters__step")
    covered = sum(step.startswith(("Adopted", "Embedded")) for step in steps)
    target = re.search(r"The target is (\d+)", page.text)
    return {covered, len(steps), int(target[1]) if target else -1}


def check_every_figure(page: Page) -> None:
    found = numbers(page)
    assert len(found) > 25
    for value, href in dict.fromkeys(found):
        there, path = page.browser.get(href), urlsplit(href).path
        if path.endswith("/adoption"):
            assert value in adoption_says(there), href
        elif path.startswith("/benefits"):
            assert f"{value:,} " in there.text or value == 0, href
        else:
            assert rows_behind(there) == value, (href, there.h1)


def check_days(page: Page) -> int:
    """The median and the 90th percentile are those of the rows behind them. Gives how many stages have them."""
    links = page.select(DAYS)
    for half, most in zip(links[::2], links[1::2], strict=True):
        assert half.attributes["href"] == most.attributes["href"]
        there = page.browser.get(half.attributes["href"] or "")
        days = [
            int(found[1]) for fact in there.texts(".app-facts") if (found := re.search(r"(\d+) days?$", fact))
        ]
        assert days == sorted(days)
        assert words(half) == f"{median(days):g}"
        assert words(most) == str(days[-(-len(days) * 9 // 10) - 1])
    return len(links) // 2


def test_every_figure_is_the_number_of_its_rows(client: Client, committed: Committed, today: None) -> None:
    with committed():
        history = make_history()
        bound = make_director(name="Una Field", organisation=TEAM)
    page = client.as_(history.staff.director).get("reports.my_work").click("Dashboard")
    check_every_figure(page)
    assert check_days(page) == 3
    check_every_figure(client.as_(bound).get("reports.dashboard"))


def test_who_is_bound_learns_nothing_by_subtraction(
    client: Client, committed: Committed, today: None
) -> None:
    """Two proposals of the team's own organisation, one kept to assessors; and one of another's."""
    with committed():
        champion, other = make_champion(), make_champion(organisation="valley-university")
        free, bound = make_director(), make_director(name="Una Field", organisation=TEAM)
        manager = make_manager()
        with on(2026, 10, 1):
            kept = make_submitted(champion, title="Kept back", visibility="assessors")
            make_submitted(champion, title="Shared by the team")
            make_submitted(other, title="Somebody else’s")
        with on(2026, 10, 5):
            proposals.request_changes(
                kept, manager, sections=["need"], message="More.", due=date(2026, 11, 2)
            )
    seen = client.as_(free).get("reports.dashboard")
    assert figures_of(seen)["Submitted"] == ["2", "3", "1", "4", "4"]
    assert figures_of(seen)["Changes requested"] == ["1", "1", "0", "–", "–"]
    assert "Kept back" in seen.text
    # Nor of the paper that the other lays before them.
    with committed(), director_asks(client, free) as asked:
        told = json.dumps(paper.content_of(asked, free), ensure_ascii=False)
    assert "Kept back" not in told
    assert "2 proposals are in hand today: Submitted 2, Changes requested 0," in told
    seen = client.as_(bound).get("reports.dashboard")
    # The list of proposals shows them the shared one as to every member; of its days and moves they learn nothing.
    assert figures_of(seen)["Submitted"] == ["2", "1", "0", "–", "–"]
    assert figures_of(seen)["Changes requested"] == ["0", "0", "0", "–", "–"]
    assert seen.texts(".app-attention__title") == ["Somebody else’s"]


def test_a_prepared_decision_is_its_directors_own(client: Client, committed: Committed, today: None) -> None:
    with committed(), on(2026, 11, 20):
        case = make_case()
        prepare(case)
    said = "A decision is prepared and not released."
    assert said in client.as_(case.director).get("reports.dashboard").text
    assert said in client.as_(case.director).get("reports.rows", name="attention").text
    assert client.as_(case.manager).get("reports.rows", name="attention").h1 == "Nothing needs attention"
    with committed():
        director = db.session.get_one(Person, case.director.id)
        with director_asks(client, director) as asked:
            told = json.dumps(paper.content_of(asked, director))
    assert "prepared" not in told


def test_period_and_theme_are_chosen(client: Client, committed: Committed, today: None) -> None:
    with committed():
        make_theme()
        manager = make_manager()
        make_grant(manager, Role.THEME_DIRECTOR, theme=OTHER_THEME)
        with on(2026, 8, 3):
            make_submitted(make_champion(), title="Of safe care")
            make_submitted(make_champion(), title="Of another", lead_theme=OTHER_THEME)
    browser = client.as_(manager)
    page = browser.get("reports.dashboard")
    assert page.texts("h1 ~ p")[0] == "1 April 2026 to 27 November 2026"
    assert figures_of(page)["Submitted"][:2] == ["2", "2"]
    page = page.click("Last quarter")
    assert page.texts("h1 ~ p")[0] == "1 July 2026 to 30 September 2026"
    assert figures_of(page)["Submitted"][:2] == ["2", "2"]
    chosen = {"from-day": "4", "from-month": "8", "from-year": "2026", "theme": OTHER_THEME}
    page = page.submit("Show", chosen)
    assert figures_of(page)["Submitted"][:2] == ["1", "0"]
    assert page.click("Last 12 months").value("theme") == OTHER_THEME
    check_every_figure(page.click("Last 12 months"))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"from": "2026-09-01", "to": "2026-08-31"}, "“To” must be the same day as “From” or later"),
        ({"to": "2026-11-28"}, "“To” must be 27 November 2026 or earlier"),
        ({"from": "1999-12-31"}, "“From” must be 1 January 2000 or later"),
        ({"from": "soon"}, "“From” must have a month and a year"),
        ({"theme": "no-such-theme"}, "Select from the list for “Theme”"),
    ],
)
def test_a_period_that_cannot_be_says_how_to_mend_it(
    client: Client, committed: Committed, today: None, asked: dict[str, str], message: str
) -> None:
    with committed():
        manager = make_manager()
    browser = client.as_(manager)
    assert browser.get("reports.dashboard", status=422, **asked).errors == [message]
    browser.get("reports.rows", name="attention", status=404, **asked)
    browser.get("reports.board_pack", status=404, **asked)


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "nothing"},
        {"name": "came", "of": "draft"},
        {"name": "left"},
        {"name": "programmes", "of": "elsewhere"},
        {"name": "adopted", "of": "no-such-system"},
    ],
)
def test_rows_of_no_figure_are_not_found(client: Client, committed: Committed, asked: dict[str, str]) -> None:
    with committed():
        manager = make_manager()
    client.as_(manager).get("reports.rows", status=404, **asked)


def test_a_programme_that_ended_since_changes_no_past_period_and_a_plan_says_by_when(
    client: Client, committed: Committed, today: None
) -> None:
    with committed():
        staff = make_staff()
        with on(2026, 8, 3):
            ended, planned = (make_programme(staff, title=title) for title in ("Ended", "Planned"))
            planned.target_on = date(2026, 12, 1)
            for programme in (ended, planned):
                set_eligible(programme, staff.manager, [HILL])
            adoption = db.session.get_one(Adoption, (ended.id, HILL))
            record_step(
                adoption, staff.manager, step=Step.ADOPTED, on=date(2026, 8, 3), reason="", expected=None
            )
        with on(2026, 10, 1):
            change_programme(ended, CHANGES["end"], staff.director, {"reason": "It is over."})
        system = db.session.get_one(CareSystem, db.session.get_one(Organisation, HILL).system_code)
        system.retired_at = NOW
    page = client.as_(staff.director).get("reports.dashboard")
    assert "Upper Valley" in page.text
    there = page.browser.get("reports.rows", name="eligible", of=system.code)
    assert there.texts("h1, h1 + p") == [
        "1 organisation could adopt a programme",
        "As it is today. In Upper Valley.",
    ]
    assert "To reach 12 by 1 December 2026, it would be 11 by now." in page.text
    newly = page.browser.get("reports.rows", name="newly")
    assert newly.texts("h1, h1 + p") == [
        "1 organisation adopted a programme",
        "1 April 2026 to 27 November 2026.",
    ]
    before = page.browser.get("/reports?from=2024-04-01&to=2025-03-31")
    assert before.texts("#benefits ~ table caption") == [
        "What the network put in, and what was saved in all years"
    ]
    assert page.browser.get("reports.rows", name="gone").h1 == "No organisation gave a programme up"
    assert page.texts(".app-numbers__value")[5:7] == ["1 newly adopted", "0 given up"]


def test_long_rows_go_on(
    client: Client, committed: Committed, today: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "SHOWN", 2)
    with committed():
        champion, manager = make_champion(), make_manager()
        with on(2026, 8, 3):
            for number in range(5):
                make_submitted(champion, title=f"Number {number}")
    page = client.as_(manager).get("reports.rows", name="came", of="submitted")
    assert page.h1 == "5 times a proposal came to “Submitted”"
    assert rows_behind(page) == 5
    later = page.browser.get(page.select(".nhsuk-pagination a")[0].attributes["href"] or "")
    assert [words(link) for link in later.select(".nhsuk-pagination__page")] == ["First rows", "More rows"]


def test_rows_with_one_key_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "SHOWN", 1)
    same = [rows.Row("falls", title, "spread.programme", {}) for title in ("One", "Two", "Three")]
    found = rows.Rows("row", "rows", same)
    part = rows.part(found, "")
    shown = list(part.rows)
    while part.next_key:
        part = rows.part(found, part.next_key)
        shown += part.rows
    assert [row.title for row in shown] == ["One", "Two", "Three"]


def test_pages_ask_the_database_as_often_for_many_as_for_one(
    app: Flask, client: Client, committed: Committed, today: None
) -> None:
    paths = (
        "/reports",
        "/reports/rows/attention",
        "/reports/rows/eligible",
        "/reports/rows/left?of=submitted",
    )
    with committed():
        history = make_history()
    before = [counted_queries(app, client, history.staff.director, path) for path in paths]
    with committed():
        make_many(make_staff_like(history.staff), 50)
    assert [counted_queries(app, client, history.staff.director, path) for path in paths] == before


def figures_of(page: Page) -> dict[str, list[str]]:
    """The cells of the table of stages, without the headings that each repeats on a phone."""
    [table] = page.select("section:has(#pipeline) table")
    heads = [words(head) for head in table.css("thead th")]
    return {
        row[0]: row[1:]
        for row in (
            [
                words(cell).removeprefix(head).strip()
                for head, cell in zip(heads, each.css("td, th"), strict=True)
            ]
            for each in table.css("tbody tr")
        )
    }


def make_many(staff: Staff, count: int) -> None:
    """As many more programmes, each with an adopter and a measure, and proposals that wait."""
    for number in range(count):
        programme = make_programme(staff, title=f"Programme {number}")
        set_eligible(programme, staff.manager, [HILL, RIVER])
        adoption = db.session.get_one(Adoption, (programme.id, HILL))
        record_step(adoption, staff.manager, step=Step.ADOPTED, on=TODAY, reason="", expected=None)
        measure = define_measure(
            programme,
            staff.manager,
            name="Falls",
            unit="falls",
            definition="Falls.",
            direction=None,
            target=None,
            combined=Combined.ADDED,
        )
        enter_figures(measure, HILL, staff.manager, {date(2026, 10, 1): Decimal(4)}, reason="")
        with on(2026, 8, 3):
            make_submitted(staff.champion, title=f"Waits {number}")


@contextmanager
def director_asks(client: Client, director: Person) -> Iterator[Asked]:
    with client.app.test_request_context("/reports"):
        yield forms.asked(db.session.get_one(Person, director.id), MultiDict())
