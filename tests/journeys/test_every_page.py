"""Every page that the demo's people reach by links: no sideways scrolling, nothing cut on paper, nothing for axe, no script
errors."""

from __future__ import annotations

import re
from collections import Counter, deque
from urllib.parse import urlsplit

import pytest

from tests.journeys.conftest import Person, Someone

WIDTHS = (320, 768, 1280)
SHEET = 718  # what is left of A4 between its margins
# What stands beyond the right edge, or is longer than its box shows.
CUT = """
() => [...document.querySelectorAll("main *")]
  .filter((one) => {
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    if (!box.width || !box.height || one.closest(".nhsuk-u-visually-hidden, svg, details:not([open])")) return false;
    const scrolls = /auto|scroll/.test(style.overflowX + style.overflowY);
    const hides = scrolls && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
    return box.right > innerWidth + 1 || (hides && one.tagName !== "TEXTAREA");
  })
  .slice(0, 3)
  .map((one) => `${one.tagName} ${one.className}`)
"""
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
        prints(person, path)
        person.page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        waiting.extend(links_of(person))
    assert len(seen) > 4


def kind_of(path: str) -> str:
    """The path with references, ids and names taken out, and without its query."""
    bare = urlsplit(path).path
    return re.sub(
        r"(?<=/proposals/)[A-Z]+-\d+-\d+|(?<=/programmes/)[^/]+|(?<=/themes/)[^/]+|(?<=/networks/)[^/]+|\d+",
        "*",
        bare,
    )


def fits(person: Person, width: int, path: str) -> None:
    person.page.set_viewport_size({"width": width, "height": 800})
    if person.page.evaluate("document.documentElement.scrollWidth") > width:
        person.complaints.append(f"{path} scrolls sideways at {width}")


def prints(person: Person, path: str) -> None:
    """On a sheet nothing is wider than it, nor hidden in a box that scrolls."""
    person.page.set_viewport_size({"width": SHEET, "height": 1000})
    person.page.emulate_media(media="print")
    cut = person.page.evaluate(CUT)
    if cut:
        person.complaints.append(f"{path} is cut in print: {cut}")
    person.page.emulate_media(media="screen")


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
