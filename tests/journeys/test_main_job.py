"""The main job in real browsers: a member proposes, reviewers assess, the director approves, the public sees it spread."""

from __future__ import annotations

import re
from itertools import cycle, islice

from playwright.sync_api import Page, expect

from exchange import clock
from exchange.demo.pdf import one_page
from exchange.proposals import record
from exchange.proposals.record import Kind, Question
from tests.journeys.conftest import Person, Service, Someone

CHAMPION = "amina.begum@uhcw.nhs.uk"  # her organisation is settled by her e-mail's domain
CHAMPION_PASSWORD = "four quiet herons by the lock"
TITLE = "Bedside handover of high-risk medicines"
REVIEWERS = ("reviewer1@example.org", "reviewer3@example.org", "reviewer5@example.org")
PROSE = (
    "At each change of shift two nurses check insulin, anticoagulants and opioids at the bedside with the patient, "
    "read the chart aloud and agree the next dose. On four wards, over nine months, missed doses fell from 31 to 12 a "
    "month and patients told us that they felt safer because they heard the plan. "
)
CHOSEN = {
    "category": "service-or-pathway",
    "stage_of_development": "evaluated",
    "supplier": "none",
    "priorities": ["long-term-conditions", "wellness"],
    "lead_theme": "patient-safety",
    "campaign": "none",
    "supporting_themes": ["education"],
    "strategic_aims": ["improvement"],
    "evidence_level": "service-evaluation",
    "involvement_level": "co-designed",
    "settings": ["acute", "community"],
    "scalability": "simple",
    "payback": "under-6-months",
    "ip_status": "know-how",
    "regulation": ["none-needed"],
    "visibility": "members",
}
NUMBERS = {
    "population": "2500",
    "sites_now": "1",
    "adoption_potential": "14",
    "investment_sought": "£45,000",
    "saving_yearly": "120000",
}
RUBRIC = {"need": 5, "benefit": 4, "evidence": 4, "involvement": 4, "equality": 3, "spread": 4, "value": 4}


def prose(words: int) -> str:
    return " ".join(islice(cycle(PROSE.split()), words))


def test_the_main_job(service: Service, someone: Someone) -> None:
    champion = someone("champion", phone=True)
    registers(champion, service)
    reference = proposes(champion)

    manager = someone("manager")
    starts_assessment(manager, reference)

    outsider = someone("member")
    outsider.signs_in("member@example.org")
    outsider.goes(f"/proposals/{reference}")
    assert outsider.sees(TITLE)
    assert not outsider.sees("reviewer"), "members read nothing of the panel"

    for number, address in enumerate(REVIEWERS):
        assesses(
            someone(f"reviewer {number + 1}", phone=number == 0), address, reference, is_first=number == 0
        )

    closes_assessment(manager, reference)
    director = someone("director")
    approves(director, champion, reference)

    visitor = someone("visitor", phone=True)
    visitor.goes("/programmes")
    visitor.follows(TITLE)
    visitor.takes_picture("programme being set up")
    assert visitor.sees("Setting up")
    assert not visitor.sees("A named pharmacist"), "conditions are not for the public"
    programme = visitor.page.url.removeprefix(service.address)

    meets_condition(director, programme)
    visitor.goes(programme)
    assert visitor.sees("Active")
    visitor.takes_picture("programme active")

    reads_letter(champion, service, reference)
    sees_timeline(champion, visitor, reference)


def registers(champion: Person, service: Service) -> None:
    champion.goes("/")
    champion.takes_picture("home")
    page = champion.goes("/register")
    page.locator("[name=name]").fill("Amina Begum")
    page.locator("[name=email]").fill(CHAMPION)
    page.locator("[name=password]").fill(CHAMPION_PASSWORD)
    choose_organisation(page)
    page.locator("input[type=checkbox]").last.check()
    champion.takes_picture("register")
    page.locator("main form button[type=submit], main form button:not([type=button])").last.click()
    champion.looks()
    letter = service.wait_for_letter(CHAMPION, "onfirm")
    link = re.search(re.escape(service.address) + r"(/confirm/\S+)", letter)
    assert link is not None
    champion.goes(link.group(1))
    champion.signs_in(CHAMPION, CHAMPION_PASSWORD)
    champion.takes_picture("signed in")


