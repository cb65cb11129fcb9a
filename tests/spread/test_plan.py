"""The plan of a programme and its funding, through their pages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from exchange import clock
from exchange.adoption.services import set_eligible
from exchange.audience import Audience
from exchange.events import Event
from exchange.extensions import db
from exchange.spread.models import Programme, ProgrammeStatus
from exchange.spread.planning import share_of
from tests.conftest import Committed
from tests.decisions.arrange import Staff, make_staff
from tests.pages import Client, Page
from tests.spread.arrange import make_programme

SLUG = "falls-huddles"
HILL, RIVER, VALLEY = "hill-hospital", "river-trust", "valley-university"


def day(name: str, day: int, month: int, year: int) -> dict[str, Any]:
    return {f"{name}-day": str(day), f"{name}-month": str(month), f"{name}-year": str(year)}


PLAN: dict[str, Any] = {
    "goal": "Nobody falls twice.",
    "target_kind": "percent",
    "target_percent": "60",
    **day("starts_on", 4, 1, 2027),
    **day("target_on", 31, 3, 2028),
}
RELEASE: dict[str, Any] = {"kind": "out", "pounds": "25,000", "purpose": "Two trainers"}


def make_one(asked: str = "A data agreement") -> Staff:
    staff = make_staff()
    set_eligible(make_programme(staff, asked=asked), staff.manager, [HILL, RIVER, VALLEY])
    return staff


def plan(client: Client, staff: Staff) -> Page:
    return client.as_(staff.manager).get("adoption.set_plan", slug=SLUG)


def facts(page: Page) -> dict[str, str]:
    keys, values = (
        page.texts("#plan .nhsuk-summary-list__key"),
        page.texts("#plan .nhsuk-summary-list__value"),
    )
    return dict(zip(keys, values, strict=True))


def events(kind: str) -> list[Event]:
    return list(db.session.scalars(select(Event).where(Event.kind == kind).order_by(Event.id)))


def test_a_manager_plans_and_everyone_reads_it(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
    page = client.as_(staff.manager).get("spread.programme", slug=SLUG).click("Set the plan")
    assert "The plan is saved." in page.submit("Save the plan", **PLAN).text
    assert facts(client.visitor().get("spread.programme", slug=SLUG)) == {
        "Goal": "Nobody falls twice.",
        "Start": "4 January 2027",
        "Adoption target": "60% of the eligible organisations, which is 2 organisations, by 31 March 2028",
    }
    with committed():
        [event] = events("set_plan")
        assert (event.audience, event.facts["target_percent"]) == (Audience.PUBLIC, 60)
        programme = db.session.scalars(select(Programme)).one()
        assert programme.adoption_target == 2
        set_eligible(programme, None, [HILL])
        assert programme.adoption_target == 1  # a share moves with who is eligible
        assert events("set_eligible")[-1].facts["adoption_target"] == 1
    page = plan(client, staff).submit("Save the plan", target_kind="organisations", target_count="3")
    assert facts(page)["Adoption target"] == "3 organisations, by 31 March 2028"


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"goal": ""}, ["Enter the goal, so that everyone can see what it is for"]),
        ({"goal": "word " * 101}, ["Goal, in plain words must be 100 words or fewer. It has 101"]),
        ({"target_percent": ""}, ["Enter the share as a whole number from 1 to 100, like 80"]),
        ({"target_percent": "101"}, ["Enter “How many per cent” from 1 to 100"]),
        (
            {"target_kind": "organisations", "target_count": "many"},
            ["Enter the number of organisations as a whole number, like 12"],
        ),
        (day("target_on", 4, 1, 2027), ["The target must be due after the start day"]),
        (day("target_on", 31, 2, 2028), ["Enter “By when” as a real date, like 27 3 2027"]),
    ],
)
def test_what_a_plan_needs(
    client: Client, committed: Committed, sent: dict[str, Any], errors: list[str]
) -> None:
    with committed():
        staff = make_one()
    page = plan(client, staff).submit("Save the plan", {**PLAN, **sent}, status=422)
    assert page.errors == errors


def test_a_plan_of_an_active_programme_changes_with_a_reason(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one(asked="")
    first_page = plan(client, staff).submit("Save the plan", PLAN, status=422)
    assert first_page.errors == ["Enter why the target is not the one that was approved"]
    first_page.submit("Save the plan", reason="Most of them are small.")
    page = plan(client, staff)
    refused = page.submit("Save the plan", goal="Nobody falls.", status=422)
    assert refused.errors == ["Enter why the plan changes"]
    refused.submit("Save the plan", reason="The first year went well.")
    plan(client, staff).submit("Save the plan")  # the same again says nothing new
    with committed():
        first, second = events("set_plan")
        assert [text.content for text in first.texts] == ["Nobody falls twice.", "Most of them are small."]
        assert {text.name: text.content for text in second.texts}["reason"] == "The first year went well."


def test_a_first_plan_that_keeps_the_approved_target_needs_no_reason(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff = make_one(asked="")
    page = plan(client, staff).submit("Save the plan", goal="Nobody falls twice.")
    assert facts(page)["Adoption target"] == "12 organisations"


def test_a_plan_changed_meanwhile_is_shown_and_what_was_typed_stays(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff = make_one()
    late = plan(client, staff)
    plan(client, staff).submit("Save the plan", **PLAN)
    page = late.submit("Save the plan", {**PLAN, "goal": "Fewer falls."}, status=409)
    assert "The goal is now: Nobody falls twice." in page.text
    assert page.texts("textarea") == ["Fewer falls."]
    assert facts(page.submit("Save the plan"))["Goal"] == "Fewer falls."


def test_funding_is_released_within_what_was_approved(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
    browser = client.as_(staff.manager)
    today = day("on", clock.today().day, clock.today().month, clock.today().year)
    page = browser.get("adoption.release_funding", slug=SLUG)
    assert "£40,000 was approved" in page.text
    page = page.submit("Record it", {**RELEASE, **today})
    page = browser.get("adoption.release_funding", slug=SLUG)
    refused = page.submit("Record it", {**RELEASE, "pounds": "15,001", **today}, status=422)
    assert refused.errors == [
        "£40,000 was approved and £25,000 is released, so £15,000 or less can be. Only a new decision changes that."
    ]
    refused.submit("Record it", kind="back", pounds="5,000", purpose="One trainer less")
    page = client.visitor().get("spread.programme", slug=SLUG)
    assert page.texts("#plan td.nhsuk-table__cell--numeric") == ["Pounds £25,000", "Pounds −£5,000"]
    assert "In all: £20,000" in page.text
    assert "£40,000" not in page.text  # what was approved is for the team and the staff
    page = browser.get("adoption.release_funding", slug=SLUG)
    refused = page.submit("Record it", {**RELEASE, "kind": "back", **today}, status=422)
    assert refused.errors == ["Only £20,000 is released, so no more can come back"]
    with committed():
        assert [event.facts["pounds"] for event in events("release_funding")] == [25_000, -5_000]


def test_a_past_programme_keeps_its_plan(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
    late = plan(client, staff)
    page = client.as_(staff.director).get("spread.change_programme", slug=SLUG, name="end")
    page.submit("End the programme", reason="The supplier left.", lessons="Ask for two.")
    assert "its plan stays as it is" in late.submit("Save the plan", PLAN, status=409).text
    assert "Change the plan" not in client.as_(staff.manager).get("spread.programme", slug=SLUG).links()


def test_money_that_comes_back_after_the_end_is_recorded(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_one()
    today = day("on", clock.today().day, clock.today().month, clock.today().year)
    browser = client.as_(staff.manager)
    browser.get("adoption.release_funding", slug=SLUG).submit("Record it", {**RELEASE, **today})
    with committed():
        db.session.scalars(select(Programme)).one().status = ProgrammeStatus.ENDED
    form = browser.get("spread.programme", slug=SLUG).click("Record funding")
    page = form.submit("Record it", {**RELEASE, "kind": "back", "pounds": "5,000", **today})
    assert "In all: £20,000" in page.text


@given(st.integers(1, 100), st.integers(0, 500))
def test_a_share_is_enough_and_no_more(percent: int, eligible: int) -> None:
    count = share_of(percent, eligible)
    assert 100 * count >= percent * eligible
    assert count == 1 or 100 * (count - 1) < percent * eligible
