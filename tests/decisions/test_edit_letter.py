"""The letter of a prepared decision, changed by hand before it goes out."""

from __future__ import annotations

from flask import Flask

from exchange.decisions.models import Decision, DecisionKind, Letter
from exchange.events import Event
from exchange.extensions import db
from tests.conftest import Committed
from tests.decisions import arrange
from tests.decisions.arrange import Case
from tests.pages import Browser, Client, Page

PAGE = "decisions.edit_letter"
WRITTEN = "We are glad to tell you.\n\nWhy we approved it\n\nIt works."


def prepared(committed: Committed) -> Case:
    with committed():
        case = arrange.make_case()
        arrange.prepare(case)
    return case


def write(browser: Browser, case: Case, text: str = WRITTEN) -> Page:
    page = browser.get("decisions.decision_pack", ref=case.ref).click("Read and change the letter")
    return page.submit("Save the letter", text=text)


def release(browser: Browser, case: Case) -> Page:
    page = browser.get("decisions.decision_pack", ref=case.ref).click("Release it")
    assert f"{case.ref}. Each champion gets a letter." in page.text
    return page.submit("Release")


def test_letter_is_shown_as_it_would_go_out(client: Client, committed: Committed) -> None:
    case = prepared(committed)
    page = client.as_(case.director).get(PAGE, ref=case.ref)
    assert page.h1 == "The letter to Amina Begum"
    assert page.value("text").startswith("We will spread your innovation at scale across the region.")
    for words in (
        "Dear Amina Begum",
        f"{case.ref}: Falls huddles",
        "Yours sincerely",
        "Theme director, Safe care",
    ):
        assert words in page.text
    assert "Yours sincerely" not in page.value("text")


def test_what_a_director_wrote_goes_out(client: Client, committed: Committed) -> None:
    case = prepared(committed)
    browser = client.as_(case.director)
    page = write(browser, case)
    assert "The letter is saved." in page.text
    assert "which was changed by hand on" in page.text
    assert browser.get(PAGE, ref=case.ref).value("text").splitlines() == WRITTEN.splitlines()
    release(browser, case)
    letter = client.as_(case.champion).get("decisions.letter", ref=case.ref)
    assert letter.texts("article h2") == ["Why we approved it", "Who to ask"]
    assert "We are glad to tell you." in letter.text
    assert "We will spread your innovation" not in letter.text
    with committed():
        assert db.session.query(Event).filter_by(kind="edit_letter").one().subject.startswith("decision:")


def test_exchange_writes_it_again_when_asked(client: Client, committed: Committed) -> None:
    case = prepared(committed)
    browser = client.as_(case.director)
    write(browser, case)
    page = browser.get(PAGE, ref=case.ref).submit("Have the exchange write it again")
    assert "The exchange writes the letter." in page.text
    assert browser.get(PAGE, ref=case.ref).value("text").startswith("We will spread your innovation")


def test_letter_that_the_decision_outran_is_read_again_before_the_release(
    client: Client, committed: Committed
) -> None:
    case = prepared(committed)
    browser = client.as_(case.director)
    write(browser, case)
    page = browser.get("decisions.approve_spread", ref=case.ref)
    page = page.submit("Release", statement="Other reasons.", status=422)
    assert page.errors == [
        "Save this first, then read the letter again: it was written by hand before you changed this"
    ]
    page = page.submit("Save")
    assert "Read the letter again, as the decision was changed after you wrote it, and save it" in page.text
    assert "Release it" not in page.links()
    page = page.click("Read and change the letter")
    assert "Check that it still says the same, then save it." in page.text
    page.submit("Save the letter")
    release(browser, case)
    with committed():
        assert WRITTEN in db.session.query(Letter).one().text


def test_saving_the_same_decision_keeps_the_letter_good(client: Client, committed: Committed) -> None:
    case = prepared(committed)
    browser = client.as_(case.director)
    write(browser, case)
    browser.get("decisions.approve_spread", ref=case.ref).submit("Save")
    release(browser, case)
    with committed():
        assert WRITTEN in db.session.query(Letter).one().text


def test_two_directors_at_once_lose_nothing(client: Client, committed: Committed) -> None:
    case = prepared(committed)
    with committed():
        other = arrange.make_other_director()
    mine = client.as_(case.director).get(PAGE, ref=case.ref)
    write(client.as_(other), case, "Theirs.")
    page = mine.submit("Save the letter", text="Mine.", status=409)
    assert page.value("text") == "Mine."
    assert "What you typed is still here" in page.errors[0]
    page.submit("Save the letter")
    with committed():
        assert db.session.query(Decision).one().letter_text == "Mine."


def test_letter_says_something_and_not_too_much(client: Client, committed: Committed) -> None:
    case = prepared(committed)
    page = client.as_(case.director).get(PAGE, ref=case.ref)
    empty = page.submit("Save the letter", text="", status=422)
    assert empty.errors == ["Enter what the letter says, or have the exchange write it again"]
    long = page.submit("Save the letter", text="word " * 1_501, status=422)
    assert long.errors == ["What the letter says must be 1,500 words or fewer. It has 1,501"]


def test_without_a_prepared_decision_there_is_no_letter(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        reviewed = arrange.make_director_who_reviewed(case)
    page = client.as_(case.director).get(PAGE, ref=case.ref, status=409)
    assert "No decision is prepared for it, so there is no letter yet." in page.text
    with committed():
        arrange.prepare(case, DecisionKind.DEVELOP, override_reason="Too early.")
    for person, status in ((case.manager, 403), (case.champion, 403), (reviewed, 409)):
        client.as_(person).get(PAGE, ref=case.ref, status=status)


def test_release_is_previewed_with_every_reference(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        staff = arrange.make_staff()
        cases = [arrange.make_case(staff) for _ in range(2)]
        for case in cases:
            arrange.prepare(case)
    page = client.as_(staff.director).get("decisions.decisions")
    page = page.submit("Release the selected decisions", proposals=[case.ref for case in cases])
    assert page.h1 == "Release 2 decisions"
    assert f"{cases[0].ref} and {cases[1].ref}. Each champion gets a letter." in page.text
    assert len(page.select("a[href$='/letter/prepared']")) == 2
