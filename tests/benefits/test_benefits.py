"""Benefits through their pages: promising, entering, confirming, correcting, and that each is counted once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.audience import Audience
from exchange.benefits import queries, services
from exchange.benefits.models import Benefit, Promise
from exchange.benefits.services import promise_by_record
from exchange.benefits.sums import Kind
from exchange.benefits.totals import ledger
from exchange.errors import Conflict
from exchange.events import Event
from exchange.extensions import db
from exchange.spread.models import Programme
from tests.benefits.arrange import (
    HILL,
    RIVER,
    SENT,
    SLUG,
    SUMMER,
    enter,
    make_another,
    make_one,
    promise_people,
)
from tests.conftest import Committed
from tests.decisions.arrange import make_staff
from tests.factories import make_person
from tests.pages import Client
from tests.spread.arrange import make_programme
from tests.statements import statements_of

AT_RIVER: dict[str, Any] = {"slug": SLUG, "organisation_id": RIVER}
FIRST: dict[str, Any] = {"slug": SLUG, "number": 1}


def finding(client: Client) -> str:
    """What everyone reads first."""
    return client.visitor().get("benefits.benefits", slug=SLUG).texts(".nhsuk-lede-text")[0]


def test_a_lead_enters_and_confirms_and_everyone_reads_it(client: Client, committed: Committed) -> None:
    with committed():
        make_one()
        lead = make_person(role=Role.ORGANISATION_LEAD, organisation=RIVER)
    page = client.as_(lead).get("benefits.benefits", slug=SLUG)
    assert "No figures yet" in page.text
    page = page.click("River Community Trust").submit("Save the figure", confirmed=True, **SENT)
    assert "The figure of River Community Trust is saved, and it counts." in page.text
    visitor = client.visitor().get("benefits.benefits", slug=SLUG)
    assert visitor.texts(".nhsuk-lede-text") == ["£1,250.50 saved so far."]
    page = visitor.click("River Community Trust")
    assert "Together £1,250.50 saved" in page.text
    page = page.click("River Community Trust: £1,250.50")
    assert "£4,000 a quarter in 2025." in page.text
    assert lead.name not in page.text


def test_what_is_not_confirmed_is_for_members_and_counts_for_nobody(
    client: Client, committed: Committed
) -> None:
    with committed():
        make_one()
        nurse = make_person(organisation=RIVER, name="Nell Nurse")
        lead = make_person(role=Role.ORGANISATION_LEAD, organisation=RIVER)
    page = client.as_(nurse).get("benefits.enter_benefit", **AT_RIVER)
    assert "I confirm this figure" not in page.text
    assert "Is it the same benefit?" not in page.text
    page = page.submit("Save the figure", **SENT)
    assert "It counts once it is confirmed" in page.text
    assert page.texts("#waiting") == ["Waiting to be confirmed (1)"]
    assert "£1,250.50" not in client.visitor().get("benefits.benefits", slug=SLUG).text
    assert client.visitor().get("benefits.benefit", **FIRST).path == "/login"
    client.as_(nurse).get("benefits.confirm_benefit", status=403, **FIRST)
    page = client.as_(lead).get("benefits.benefit", **FIRST).click("Confirm this figure")
    page = page.submit("Confirm the figure")
    assert "The figure is confirmed. It counts now." in page.text
    assert finding(client) == "£1,250.50 saved so far."
    page = client.as_(lead).get("benefits.confirm_benefit", status=409, **FIRST)
    assert "This figure is confirmed already." in page.text


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        (
            {**dict.fromkeys(SENT, ""), "what": None, "sureness": None},
            [
                "Select what came of it",
                "Enter the first month, like April 2026",
                "Enter the last month, like June 2026",
                "Enter the amount",
                "Enter what it was before, and when",
                "Enter how you worked it out",
                "Select how sure you are",
            ],
        ),
        ({"amount": "much"}, ["Enter the amount in pounds and pence, like 45,000 or 1,250.50"]),
        ({"amount": "1.005"}, ["Enter the amount in pounds and pence, like 45,000 or 1,250.50"]),
        ({"amount": "-5"}, ["Enter the amount in pounds and pence, like 45,000 or 1,250.50"]),
        ({"what": "people", "amount": "1.5"}, ["Enter the amount as a whole number, like 120"]),
        ({"first": "soon"}, ["Enter the first month like November 2026"]),
        ({"last": "soon"}, ["Enter the last month like November 2026"]),
        ({"last": "March 2026"}, ["Enter April 2026 or a later month"]),
        (
            {"first": "March 2026"},
            [
                "A figure is of one financial year, April to March. Enter what is after March as another figure"
            ],
        ),
        (
            {"last": "November 2026"},
            ["Enter October 2026 or an earlier month: later ones are not over"],
        ),
        ({"first": "May 2016", "last": "May 2016"}, ["Enter a month of the last 10 years"]),
        ({"baseline": "x " * 61}, ["What it was before must be 60 words or fewer. It has 61"]),
        ({"method": "x " * 151}, ["How you worked it out must be 150 words or fewer. It has 151"]),
        ({"amount": "1" * 21}, ["Amount must be 20 characters or fewer. It has 21"]),
    ],
)
def test_what_a_figure_needs(
    client: Client, committed: Committed, sent: dict[str, Any], errors: list[str]
) -> None:
    with committed():
        staff = make_one()
    page = client.as_(staff.manager).get("benefits.enter_benefit", **AT_RIVER)
    assert page.submit("Save the figure", status=422, **{**SENT, **sent}).errors == errors


def test_months_that_have_a_figure_take_no_other(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
        enter(staff, 90_000)
        enter(staff, 3, kind=Kind.PEOPLE, period=SUMMER)
    page = client.as_(staff.manager).get("benefits.enter_benefit", **AT_RIVER)
    page = page.submit("Save the figure", status=422, **{**SENT, "first": "June 2026", "last": "July 2026"})
    assert page.errors == [
        "April to June 2026 has a figure already: £900. Correct that one, or enter other months, so that "
        "nothing is counted twice"
    ]
    page = page.submit("Save the figure", first="July 2026", last="September 2026", confirmed=True)
    assert finding(client) == "£2,150.50 saved and 3 people helped so far."


def test_the_same_benefit_in_two_programmes_is_counted_once(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
        other = make_another(staff, title="Second steps").slug
        enter(staff, 90_000, slug=other)
    browser = client.as_(staff.manager)
    page = browser.get("benefits.enter_benefit", **AT_RIVER)
    page = page.submit("Save the figure", status=422, **SENT)
    assert page.errors == ["Select whether it is counted in another programme already"]
    assert "Yes: it is counted in “Second steps”, April to June 2026: £900" in page.text
    with committed():
        held = db.session.scalars(select(Benefit.id)).one()
    page = page.submit("Save the figure", same=str(held), confirmed=True)
    assert "It is counted in the other programme." in page.text
    assert "counted in Second steps" in page.text
    assert finding(client) == "No benefit is confirmed yet."
    assert client.visitor().get("benefits.totals").texts(".nhsuk-lede-text") == [
        "£900 saved and no people helped so far."
    ]
    # What others are counted in can neither be counted elsewhere nor taken back.
    page = browser.get("benefits.withdraw_benefit", slug=other, number=1)
    page = page.submit("Take the figure back", reason="Wrong.", status=409)
    assert "A figure of “Falls huddles” is counted in this one. Change that first." in page.text
    page = browser.get("benefits.count_benefit_in", **FIRST).submit("Save", same="another")
    assert "It counts for itself." in page.text
    assert "Where both are the same benefit, say so" in page.text
    assert client.visitor().get("benefits.totals").texts(".nhsuk-lede-text") == [
        "£2,150.50 saved and no people helped so far."
    ]


def test_what_is_counted_elsewhere_counts_here_while_that_waits(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
        other = make_another(staff, title="Second steps").slug
        enter(staff, 90_000, counted_in=enter(staff, 60_000, slug=other))
    browser = client.as_(staff.manager)
    correcting = browser.get("benefits.correct_benefit", slug=other, number=1)
    correcting.submit("Correct the figure", amount="500", reason="To be looked at again.")
    assert finding(client) == "£900 saved so far."
    visitor = client.visitor()
    assert visitor.get("benefits.totals").texts(".nhsuk-lede-text") == [
        "£900 saved and no people helped so far."
    ]
    assert "Together £900 saved" in visitor.get("benefits.figures", slug=SLUG).text
    assert "Until then it counts here." in browser.get("benefits.benefit", **FIRST).text
    # Nothing new is counted in what waits; what is counted in it already may be taken out.
    page = browser.get("benefits.count_benefit_in", **FIRST).submit("Save")
    assert "Until then it counts here." in page.text
    browser.get("benefits.confirm_benefit", slug=other, number=1).submit("Confirm the figure")
    assert finding(client) == "No benefit is confirmed yet."
    assert visitor.get("benefits.totals").texts(".nhsuk-lede-text") == [
        "£500 saved and no people helped so far."
    ]


def test_a_correction_keeps_what_was_and_waits_unless_it_is_confirmed(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff = make_one()
        enter(staff, 90_000)
    page = client.as_(staff.manager).get("benefits.benefit", **FIRST).click("Correct it")
    assert page.submit("Correct the figure", status=422, amount="800").errors == ["Enter why it changes"]
    page = page.submit("Correct the figure", amount="800", reason="One ward was counted twice.")
    assert "It counts once it is confirmed." in page.text
    assert page.texts(".app-entered strong") == ["£900"]
    assert "One ward was counted twice." in page.text
    assert finding(client) == "No benefit is confirmed yet."
    page = client.as_(staff.manager).get("benefits.correct_benefit", **FIRST)
    page = page.submit("Correct the figure", amount="850", reason="Now it is right.", confirmed=True)
    assert page.texts(".app-entered strong") == ["£800", "£900"]
    assert finding(client) == "£850 saved so far."
    public = client.visitor().get("benefits.benefit", **FIRST)
    assert public.texts(".app-entered strong") == ["£800", "£900"]
    assert "counted twice" not in public.text


def test_nobody_confirms_or_corrects_what_they_have_not_seen(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
        enter(staff, 90_000, is_confirmed=False)
    browser = client.as_(staff.manager)
    confirming = browser.get("benefits.confirm_benefit", **FIRST)
    correcting = browser.get("benefits.correct_benefit", **FIRST)
    first = browser.get("benefits.correct_benefit", **FIRST)
    first.submit("Correct the figure", amount="700", reason="Mistyped.")
    for page in (
        confirming.submit("Confirm the figure", status=409),
        correcting.submit("Correct the figure", amount="600", reason="Mine.", status=409),
    ):
        assert "Somebody changed this figure meanwhile." in page.text
    with committed():
        assert [each.amount for each in db.session.scalars(select(Benefit))] == [70_000]


def test_what_is_taken_back_counts_no_more_and_frees_its_months(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
        enter(staff, 90_000)
    browser = client.as_(staff.manager)
    page = browser.get("benefits.benefit", **FIRST).click("Take it back")
    assert page.submit("Take the figure back", status=422).errors == ["Enter why you take it back"]
    page.submit("Take the figure back", reason="It was another hospital’s.")
    assert finding(client) == "No benefit is confirmed yet."
    assert "It was another hospital’s." in browser.get("benefits.benefit", **FIRST).text
    for action in ("correct", "confirm", "withdraw"):
        browser.get(f"benefits.{action}_benefit", status=409, **FIRST)
    browser.get("benefits.enter_benefit", **AT_RIVER).submit("Save the figure", confirmed=True, **SENT)
    assert finding(client) == "£1,250.50 saved so far."


def test_the_promise_is_the_records_as_it_was_at_approval(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
        programme = db.session.scalars(select(Promise)).first()
        assert programme is not None
        programme.programme.proposal.answers = {
            **programme.programme.proposal.answers,
            "saving_yearly": 999_000,
        }
    page = client.as_(staff.manager).get("benefits.benefits", slug=SLUG)
    assert "Money saved: £120,000 a year" in page.text
    assert "People helped: 2,500 people a year" in page.text
    assert "Fewer bed days." in page.text
    assert "999,000" not in page.text
    member = client.as_(make_member(committed)).get("benefits.benefits", slug=SLUG)
    assert "£120,000" in member.text
    visitor = client.visitor().get("benefits.benefits", slug=SLUG)
    assert "120,000" not in visitor.text
    assert "People helped: 2,500 people a year" in visitor.text
    assert "Some of what was promised is not public." in visitor.text


def test_how_many_could_benefit_is_no_promise(committed: Committed) -> None:
    with committed():
        staff = make_staff()
        programme = make_programme(staff)
        promise_by_record(programme, staff.manager)
        assert programme.promised["population"] == 2_500
        promises = db.session.scalars(select(Promise)).all()
        assert [(each.kind, each.amount) for each in promises] == [(Kind.MONEY, 12_000_000)]


def test_older_programmes_promise_what_their_records_did_once(app: Flask, committed: Committed) -> None:
    with committed():
        staff = make_staff()
        make_programme(staff)
        make_another(staff, title="Second steps")  # has its promises already
    for looked_at in (1, 0):
        result = app.test_cli_runner().invoke(args=["benefits", "from-records"])
        counted = "1 programme" if looked_at else "no programmes"
        assert (result.exit_code, result.output) == (0, f"Looked at {counted} without a promised saving.\n")
    with committed():
        promised = [(each.programme_id, each.amount) for each in db.session.scalars(select(Promise))]
        assert sorted(promised) == [(1, 12_000_000), (2, 2_500), (2, 12_000_000)]
        told = select(Event.actor_id).where(Event.kind == "write_promise")
        assert sorted(db.session.scalars(told), key=str) == [staff.manager.id, staff.manager.id, None]


def make_member(committed: Committed, organisation: str = "valley-university") -> Person:
    with committed():
        return make_person(organisation=organisation)


def test_nobody_is_said_to_be_asked_where_there_is_nobody_else(client: Client, committed: Committed) -> None:
    with committed():
        make_one()
        lead = make_person(role=Role.ORGANISATION_LEAD, organisation=RIVER)
    form = client.as_(lead).get("benefits.enter_benefit", **AT_RIVER)
    page = form.submit("Save the figure", **SENT)
    assert "Confirm it on its page when you are sure." in page.text
    with committed():
        make_person(role=Role.ORGANISATION_LEAD, organisation=RIVER, name="Lena Lead")
    form = client.as_(lead).get("benefits.enter_benefit", **AT_RIVER)
    page = form.submit("Save the figure", **{**SENT, "what": "people", "amount": "3"})
    assert "we have asked for that" in page.text


def test_a_manager_writes_a_promise_down_once_and_corrects_it_with_a_reason(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff = make_one()
    browser = client.as_(staff.manager)
    page = browser.get("benefits.benefits", slug=SLUG).click("Write down a promise")
    assert "Fewer bed days." in page.text
    sent: dict[str, Any] = {
        "kind": "other",
        "unit": "bed days saved",
        "amount": "600",
        "per": "year",
        "question": "benefit_system",
        "audience": "public",
    }
    assert page.submit("Write it down", status=422, **{**sent, "unit": ""}).errors == [
        "Enter what is counted, like falls avoided"
    ]
    assert page.submit("Write it down", status=422, **{**sent, "kind": "money"}).errors == [
        "This is written down already. Correct that promise instead"
    ]
    page = page.submit("Write it down", **sent)
    assert "Bed days saved: 600 bed days saved a year" in page.text
    page = browser.get("benefits.write_promise", slug=SLUG)
    assert page.submit("Write it down", status=422, **sent).errors == [
        "This is written down already. Correct that promise instead"
    ]
    page = browser.get("benefits.benefits", slug=SLUG).click("Correct “Bed days saved”")
    assert page.submit("Correct the promise", status=422, amount="500").errors == ["Enter why it changes"]
    stale = browser.get("benefits.correct_promise", slug=SLUG, number=3)
    page = page.submit("Correct the promise", amount="500", reason="One ward less.")
    assert "It was 600 bed days saved a year. It changed because: One ward less." in page.text
    page = stale.submit("Correct the promise", amount="400", reason="Two wards less.", status=409)
    assert "Somebody corrected this promise meanwhile." in page.text
    # Opened by mistake, it is closed again, and is not even named to those who do not read it.
    assert "600 bed days" in client.visitor().get("benefits.benefits", slug=SLUG).text
    page = browser.get("benefits.correct_promise", slug=SLUG, number=3)
    page.submit("Correct the promise", audience="team", reason="The champion did not agree.")
    nurse = client.as_(make_member(committed, RIVER))
    for reader in (client.visitor(), nurse):
        assert "ed days saved" not in reader.get("benefits.benefits", slug=SLUG).text
    assert "Bed days saved" not in nurse.get("benefits.enter_benefit", **AT_RIVER).text
    # What came of it is entered in its own unit.
    page = browser.get("benefits.enter_benefit", **AT_RIVER)
    page = page.submit("Save the figure", confirmed=True, **{**SENT, "what": "promise-3", "amount": "40"})
    assert client.visitor().get("benefits.benefit", **FIRST).h1 == "40 bed days saved, River Community Trust"


def test_a_promise_that_was_never_made_is_taken_back_until_something_came_of_it(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff = make_one()
        enter(staff, 1_000)
    browser = client.as_(staff.manager)
    page = browser.get("benefits.withdraw_promise", slug=SLUG, number=1, status=409)
    assert "Figures stand against it." in page.text
    page = browser.get("benefits.benefits", slug=SLUG)
    assert "Take back “Money saved”" not in page.links()
    page = page.click("Take back “People helped”")
    stale = browser.get("benefits.withdraw_promise", slug=SLUG, number=2)
    assert "People helped: 2,500 people a year." in page.text
    assert page.submit("Take the promise back", status=422).errors == ["Enter why you take it back"]
    page = page.submit("Take the promise back", reason="The record promises none.")
    assert page.texts("#promised ~ ul")[-1].startswith("People helped: 2,500 people a year Taken back on")
    assert "The record promises none." in client.visitor().get("benefits.benefits", slug=SLUG).text
    stale.submit("Take the promise back", reason="Again.", status=404)
    with committed():
        programme = db.session.scalars(select(Programme)).one()
        promise = queries.every_promise_of(programme)[1]
        told = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert told is not None
        assert (told.kind, told.facts["promise"], told.facts["amount"]) == ("withdraw_promise", 2, 2_500)
        with pytest.raises(Conflict, match="This promise was taken back"):
            services.withdraw_promise(promise, staff.manager, reason="Again.", seen=0)
        programme.active_since = programme.approved_at.replace(month=1)
        db.session.flush()
        assert ledger([programme.id], audiences=set(Audience)).total([programme.id]).promised.people == 0
        promise_people(programme, staff.manager)
        assert [each.number for each in queries.promises_of(programme)] == [1, 3]


def test_a_form_sent_twice_enters_one_figure(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
    page = client.as_(staff.manager).get("benefits.enter_benefit", **AT_RIVER)
    for _ in range(2):
        page.submit("Save the figure", **SENT)
    with committed():
        assert len(db.session.scalars(select(Benefit)).all()) == 1


@pytest.mark.parametrize("endpoint", ["benefits.benefits", "benefits.totals", "benefits.figures"])
def test_a_page_takes_as_many_queries_for_many_figures_as_for_one(
    app: Flask, client: Client, committed: Committed, endpoint: str
) -> None:
    with committed():
        staff = make_one()
        slug = make_another(staff, title="Second steps").slug
        enter(staff, 100)
    values: dict[str, Any] = {"slug": SLUG} if endpoint == "benefits.benefits" else {}
    browser = client.as_(staff.manager)
    taken = []
    for more in (False, True):
        if more:
            with committed():
                for organisation in (HILL, RIVER):
                    enter(staff, 300, SUMMER, organisation=organisation)
                    enter(staff, 200, slug=slug, organisation=organisation)
                    enter(staff, 5, slug=slug, organisation=organisation, kind=Kind.PEOPLE)
        with statements_of(app) as asked:
            browser.get(endpoint, **values)
        taken.append(len(asked))
    assert taken[0] == taken[1]
