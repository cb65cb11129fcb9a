"""A programme of all 39 organisations of the demo's region, in real browsers: from approval to embedded, measured, with what came
of it confirmed, seen on the director's dashboard, and completed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import date, timedelta
from io import StringIO

from playwright.sync_api import Page

from exchange import clock, sheets
from exchange.benefits.totals import last_full_month
from exchange.wording import month_of_year
from tests.journeys.conftest import Person, Service, Someone

TITLE = "The first fortnight: two calls to everybody who starts a blood thinner"
ORGANISATIONS = 39
GOAL = "Nobody who starts a blood thinner stops it without telling anybody."
MEASURE = "Stopped by three months"
ADOPTER_ID, ADOPTER = "rna", "The Dudley Group NHS Foundation Trust"  # of the demo's member and lead
OTHER = "Sandwell and West Birmingham Hospitals NHS Trust"
MEASURED = (ADOPTER, OTHER, "Keele University", "Wye Valley NHS Trust")
STOPS = "Aston University"
WHY_STOPPED = "Our clinic moved to the hospital, which makes the calls."
WHY_PAUSED = "The list of who starts is wrong in one system, and is being mended."
LESSONS = "Ring on day 3. By day 7 people have already decided."


def test_spread_at_scale(service: Service, someone: Someone) -> None:
    director = someone("scale director")
    approves(director)
    manager, member, lead = (
        someone("scale manager"),
        someone("scale member", phone=True),
        someone("scale lead"),
    )
    visitor = someone("scale visitor")
    visitor.goes("/programmes")
    visitor.follows(TITLE)
    programme = visitor.where

    plans(manager, programme)
    begins(manager, programme)
    asks_and_goes_ahead(member, manager, programme)
    adopts(manager, lead, programme)

    pauses(director, programme)
    visitor.goes(programme)
    assert visitor.sees("Paused")
    assert visitor.sees(WHY_PAUSED)
    assert visitor.sees("We look at it again on")
    visitor.takes_picture("programme paused")
    goes_on(director, programme)
    embeds(manager, programme)

    measures(manager, programme)
    corrects(lead, programme)
    realises(manager, member, lead, programme)

    is_there_for_everyone(visitor, programme)
    counts(director)
    completes(director, programme)
    is_known_as_completed(visitor, programme)


def approves(director: Person) -> None:
    director.signs_in("director@example.org")
    director.goes("/decisions")
    director.follows(TITLE)
    reference = re.search(r"WM-\d{4}-\d{4}", director.page.url)
    assert reference is not None
    page = director.goes(f"/proposals/{reference[0]}/approve-spread")
    page.locator("[name=statement]").fill("Two calls of nine minutes keep people on what protects them.")
    page.locator("[name=adoption_target]").fill("30")
    page.locator("[name=investment]").fill("28,000")
    director.presses("Release")


def plans(manager: Person, programme: str) -> None:
    manager.signs_in("manager@example.org")
    page = manager.goes(f"{programme}/eligible")
    page.locator("input[name=how][value=kind]").check()
    for box in page.locator("input[name=types]").all():
        box.check()
    manager.takes_picture("who it is for")
    manager.presses("Save")
    assert manager.sees(f"The programme is now for {ORGANISATIONS} organisations.")

    page = manager.goes(f"{programme}/plan")
    page.locator("[name=goal]").fill(GOAL)
    fill_day(page, "starts_on", clock.today())
    page.locator("input[name=target_kind][value=percent]").check()
    page.locator("[name=target_percent]").fill("80")
    fill_day(page, "target_on", clock.today() + timedelta(days=730))
    if page.locator("[name=reason]").count():
        page.locator("[name=reason]").fill("All kinds of organisations start people on it.")
    manager.presses("Save the plan")
    assert manager.sees(GOAL)
    assert manager.sees("80% of the eligible organisations, which is 32 organisations")

    page = manager.goes(f"{programme}/funding")
    page.locator("input[name=kind][value=out]").check()
    page.locator("[name=pounds]").fill("18,000")
    fill_day(page, "on", clock.today())
    page.locator("[name=purpose]").fill("A pharmacist two days a week for a year")
    manager.presses("Record it")
    assert manager.sees("£18,000")
    manager.takes_both_pictures("programme planned")


def begins(manager: Person, programme: str) -> None:
    """The manager pastes a row for each organisation; one is misspelt, told, and mended where it stands."""
    names = [row["Organisation"] for row in downloads(manager, f"{programme}/adoption-table.csv")]
    assert len(names) == ORGANISATIONS
    rows = [
        (name, "interested" if name == ADOPTER else "piloting", f"{days_ago(700 - 10 * place):%d/%m/%Y}")
        for place, name in enumerate(names)
    ]
    page = manager.goes(f"{programme}/adoption-table")
    right = "\n".join("\t".join(row) for row in rows)
    page.locator("[name=rows]").fill(right.replace(OTHER, "Sandwel Hospitals"))
    manager.presses("Check the rows")
    assert manager.sees("1 row cannot be used")
    assert manager.sees("The programme is for no organisation of this name. Check how it is written.")
    manager.takes_picture("one row to mend")
    page.locator("[name=rows]").fill(right)
    manager.presses("Check the rows")
    assert manager.sees("To “Piloting” on")
    assert not manager.sees("To mend")
    manager.presses(f"Record {ORGANISATIONS} steps")
    assert manager.sees(f"{ORGANISATIONS} steps recorded.")


def asks_and_goes_ahead(member: Person, manager: Person, programme: str) -> None:
    member.signs_in("member@example.org")
    page = member.goes(f"{programme}/ask")
    page.locator("[name=message]").fill(
        "We would start with our anticoagulation clinic. Who calls at weekends?"
    )
    member.presses("Ask")
    ask = member.where
    page = manager.goes(f"{ask}/settle")
    page.locator("input[name=outcome][value=goes-ahead]").check()
    page.locator("input[name=step][value=planning]").check()
    page.locator("[name=agreed]").fill("The clinic starts on Monday, and rings on weekdays.")
    manager.presses("Record it")
    assert manager.sees("It goes ahead")
    assert manager.sees("Planning")


def adopts(manager: Person, lead: Person, programme: str) -> None:
    """The manager sends the table back as a file; the lead records the step of their own organisation."""
    rows = downloads(manager, f"{programme}/adoption-table.csv")
    for place, row in enumerate(rows):
        if row["Organisation"] != ADOPTER:
            row |= {"Step": "adopted", "Since": f"{days_ago(520 - 12 * place):%d/%m/%Y}"}
    uploads(manager, f"{programme}/adoption-table", rows)
    assert manager.sees("Stays as it is")
    assert manager.sees("From “Piloting” to “Adopted” on")
    manager.presses(f"Record {ORGANISATIONS - 1} steps")

    lead.signs_in("lead@example.org")
    lead.goes(f"{programme}/adoption")
    lead.follows(f"Record a step of {ADOPTER}")
    lead.page.locator("input[name=step][value=adopted]").check()
    fill_day(lead.page, "on", clock.today())
    lead.presses("Record the step")
    assert lead.sees(f"{ADOPTER} is now recorded as “Adopted”.")


def pauses(director: Person, programme: str) -> None:
    page = director.goes(f"{programme}/pause")
    page.locator("[name=reason]").fill(WHY_PAUSED)
    fill_day(page, "review_on", clock.today() + timedelta(days=28))
    director.presses("Pause the programme")
    assert director.sees("The programme is paused.")


def goes_on(director: Person, programme: str) -> None:
    page = director.goes(f"{programme}/resume")
    page.locator("[name=reason]").fill("The list is mended, and nobody was missed.")
    director.presses("Go on with the programme")
    assert director.sees("The programme is active again.")


def embeds(manager: Person, programme: str) -> None:
    rows = downloads(manager, f"{programme}/adoption-table.csv")
    for place, row in enumerate(rows):
        since = clock.today() if row["Organisation"] == ADOPTER else days_ago(38 - place)
        row |= {"Step": "embedded", "Since": f"{since:%d/%m/%Y}"}
        if row["Organisation"] == STOPS:
            row |= {"Step": "stopped", "Reason": WHY_STOPPED}
    uploads(manager, f"{programme}/adoption-table", rows)
    assert manager.sees("From “Adopted” to “Stopped” on")
    manager.presses(f"Record {ORGANISATIONS} steps")
    manager.page.get_by_role("link", name=STOPS, exact=True).first.click()
    manager.looks()
    assert manager.sees(WHY_STOPPED)


def measures(manager: Person, programme: str) -> None:
    """Defined, and a year of figures of four organisations entered at once."""
    page = manager.goes(f"{programme}/measures/new")
    page.locator("[name=name]").fill(MEASURE)
    page.locator("[name=unit]").fill("per cent")
    page.locator("[name=definition]").fill(
        "Of all who started three months before, those who no longer take it."
    )
    page.locator("input[name=direction][value=decrease]").check()
    page.locator("[name=target]").fill("5")
    page.locator("input[name=combined][value=averaged]").check()
    manager.presses("Add the measure")
    manager.follows(MEASURE)
    measure = manager.where
    rows = downloads(manager, f"{measure}/figures.csv")
    assert len(rows) == 12 * ORGANISATIONS
    rows = [row for row in rows if row["Organisation"] in MEASURED]
    for place, row in enumerate(rows):
        organisation, month = divmod(place, 12)
        level = 11.8 if month < 4 else 4.8
        row["Figure"] = f"{level + (organisation * 7 + month * 5) % 11 / 5 - 1:.1f}"
    uploads(manager, f"{measure}/figures", rows)
    manager.presses(f"Record {len(rows)} figures")
    assert manager.sees(f"{len(rows)} figures saved.")


def corrects(lead: Person, programme: str) -> None:
    figures = f"{programme}/measures/1/figures/{ADOPTER_ID}"
    month = month_of_year(last_full_month(clock.today()))
    page = lead.goes(figures)
    page.locator("[name=rows]").fill(f"{month}, 3.5")
    page.locator("[name=reason]").fill("Two people were counted twice.")
    lead.presses("Save figures")
    assert lead.sees("The mean of 4 organisations.")
    assert lead.sees(f"3.5 per cent in {month}.")
    lead.takes_both_pictures("measure")
    lead.goes(figures)
    assert lead.sees("Two people were counted twice.")
    lead.takes_picture("figures with a correction")


def realises(manager: Person, member: Person, lead: Person, programme: str) -> None:
    page = manager.goes(f"{programme}/promises/new")
    page.locator("input[name=kind][value=other]").check()
    page.locator("[name=unit]").fill("strokes avoided")
    page.locator("[name=amount]").fill("4")
    page.locator("input[name=per][value=year]").check()
    page.locator("input[name=question][value=benefit_patients]").check()
    page.locator("input[name=audience][value=public]").check()
    manager.presses("Write it down")
    manager.follows(OTHER)
    enters(manager, "9,300", is_confirmed=True)

    member.goes(f"{programme}/benefits")
    member.follows(ADOPTER)
    enters(member, "12,400.50")
    assert member.sees("Waiting to be confirmed (1)")
    assert member.sees("£140,000"), "promised by the record"

    lead.goes(f"{programme}/benefits")
    lead.follows(f"{ADOPTER}, {month_of_year(last_full_month(clock.today()))}")
    lead.presses("Confirm this figure")
    lead.presses("Confirm the figure")
    assert lead.sees("It counts now.")


def enters(person: Person, amount: str, *, is_confirmed: bool = False) -> None:
    page, month = person.page, month_of_year(last_full_month(clock.today()))
    page.locator("input[name=what][value=money]").check()
    page.locator("[name=first]").fill(month)
    page.locator("[name=last]").fill(month)
    page.locator("[name=amount]").fill(amount)
    page.locator("[name=baseline]").fill(
        "Three admissions with a stroke or a bleed in the same month a year before."
    )
    page.locator("[name=method]").fill("Admissions avoided, each at the tariff of the year.")
    page.locator("input[name=sureness][value=measured]").check()
    if is_confirmed:
        page.locator("[name=confirmed]").check()
    person.presses("Save the figure")


def is_there_for_everyone(visitor: Person, programme: str) -> None:
    visitor.goes(f"{programme}/adoption")
    assert visitor.sees("38 of 39")
    visitor.takes_both_pictures("adoption")
    visitor.goes("/adoption")
    assert visitor.page.locator("main table").get_by_role("link", name=TITLE[:18]).count() == 1
    visitor.takes_both_pictures("matrix")
    visitor.goes(f"{programme}/benefits")
    assert visitor.sees("4 strokes avoided")
    assert not visitor.sees("£140,000"), "what the record told members alone"
    assert visitor.sees("£21,700.50")
    visitor.takes_both_pictures("benefits")


def counts(director: Person) -> None:
    """What the dashboard counts is what its pages list."""
    page = director.goes("/reports")
    row = page.get_by_role("row").filter(has_text=TITLE).inner_text()
    assert re.search(r"Active\s+38\s+39\s+32", row), row
    director.takes_both_pictures("dashboard")
    adopted = page.locator(".app-numbers__one").filter(has_text="eligible").locator("a").first
    number = int(adopted.inner_text().split()[0])
    adopted.click()
    director.looks()
    assert director.page.locator("h1").inner_text().startswith(f"{number} times")
    listed = director.page.locator(".app-result").count()
    while listed < number:
        director.follows("More rows")
        listed += director.page.locator(".app-result").count()
    assert listed == number
    pack = director.page.request.get(f"{director.service.address}/reports/board-pack.pdf")
    assert pack.headers["content-type"] == "application/pdf"
    assert pack.body().startswith(b"%PDF")


def completes(director: Person, programme: str) -> None:
    page = director.goes(f"{programme}/complete")
    page.locator("[name=lessons]").fill(LESSONS)
    director.presses("Complete the programme")
    assert director.sees("The programme is completed.")


def is_known_as_completed(visitor: Person, programme: str) -> None:
    visitor.goes(programme)
    assert visitor.sees("Completed")
    assert visitor.sees(LESSONS)
    assert not visitor.sees("Ask to adopt it")
    visitor.takes_both_pictures("programme completed")
    visitor.goes(f"{programme}/kit")
    assert visitor.sees("The programme is completed, so nobody can ask to adopt it any more.")
    data = visitor.page.request.get(f"{visitor.service.address}/api/v1{programme}").json()
    assert (data["status"], data["lessons"]) == ("completed", LESSONS)
    assert data["adoption"]["eligible"] == ORGANISATIONS


def days_ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def fill_day(page: Page, name: str, on: date) -> None:
    for part in ("day", "month", "year"):
        page.locator(f"[name={name}-{part}]").fill(str(getattr(on, part)))


def downloads(person: Person, path: str) -> list[dict[str, str]]:
    answer = person.page.request.get(person.service.address + path)
    return list(csv.DictReader(StringIO(answer.body().decode("utf-8-sig"))))


def uploads(person: Person, path: str, rows: Sequence[dict[str, str]]) -> None:
    """Sends the table as a file and looks through what it would do."""
    table = sheets.written([list(rows[0]), *(list(row.values()) for row in rows)])
    page = person.goes(path)
    page.locator("input[name=file]").set_input_files(
        {"name": "table.csv", "mimeType": "text/csv", "buffer": table}
    )
    person.presses("Check the rows")
