"""An assessment with everything that goes against it, in real browsers: two who have an interest, one who declines, a panel that
rests while the team makes changes, a reviewer who disagrees; and at the end two decisions released together."""

from __future__ import annotations

import re

from tests.journeys.conftest import Person, Service, Someone
from tests.journeys.test_main_job import RUBRIC, people_named

TITLE = "Allergy, or a bad stomach in 1994? Taking the penicillin label off people who never needed it"
# Of the champion's own hospital, and so bound; who declares an interest; who has no time at first.
COLLEAGUE, INTERESTED, BUSY = (f"reviewer{number}@example.org" for number in (4, 5, 3))
STEADY, LATE = "reviewer1@example.org", "reviewer2@example.org"


def test_a_contested_assessment(service: Service, someone: Someone) -> None:
    manager = someone("contested manager")
    manager.signs_in("manager@example.org")
    manager.goes("/triage")
    manager.follows(TITLE)
    reference = manager.page.url.rsplit("/", 1)[1]
    starts(manager, reference)

    interested = someone("contested interested", phone=True)
    interested.signs_in(INTERESTED)
    declares(interested, reference, "interest", reason="My wife leads the allergy clinic.")
    busy = someone("contested busy", phone=True)
    busy.signs_in(BUSY)
    declares(busy, reference, "too-many")
    steady = someone("contested steady", phone=True)
    steady.signs_in(STEADY)
    declares(steady, reference, "none")
    scores(steady, reference, 5, "spread")

    manager.goes(f"/proposals/{reference}/reviewers")
    assert manager.sees("Has an interest") or manager.sees("interest")
    manager.takes_picture("two places are open again")
    adds(manager, reference, (LATE, BUSY), "Two places are open again.")

    rests_and_goes_on(manager, steady, someone("contested champion", phone=True), reference)

    steady.goes(f"/proposals/{reference}/review")
    assert steady.sees("What you wrote before is filled in below")
    steady.presses("Submit review")
    for name, address, score, recommendation in (
        ("late", LATE, 4, "spread-with-conditions"),
        ("again", BUSY, 1, "do-not-spread"),
    ):
        reviewer = someone(f"contested {name}")
        reviewer.signs_in(address)
        declares(reviewer, reference, "none")
        scores(reviewer, reference, score, recommendation)

    closes(manager, reference)
    director = someone("contested director")
    releases_two(director, reference)

    for name, bound in (("colleague", COLLEAGUE), ("interested", INTERESTED)):
        learns_nothing(someone(f"contested {name} at the end"), bound, reference)
    champion = someone("contested champion at the end", phone=True)
    champion.signs_in("champion@example.org")
    champion.goes(f"/proposals/{reference}/letter")
    champion.takes_picture("letter")
    assert champion.sees("Say what you do when the test is wrong.")
    assert not any(champion.sees(name) for name in people_named(champion.page, (STEADY, LATE, BUSY)))


def starts(manager: Person, reference: str) -> None:
    page = manager.goes(f"/proposals/{reference}/start-assessment")
    (colleague,) = people_named(page, (COLLEAGUE,))
    assert page.get_by_label(colleague, exact=False).count() == 0, "who is bound cannot be chosen"
    assert manager.sees(colleague), "and the manager sees why"
    manager.takes_picture("start with somebody who is bound")
    for name in people_named(page, (STEADY, BUSY, INTERESTED)):
        page.get_by_label(name, exact=False).first.check()
    manager.presses("Start assessment")


def declares(reviewer: Person, reference: str, interest: str, *, reason: str = "") -> None:
    page = reviewer.goes(f"/proposals/{reference}/declare")
    page.locator(f"input[name=interest][value={interest}]").check()
    if reason:
        page.locator("[name=reason]").fill(reason)
    page.locator("main form button").last.click()
    reviewer.looks()


