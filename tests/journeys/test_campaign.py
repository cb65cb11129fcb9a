"""A campaign in real browsers: a manager asks, a member answers, somebody comes too late, and the results are published."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import create_engine, update

from exchange import clock
from exchange.proposals.campaigns import Campaign
from tests.journeys.conftest import Person, Service, Someone

TITLE = "Quiet nights on every ward"
QUESTION = "What you would stop doing at night"
ANSWER = "We stopped the four o’clock blood round, and nobody missed it."
REASON = "Night staff asked for one more week."
RESULTS = "Three in four of the things that wake people can be moved to the day."
THANKS = "Thank you for telling us what wakes people."


def test_campaign(service: Service, database: str, someone: Someone) -> None:
    manager = someone("campaign manager")
    campaign = asks(manager)
    member, late = someone("campaign member", phone=True), someone("campaign latecomer")
    reference = answers(member, campaign)
    draft = begins(late, campaign)
    extends(manager, campaign)

    visitor = someone("campaign visitor")
    visitor.goes("/")
    visitor.follows(TITLE)
    assert visitor.sees("No answer is public yet.")
    assert visitor.sees(REASON)

    closes_now(database, campaign)
    comes_too_late(late, service, draft)
    publishes(manager, campaign)
    visitor.goes(f"/campaigns/{campaign}")
    assert visitor.sees(RESULTS)
    visitor.takes_both_pictures("campaign with results")
    assert THANKS in service.wait_for_letter("member@example.org", f"“{TITLE}”: the results are published")
    member.goes(f"/campaigns/{campaign}/answers")
    assert member.sees(reference)


def asks(manager: Person) -> str:
    """Announces it, to open at once. Returns its address’s last part."""
    manager.signs_in("manager@example.org")
    manager.goes("/campaigns")
    page = manager.presses("Start a campaign")
    page.locator("[name=title]").fill(TITLE)
    page.locator("[name=need]").fill(
        "People sleep four hours on our wards. We ask what wakes them, and what can wait."
    )
    page.locator("[name=who_for]").fill("Everyone who works at night.")
    page.locator("input[name=priorities][value=wellness]").check()
    fills_day(manager, "opens_on", 0)
    page.locator("[name=opens_time]").fill("midnight")
    fills_day(manager, "closes_on", 9)
    manager.presses("Save and continue")
    manager.takes_both_pictures("campaign to check")
    page = manager.presses("Add a question")
    page.locator("[name=label]").fill(QUESTION)
    page.locator("input[name=kind][value=text]").check()
    page.locator("input[name=is_needed]").check()
    manager.takes_both_pictures("question of a campaign")
    manager.presses("Save the question")
    manager.presses("Announce the campaign")
    assert manager.sees("9 days left")
    return manager.where.partition("#")[0].rpartition("/")[2]


def answers(member: Person, campaign: str) -> str:
    """With an idea, from the first page to the last. Returns its reference."""
    member.signs_in("member@example.org")
    reference = starts(member, campaign, "Bloods after breakfast")
    sections = {
        "idea": {"summary": "We take blood after breakfast, and not at four.", "category": "service-or-pathway",
                 "stage_of_development": "idea", "supplier": "none"},
        "fit": {},
        "campaign": {"": ANSWER},
        "need": {"need": "Nine in ten are woken for it.", "benefit_patients": "They sleep."},
        "safety": {"ip_status": "none", "safety_risks": "Urgent tests are still taken at once."},
        "sharing": {"visibility": "members"},
    }  # fmt: skip
    for section, given in sections.items():
        page = member.goes(f"/proposals/{reference}/edit/{section}")
        for name, value in given.items():
            box = page.locator(f"textarea[name='{name}']" if name else "main textarea")
            if box.count():
                box.fill(value)
            else:
                page.locator(f"input[name='{name}'][value='{value}']").check()
        if section == "campaign":
            assert member.sees(QUESTION)
            member.takes_picture("what the campaign asks")
        member.presses("Save and come back later")
    page = member.goes(f"/proposals/{reference}/check")
    assert member.sees(ANSWER)
    page.locator("[name=declaration]").check()
    member.presses("Submit")
    return reference


def begins(late: Person, campaign: str) -> str:
    late.signs_in("champion@example.org")
    return starts(late, campaign, "Lights down at ten")


def starts(person: Person, campaign: str, title: str) -> str:
    person.goes(f"/campaigns/{campaign}")
    page = person.presses("Answer with a proposal")
    page.locator("[name=title]").fill(title)
    person.presses("Save and continue")
    found = re.search(r"WM-\d{4}-\d{4}", person.where)
    assert found is not None
    return found[0]


def extends(manager: Person, campaign: str) -> None:
    manager.goes(f"/campaigns/{campaign}")
    page = manager.follows("Keep it open for longer")
    fills_day(manager, "closes_on", 16)
    page.locator("[name=reason]").fill(REASON)
    manager.presses("Keep it open")
    assert manager.sees("16 days left")


def closes_now(database: str, campaign: str) -> None:
    """Moves its closing to this moment, as days would."""
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(update(Campaign).where(Campaign.id == campaign).values(closes_at=clock.now()))
    engine.dispose()


def comes_too_late(late: Person, service: Service, draft: str) -> None:
    service.wait_for_letter("champion@example.org", f"“{TITLE}” has closed, and your draft is kept")
    late.goes(f"/proposals/{draft}/check")
    assert late.sees(f"The campaign “{TITLE}” closed on")
    late.takes_both_pictures("too late for the campaign")
    late.presses("Submit it outside the campaign")
    late.presses("Take it out of the campaign")
    assert not late.sees("closed on")


def publishes(manager: Person, campaign: str) -> None:
    manager.goes("/my-work")
    page = manager.follows(TITLE)
    page.locator("[name=results]").fill(RESULTS)
    page.locator("[name=thanks]").fill(THANKS)
    manager.presses("Publish")
    assert manager.sees(RESULTS)


def fills_day(person: Person, name: str, days_from_now: int) -> None:
    day = clock.today() + timedelta(days=days_from_now)
    for part in ("day", "month", "year"):
        person.page.locator(f"[name={name}-{part}]").fill(str(getattr(day, part)))