def choose_organisation(page: Page) -> None:
    radio = page.locator("input[type=radio][value=organisation]")
    if radio.count():
        radio.check()
    page.locator("select").first.select_option(
        label="University Hospitals Coventry and Warwickshire NHS Trust"
    )


def proposes(champion: Person) -> str:
    """Writes two thousand words with a document, section by section on a phone, and submits. Returns the reference."""
    page = champion.goes("/proposals/new")
    page.locator("[name=title]").fill(TITLE)
    page.locator("input[name=lead_theme][value=patient-safety]").check()
    page.locator("main form button").last.click()
    champion.looks()
    found = re.search(r"/proposals/(WM-\d{4}-\d{4})", page.url)
    assert found is not None
    reference = found.group(1)
    champion.takes_picture("task list")
    for section in record.SECTIONS:
        page = champion.goes(f"/proposals/{reference}/edit/{section.id}")
        for question in record.asked_in(section):
            answer(page, question)
        if section.id == "need":
            champion.takes_picture("section need")
        page.locator("main form button[name=save], main form button").last.click()
        champion.looks()
    champion.goes(f"/proposals/{reference}/edit")
    champion.takes_picture("task list complete")
    page = champion.goes(f"/proposals/{reference}/check")
    champion.takes_picture("check your answers")
    page.locator("[name=declaration]").check()
    champion.presses("Submit")
    champion.takes_picture("submitted")
    assert champion.sees(reference)
    return reference


def answer(page: Page, question: Question) -> None:
    field = page.locator(f"[name={question.id}]")
    match question.kind:
        case Kind.LINE:
            if question.id != "supplier_name":
                field.fill(TITLE)
        case Kind.TEXT:
            field.fill(prose(min(question.limit or 100, 200) - 5))
        case Kind.ONE:
            page.locator(f"input[name={question.id}][value={CHOSEN[question.id]}]").check()
        case Kind.MANY:
            for value in CHOSEN[question.id]:
                page.locator(f"input[name={question.id}][value={value}]").check()
        case Kind.MONEY | Kind.COUNT:
            field.fill(NUMBERS[question.id])
        case Kind.URL:
            field.fill("https://www.example.org/handover")
        case Kind.FILES:
            document = one_page("Handover audit", "Missed doses a month, before 31, after 12.")
            field.set_input_files({"name": "audit.pdf", "mimeType": "application/pdf", "buffer": document})


def starts_assessment(manager: Person, reference: str) -> None:
    manager.signs_in("manager@example.org")
    manager.goes("/my-work")
    manager.takes_picture("my work")
    manager.goes("/triage")
    assert manager.sees(TITLE)
    manager.takes_picture("triage")
    manager.goes(f"/proposals/{reference}")
    manager.takes_picture("proposal")
    page = manager.goes(f"/proposals/{reference}/start-assessment")
    for name in people_named(page, REVIEWERS):
        page.get_by_label(name, exact=False).first.check()
    manager.takes_picture("choose reviewers")
    manager.presses("Start assessment")
    manager.takes_picture("assessment started")


def people_named(page: Page, addresses: tuple[str, ...]) -> list[str]:
    """The names that the demo gives these accounts."""
    import tomllib

    from exchange.demo.stories import FOLDER

    people = tomllib.loads((FOLDER / "people.toml").read_text())["people"]
    names = {told["email"]: told["name"] for told in people}
    return [names[address] for address in addresses]


def assesses(reviewer: Person, address: str, reference: str, *, is_first: bool) -> None:
    reviewer.signs_in(address)
    reviewer.goes("/reviews")
    assert reviewer.sees(TITLE)
    reviewer.takes_picture("worklist")
    page = reviewer.goes(f"/proposals/{reference}")
    assert not reviewer.sees("Missed doses"), "before declaring, a reviewer reads the summary only"
    page = reviewer.goes(f"/proposals/{reference}/declare")
    reviewer.takes_picture("declare")
    page.locator("input[name=interest][value=none]").check()
    page.locator("main form button").last.click()
    reviewer.looks()
    page = reviewer.goes(f"/proposals/{reference}/review")
    reviewer.takes_picture("review form")
    for criterion, score in RUBRIC.items():
        page.locator(f"input[name=score-{criterion}][value='{score}']").check()
        page.locator(f"[name=rationale-{criterion}]").fill(
            f"The record shows this for {criterion}, with figures from four wards."
        )
    reviewer.presses("Save")
    page = reviewer.goes(f"/proposals/{reference}/review")
    expect(page.locator("[name=rationale-need]")).to_have_value(
        "The record shows this for need, with figures from four wards."
    )
    page.locator("input[name=recommendation][value=spread-with-conditions]").check()
    page.locator("[name=comment]").fill("Ready, with a named pharmacist on each ward.")
    reviewer.presses("Submit review")
    reviewer.takes_picture("review submitted")
    reviewer.goes(f"/proposals/{reference}/assessment")
    reviewer.takes_picture("panel view")
    if not is_first:
        assert reviewer.sees("Reviewer A")


