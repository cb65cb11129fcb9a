"""The letter's page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.decisions import queries
from exchange.decisions.rules import DecisionKind
from exchange.events import Event
from exchange.proposals import services as proposals
from tests.conftest import Committed
from tests.decisions import arrange
from tests.factories import make_person
from tests.pages import Client

PAGE = "decisions.letter"


@pytest.mark.parametrize("who", ["champion", "co_author", "manager", "director"])
def test_team_and_staff_read_it(client: Client, committed: Committed, who: str) -> None:
    with committed():
        case = arrange.make_case()
        arrange.release(case)
    page = client.as_(getattr(case, who)).get(PAGE, ref=case.ref)
    assert "We will spread your innovation at scale across the region." in page.text
    assert "Why we approved it" in page.texts("article h2")
    assert "Paul Okafor Theme director, Safe care Three Valleys Health Network" in page.text


@pytest.mark.parametrize("who", ["reviewer", "member", "lay", "conflicted", "administrator"])
def test_it_does_not_exist_for_anyone_else(client: Client, committed: Committed, who: str) -> None:
    with committed():
        case = arrange.make_case()
        arrange.release(case)
        people: dict[str, Callable[[], Person]] = {
            "reviewer": lambda: case.reviewers[0],
            "member": lambda: make_person(organisation="river-trust"),
            "lay": lambda: make_person(is_lay=True),
            "conflicted": arrange.make_conflicted_director,
            "administrator": lambda: make_person(role=Role.ADMINISTRATOR, organisation="host"),
        }
        person = people[who]()
    client.as_(person).get(PAGE, ref=case.ref, status=404)


def test_earlier_letters_stay_to_be_read(client: Client, committed: Committed) -> None:
    with committed():
        staff = arrange.make_staff()
        case = arrange.make_case(staff, recommend=arrange.NONE_RECOMMENDS)
        arrange.release(case, DecisionKind.DEVELOP)
        proposals.submit(case.proposal, case.champion)
        arrange.assess(case.proposal, staff)
        arrange.release(case)
    browser = client.as_(case.champion)
    page = browser.get(PAGE, ref=case.ref)
    assert "We will spread your innovation" in page.text
    assert "Approve spread (this letter)" in page.text
    assert "A second ward." in browser.get(PAGE, ref=case.ref, number=1).text
    assert "We will spread" in browser.get(PAGE, ref=case.ref, number=2).text
    for number in (0, 3, 10**30):
        browser.get(f"/proposals/{case.ref}/letter/{number}", status=404)


def test_letter_stands_as_it_was_released(client: Client, committed: Committed) -> None:
    with committed() as session:
        case = arrange.make_case()
        arrange.release(case)
        session.get_one(Person, case.champion.id).name = "Amina Newname"
    page = client.as_(case.champion).get(PAGE, ref=case.ref)
    assert "Dear Amina Begum" in page.text


def test_letter_of_an_event_is_found(committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        arrange.release(case)
    with committed() as session:
        events = {event.kind: event for event in session.query(Event).all()}
        letter = queries.letter_of(events["approve_spread"])
        assert letter is not None
        assert letter.decision.proposal_id == case.proposal.id
        assert queries.letter_of(events["submit"]) is None
