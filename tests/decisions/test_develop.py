"""Asking to develop further, through the page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
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
from tests.pages import Client

PAGE = "decisions.develop"
AGAINST: dict[str, Any] = {"override_reason": "Too soon."}
SENT: dict[str, Any] = {
    "must_show": "A second ward.",
    "talk_to": "River Community Trust.",
    "due-day": "1",
    "due-month": "3",
    "due-year": "2027",
}


def test_date_is_proposed_by_the_regions_rule(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    page = client.as_(case.director).get(PAGE, ref=case.ref)
    proposed = date(*(int(page.value(f"due-{part}")) for part in ("year", "month", "day")))
    assert timedelta(days=25) < proposed - clock.today() < timedelta(days=45)


def test_release_sends_it_back_with_what_to_show(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case(recommend=arrange.NONE_RECOMMENDS)
    page = client.as_(case.director).get(PAGE, ref=case.ref).submit("Release", **SENT)
    assert page.path == f"/proposals/{case.ref}"
    with committed():
        proposal = db.session.get_one(Proposal, case.proposal.id)
        assert (proposal.stage, proposal.changes_due, proposal.changes_sections) == (
            Stage.CHANGES_REQUESTED,
            date(2027, 3, 1),
            [],
        )
        letter = db.session.scalars(select(Letter)).one()
        for words in ("A second ward.", "River Community Trust.", "1 March 2027", "Say who leads at night."):
            assert words in letter.text
        event = db.session.scalars(select(Event).where(Event.kind == "develop")).one()
        assert event.audience is Audience.MEMBERS
        assert event.facts["due"] == "2027-03-01"
        assert {text.name: text.audience for text in event.texts} == {
            "must_show": Audience.TEAM,
            "talk_to": Audience.TEAM,
        }


def test_champion_can_submit_again_and_the_director_decide_again(
    client: Client, committed: Committed
) -> None:
    with committed():
        staff = arrange.make_staff()
        case = arrange.make_case(staff)
        arrange.release(case, DecisionKind.DEVELOP, **AGAINST)
        proposals.submit(case.proposal, case.champion)
        arrange.assess(case.proposal, staff)
    client.as_(case.director).get("decisions.approve_spread", ref=case.ref).submit(
        "Release", **arrange.APPROVAL_SENT
    )
    with committed():
        assert db.session.get_one(Proposal, case.proposal.id).stage is Stage.SPREAD
        kinds = list(db.session.scalars(select(Decision.kind).order_by(Decision.id)))
        assert kinds == [DecisionKind.DEVELOP, DecisionKind.APPROVE_SPREAD]


def test_against_the_panel_needs_a_reason(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    page = client.as_(case.director).get(PAGE, ref=case.ref).submit("Release", **SENT, status=422)
    assert page.errors == ["Enter why you decide against the panel"]
    page.submit("Release", **AGAINST)
    with committed():
        event = db.session.scalars(select(Event).where(Event.kind == "develop")).one()
        texts = {text.name: text.audience for text in event.texts}
        assert texts["override_reason"] is Audience.DIRECTOR


def test_release_asks_for_everything(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case(recommend=arrange.NONE_RECOMMENDS)
    emptied = {name: "" for name in SENT}
    page = client.as_(case.director).get(PAGE, ref=case.ref).submit("Release", emptied, status=422)
    assert page.errors == [
        "Enter what must be shown",
        "Enter whom to talk to",
        "Enter the date by which to submit it again",
    ]


@pytest.mark.parametrize("year", ["2020", "2999"])
def test_date_must_lie_ahead_and_in_reach(client: Client, committed: Committed, year: str) -> None:
    with committed():
        case = arrange.make_case(recommend=arrange.NONE_RECOMMENDS)
    page = client.as_(case.director).get(PAGE, ref=case.ref)
    page = page.submit("Release", {**SENT, "due-year": year}, status=422)
    assert len(page.errors) == 1
    assert page.value("due-year") == year


def test_save_keeps_a_date_that_has_passed_out_of_the_release(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case(recommend=arrange.NONE_RECOMMENDS)
        arrange.prepare(case, DecisionKind.DEVELOP, due=clock.today())
    page = client.as_(case.director).get(PAGE, ref=case.ref).submit("Release", status=422)
    assert page.errors == ["Enter a date after today for submitting it again"]