def closes_assessment(manager: Person, reference: str) -> None:
    manager.goes(f"/proposals/{reference}/assessment")
    manager.takes_picture("panel view")
    page = manager.goes(f"/proposals/{reference}/close-assessment")
    page.locator("[name=panel_summary]").fill(
        "Three reviewers agree that it is ready, with a pharmacist on each ward."
    )
    page.locator("[name=feedback]").fill(
        "The panel liked the bedside check. Say who answers questions at night."
    )
    manager.takes_picture("close")
    manager.presses("Close assessment")


def approves(director: Person, champion: Person, reference: str) -> None:
    director.signs_in("director@example.org")
    director.goes("/decisions")
    assert director.sees(TITLE)
    director.takes_picture("decisions")
    director.goes(f"/proposals/{reference}/decision-pack")
    director.takes_picture("decision pack")
    page = director.goes(f"/proposals/{reference}/approve-spread")
    page.locator("[name=statement]").fill(
        "It is simple, it is safe, and patients hear their own plan. We will spread it."
    )
    page.locator("[name=adoption_target]").fill("14")
    page.locator("[name=investment]").fill("45,000")
    gives_condition(page, 1, "A named pharmacist for each ward", "blocks")
    director.presses("Add another condition")
    gives_condition(page, 2, "A report after one year", "later")
    director.takes_picture("approve")
    director.presses("Save")
    champion.goes(f"/proposals/{reference}")
    assert champion.sees("Assessed"), "a prepared decision is nobody's but the director's"
    champion.goes(f"/proposals/{reference}/history")
    assert not champion.sees("repared")
    director.goes(f"/proposals/{reference}/approve-spread")
    director.presses("Release")
    director.takes_picture("released")


def gives_condition(page: Page, number: int, text: str, starts: str) -> None:
    name = f"condition-{number}"
    page.locator(f"[name={name}-text]").fill(text)
    page.locator(f"[name={name}-owner]").fill("The chief pharmacist")
    for part, typed in (("day", "31"), ("month", "3"), ("year", str(clock.today().year + 2))):
        page.locator(f"[name={name}-due-{part}]").fill(typed)
    page.locator(f"[name={name}-evidence]").fill("Their names, ward by ward")
    page.locator(f"[name={name}-starts][value={starts}]").check()


def meets_condition(director: Person, programme: str) -> None:
    page = director.goes(programme)
    director.takes_picture("programme with conditions")
    page = director.goes(f"{programme}/conditions/1")
    page.get_by_label("Met", exact=False).first.check()
    page.locator("textarea").first.fill("All fourteen wards have named theirs.")
    page.locator("main form button").last.click()
    director.looks()


def reads_letter(champion: Person, service: Service, reference: str) -> None:
    champion.goes(f"/proposals/{reference}/letter")
    champion.takes_picture("letter")
    assert champion.sees("Say who answers questions at night.")
    letter = service.wait_for_letter(CHAMPION, "spread")
    assert "Say who answers questions at night." in letter
    champion.goes("/notifications")
    champion.takes_picture("inbox")


def sees_timeline(champion: Person, visitor: Person, reference: str) -> None:
    champion.goes(f"/proposals/{reference}/history")
    champion.takes_picture("timeline")
    text = champion.page.locator("main").inner_text()
    for words in ("submitted", "Assessment started", "Assessment closed", "spread"):
        assert words.lower() in text.lower(), words
    for secret in people_named(champion.page, REVIEWERS):
        assert secret not in text
    visitor.goes(f"/proposals/{reference}/history")
    text = visitor.page.locator("main").inner_text()
    assert "spread" in text.lower()
    assert "submitted version" not in text.lower(), "the public reads what is public"
