"""Two people with the same idea: the second finds the first before submitting, the two become one, and one undoes it."""

from __future__ import annotations

import re

from exchange.proposals import record
from exchange.proposals.record import Needed
from tests.journeys.conftest import Person, Someone
from tests.journeys.test_main_job import answer

FIRST = "What Joyce knows: one page from the care home that the ambulance crew reads first"
TITLE = "One page at the door of the care home for the ambulance crew"
SUMMARY = "Care home staff write one page about each resident, and the ambulance crew reads it at the door."

# Of what is early less is asked.
EARLY = {"stage_of_development": "prototype", "ip_status": "none"}


def test_two_people_with_the_same_idea(someone: Someone) -> None:
    second = someone("second")
    second.signs_in("hannah.preece@example.org")
    reference = finds_the_first(second)
    submits(second, reference)

    page = second.goes(f"/proposals/{reference}/merge")
    second.takes_both_pictures("merge")
    joyce = re.search(re.escape(FIRST) + r", (WM-\d{4}-\d{4})", page.locator("main").inner_text())
    assert joyce is not None
    other = joyce.group(1)
    page.locator("[name=into]").fill(other)
    page.locator("[name=reason]").fill("Both are one page by the front door.")
    second.presses("Propose the merge")
    assert second.sees("Now Denise Attwood has to answer.")

    first = someone("first", phone=True)
    first.signs_in("denise.attwood@example.org")
    first.goes("/my-work")
    first.follows(TITLE)
    first.takes_picture("asked to merge")
    first.page.locator("input[name=answer][value=agree]").check()
    first.presses("Send your answer")
    first.takes_picture("merged")
    assert first.sees(f"{reference} was merged into this proposal")

    member = someone("member")
    member.signs_in("member@example.org")
    member.goes(f"/proposals/{reference}")
    assert member.sees(f"{reference} was merged into this proposal, so you were led here.")
    member.takes_both_pictures("led on")

    second.goes(f"/proposals/{reference}")
    assert second.sees("it continues in " + FIRST)
    second.takes_both_pictures("merged")
    second.follows("Undo the merge")
    second.page.locator("[name=reason]").fill("Ours is for people who live at home.")
    second.takes_picture("undo")
    second.presses("Undo the merge")
    assert second.sees("stands by itself again, at “Submitted”.")
    member.goes(f"/proposals/{reference}")
    assert member.sees(SUMMARY)


def finds_the_first(second: Person) -> str:
    page = second.goes("/proposals/new")
    page.locator("[name=title]").fill(TITLE)
    page.locator("input[name=lead_theme][value=digital-health]").check()
    page.locator("main form button").last.click()
    second.looks()
    found = re.search(r"/proposals/(WM-\d{4}-\d{4})", page.url)
    assert found is not None
    return found.group(1)


def submits(second: Person, reference: str) -> None:
    """With the answers that it takes, and no more."""
    for section in record.SECTIONS:
        asked = [each for each in record.asked_in(section) if each.needed is Needed.TO_SUBMIT]
        if not asked:
            continue
        page = second.page
        page.goto(f"{second.service.address}/proposals/{reference}/edit/{section.id}")
        for question in asked:
            if question.id == "summary":
                page.locator("[name=summary]").fill(SUMMARY)
            elif question.id in EARLY:
                page.locator(f"input[name={question.id}][value={EARLY[question.id]}]").check()
            elif question.id not in {"title", "lead_theme"}:
                answer(page, question)
        page.locator("main form button[name=save], main form button").last.click()
        page.wait_for_load_state("load")
    page = second.goes(f"/proposals/{reference}/check")
    assert second.sees(FIRST), "what is similar is shown before submitting"
    second.takes_picture("check")
    page.locator("[name=declaration]").check()
    second.presses("Submit")
