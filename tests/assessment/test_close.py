from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import queries, services
from exchange.assessment.models import Round
from exchange.decisions import services as decisions
from exchange.decisions.models import DecisionKind
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from tests.assessment.arrange import (
    STAFF,
    TEAM,
    Cast,
    declare,
    make_cast,
    make_champion,
    make_director,
    make_draft,
    make_manager,
    make_reviewer,
    make_submitted,
    submit,
)
from tests.conftest import Committed
from tests.factories import make_grant, make_person
from tests.pages import Client, Page

TEXTS = {"panel_summary": "All agree that it is ready.", "feedback": "Say who counts the falls."}
DAY_AFTER_DUE = datetime(2026, 12, 22, 9, tzinfo=UTC)


def close_page(client: Client, cast: Cast, status: int = 200) -> Page:
    return client.as_(cast.manager).get("assessment.close_assessment", ref=cast.ref, status=status)


def assessed(committed: Committed, reviews: int = 3) -> Cast:
    with committed():
        cast = make_cast()
        for index in range(reviews):
            submit(cast.assignment(index))
    return cast


def test_close_assessment_hands_it_to_the_director(client: Client, committed: Committed) -> None:
    cast = assessed(committed)
    page = close_page(client, cast)
    assert "75 of 100, the weighted mean" in page.text
    page = page.submit("Close assessment", TEXTS)
    assert page.path == f"/proposals/{cast.ref}"
    with committed():
        assert db.session.get_one(Proposal, cast.proposal.id).stage is Stage.ASSESSED
        round_ = db.session.get_one(Round, cast.round.id)
        assert (round_.panel_summary, round_.feedback) == tuple(TEXTS.values())
        assert (round_.closed_at, round_.closed_by_id) == (round_.ended_at, cast.manager.id)
        event = db.session.query(Event).filter_by(kind="close_assessment").one()
        assert (event.audience, event.facts["reviews"]) == ("members", 3)
        assert {text.name: text.audience for text in event.texts} == {
            "panel_summary": "director",
            "feedback": "director",
        }


def test_feedback_reaches_the_team_only_with_the_decision(client: Client, committed: Committed) -> None:
    cast = assessed(committed)
    close_page(client, cast).submit("Close assessment", TEXTS)
    with committed():
        director = make_director()
    for person in (cast.champion, cast.reviewers[0]):
        for endpoint in ("proposals.show", "proposals.history"):
            text = client.as_(person).get(endpoint, ref=cast.ref).text
            assert "Say who counts the falls." not in text
    for staff in (cast.manager, director):
        text = client.as_(staff).get("assessment.assessment", ref=cast.ref).text
        assert "Say who counts the falls." in text
        assert "All agree that it is ready." in text
    text = client.as_(cast.reviewers[0]).get("assessment.assessment", ref=cast.ref).text
    assert "All agree that it is ready." in text
    assert "Say who counts the falls." not in text


