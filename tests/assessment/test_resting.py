"""Changes asked for during an assessment: it rests, goes on with the same panel, and each review counts once it is confirmed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask

from exchange.assessment import queries, services
from exchange.assessment.models import Round
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import record
from exchange.proposals import services as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from tests.assessment.arrange import STAFF, Cast, declare, make_cast, make_reviewer, submit
from tests.conftest import Committed
from tests.factories import make_person
from tests.notifications.arrange import forget, tell, tell_in_here, told
from tests.pages import Client, Page

START = "2026-12-01T10:00:00Z"  # reviews are due twenty working days later, on 31 December
LATER = "2026-12-15T10:00:00Z"  # nine working days are left
SUBMITTED = "2027-01-11T10:00:00Z"
FULL = {
    "score-need": "5",
    "rationale-need": "Measured.",
    "score-benefit": "2",
    "rationale-benefit": "Small.",
    "recommendation": "spread",
}


def arrange(committed: Committed, **more: Any) -> Cast:
    """One review is submitted, one drafted, one to be begun."""
    with time_machine.travel(START, tick=False), committed():
        cast = make_cast(**more)
        submit(cast.assignment(0), 4, 4)
        declare(cast.assignment(1))
        services.save_review(cast.assignment(1), services.Written({"need": 3}), opened_at_state=None)
        declare(cast.assignment(2))
    return cast


def ask(client: Client, cast: Cast) -> Page:
    with time_machine.travel(LATER, tick=False):
        page = client.as_(cast.manager).get("assessment.request_changes", ref=cast.ref)
        assert "Its assessment waits until then" in page.text
        return page.submit("Request changes", sections=["need"], message="Say how many wards.")


def resubmit(committed: Committed, cast: Cast, need: str = "Second words") -> None:
    with time_machine.travel(SUBMITTED, tick=False), committed():
        proposal = db.session.get_one(Proposal, cast.proposal.id)
        asked = record.SECTION_BY_ID["need"]
        state = proposals.section_state(proposal, asked)
        proposals.save_section(proposal, asked, {"need": need}, cast.champion, opened_at_state=state)
        proposals.submit(proposal, cast.champion)


def go_on(client: Client, cast: Cast) -> Page:
    with time_machine.travel(SUBMITTED, tick=False):
        page = client.as_(cast.manager).get("assessment.start_assessment", ref=cast.ref)
        assert page.h1 == "Go on with the assessment"
        return page.submit("Go on with the assessment")


def test_a_round_rests_with_the_days_it_had_left(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    ask(client, cast)
    with committed():
        round_ = db.session.get_one(Round, cast.round.id)
        assert (round_.is_open, round_.is_suspended, round_.days_left) == (False, True, 10)
        assert db.session.get_one(Proposal, cast.proposal.id).stage is Stage.CHANGES_REQUESTED


@time_machine.travel(LATER, tick=False)
def test_reviews_are_locked_while_it_rests(client: Client, committed: Committed) -> None:
    cast = arrange(committed, reviewers=4)
    open_page = client.as_(cast.reviewers[1]).get("assessment.review", ref=cast.ref)
    ask(client, cast)
    refused = open_page.submit("Save", {**FULL, "rationale-need": "Typed while it stopped."}, status=409)
    assert "Typed while it stopped." in refused.text
    page = client.as_(cast.reviewers[1]).get("assessment.review", ref=cast.ref)
    assert "The assessment waits while the team makes changes." in page.text
    page = client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref)
    assert "You are then asked to confirm or change your review." in page.text
    page = client.as_(cast.reviewers[3]).get("assessment.review", ref=cast.ref, status=409)
    assert "We write to you when it goes on." in page.text
    manager = client.as_(cast.manager)
    assert "The assessment waits" in manager.get("assessment.reviewers", ref=cast.ref).text
    for endpoint in ("add_reviewers", "extend"):
        refused = manager.get(f"assessment.{endpoint}", ref=cast.ref, status=409)
        assert "This assessment waits until you go on with it" in refused.text


def test_it_goes_on_with_the_same_panel_on_the_new_version(
    app: Flask, client: Client, committed: Committed
) -> None:
    cast = arrange(committed)
    ask(client, cast)
    resubmit(committed, cast)
    with committed():
        tell_in_here()
    forget(committed)
    said = client.as_(cast.champion).get("proposals.submitted", ref=cast.ref)
    assert "The reviewers read what you changed, and confirm or change their reviews." in said.text
    show = client.as_(cast.manager).get("proposals.show", ref=cast.ref)
    assert show.links()["Go on with the assessment"] == f"/proposals/{cast.ref}/start-assessment"
    page = go_on(client, cast)
    assert "Asked to confirm or change their review." in page.text
    assert "Assessment goes on. Reviews are due on 25 January 2027." in page.text
    with committed():
        round_ = db.session.get_one(Round, cast.round.id)
        assert (round_.is_open, round_.version_number, round_.due) == (True, 2, date(2027, 1, 25))
        assert len(round_.assignments) == 3
        assert queries.counted_reviews(round_) == []
    shown = client.as_(cast.manager).get("assessment.assessment", ref=cast.ref)
    assert "of version 1" in shown.text  # what was submitted of it stays readable
    with time_machine.travel(SUBMITTED, tick=False):
        tell(app)
    assert told(committed) == {
        "Amina Begum": ["your proposal is being assessed"],
        **{person.name: ["confirm your review by 25 January 2027"] for person in cast.reviewers},
    }


@time_machine.travel(SUBMITTED, tick=False)
def test_a_review_counts_once_its_author_confirms_or_amends_it(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    ask(client, cast)
    resubmit(committed, cast)
    go_on(client, cast)
    page = client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref)
    assert "Second words" in page.text
    assert "What you wrote before is filled in below." in page.text
    assert page.value("score-need") == "4"
    client.as_(cast.reviewers[0]).get("assessment.assessment", ref=cast.ref, status=404)
    page = page.submit("Submit review", {"score-need": "5"})
    assert "Your review is in." in page.text
    with committed():
        [review] = queries.counted_reviews(db.session.get_one(Round, cast.round.id))
        assert (review.assignment.letter, review.version_number) == ("A", 2)
        assert services.written_in(review).scores == {"need": 5, "benefit": 4}


@time_machine.travel(SUBMITTED, tick=False)
def test_who_left_meanwhile_is_replaced_when_it_goes_on(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    with committed():
        fresh = make_reviewer("Fresh Eyes")
    ask(client, cast)
    resubmit(committed, cast)
    with committed():
        cast.assignment(2).person.active = False
        cast.assignment(1).person.organisation_id = "hill-hospital"
    page = client.as_(cast.manager).get("assessment.start_assessment", ref=cast.ref, status=409)
    assert "An assessment needs three reviewers without an interest in it" in page.text
    with committed():
        second = make_reviewer("Second Eyes")
    page = client.as_(cast.manager).get("assessment.start_assessment", ref=cast.ref)
    assert page.submit("Go on with the assessment", status=422).errors == ["Select the reviewers"]
    page.submit("Go on with the assessment", reviewers=[fresh.id, second.id])
    with committed():
        round_ = db.session.get_one(Round, cast.round.id)
        on_panel = [place.assignment.person.name for place in queries.places(round_) if place.is_expected]
        assert sorted(on_panel) == ["Fresh Eyes", cast.reviewers[0].name, "Second Eyes"]


def test_a_reviewer_reads_on_while_it_rests_and_declares_late(client: Client, committed: Committed) -> None:
    cast = arrange(committed, visibility="assessors")
    ask(client, cast)
    resubmit(committed, cast)
    reviewer = client.as_(cast.reviewers[0])
    assert "Second words" in reviewer.get("proposals.show", ref=cast.ref).text
    page = reviewer.get("assessment.declare", ref=cast.ref)
    page.submit("Continue", interest="interest", reason="My sister leads it.")
    reviewer.get("proposals.show", ref=cast.ref, status=404)
    with committed():
        assert db.session.query(Event).filter_by(kind="withdraw_review").count() == 1


@pytest.mark.parametrize("end", ["withdraw", "decline"])
@time_machine.travel("2027-03-01T10:00:00Z", tick=False)
def test_a_resting_round_ends_with_the_proposal(client: Client, committed: Committed, end: str) -> None:
    cast = arrange(committed, visibility="assessors")
    ask(client, cast)
    if end == "withdraw":
        page = client.as_(cast.champion).get("assessment.withdraw", ref=cast.ref)
        page.submit("Withdraw proposal", reason="Our plans changed.")
    else:
        page = client.as_(cast.manager).get("decisions.decline", ref=cast.ref)
        page.submit(
            "Release", reason_code="other", feedback="Come back with more.", would_change="More wards."
        )
    with committed():
        round_ = db.session.get_one(Round, cast.round.id)
        assert (round_.is_open, round_.is_suspended) == (False, False)
        proposals.reopen(cast.proposal, cast.manager, reason="They tried again.", due=round_.due)
    resubmit(committed, cast)
    page = client.as_(cast.manager).get("proposals.show", ref=cast.ref)
    assert "Start assessment" in page.links()
    client.as_(cast.reviewers[0]).get("proposals.show", ref=cast.ref, status=404)


def test_what_is_assessed_already_is_not_moved_to_another_theme(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    ask(client, cast)
    resubmit(committed, cast)
    page = client.as_(cast.manager).get("proposals.transfer", ref=cast.ref, status=409)
    assert "so it can no longer be moved" in page.text


def test_the_conflicted_manager_cannot_stop_an_assessment(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    with committed():
        colleague = make_person(role=cast.manager.grants[0].role, organisation="hill-hospital", name="Bound")
        other = make_person(role=cast.manager.grants[0].role, organisation=STAFF, name="Free")
    client.as_(colleague).get("assessment.request_changes", ref=cast.ref, status=403)
    client.as_(other).get("assessment.request_changes", ref=cast.ref)


@time_machine.travel(SUBMITTED, tick=False)
def test_the_panel_is_told_what_changed_since_they_reviewed(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    ask(client, cast)
    resubmit(committed, cast)
    go_on(client, cast)
    for endpoint in ("assessment.reviews", "reports.my_work"):
        page = client.as_(cast.reviewers[0]).get(endpoint)
        assert "Confirm or change what you wrote before." in page.text
        page = client.as_(cast.reviewers[2]).get(endpoint)
        assert "Confirm or change" not in page.text
    page = client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref)
    assert "1 answer changed since version 1, which you reviewed." in page.text
    assert "Second words" in page.click("See what changed").text
    page = client.as_(cast.reviewers[2]).get("assessment.review", ref=cast.ref)
    assert "which you reviewed" not in page.text


@time_machine.travel(SUBMITTED, tick=False)
def test_what_changed_stays_to_be_read_while_a_review_is_confirmed(
    client: Client, committed: Committed
) -> None:
    cast = arrange(committed)
    ask(client, cast)
    resubmit(committed, cast)
    go_on(client, cast)
    author = client.as_(cast.reviewers[0])
    since = "1 answer changed since version 1, which you reviewed."
    page = author.get("assessment.review", ref=cast.ref)
    assert since in page.text
    sent = {**FULL, "state": page.value("state"), "page": page.value("page")}
    author.post("assessment.keep_review", sent, ref=cast.ref)
    assert since in author.get("assessment.review", ref=cast.ref).text
