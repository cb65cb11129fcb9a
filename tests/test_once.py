"""A form that acts is done once, however often it is sent, and something else sent from the same page is done too."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from exchange import clock, once
from exchange.events import Event
from exchange.extensions import db
from exchange.once import DoneForm
from exchange.proposals.models import Proposal
from tests.assessment.arrange import make_cast, make_champion, make_manager, make_reviewer, make_submitted
from tests.assessment.test_at_once import at_once, sender
from tests.conftest import Committed
from tests.pages import Client


def test_the_second_click_sees_what_the_first_did(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_submitted(champion)
    page = client.as_(champion).get("assessment.withdraw", ref=proposal.reference)
    first = page.submit("Withdraw proposal", reason="Our plans changed.")
    second = page.submit("Withdraw proposal", reason="Our plans changed.")
    assert (second.path, second.h1) == (first.path, first.h1)
    assert f"{proposal.reference} is withdrawn." in second.text
    with committed():
        assert db.session.query(Event).filter_by(kind="withdraw").count() == 1


def test_something_else_sent_from_the_same_page_is_answered_anew(
    client: Client, committed: Committed
) -> None:
    with committed():
        champion = make_champion()
        proposal = make_submitted(champion)
    page = client.as_(champion).get("assessment.withdraw", ref=proposal.reference)
    page.submit("Withdraw proposal", reason="Our plans changed.")
    refused = page.submit("Withdraw proposal", reason="For another reason.", status=409)
    assert "The proposal is now at “Withdrawn”." in refused.text
    assert "For another reason." in refused.text


def test_what_was_refused_may_be_sent_again(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_submitted(champion)
    page = client.as_(champion).get("assessment.withdraw", ref=proposal.reference)
    for _ in range(2):
        assert page.submit("Withdraw proposal", reason=" ", status=422).errors == [
            "Enter why you withdraw it"
        ]
    with committed():
        assert db.session.query(DoneForm).count() == 0


def test_the_mark_of_another_person_means_nothing(client: Client, committed: Committed) -> None:
    with committed():
        manager, other = make_manager(), make_manager(name="Second Manager")
        people = [str(make_reviewer(f"Free Person {number}").id) for number in range(3)]
        proposal = make_submitted(make_champion())
    page = client.as_(manager).get("assessment.start_assessment", ref=proposal.reference)
    sent = {"once": page.value("once"), "reviewers": people}
    page.submit("Start assessment", reviewers=people)
    client.as_(other).post("assessment.start_assessment", sent, ref=proposal.reference, status=409)


@pytest.mark.parametrize("clicks", [2, 5])
def test_clicks_at_the_same_moment_do_it_once(client: Client, committed: Committed, clicks: int) -> None:
    with committed():
        champion = make_champion()
        proposal = make_submitted(champion)
    page = client.as_(champion).get("assessment.withdraw", ref=proposal.reference)
    click = sender(page, "go", {"reason": "Our plans changed."})
    assert at_once(*[click] * clicks) == [302] * clicks
    with committed():
        assert db.session.query(Event).filter_by(kind="withdraw").count() == 1
        assert db.session.query(DoneForm).count() == 1


def test_a_reviewer_who_declares_an_interest_twice_is_thanked_twice(
    client: Client, committed: Committed
) -> None:
    with committed():
        cast = make_cast()
    page = client.as_(cast.reviewers[0]).get("assessment.declare", ref=cast.ref)
    for _ in range(2):
        told = page.submit("Continue", interest="interest", reason="My sister leads it.")
        assert f"You are no longer a reviewer of {cast.ref}." in told.text


def test_a_draft_deleted_twice_is_gone(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
    page = client.as_(champion).get("proposals.new")
    page = page.submit("Save and continue", title="Falls", lead_theme="safe-care")
    page = page.browser.get("proposals.delete", ref=page.path.split("/")[2])
    for _ in range(2):
        assert "The draft “Falls” is deleted." in page.submit("Delete the draft").text
    with committed():
        assert db.session.query(Proposal).count() == 0


def test_what_was_done_is_forgotten_after_some_days(app: Flask, committed: Committed) -> None:
    with committed():
        db.session.add(DoneForm(digest="a" * 64, at=clock.now(), location="/"))
    with time_machine.travel(clock.now() + once.KEPT_FOR - timedelta(hours=1), tick=False), committed():
        once.forget_old()
        assert db.session.query(DoneForm).count() == 1
    with time_machine.travel(clock.now() + once.KEPT_FOR + timedelta(hours=1), tick=False), committed():
        once.forget_old()
        assert db.session.query(DoneForm).count() == 0