def test_the_summary_does_not_reach_who_has_yet_to_submit(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        for index in range(3):
            submit(cast.assignment(index))
        declare(cast.assignment(3))
        director = make_director()
    close_page(client, cast).submit("Close assessment", TEXTS)
    for endpoint in ("proposals.show", "proposals.history"):
        text = client.as_(cast.reviewers[3]).get(endpoint, ref=cast.ref).text
        assert "Assessment closed" in text
        assert "All agree that it is ready." not in text
    client.as_(cast.reviewers[3]).get("assessment.assessment", ref=cast.ref, status=404)
    assert "All agree that it is ready." in client.as_(director).get("proposals.history", ref=cast.ref).text


def test_feedback_by_criterion_is_previewed_and_reaches_the_letter(
    client: Client, committed: Committed
) -> None:
    cast = assessed(committed)
    said = {**TEXTS, "feedback-benefit": "Measured on one ward.\n\nTry three."}
    page = close_page(client, cast).submit("Preview", said)
    assert page.texts(".app-preview p")[1:] == [
        "Say who counts the falls.",
        "Benefit: Measured on one ward.",
        "Try three.",
    ]
    assert page.value("feedback-benefit").replace("\r", "") == said["feedback-benefit"]
    with committed():
        assert db.session.get_one(Proposal, cast.proposal.id).stage is Stage.IN_ASSESSMENT
        director = make_director()
    page.submit("Close assessment")
    with committed():
        round_ = db.session.get_one(Round, cast.round.id)
        assert round_.feedback_by_criterion == {"benefit": said["feedback-benefit"]}
        event = db.session.query(Event).filter_by(kind="close_assessment").one()
        assert "Measured on one ward." in {text.name: text.content for text in event.texts}["feedback"]
    for person, is_read in ((cast.manager, True), (director, True), (cast.reviewers[0], False)):
        text = client.as_(person).get("assessment.assessment", ref=cast.ref).text
        assert ("Measured on one ward." in text) is is_read
    team = client.as_(cast.champion)
    assert "Measured on one ward." not in team.get("proposals.history", ref=cast.ref).text
    with committed():
        said_of_it = {
            "reason_code": "other",
            "feedback": "Not now.",
            "would_change": "Figures.",
            "override_reason": "Done elsewhere.",
        }
        proposal = db.session.get_one(Proposal, cast.proposal.id)
        decider = db.session.get_one(Person, director.id)
        decisions.release(proposal, DecisionKind.DECLINE, decider, said_of_it)
    letter = team.get("decisions.letter", ref=cast.ref)
    assert (
        "What the panel says to you Say who counts the falls. Benefit: Measured on one ward." in letter.text
    )


def test_feedback_names_no_reviewer(client: Client, committed: Committed) -> None:
    cast = assessed(committed)
    name = cast.reviewers[1].name
    said = {**TEXTS, "feedback": f"As {name.lower()} says, count.", "feedback-need": f"{name} found none."}
    page = close_page(client, cast).submit("Close assessment", said, status=422)
    assert page.errors == [
        f"Take “{name}” out of “{field}”: the team must not learn who assesses it"
        for field in ("Feedback for the team", "Feedback on “Need”")
    ]
    assert page.value("feedback-need") == f"{name} found none."
    page = page.submit("Preview", {"feedback": "Count.", "feedback-need": "x " * 151}, status=422)
    assert page.errors == ["Feedback on “Need” must be 150 words or fewer. It has 151"]


def test_close_assessment_needs_both_texts(client: Client, committed: Committed) -> None:
    page = close_page(client, assessed(committed))
    page = page.submit("Close assessment", panel_summary="Good.", status=422)
    assert page.errors == ["Enter the feedback for the team"]
    assert page.value("panel_summary") == "Good."
    page = page.submit("Close assessment", panel_summary="x " * 301, feedback="Good.", status=422)
    assert page.errors == ["Summary of the panel’s view must be 300 words or fewer. It has 301"]


def test_close_assessment_before_the_quorum_says_when(client: Client, committed: Committed) -> None:
    cast = assessed(committed, reviews=2)
    page = close_page(client, cast, status=409)
    sentence = (
        "Two of three reviews are in. "
        "You can close the assessment on 22 December 2026, or when the third arrives."
    )
    assert sentence in page.text
    assert sentence in client.as_(cast.manager).get("assessment.reviewers", ref=cast.ref).text
    page = client.as_(cast.manager).post("assessment.close_assessment", TEXTS, ref=cast.ref, status=409)
    assert "All agree that it is ready." in page.text, "nothing typed is lost"


def test_close_assessment_with_the_minimum_once_the_due_date_passed(
    client: Client, committed: Committed, clock: time_machine.Traveller
) -> None:
    cast = assessed(committed, reviews=2)
    clock.move_to(datetime(2026, 12, 21, 23, 59, tzinfo=UTC))
    close_page(client, cast, status=409)
    clock.move_to(DAY_AFTER_DUE)
    page = close_page(client, cast)
    assert f"{cast.reviewers[2].name} has not submitted a review." in page.text
    page.submit("Close assessment", TEXTS)
    with committed():
        assert db.session.get_one(Proposal, cast.proposal.id).stage is Stage.ASSESSED


def test_close_assessment_below_the_minimum_stays_open(
    client: Client, committed: Committed, clock: time_machine.Traveller
) -> None:
    cast = assessed(committed, reviews=1)
    clock.move_to(DAY_AFTER_DUE)
    page = close_page(client, cast, status=409)
    assert "One of three reviews is in. The reviews were due on 21 December 2026." in page.text


def test_a_late_interest_can_take_the_quorum_away(client: Client, committed: Committed) -> None:
    cast = assessed(committed)
    page = close_page(client, cast)
    with committed():
        db.session.get_one(type(cast.champion), cast.reviewers[0].id).organisation_id = TEAM
    page = page.submit("Close assessment", TEXTS, status=409)
    assert "Two reviews are in and three are needed." in page.text
    assert "Say who counts the falls." in page.text
    with committed():
        assert db.session.get_one(Proposal, cast.proposal.id).stage is Stage.IN_ASSESSMENT


def test_who_reviewed_it_cannot_close_it(client: Client, committed: Committed) -> None:
    cast = assessed(committed)
    with committed():
        both = make_reviewer("Both Roles", organisation=STAFF)
        make_grant(both, Role.PROGRAMME_MANAGER)
        services.add_reviewers(cast.round, cast.manager, [both.id], reason="She knows falls.")
    page = client.as_(both).get("assessment.close_assessment", ref=cast.ref, status=409)
    assert (
        "You are a reviewer of this proposal, so another programme manager has to close its assessment."
        in page.text
    )
    with committed():
        assert queries.has_assessed(both, cast.proposal)
        assert not queries.has_assessed(cast.manager, cast.proposal)


def test_closing_at_once_tells_the_second_and_keeps_their_text(client: Client, committed: Committed) -> None:
    cast = assessed(committed)
    with committed():
        other = make_manager(name="Other Manager")
    first = close_page(client, cast)
    second = client.as_(other).get("assessment.close_assessment", ref=cast.ref)
    first.submit("Close assessment", TEXTS)
    page = second.submit("Close assessment", panel_summary="Mine.", feedback="My own words.", status=409)
    assert page.h1 == "This cannot be done now"
    assert "My own words." in page.text
    with committed():
        assert db.session.get_one(Round, cast.round.id).panel_summary == TEXTS["panel_summary"]


@pytest.mark.parametrize("who", ["champion", "reviewer", "director", "conflicted"])
def test_close_assessment_is_the_managers_alone(client: Client, committed: Committed, who: str) -> None:
    cast = assessed(committed)
    with committed():
        people = {
            "champion": cast.champion,
            "reviewer": cast.reviewers[0],
            "director": make_director(),
            "conflicted": make_manager(organisation=TEAM),
        }
    client.as_(people[who]).get("assessment.close_assessment", ref=cast.ref, status=403)
    client.as_(people[who]).post("assessment.close_assessment", TEXTS, ref=cast.ref, status=403)


def test_withdraw_ends_the_round(client: Client, committed: Committed) -> None:
    cast = assessed(committed, reviews=1)
    page = client.as_(cast.champion).get("assessment.withdraw", ref=cast.ref)
    page = page.submit("Withdraw proposal", status=422)
    assert page.errors == ["Enter why you withdraw it"]
    page = page.submit("Withdraw proposal", reason="The ward is closing.")
    assert page.path == f"/proposals/{cast.ref}"
    with committed():
        assert db.session.get_one(Proposal, cast.proposal.id).stage is Stage.WITHDRAWN
        round_ = db.session.get_one(Round, cast.round.id)
        assert (round_.closed_at, round_.is_open) == (None, False)
        event = db.session.query(Event).filter_by(kind="withdraw").one()
        assert (event.audience, event.facts["round"]) == ("team", 1)
        assert [(text.name, text.audience, text.content) for text in event.texts] == [
            ("reason", "team", "The ward is closing.")
        ]
    reviewer = client.as_(cast.reviewers[0])
    for endpoint in ("proposals.show", "assessment.review", "assessment.assessment"):
        reviewer.get(endpoint, ref=cast.ref, status=404)
    assert "Falls huddles" not in reviewer.get("assessment.reviews").text
    client.as_(cast.manager).get("assessment.assessment", ref=cast.ref)


def test_withdraw_before_assessment(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_submitted(champion)
    page = client.as_(champion).get("assessment.withdraw", ref=proposal.reference)
    page.submit("Withdraw proposal", reason="The ward is closing.")
    with committed():
        assert db.session.get_one(Proposal, proposal.id).stage is Stage.WITHDRAWN


def test_withdraw_of_a_draft_is_refused(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    page = client.as_(champion).get("assessment.withdraw", ref=proposal.reference, status=409)
    assert "The proposal is now at “Draft”." in page.text


def test_withdraw_is_the_champions_alone(client: Client, committed: Committed) -> None:
    with committed():
        champion, co_author = make_champion(), make_person(organisation=TEAM)
        proposal = make_submitted(champion, co_authors=[co_author])
        manager = make_manager()
    for person in (co_author, manager):
        client.as_(person).post("assessment.withdraw", {"reason": "No."}, ref=proposal.reference, status=403)
    with committed():
        assert db.session.get_one(Proposal, proposal.id).stage is Stage.SUBMITTED
