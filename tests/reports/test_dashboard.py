"""The dashboard through its pages: every figure leads to as many rows as it says, for whoever looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

import pytest
import time_machine

from exchange.reports.dashboard.period import Period
from tests.assessment.arrange import TEAM, make_director
from tests.conftest import Committed
from tests.pages import Client, Page, words
from tests.reports.history import NOW, make_history

YEAR = Period(date(2026, 4, 1), date(2026, 11, 27))


@pytest.fixture
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def numbers(page: Page) -> list[tuple[int, str]]:
    """Every link of the page that is a number of rows, and where it leads."""
    found = []
    for link in page.select("main a[href]:not(.app-days)"):
        said = re.match(r"\d[\d,]*", words(link))
        if said:
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
        there = page.browser.get(href)
        if urlsplit(href).path.endswith("/adoption"):
            assert value in adoption_says(there), href
        else:
            assert rows_behind(there) == value, (href, there.h1)


def test_every_figure_is_the_number_of_its_rows(client: Client, committed: Committed, today: None) -> None:
    with committed():
        history = make_history()
        bound = make_director(name="Una Field", organisation=TEAM)
    for person in (history.staff.director, history.staff.manager, bound):
        check_every_figure(client.as_(person).get("reports.dashboard"))
