"""Offers to other networks through their pages: one e-mail each, an answer from the link or the staff, what everyone reads."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from exchange import clock
from exchange.accounts.models import Person
from exchange.addresses import address
from exchange.audience import Audience
from exchange.events import Event
from exchange.extensions import db
from exchange.notifications.services import tell_all
from exchange.outbox import Message
from exchange.region.models import Region
from exchange.spread.beyond import links, rules, services
from exchange.spread.beyond.models import Answer, Offer
from exchange.spread.beyond.services import Said
from exchange.spread.life import ProgrammeStatus
from exchange.spread.models import Programme
from tests.assessment.arrange import make_manager
from tests.conftest import Committed
from tests.decisions.arrange import Staff, make_staff
from tests.mail import outbox
from tests.pages import Client, Page
from tests.spread.arrange import make_programme
from tests.statements import counted_queries

SLUG = "falls-huddles"
COAST = "Far Coast Health Network"  # the tiny region has this one beside its own
ADDRESS = "spread@far-coast.example.org"
CONTACT = "contact-far-coast-health-network"


def make_one() -> tuple[Staff, Programme]:
    staff = make_staff()
    return staff, make_programme(staff)


def make_offer(staff: Staff, programme: Programme, network: str = COAST) -> Offer:
    [offer] = services.offer_programme(programme, staff.manager, {network: ADDRESS}, "Dear neighbours.")
    return offer


def the_offer() -> Offer:
    return db.session.scalars(select(Offer)).one()


def link(committed: Committed) -> str:
    with committed():
        return address("beyond.answer", answering=links.token_of(the_offer())).removeprefix(
            "http://localhost"
        )


def day(name: str, value: date) -> dict[str, str]:
    return {f"{name}-day": str(value.day), f"{name}-month": str(value.month), f"{name}-year": str(value.year)}


def uses(page: Page, organisations: str, button: str = "Send your answer", *, status: int = 200) -> Page:
    fields: dict[str, Any] = day("since", date(2026, 11, 1))
    return page.submit(button, answer="taken-up", organisations=organisations, status=status, **fields)


def kinds() -> list[tuple[str, Audience]]:
    query = select(Event).where(Event.facts["offer"].as_integer().is_not(None)).order_by(Event.id)
    return [(each.kind, each.audience) for each in db.session.scalars(query)]


def test_a_manager_offers_and_one_readable_mail_goes_out(client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_one()
    page = client.as_(staff.manager).get("spread.programme", slug=SLUG).click("Offer it to other networks")
    assert "It was not offered to any network yet" in page.text
    form = page.click("Offer it to a network")
    assert form.texts("label")[0] == COAST, "its own network is not among them"
    refused = form.submit("Send the offer", networks=[COAST], status=422)
    assert refused.errors == [
        f"Enter an e-mail address for {COAST}",
        "Enter a message, so that they know why you write",
    ]
    sent = refused.submit(
        "Send the offer", {CONTACT: ADDRESS}, networks=[COAST], message="You asked <b>us</b> in May."
    )
    assert f"Offered to {COAST}. The e-mail is on its way." in sent.text
    assert sent.texts(".app-result__title") == [COAST]
    assert "It was offered to every other network." in sent.text
    [mail] = [each for each in outbox(committed) if each.kind == "offer"]
    assert (mail.to_address, mail.secret) == (ADDRESS, True)
    assert mail.subject.endswith("we offer you “Falls huddles”")
    for expected in (
        "You asked <b>us</b> in May.",
        "http://localhost/programmes/falls-huddles\n",
        "http://localhost/api/v1/programmes/falls-huddles\n",
        "http://localhost/offers/answer/",
        f"the one of {COAST}.",
    ):
        assert expected in mail.text
    with committed():
        assert kinds() == [("offer_programme", Audience.TEAM)]
    visitor = client.visitor()
    assert ADDRESS not in visitor.get("spread.programme", slug=SLUG).response.text
    assert "offered" not in visitor.get("proposals.history", ref=mail.subject.split(":")[0]).text


def test_the_same_offer_is_never_sent_twice(client: Client, committed: Committed) -> None:
    with committed():
        staff, _ = make_one()
    browser = client.as_(staff.manager)
    form = browser.get("beyond.offer_programme", slug=SLUG)
    other = browser.get("beyond.offer_programme", slug=SLUG)
    filled: dict[str, Any] = {"networks": [COAST], "message": "Dear all."}
    form.submit("Send the offer", {CONTACT: ADDRESS}, **filled)
    form.submit("Send the offer", {CONTACT: ADDRESS}, **filled)  # a double click
    late = {**filled, "message": "Dear neighbours."}
    refused = other.submit("Send the offer", {CONTACT: ADDRESS}, status=409, **late)
    assert f"Somebody offered it to {COAST} meanwhile. Nothing was sent by you." in refused.text
    assert "Dear neighbours." in refused.text
    assert len([each for each in outbox(committed) if each.kind == "offer"]) == 1


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (ProgrammeStatus.SETTING_UP, "It is still being set up. You can offer it once it is active."),
        (ProgrammeStatus.PAUSED, "It is paused. You can offer it once it goes on."),
        (ProgrammeStatus.ENDED, "It has ended, so it is no longer offered."),
    ],
)
def test_only_what_runs_or_is_completed_is_offered(
    client: Client, committed: Committed, status: ProgrammeStatus, message: str
) -> None:
    with committed():
        staff, programme = make_one()
        programme.status = status
    browser = client.as_(staff.manager)
    page = browser.get("beyond.offers", slug=SLUG)
    assert message in page.text
    assert "Offer it to a network" not in page.links()
    assert message in browser.get("beyond.offer_programme", slug=SLUG, status=409).text


def test_a_network_answers_by_its_link_without_an_account(client: Client, committed: Committed) -> None:
    with committed():
        staff, programme = make_one()
        make_offer(staff, programme)
    browser, address = client.visitor(), link(committed)
    page = browser.get(address)
    with committed():
        assert the_offer().answer is None, "a mail program that opens the link answers nothing"
    thanks = page.submit("Send your answer", answer="interested", question="Who trains the night staff?")
    assert thanks.h1 == "Thank you for your answer"
    again = browser.get(address)
    assert "Your answer so far: interested. You can change it." in again.text
    again.submit("Send your answer", answer="interested", question="Who trains the night staff?")
    uses(again, "North Pier Hospital\n\n North  Pier Hospital\nSouth Sands Hospital")
    with committed():
        tell_all()
        offer = the_offer()
        assert (offer.organisations, offer.since) == (
            ["North Pier Hospital", "South Sands Hospital"],
            date(2026, 11, 1),
        )
        assert [each[0] for each in kinds()] == ["offer_programme", "answer_offer", "answer_offer"]
    told = {(each.to_address, each.subject.partition(": ")[2]) for each in outbox(committed)}
    assert {
        (staff.manager.email, f"{COAST} answers your offer"),
        (staff.director.email, f"{COAST} answers your offer"),
    } <= told


def test_a_link_answers_so_often_a_day_and_says_when_it_is_published(
    client: Client, committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_ANSWERS_A_DAY", 2)
    with committed():
        staff, programme = make_one()
        make_offer(staff, programme)
    browser, address = client.visitor(), link(committed)
    browser.get(address).submit("Send your answer", answer="interested")
    thanks = uses(browser.get(address), "North Pier Hospital")
    assert "look at what you wrote" in thanks.text
    refused = browser.get(address).submit("Send your answer", answer="not-now", reason="No.", status=409)
    assert "You sent 2 answers since yesterday. Change it tomorrow." in refused.text
    with committed():
        offer = the_offer()
        said = Said(Answer.TAKEN_UP, "", offer.organisations, offer.since)
        services.record_answer(offer, staff.manager, said, expected=offer.mark)
    assert "Everyone can read it on the programme’s page now." in browser.get(thanks.path).text


def test_nothing_from_the_link_is_public_before_the_staff_checks_it(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff, programme = make_one()
        make_offer(staff, programme)
        before = programme.changed_at
    visitor, address = client.visitor(), link(committed)
    uses(visitor.get(address), "<script>North Pier</script>\nBuy pills at pills.example")
    for place in ("spread.programme", "api.programme"):
        assert "pills" not in visitor.get(place, slug=SLUG).response.text
    with committed():
        assert db.session.scalars(select(Programme.changed_at)).one() == before
    browser = client.as_(staff.manager)
    page = browser.get("beyond.offers", slug=SLUG)
    assert "Check what they say. Everyone can read it once you record it." in page.text
    form = page.click(f"Check their answer of {COAST} on Falls huddles")
    assert form.value("organisations") == "<script>North Pier</script>\r\nBuy pills at pills.example"
    shown = form.submit("Record the answer", organisations="North Pier Hospital")
    assert "Everyone can read it on the programme’s page." in shown.text
    public = visitor.get("spread.programme", slug=SLUG)
    assert public.texts("#elsewhere li") == [f"{COAST}: North Pier Hospital, since November 2026"]
    assert "Another network uses it" in visitor.get("proposals.history", ref=ref(committed)).text
    with committed():
        assert db.session.scalars(select(Programme.changed_at)).one() > before
        assert kinds()[-1] == ("record_answer", Audience.PUBLIC)
        tell_all()
    champions = [each for each in outbox(committed) if each.kind == "taken_up_elsewhere"]
    assert staff.champion.email in {each.to_address for each in champions}
    form = browser.get("beyond.record_answer", slug=SLUG, offer_id=offer_id(committed))
    form.submit("Record the answer", organisations="North Pier Hospital\nSouth Sands Hospital")
    with committed():
        tell_all()
    after_correction = [each for each in outbox(committed) if each.kind == "taken_up_elsewhere"]
    assert len(after_correction) == len(champions), "a correction is no news"


def ref(committed: Committed) -> str:
    with committed():
        return db.session.scalars(select(Programme)).one().proposal.reference


def test_what_everyone_reads_cannot_be_changed_by_the_link(client: Client, committed: Committed) -> None:
    with committed():
        staff, programme = make_one()
        offer = make_offer(staff, programme)
        said = Said(Answer.TAKEN_UP, "", ["North Pier Hospital"], date(2026, 11, 1))
        services.record_answer(offer, staff.manager, said, expected="")
    browser = client.visitor()
    page = browser.get(link(committed), status=409)
    assert "only the people who run the programme can change it" in page.text
    sent = {"answer": "not-now", "reason": "No.", "was": "x"}
    assert browser.post(link(committed), sent, status=409).h1 == "Your answer is published"
    with committed():
        assert the_offer().answer is Answer.TAKEN_UP
    form = client.as_(staff.director).get("beyond.record_answer", slug=SLUG, offer_id=offer_id(committed))
    form.submit("Record the answer", answer="not-now", reason="They stopped.")
    assert client.visitor().get("spread.programme", slug=SLUG).select("#elsewhere") == []
    with committed():
        assert kinds()[-2:] == [("unlist_use", Audience.PUBLIC), ("record_answer", Audience.TEAM)]
    history = client.visitor().get("proposals.history", ref=ref(committed))
    assert "A network’s use of it is no longer listed" in history.text
    assert COAST not in history.text.partition("is no longer listed")[0]
    assert "not now" not in history.text.lower()


def offer_id(committed: Committed) -> int:
    with committed():
        return the_offer().id


def test_a_link_that_is_not_ours_or_is_over_answers_nothing(client: Client, committed: Committed) -> None:
    with committed():
        staff, programme = make_one()
        make_offer(staff, programme)
    address, browser = link(committed), client.visitor()
    # Not the last letter of the signature: two of its bits stand for nothing.
    signed, _, signature = address.rpartition(".")
    other_secret = f"{signed}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    for wrong in (
        other_secret,
        "/offers/answer/x",
        "/offers/answer/" + "x" * 3_000,
        address.replace("/answer/", "/answered/"),
    ):
        assert browser.get(wrong, status=404).h1 == "This link no longer works"
        browser.post(wrong, {"answer": "interested"}, status=405 if "answered" in wrong else 404)
    with time_machine.travel(clock.now() + links.GOOD_FOR + timedelta(minutes=1)):
        assert client.visitor().get(address, status=404).h1 == "This link no longer works"
    with committed():
        services.send_again(
            the_offer(),
            db.session.get_one(Person, staff.manager.id),
            "new@far-coast.example.org",
            "Once more.",
        )
    browser.get(address, status=404)
    browser.get(link(committed))
    with committed():
        assert the_offer().answer is None


def test_an_offer_is_sent_again_to_another_address_or_after_a_while(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff, programme = make_one()
        make_offer(staff, programme)
    browser = client.as_(staff.manager)
    form = browser.get("beyond.offers", slug=SLUG).click(f"Send it again to {COAST}: Falls huddles")
    refused = form.submit("Send it again", status=409)
    assert "Nothing was sent." in refused.text
    assert refused.h1 == "This was not sent again"
    page = form.submit("Send it again", contact="right@far-coast.example.org")
    assert "sent 2 times" in page.text
    mails = [each for each in outbox(committed) if each.kind == "offer"]
    assert [each.to_address for each in mails] == [ADDRESS, "right@far-coast.example.org"]
    assert len({each.message_id for each in mails}) == 2


def test_an_offer_that_could_not_be_delivered_says_so_and_goes_out_again_at_once(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff, programme = make_one()
        make_offer(staff, programme)
        [message] = db.session.scalars(select(Message).where(Message.kind == "offer"))
        message.given_up_at = clock.now()
    browser = client.as_(staff.manager)
    for path in (f"/programmes/{SLUG}/offers", "/offers"):
        page = browser.get(path)
        assert "Could not be delivered" in page.text
        assert "The e-mail could not be delivered. Check the address, and send it again." in page.text
    form = page.click(f"Send it again to {COAST}: Falls huddles")
    assert f"It could not be delivered to {ADDRESS}" in form.text
    page = form.submit("Send it again")
    assert "sent 2 times" in page.text
    assert "could not be delivered" not in page.text


def test_an_answer_kept_meanwhile_is_shown_and_what_was_typed_stays(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff, programme = make_one()
        make_offer(staff, programme)
    theirs = client.visitor().get(link(committed))
    form = client.as_(staff.manager).get("beyond.record_answer", slug=SLUG, offer_id=offer_id(committed))
    form.submit("Record the answer", answer="interested", question="By telephone.")
    stale = theirs.submit("Send your answer", answer="not-now", reason="No money.", status=409)
    assert "Another answer was kept meanwhile" in stale.text
    assert stale.value("reason") == "No money."
    stale.submit("Send your answer", answer="not-now", reason="No money.")
    with committed():
        assert (the_offer().answer, the_offer().said) == (Answer.NOT_NOW, "No money.")


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({}, ["Select an answer"]),
        ({"answer": "not-now"}, ["Enter why not now, so that we know when to ask again"]),
        (
            {"answer": "taken-up"},
            ["Enter at least one organisation that uses it", "Enter the day since when it is used"],
        ),
        (
            {"answer": "taken-up", "organisations": "x" * 201, **day("since", date(2026, 11, 1))},
            [f"Enter one organisation a line. “{'x' * 40}…” is longer than 200 characters"],
        ),
        (
            {
                "answer": "taken-up",
                "organisations": "\n".join(map(str, range(51))),
                **day("since", date(2026, 11, 1)),
            },
            ["Enter 50 organisations or fewer"],
        ),
        (
            {"answer": "interested", "question": "word " * 201},
            ["What you would like to know must be 200 words or fewer. It has 201"],
        ),
    ],
)
def test_what_is_missing_or_too_long_is_asked_for(
    client: Client, committed: Committed, fields: dict[str, Any], errors: list[str]
) -> None:
    with committed():
        staff, programme = make_one()
        make_offer(staff, programme)
    refused = client.visitor().get(link(committed)).submit("Send your answer", status=422, **fields)
    assert refused.errors == errors


def test_managers_list_all_offers_of_their_themes_page_by_page(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        staff, programme = make_one()
        networks = [f"Network {number:02}" for number in range(45)]
        db.session.execute(update(Region).values(regional_networks=networks))
        services.offer_programme(programme, staff.manager, {networks[0]: ADDRESS}, "Dear all.")
        bound = make_manager(name="Bound Manager", organisation="hill-hospital")
    person = staff.manager
    one = counted_queries(app, client, person, "/offers")
    with committed():
        programme = db.session.scalars(select(Programme)).one()
        manager = db.session.get_one(Person, staff.manager.id)
        services.offer_programme(programme, manager, dict.fromkeys(networks[1:], ADDRESS), "Dear all.")
        [first] = db.session.scalars(select(Offer).where(Offer.network == networks[0]))
        services.record_answer(first, manager, Said(Answer.NOT_NOW, "No money."), expected="")
    assert counted_queries(app, client, person, "/offers") == one
    pages, page = [], client.as_(person).get("beyond.offers_made")
    for _ in range(2):
        pages.append(page.texts(".app-result__title"))
        page = page.click("Next page: Older offers")
    pages.append(page.texts(".app-result__title"))
    assert [len(each) for each in pages] == [20, 20, 5]
    assert len({title for titles in pages for title in titles}) == 45
    filtered = client.as_(person).get("/offers?answer=not-now")
    assert filtered.texts(".app-result__title") == ["Network 00"]
    assert len(client.as_(person).get("/offers?answer=none").texts(".app-result__title")) == 20
    assert "Nothing was offered yet" in client.as_(bound).get("beyond.offers_made").text
    assert (
        client.as_(person).get("/offers?after=99999999999&before=x&answer=zqx").texts(".app-result__title")
        == pages[0]
    )


def test_an_address_is_remembered_for_the_next_offer(client: Client, committed: Committed) -> None:
    with committed():
        staff, programme = make_one()
        make_offer(staff, programme)
        make_programme(staff, title="Second one")
    form = client.as_(staff.manager).get("beyond.offer_programme", slug="second-one")
    assert form.value(CONTACT) == ADDRESS
