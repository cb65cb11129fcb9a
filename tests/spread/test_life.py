"""The life of a programme: the table, and every change through its page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from exchange import clock
from exchange.accounts.models import Person
from exchange.audience import Audience
from exchange.events import Event
from exchange.extensions import db
from exchange.notifications.services import tell_all
from exchange.outbox import Message
from exchange.spread import life
from exchange.spread.life import CHANGES, CURRENT, PAST, ProgrammeStatus
from exchange.spread.models import Programme
from exchange.spread.services import change_programme
from tests.conftest import Committed
from tests.decisions.arrange import Staff, make_staff
from tests.factories import make_person
from tests.pages import Client, Page
from tests.spread.arrange import make_programme

SLUG = "falls-huddles"


@pytest.mark.parametrize("status", ProgrammeStatus)
@pytest.mark.parametrize("name", CHANGES)
def test_what_may_follow_what(status: ProgrammeStatus, name: str) -> None:
    expected = {
        "pause": {"active"},
        "resume": {"paused"},
        "prolong": {"paused"},
        "refocus": {"active", "paused"},
        "complete": {"active", "paused"},
        "end": {"setting-up", "active", "paused"},
    }
    refused = life.why_not(CHANGES[name], status)
    assert (refused == "") is (status.value in expected[name])
    assert (CHANGES[name] in life.possible(status)) is (refused == "")


@given(st.lists(st.sampled_from(sorted(CHANGES)), max_size=12))
def test_what_is_past_stays_past(names: list[str]) -> None:
    status = ProgrammeStatus.ACTIVE
    for name in names:
        change = CHANGES[name]
        if life.why_not(change, status) == "":
            assert status in CURRENT
            status = change.to or status
    assert (life.possible(status) == []) is (status in PAST)


def open_change(client: Client, person: Person, name: str) -> Page:
    return client.as_(person).get("spread.change_programme", slug=SLUG, name=name)


def in_days(days: int) -> dict[str, Any]:
    on = clock.today() + timedelta(days=days)
    return {"review_on-day": str(on.day), "review_on-month": str(on.month), "review_on-year": str(on.year)}


def kinds() -> list[tuple[str, Audience, dict[str, str]]]:
    query = select(Event).where(Event.kind.in_([each.event for each in CHANGES.values()])).order_by(Event.id)
    return [
        (each.kind, each.audience, {text.name: text.content for text in each.texts})
        for each in db.session.scalars(query)
    ]


def test_a_director_pauses_refocuses_goes_on_and_completes(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_staff()
        make_programme(staff)
    page = open_change(client, staff.director, "pause")
    refused = page.submit("Pause the programme", status=422)
    assert refused.errors == ["Enter why", "Enter the day on which you look at it again"]
    page = refused.submit("Pause the programme", reason="Beds were closed.", **in_days(30))
    assert "The programme is paused." in page.text
    assert page.texts(".app-programme__status .nhsuk-tag") == ["Paused"]
    assert "Why it is paused Beds were closed." in client.visitor().get("spread.programme", slug=SLUG).text
    page = open_change(client, staff.director, "refocus")
    page = page.submit(
        "Refocus the programme", changed="Community wards first.", reason="Few beds.", adoption_target="6"
    )
    assert "Community wards first." in page.text
    assert "We look at it again on" in page.text
    assert page.texts(".app-figures__value")[0] == "6"
    open_change(client, staff.director, "resume").submit("Go on with the programme", reason="Beds are open.")
    page = open_change(client, staff.director, "complete")
    page = page.submit("Complete the programme", lessons="Begin with the night staff.")
    assert page.texts(".app-programme__status .nhsuk-tag") == ["Completed"]
    assert "Begin with the night staff." in page.text
    past = client.visitor().get("/programmes?status=past&theme=safe-care")
    assert "Falls huddles" in past.text
    assert past.value("status") == "past"
    assert "There are no programmes yet" in client.visitor().get("/programmes").text
    with committed():
        assert kinds() == [
            ("pause_programme", Audience.PUBLIC, {"reason": "Beds were closed."}),
            (
                "refocus_programme",
                Audience.PUBLIC,
                {"changed": "Community wards first.", "reason": "Few beds."},
            ),
            ("resume_programme", Audience.PUBLIC, {"reason": "Beds are open."}),
            ("complete_programme", Audience.PUBLIC, {"lessons": "Begin with the night staff."}),
        ]
        programme = db.session.scalars(select(Programme)).one()
        assert (programme.adoption_target, programme.review_on) == (6, None)


def test_ending_one_that_is_being_set_up_says_why(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_staff()
        make_programme(staff, asked="A data agreement")
    assert (
        "still being set up"
        in client.as_(staff.director).get("spread.change_programme", slug=SLUG, name="pause", status=409).text
    )
    page = open_change(client, staff.director, "end")
    page = page.submit("End the programme", reason="The supplier left.", lessons="Ask for two suppliers.")
    assert page.texts(".app-programme__status .nhsuk-tag") == ["Ended"]
    assert "Pause" not in page.links()


def test_nobody_but_a_director_changes_it(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_staff()
        make_programme(staff)
        member = make_person(organisation="valley-university")
    for person in (staff.manager, member):
        client.as_(person).get("spread.change_programme", slug=SLUG, name="pause", status=403)
        client.as_(person).get("spread.change_several", name="pause", status=403)


def make_two(staff: Staff) -> None:
    make_programme(staff)
    make_programme(staff, title="Night huddles")


def test_several_are_paused_for_one_reason_or_none(client: Client, committed: Committed) -> None:
    with committed():
        staff = make_staff()
        make_two(staff)
    browser = client.as_(staff.director)
    page = browser.get("spread.change_several", name="pause")
    chosen = {
        "programmes": ["falls-huddles", "night-huddles"],
        "reason": "Every bed is needed.",
        **in_days(14),
    }
    with committed():
        one = db.session.scalars(select(Programme).where(Programme.slug == "night-huddles")).one()
        director = db.session.get_one(Person, staff.director.id)
        said = {"reason": "Meanwhile.", "review_on": date(2027, 3, 1)}
        change_programme(one, CHANGES["pause"], director, said)
    refused = page.submit("Pause the selected programmes", status=422, **chosen)
    assert refused.errors == ["Select from the list for “Programmes”"]
    with committed():
        assert len(kinds()) == 1
    page = browser.get("spread.change_several", name="pause")
    page = page.submit("Pause the selected programmes", **{**chosen, "programmes": ["falls-huddles"]})
    assert "1 programme changed: pause." in page.text
    page = browser.get("spread.change_several", name="refocus")
    page.submit(
        "Refocus the selected programmes",
        programmes=["falls-huddles", "night-huddles"],
        changed="Wards that stay open.",
        reason="The others are closed.",
    )
    with committed():
        assert [kind for kind, _, _ in kinds()] == ["pause_programme"] * 2 + ["refocus_programme"] * 2
        assert {each.refocus for each in db.session.scalars(select(Programme))} == {
            "Wards that stay open.\n\nThe others are closed."
        }


def test_the_team_and_the_staff_are_told_of_a_change(committed: Committed) -> None:
    with committed():
        staff = make_staff()
        programme = make_programme(staff)
        tell_all()
        said = {"reason": "The supplier left.", "lessons": "Ask for two suppliers."}
        change_programme(programme, CHANGES["end"], staff.director, said)
        before = set(db.session.scalars(select(Message.id)))
        tell_all()
        letters = [each for each in db.session.scalars(select(Message)) if each.id not in before]
        assert {each.person_id for each in letters} >= {staff.champion.id, staff.manager.id}
        assert {each.subject for each in letters} == {
            f"{programme.proposal.reference}: the programme has ended"
        }
        assert all("Ask for two suppliers." in each.text for each in letters)
