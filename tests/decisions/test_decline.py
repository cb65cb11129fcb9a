"""Not taking a proposal forward: the manager's before assessment, the director's after."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from exchange import clock
from exchange.audience import Audience
from exchange.decisions.models import Decision, Letter
from exchange.decisions.rules import DecisionKind
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import services as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from tests.conftest import Committed
from tests.decisions import arrange
from tests.decisions.arrange import DECLINATION
from tests.pages import Client

PAGE = "decisions.decline"
SENT: dict[str, Any] = {**DECLINATION, "release": "yes"}


def test_manager_declines_a_submitted_proposal(client: Client, committed: Committed) -> None:
    with committed():
        staff = arrange.make_staff()
        proposal = arrange.make_proposal(staff)
    page = client.as_(staff.manager).get(PAGE, ref=proposal.reference)
    assert page.texts("main form button") == ["Release"]
    page = page.submit("Release", **DECLINATION)
    assert page.path == f"/proposals/{proposal.reference}"
    with committed():
        assert db.session.get_one(Proposal, proposal.id).stage is Stage.NOT_TAKEN_FORWARD
        decision = db.session.scalars(select(Decision)).one()
        assert (decision.round_id, decision.reason_code) == (None, "out-of-scope")
        letter = db.session.scalars(select(Letter)).one()
        assert "Does not serve a priority." in letter.text
        assert letter.text.endswith(
            "Rachel Tolley\nProgramme manager, Safe care\nThree Valleys Health Network"
        )
        event = db.session.scalars(select(Event).where(Event.kind == "decline")).one()
        assert {text.name: (text.content, text.audience) for text in event.texts} == {
            "reason": ("Does not serve a priority", Audience.TEAM),
            "feedback": ("A good idea elsewhere.", Audience.TEAM),
            "would_change": ("Figures from a second ward.", Audience.TEAM),
        }


def test_managers_button_releases_even_when_it_is_named_save(client: Client, committed: Committed) -> None:
    with committed():
        staff = arrange.make_staff()
        proposal = arrange.make_proposal(staff)
    client.as_(staff.manager).post(PAGE, {**DECLINATION, "save": "yes"}, ref=proposal.reference)
    with committed():
        assert db.session.get_one(Proposal, proposal.id).stage is Stage.NOT_TAKEN_FORWARD


def test_director_does_not_decline_a_submitted_proposal(client: Client, committed: Committed) -> None:
    with committed():
        staff = arrange.make_staff()
        proposal = arrange.make_proposal(staff)
    page = client.as_(staff.director).get(PAGE, ref=proposal.reference, status=403)
    assert "Only the programme manager can do this." in page.text


def test_manager_does_not_decline_an_assessed_proposal(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    browser = client.as_(case.manager)
    browser.get(PAGE, ref=case.ref, status=403)
    browser.post(PAGE, SENT, ref=case.ref, status=403)


def test_manager_declines_after_the_time_for_changes(client: Client, committed: Committed) -> None:
    with committed():
        staff = arrange.make_staff()
        proposal = arrange.make_proposal(staff)
        due = clock.today() + timedelta(days=14)
        proposals.request_changes(
            proposal, staff.manager, sections=["need"], message="More figures.", due=due
        )
    with time_machine.travel(due):
        browser = client.as_(staff.manager)
        page = browser.get(PAGE, ref=proposal.reference, status=409)
        assert f"The champion has until {due.day} {due:%B %Y} to make changes." in page.text
        browser.post(PAGE, SENT, ref=proposal.reference, status=409)
    with time_machine.travel(due + timedelta(days=1)):
        client.as_(staff.manager).get(PAGE, ref=proposal.reference).submit("Release", **DECLINATION)
    with committed():
        assert db.session.get_one(Proposal, proposal.id).stage is Stage.NOT_TAKEN_FORWARD


def test_director_declines_an_assessed_proposal(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case(recommend=arrange.NONE_RECOMMENDS)
    page = client.as_(case.director).get(PAGE, ref=case.ref)
    assert page.texts("main form button") == ["Save", "Release"]
    page.submit("Release", **DECLINATION)
    with committed():
        letter = db.session.scalars(select(Letter)).one()
        assert "Say who leads at night." in letter.text
        assert letter.decision.round_id == case.round.id


def test_against_the_panel_needs_a_reason(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    page = client.as_(case.director).get(PAGE, ref=case.ref).submit("Release", **DECLINATION, status=422)
    assert page.errors == ["Enter why you decide against the panel"]


@pytest.mark.parametrize("code", ["nonsense", "evidence", "x" * 5_000])
def test_unknown_reason_is_not_taken(client: Client, committed: Committed, code: str) -> None:
    with committed():
        case = arrange.make_case(recommend=arrange.NONE_RECOMMENDS)
    page = client.as_(case.director).post(PAGE, {**SENT, "reason_code": code}, ref=case.ref, status=422)
    assert page.errors == ["Select from the list for “Reason”"]
    assert page.value("feedback") == "A good idea elsewhere."


def test_release_asks_for_reason_and_feedback(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case(recommend=arrange.NONE_RECOMMENDS)
    page = client.as_(case.director).get(PAGE, ref=case.ref).submit("Release", status=422)
    assert page.errors == [
        "Select a reason",
        "Enter feedback for the champion",
        "Enter what would change this decision",
    ]


def test_declined_after_development_only_once_the_date_has_passed(
    client: Client, committed: Committed
) -> None:
    with committed():
        case = arrange.make_case(recommend=arrange.NONE_RECOMMENDS)
        arrange.release(case, DecisionKind.DEVELOP, due=date(2027, 3, 1))
    page = client.as_(case.manager).get(PAGE, ref=case.ref, status=409)
    assert "until 1 March 2027" in page.text
    with time_machine.travel(date(2027, 3, 2)):
        client.as_(case.manager).get(PAGE, ref=case.ref).submit("Release", **DECLINATION)
    with committed():
        last = db.session.scalars(select(Decision).order_by(Decision.id.desc())).first()
        assert last is not None
        assert (last.kind, last.round_id) == (DecisionKind.DECLINE, None)
