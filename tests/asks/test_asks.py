"""Asking to adopt, through its pages: who asks, who answers, what comes of it, and who is kept out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.adoption.models import Adoption
from exchange.adoption.services import record_step, set_eligible
from exchange.adoption.steps import Step
from exchange.asks import queries, rules, services
from exchange.asks.models import Ask, AskMember, AskMessage, Outcome
from exchange.asks.policy import Side
from exchange.errors import WrongStage
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals.models import Proposal
from exchange.region import queries as region
from exchange.spread.models import Programme, ProgrammeStatus
from tests.conftest import Committed
from tests.decisions.arrange import Staff, make_staff
from tests.factories import make_person
from tests.notifications.arrange import forget, tell, texts_to, told
from tests.pages import Client, Page
from tests.spread.arrange import make_programme
from tests.statements import counted_queries

SLUG = "falls-huddles"
HILL, RIVER, VALLEY = "hill-hospital", "river-trust", "valley-university"
TITLE = "River Community Trust asks to adopt"


def make_one(status: ProgrammeStatus = ProgrammeStatus.ACTIVE) -> tuple[Staff, Person]:
    """A programme for two organisations, and somebody of the second."""
    staff = make_staff()
    programme = make_programme(staff)
    programme.status = status
    set_eligible(programme, staff.manager, [HILL, RIVER])
    return staff, make_person(name="Rita Rivers", organisation=RIVER)


def ask_it(person: Person, organisation: str = RIVER) -> Ask:
    programme = db.session.scalars(select(Programme)).one()
    held = db.session.get_one(Person, person.id)
    return services.ask(programme, region.organisation(organisation), held, "Two wards from May.")


def ask_through(client: Client, person: Person) -> Page:
    page = client.as_(person).get("spread.programme", slug=SLUG).click("Ask to adopt it")
    return page.submit("Ask", message="Two wards from May. Who trains us?")


def the_ask() -> Ask:
    return db.session.scalars(select(Ask)).one()


def kinds() -> list[str]:
    query = select(Event.kind).where(Event.kind.like("%ask%"), Event.kind != "ask_team")
    return list(db.session.scalars(query.order_by(Event.id)))


def test_an_ask_goes_ahead(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        staff, member = make_one()
        lead = make_person(name="Lena Lead", role=Role.ORGANISATION_LEAD, organisation=RIVER)
    tell(app)
    forget(committed)
    page = ask_through(client, member)
    assert page.h1 == TITLE
    assert "You asked." in page.text
    tell(app)
    news = told(committed)
    assert news[staff.manager.name] == ["River Community Trust asks to adopt it"]
    assert news[staff.champion.name] == ["River Community Trust asks to adopt it"]
    assert news["Lena Lead"] == ["Rita Rivers asks to adopt it for River Community Trust"]
    assert "Rita Rivers" not in news
    assert "Who trains us?" in texts_to(committed, staff.manager)[-1]
    forget(committed)

    work = client.as_(staff.manager).get("reports.my_work")
    assert "River Community Trust asks to adopt it. Answer, then say what comes of it." in work.text
    conversation = work.click("Falls huddles")
    conversation.submit("Send", text="A facilitator does.")
    client.as_(lead).get(conversation.path).submit("Send", text="Thank you.")
    tell(app)
    assert told(committed)["Rita Rivers"] == [
        f"{staff.manager.name} wrote about the ask of River Community Trust",
        "Lena Lead wrote about the ask of River Community Trust",
    ]
    forget(committed)

    settling = client.as_(staff.manager).get(conversation.path).click("Say what comes of it")
    page = settling.submit("Record it", outcome="goes-ahead", step="planning", agreed="May it is.")
    assert "River Community Trust goes ahead." in page.text
    assert page.texts(".app-message__author") == ["Rita Rivers", staff.manager.name, "Lena Lead"]
    tell(app)
    assert told(committed)["Rita Rivers"] == ["River Community Trust goes ahead"]
    assert "May it is." in texts_to(committed, member)[-1]
    with committed():
        held = db.session.get_one(Adoption, (the_ask().programme_id, RIVER))
        assert (held.step, held.since) == (Step.PLANNING, clock.today())
        assert kinds() == ["ask_to_adopt", "write_in_ask", "write_in_ask", "go_ahead_with_ask"]
    mine = client.as_(member).get("reports.my_work")
    assert "Goes ahead" in mine.text
    client.as_(member).get(page.path).submit("Send", text="We begin.")  # it goes on


def test_one_that_is_not_eligible_asks_and_is_when_it_goes_ahead(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff, _ = make_one()
        member = make_person(organisation=VALLEY)
    form = client.as_(member).get("asks.ask", slug=SLUG)
    assert "The programme was not meant for your organisation at first." in form.text
    page = form.submit("Ask", message="May we?")
    settling = client.as_(staff.manager).get(page.path).click("Say what comes of it")
    assert "The programme is not meant for this organisation yet." in settling.text
    settling.submit("Record it", outcome="goes-ahead", step="interested")
    with committed():
        held = db.session.get_one(Adoption, (the_ask().programme_id, VALLEY))
        assert (held.is_eligible, held.step) == (True, Step.INTERESTED)
        others = db.session.scalars(select(Adoption).where(Adoption.organisation_id != VALLEY)).all()
        assert [each.is_eligible for each in others] == [True, True]


def test_not_now_needs_a_reason_and_the_organisation_can_ask_again(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        staff, member = make_one()
        ask_it(member)
        number = the_ask().id
    settling = client.as_(staff.manager).get("asks.settle", ask_id=number)
    refused = settling.submit("Record it", outcome="not-now", status=422)
    assert refused.errors == ["Enter why not now, and what would change it"]
    page = refused.submit("Record it", outcome="not-now", reason="No trainer until June.")
    assert "The conversation is over." in page.text
    tell(app)
    assert "No trainer until June." in texts_to(committed, member)[-1]
    with committed():
        assert (
            db.session.scalars(select(Adoption.step).where(Adoption.organisation_id == RIVER)).one() is None
        )
    again = client.as_(member).get("asks.ask", slug=SLUG).submit("Ask", message="June, then?")
    assert again.h1 == TITLE
    assert client.as_(member).get("asks.asks").texts(".nhsuk-tag") == ["Waiting", "Not now"]


def test_it_is_taken_back_by_who_asked_or_the_lead_alone(client: Client, committed: Committed) -> None:
    with committed():
        _, member = make_one()
        colleague = make_person(organisation=RIVER)
        number = ask_it(member).id
        db.session.add(AskMember(ask_id=number, person_id=colleague.id, joined_at=clock.now()))
    client.as_(colleague).get("asks.take_back", ask_id=number, status=403)
    page = client.as_(member).get("asks.show", ask_id=number).click("Take the ask back")
    page = page.submit("Take it back", reason="We have no money.")
    assert "Rita Rivers took it back" in page.text
    with committed():
        assert (the_ask().outcome, the_ask().note) == (Outcome.TAKEN_BACK, "We have no money.")


def test_a_colleague_sees_that_there_is_one_and_joins(client: Client, committed: Committed) -> None:
    with committed():
        _, member = make_one()
        colleague = make_person(name="Carl Colleague", organisation=RIVER)
        number = ask_it(member).id
    browser = client.as_(colleague)
    browser.get("asks.show", ask_id=number, status=404)
    page = browser.get("asks.ask", slug=SLUG)
    assert "Rita Rivers asked for River Community Trust on " in page.text
    refused = browser.post("asks.ask", {"message": "Me too."}, status=409, slug=SLUG)
    assert "Join that conversation." in refused.text
    page = page.click("Join the conversation").submit("Join the conversation")
    assert page.texts(".app-beside dd")[0] == "Carl Colleague and Rita Rivers"
    page.submit("Send", text="I run the wards.")
    assert "Carl Colleague" in client.as_(member).get("asks.show", ask_id=number).text


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (ProgrammeStatus.PAUSED, "The programme is paused, so nobody can ask to adopt it now."),
        (ProgrammeStatus.ENDED, "The programme has ended, so nobody can ask to adopt it any more."),
    ],
)
def test_a_programme_that_is_paused_or_ended_says_why_not(
    client: Client, committed: Committed, status: ProgrammeStatus, why: str
) -> None:
    with committed():
        _, member = make_one(status)
    browser = client.as_(member)
    for endpoint in ("spread.programme", "adoption.adoption", "kits.kit", "asks.ask"):
        page = browser.get(endpoint, slug=SLUG)
        assert why in page.text, endpoint
        assert "Ask to adopt it" not in page.links(), endpoint
    assert why in browser.post("asks.ask", {"message": "We ask."}, status=409, slug=SLUG).text


@pytest.mark.parametrize("status", [ProgrammeStatus.PAUSED, ProgrammeStatus.COMPLETED, ProgrammeStatus.ENDED])
def test_an_ask_of_before_cannot_go_ahead_once_nobody_can_adopt(
    client: Client, committed: Committed, status: ProgrammeStatus
) -> None:
    with committed():
        staff, member = make_one()
        number = ask_it(member).id
    form = client.as_(staff.manager).get("asks.settle", ask_id=number)
    with committed():
        the_ask().programme.status = status
        with pytest.raises(WrongStage):
            services.go_ahead(the_ask(), staff.manager, step=Step.PLANNING, note="")
    refused = form.submit("Record it", outcome="goes-ahead", step="planning", status=422)
    assert "All that can come of the ask now is “Not now”." in refused.text
    assert refused.texts(".nhsuk-radios__label") == ["Not now"]
    page = refused.submit("Record it", outcome="not-now", reason="It is over.")
    assert "Recorded as not now." in page.text


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (ProgrammeStatus.ENDED, "The programme has ended, so nobody writes here any more."),
        (ProgrammeStatus.COMPLETED, "The programme is completed, so nobody writes here any more."),
    ],
)
def test_nobody_writes_in_an_ask_of_a_past_programme_and_all_learn_what_to_do(
    client: Client, committed: Committed, status: ProgrammeStatus, why: str
) -> None:
    with committed():
        staff, member = make_one()
        number = ask_it(member).id
    open_before = client.as_(member).get("asks.show", ask_id=number)
    with committed():
        the_ask().programme.status = status
    refused = open_before.submit("Send", text="Is anybody there?", status=409)
    assert why in refused.text
    assert "Is anybody there?" in refused.text  # to be copied
    page = client.as_(member).get("asks.show", ask_id=number)
    assert f"{why} Its adoption kit stays: look there for whom to ask." in page.text
    assert page.select("textarea") == []
    assert "The programme manager records that." in page.text
    assert "Adoption kit" in page.links()
    page = client.as_(staff.manager).get("asks.show", ask_id=number)
    assert "Record what comes of it: nobody can adopt the programme any more." in page.text
    page = page.click("Say what comes of it").submit("Record it", outcome="not-now", reason="It is over.")
    assert why in page.text


def test_others_are_kept_out(client: Client, committed: Committed) -> None:
    with committed():
        staff, member = make_one()
        number = ask_it(member).id
        hill = make_person(organisation=HILL)
        host = make_person(organisation="host")
    for person in (hill, staff.director, host):
        for endpoint in ("asks.show", "asks.settle", "asks.take_back", "asks.join"):
            client.as_(person).get(endpoint, ask_id=number, status=404)
        assert "You take part in no ask" in client.as_(person).get("asks.asks").text
    assert "Ask to adopt it" in client.as_(hill).get("spread.programme", slug=SLUG).links()
    assert "Ask to adopt it" not in client.as_(host).get("spread.programme", slug=SLUG).links()
    client.as_(host).get("asks.ask", slug=SLUG, status=403)
    client.as_(staff.champion).get("asks.settle", ask_id=number, status=403)
    client.as_(member).get("asks.settle", ask_id=number, status=403)


def test_who_moves_to_another_organisation_is_out_and_a_colleague_goes_on(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        staff, member = make_one()
        number = ask_it(member).id
    with committed():
        db.session.execute(update(Person).where(Person.id == member.id).values(organisation_id=HILL))
    moved = client.as_(member)
    moved.get("asks.show", ask_id=number, status=404)
    assert "You take part in no ask" in moved.get("asks.asks").text
    assert "Your asks to adopt" not in moved.get("reports.my_work").text
    page = client.as_(staff.manager).get("asks.show", ask_id=number)
    assert "Nobody of River Community Trust takes part any more." in page.text
    assert "by Rita Rivers, who has left the organisation" in page.text
    tell(app)
    forget(committed)
    page.submit("Send", text="Is anybody there?")
    tell(app)
    assert set(told(committed)) == {staff.champion.name}
    with committed():
        colleague = make_person(organisation=RIVER)
    joined = client.as_(colleague).get("asks.join", ask_id=number).submit("Join the conversation")
    joined.click("Take the ask back").submit("Take it back")
    with committed():
        assert the_ask().outcome is Outcome.TAKEN_BACK


def test_what_two_do_at_once_is_told_to_the_second(client: Client, committed: Committed) -> None:
    with committed():
        staff, member = make_one()
        number = ask_it(member).id
    settling = client.as_(staff.manager).get("asks.settle", ask_id=number)
    client.as_(member).get("asks.take_back", ask_id=number).submit("Take it back")
    refused = settling.submit("Record it", outcome="not-now", reason="No trainer.", status=409)
    assert "Rita Rivers took it back since you opened this page." in refused.text
    assert "No trainer." in refused.text
    with committed():
        assert the_ask().outcome is Outcome.TAKEN_BACK


def test_a_form_sent_twice_asks_once(client: Client, committed: Committed) -> None:
    with committed():
        _, member = make_one()
    form = client.as_(member).get("asks.ask", slug=SLUG)
    for _ in range(2):
        assert form.submit("Ask", message="Two wards.").h1 == TITLE
    with committed():
        assert len(db.session.scalars(select(AskMessage)).all()) == 1


@pytest.mark.parametrize(
    ("text", "error"), [("", "Enter your message"), ("word " * 301, "Your message must be 300 words")]
)
def test_a_message_has_words_and_not_too_many(
    client: Client, committed: Committed, text: str, error: str
) -> None:
    with committed():
        _, member = make_one()
        number = ask_it(member).id
    page = client.as_(member).get("asks.show", ask_id=number).submit("Send", text=text, status=422)
    assert page.errors[0].startswith(error)


def test_too_many_messages_and_asks_are_refused(
    client: Client, committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_MESSAGES_AN_HOUR", 2)
    with committed():
        _, member = make_one()
        number = ask_it(member).id
    browser = client.as_(member)
    browser.get("asks.show", ask_id=number).submit("Send", text="Second.")
    page = browser.get("asks.show", ask_id=number)
    assert "You sent 2 messages within the hour." in page.submit("Send", text="Third.", status=409).text
    monkeypatch.setattr(rules, "MOST_MESSAGES_AN_HOUR", 30)
    monkeypatch.setattr(rules, "MOST_MESSAGES", 2)
    assert "This conversation is full." in page.submit("Send", text="Third.", status=409).text
    monkeypatch.setattr(rules, "MOST_ASKS_A_DAY", 1)
    browser.get("asks.take_back", ask_id=number).submit("Take it back")
    again = browser.get("asks.ask", slug=SLUG).submit("Ask", message="Again.", status=409)
    assert "You asked to adopt 1 programme since yesterday." in again.text


def test_conversations_and_lists_go_on_with_a_cursor(
    client: Client, committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MESSAGES_SHOWN", 2)
    monkeypatch.setattr(queries, "SHOWN", 1)
    with committed():
        _, member = make_one()
        first = ask_it(member)
        held = db.session.get_one(Person, member.id)
        services.take_back(first, held, reason="")
        ask = ask_it(member)
        for text in ("second", "third"):
            services.write(ask, held, Side.ORGANISATION, text)
        number = ask.id
    page = client.as_(member).get("asks.show", ask_id=number)
    assert page.texts(".app-message .app-prose") == ["second", "third"]
    assert page.click("Earlier messages").texts(".app-message .app-prose") == ["Two wards from May."]
    listed = client.as_(member).get("asks.asks")
    assert listed.texts(".nhsuk-tag") == ["Waiting"]
    older = listed.browser.get("asks.asks", before=number)
    assert older.texts(".nhsuk-tag") == ["Taken back"]
    client.as_(member).get("/asks?before=zero")


def test_one_that_had_stopped_takes_it_up_again(client: Client, committed: Committed) -> None:
    with committed():
        staff, member = make_one()
        number = ask_it(member).id
        held = db.session.get_one(Adoption, (the_ask().programme_id, RIVER))
        manager = db.session.get_one(Person, staff.manager.id)
        on = clock.today() - timedelta(days=9)
        for step in (Step.PILOTING, Step.STOPPED):
            record_step(held, manager, step=step, on=on, reason="No staff.", expected=held.step)
    settling = client.as_(staff.manager).get("asks.settle", ask_id=number)
    settling.submit("Record it", outcome="goes-ahead", step="piloting")
    with committed():
        held = db.session.get_one(Adoption, (the_ask().programme_id, RIVER))
        assert [each.reason for each in held.steps][-1] == services.TAKEN_UP_AGAIN


def test_one_that_is_further_on_can_stay_where_it_is(client: Client, committed: Committed) -> None:
    with committed():
        staff, member = make_one()
        number = ask_it(member).id
        held = db.session.get_one(Adoption, (the_ask().programme_id, RIVER))
        manager = db.session.get_one(Person, staff.manager.id)
        record_step(held, manager, step=Step.PILOTING, on=clock.today(), reason="", expected=None)
    page = client.as_(staff.manager).get("asks.settle", ask_id=number)
    values = [each.attributes["value"] for each in page.select("input[name=step]")]
    assert values == ["as-it-is"]
    page.submit("Record it", outcome="goes-ahead", step="as-it-is")
    with committed():
        held = db.session.get_one(Adoption, (the_ask().programme_id, RIVER))
        assert [each.step for each in held.steps] == [Step.PILOTING]


def test_lists_ask_the_database_the_same_for_one_and_many(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        staff, member = make_one()
        number = ask_it(member).id
    paths, counted = ("/asks", "/my-work", f"/asks/{number}"), {}
    for rows in (1, 4):
        if rows > 1:
            with committed():
                people = [make_person(organisation=each) for each in (HILL, VALLEY)]
                for person, organisation in zip(people, (HILL, VALLEY), strict=True):
                    ask_it(person, organisation)
                asks = db.session.scalars(select(Ask)).all()
                for ask in asks:
                    writer = db.session.get_one(Person, ask.asked_by_id)
                    for each in range(4):
                        services.write(ask, writer, Side.ORGANISATION, str(each))
        for path in paths:
            counted[rows, path] = counted_queries(app, client, staff.manager, path)
    assert [counted[1, path] for path in paths] == [counted[4, path] for path in paths]


def test_visible_to_says_the_same_as_the_rule(committed: Committed) -> None:
    with committed():
        staff, member = make_one()
        lead = make_person(role=Role.ORGANISATION_LEAD, organisation=RIVER)
        ask = ask_it(member)
        colleague = make_person(organisation=RIVER)
        everybody = [staff.champion, staff.co_author, staff.manager, staff.director, *staff.reviewers]
        everybody += [member, lead, colleague, make_person(organisation=HILL)]
        for person in everybody:
            rows = queries.asks_of(person).rows
            is_in = queries._seen(person, ask).side is not None
            assert (rows == [ask]) is is_in, person.name
        assert db.session.scalars(select(Proposal)).one().champion.id == staff.champion.id