def scores(reviewer: Person, reference: str, score: int, recommendation: str) -> None:
    page = reviewer.goes(f"/proposals/{reference}/review")
    for criterion in RUBRIC:
        page.locator(f"input[name=score-{criterion}][value='{score}']").check()
        page.locator(f"[name=rationale-{criterion}]").fill("The record says so, with figures.")
    page.locator(f"input[name=recommendation][value={recommendation}]").check()
    page.locator("[name=comment]").fill("Marked for the panel alone.")
    reviewer.presses("Submit review")


def adds(manager: Person, reference: str, addresses: tuple[str, ...], reason: str) -> None:
    page = manager.goes(f"/proposals/{reference}/add-reviewers")
    for name in people_named(page, addresses):
        page.get_by_label(name, exact=False).first.check()
    page.locator("[name=reason]").fill(reason)
    page.locator("main form button").last.click()
    manager.looks()
    assert manager.sees("Added to the panel.")


def rests_and_goes_on(manager: Person, reviewer: Person, champion: Person, reference: str) -> None:
    page = manager.goes(f"/proposals/{reference}/request-changes")
    page.locator("input[name=sections]").first.check()
    page.locator("[name=message]").fill("Say what happens when the test is wrong.")
    page.locator("main form button").last.click()
    manager.looks()
    reviewer.goes(f"/proposals/{reference}/review")
    reviewer.takes_picture("review rests")
    assert reviewer.page.locator("input[name=score-need]").count() == 0, (
        "a resting review is read, not changed"
    )
    champion.signs_in("champion@example.org")
    champion.goes(f"/proposals/{reference}/edit")
    champion.takes_picture("changes requested")
    page = champion.goes(f"/proposals/{reference}/check")
    page.locator("[name=declaration]").check()
    page.locator("main form button").last.click()
    champion.looks()
    page = manager.goes(f"/proposals/{reference}/start-assessment")
    page.locator("main form button").last.click()
    manager.looks()
    assert manager.sees("goes on")


def closes(manager: Person, reference: str) -> None:
    manager.goes(f"/proposals/{reference}/assessment")
    manager.takes_picture("a panel that disagrees")
    assert manager.sees("Do not spread")
    page = manager.goes(f"/proposals/{reference}/close-assessment")
    page.locator("[name=panel_summary]").fill("Two would spread it. One would not, for want of evidence.")
    page.locator("[name=feedback]").fill("Say what you do when the test is wrong.")
    manager.presses("Close assessment")


def releases_two(director: Person, reference: str) -> None:
    """One prepared here, and one that the demo's director prepared before."""
    director.signs_in("director@example.org")
    page = director.goes(f"/proposals/{reference}/develop")
    page.locator("[name=must_show]").fill("What happens to people whom the test misses.")
    page.locator("[name=talk_to]").fill("The regional allergy service.")
    if page.locator("[name=override_reason]").count():
        page.locator("[name=override_reason]").fill("The dissent is about safety.")
    director.presses("Save")
    page = director.goes("/decisions")
    boxes = page.locator("input[name=proposals]:not([disabled])")
    found = [boxes.nth(place).get_attribute("value") for place in range(boxes.count())]
    other = next(value for value in found if value != reference)
    for value in (reference, other):
        page.locator(f"input[name=proposals][value='{value}']").check()
    director.takes_picture("two to release")
    director.presses("Release the selected decisions")
    director.takes_picture("preview of the release")
    assert re.search(r"Release 2 decisions", director.page.locator("h1").inner_text())
    director.presses("Release")
    assert director.sees("Recently released")


def learns_nothing(bound: Person, address: str, reference: str) -> None:
    bound.signs_in(address)
    for page in ("assessment", "reviewers", "decision-pack", "review", "letter"):
        bound.goes(f"/proposals/{reference}/{page}")
        assert "Page not found" in bound.page.locator("h1").inner_text(), page
    for path in (
        f"/proposals/{reference}",
        f"/proposals/{reference}/history",
        "/reviews",
        "/notifications",
        "/my-work",
    ):
        bound.goes(path)
        assert not bound.sees("Marked for the panel alone."), path
        assert not bound.sees("of 100"), path
