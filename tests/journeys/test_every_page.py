"""Every page that the demo's people reach by links: no sideways scrolling, nothing for axe, no script errors."""

from __future__ import annotations

import re
from collections import Counter, deque
from urllib.parse import urlsplit

import pytest

from tests.journeys.conftest import Person, Someone

WIDTHS = (320, 768, 1280)
PEOPLE = ("-", "lay", "champion", "reviewer1", "reviewer4", "manager", "director", "admin")
STARTS = ("/", "/my-work", "/proposals", "/programmes", "/account", "/notifications", "/help")
# Two proposals are enough, and one of every other kind: one page is drawn as another's.
MOST_OF_A_KIND = {"/proposals/*": 2}
MOST_PAGES = 60


@pytest.mark.only_on("sqlite")  # how a page looks hangs on no database
@pytest.mark.parametrize("account", PEOPLE)
def test_every_page_of(account: str, someone: Someone) -> None:
    person = someone(account, phone=True)
    if account != "-":
        person.signs_in(f"{account}@example.org")
    seen, kinds, waiting = (
        set[str](),
        Counter[str](),
        deque(STARTS if account != "-" else ("/", "/proposals", "/register")),
    )
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.popleft()
        if path in seen or kinds[kind_of(path)] >= MOST_OF_A_KIND.get(kind_of(path), 1):
            continue
        seen.add(path)
        kinds[kind_of(path)] += 1
        person.goes(path)
        for width in WIDTHS[1:]:
            fits(person, width, path)
        person.page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        waiting.extend(links_of(person))
    assert len(seen) > 4


def kind_of(path: str) -> str:
    """The path with references, ids and names taken out, and without its query."""
    bare = urlsplit(path).path
    return re.sub(r"(?<=/proposals/)[A-Z]+-\d+-\d+|(?<=/programmes/)[^/]+|(?<=/themes/)[^/]+|\d+", "*", bare)


def fits(person: Person, width: int, path: str) -> None:
    person.page.set_viewport_size({"width": width, "height": 800})
    if person.page.evaluate("document.documentElement.scrollWidth") > width:
        person.complaints.append(f"{path} scrolls sideways at {width}")


def links_of(person: Person) -> list[str]:
    """Addresses within the service that are pages: no files, no data, no fragments."""
    hrefs = person.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    paths = [
        href.removeprefix(person.service.address)
        for href in hrefs
        if href.startswith(person.service.address + "/")
    ]
    pages = (path.partition("#")[0] for path in paths)
    return [path for path in pages if path and not re.search(r"/files/|/api/v1/|\.(pdf|csv)(\?|$)", path)]
