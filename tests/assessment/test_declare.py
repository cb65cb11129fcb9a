from __future__ import annotations

import pytest

from exchange.accounts.roles import Role
from exchange.assessment import queries, services
from exchange.assessment.models import Assignment, Interest, Review
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals.models import DeclaredInterest, Proposal, Reader, ReadingLevel
from tests.assessment.arrange import OTHER, STAFF, Cast, declare, make_cast, make_reviewer, submit, written
from tests.conftest import Committed
from tests.factories import make_grant, make_person
from tests.pages import Client


def last_event(cast: Cast) -> Event:
    found = (
        db.session.query(Event).filter_by(subject=cast.proposal.event_subject).order_by(Event.position.desc())
    )
    event = found.first()
    assert event is not None
    return event


def test_before_declaring_a_reviewer_reads_the_summary_only(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast(visibility="assessors", safety_risks="A secret of the ward.")
    page = client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref)
    assert page.path == f"/proposals/{cast.ref}/declare"
    assert "A ten-minute huddle on every ward prevents falls." in page.text
    assert "Amina Begum, Hill Hospital" in page.text
    assert "You are asked to review this proposal by 21 December 2026." in page.text
    assert "A secret of the ward." not in page.text


def test_declaring_no_interest_opens_the_review(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast(safety_risks="A secret of the ward.")
    page = client.as_(cast.reviewers[0]).get("assessment.declare", ref=cast.ref)
    page = page.submit("Continue", interest="none")
    assert page.path == f"/proposals/{cast.ref}/review"
    assert "A secret of the ward." in page.text
    with committed():
        assignment = cast.assignment(0)
        assert (assignment.interest, assignment.removed_at) == (Interest.NONE, None)
        reader = db.session.get_one(Reader, (cast.proposal.id, cast.reviewers[0].id))
        assert reader.level is ReadingLevel.ALL
        event = last_event(cast)
        assert (event.kind, event.audience) == ("declare", "assessors")
        assert (event.facts["letter"], event.facts["interest"], event.facts["round"]) == ("A", "none", 1)


def test_declaring_an_interest_needs_its_reason(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
    page = client.as_(cast.reviewers[0]).get("assessment.declare", ref=cast.ref)
    page = page.submit("Continue", interest="interest", status=422)
    assert page.errors == ["Enter what your interest is"]
    page = page.submit("Continue", interest=None, status=422)
    assert page.errors == ["Select what you declare"]


def test_declaring_an_interest_ends_the_reading_and_tells_the_manager(
    client: Client, committed: Committed
) -> None:
    with committed():
        cast = make_cast(visibility="assessors")
    reviewer = client.as_(cast.reviewers[0])
    page = reviewer.get("assessment.declare", ref=cast.ref)
    page = page.submit("Continue", interest="interest", reason="I sold them the idea.")
    assert page.path == "/reviews"
    assert "You are no longer a reviewer of " + cast.ref in page.text
    assert "Falls huddles" not in page.text
    for endpoint in ("proposals.show", "assessment.review", "assessment.declare", "assessment.assessment"):
        reviewer.get(endpoint, ref=cast.ref, status=404)
    with committed():
        assert cast.assignment(0).removed_at is not None
        assert db.session.get(Reader, (cast.proposal.id, cast.reviewers[0].id)) is None
        kept = db.session.get_one(DeclaredInterest, (cast.proposal.id, cast.reviewers[0].id))
        assert kept.reason == "I sold them the idea."
        event = last_event(cast)
        assert (event.kind, event.facts["interest"], event.facts["letter"]) == ("declare", "interest", "A")
        assert [(text.name, text.audience) for text in event.texts] == [("reason", "director")]
    page = client.as_(cast.manager).get("assessment.reviewers", ref=cast.ref)
    assert "Declared an interest. I sold them the idea." in page.text
    page = client.as_(cast.manager).get("assessment.add_reviewers", ref=cast.ref, status=200)
    assert "They declared an interest." in page.text


def test_what_the_manager_is_told_is_for_no_other_reviewer(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        declare(cast.assignment(1))
    page = client.as_(cast.reviewers[0]).get("assessment.declare", ref=cast.ref)
    page.submit("Continue", interest="interest", reason="I sold them the idea.")
    other = client.as_(cast.reviewers[1])
    with committed():
        submit(cast.assignment(1))
    for endpoint in ("assessment.assessment", "proposals.show"):
        assert "I sold them the idea." not in other.get(endpoint, ref=cast.ref).text


@pytest.mark.parametrize(
    ("interest", "said"),
    [
        ("outside-my-expertise", "Said that it is outside their expertise."),
        ("too-many", "Said that they have too many reviews just now."),
    ],
)
def test_who_declines_is_free_to_be_asked_again(
    client: Client, committed: Committed, interest: str, said: str
) -> None:
    with committed():
        cast = make_cast()
    page = client.as_(cast.reviewers[0]).get("assessment.declare", ref=cast.ref)
    page.submit("Continue", interest=interest, reason="Never mind.")
    with committed():
        assert db.session.query(DeclaredInterest).count() == 0
        assert cast.assignment(0).removed_at is not None
    page = client.as_(cast.manager).get("assessment.add_reviewers", ref=cast.ref)
    assert said in page.text
    page.submit("Add to the panel", reviewers=[cast.reviewers[0].id], reason="She reconsidered.")
    with committed():
        assignment = cast.assignment(0)
        assert (assignment.removed_at, assignment.interest, assignment.letter) == (None, None, "A")
        assert db.session.query(Assignment).count() == 3


def test_a_late_declaration_withdraws_the_review(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        submit(cast.assignment(0), 5, 5)
        submit(cast.assignment(1), 1, 1)
    reviewer = client.as_(cast.reviewers[0])
    page = reviewer.get("assessment.review", ref=cast.ref).click("Tell us of an interest")
    page = page.submit("Continue", interest="interest", reason="My sister joined the team.")
    assert page.path == "/reviews"
    assert "Falls huddles" not in page.text
    reviewer.get("assessment.assessment", ref=cast.ref, status=404)
    with committed():
        review = cast.assignment(0).review
        assert review is not None
        assert review.withdrawn_at is not None
        assert [each.assignment.letter for each in queries.counted_reviews(cast.round)] == ["B"]
        event = last_event(cast)
        assert (event.kind, event.audience, event.facts["letter"]) == ("withdraw_review", "assessors", "A")


def test_a_late_declaration_after_closing_still_withdraws_the_review(
    client: Client, committed: Committed
) -> None:
    with committed():
        cast = make_cast()
        for index in range(3):
            submit(cast.assignment(index))
        services.close_assessment(cast.proposal, cast.manager, panel_summary="Good.", feedback="Good.")
    page = client.as_(cast.reviewers[0]).get("assessment.declare", ref=cast.ref)
    assert page.texts(".nhsuk-radios__label") == ["I have an interest in it"]
    page.submit("Continue", interest="interest", reason="My sister joined the team.")
    with committed():
        assert queries.aggregate(cast.round).count == 2


def test_a_late_declaration_voids_a_draft(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        assignment = cast.assignment(0)
        declare(assignment)
        services.save_review(assignment, written(3, 3), opened_at_state=services.state_of(None))
    page = client.as_(cast.reviewers[0]).get("assessment.declare", ref=cast.ref)
    page.submit("Continue", interest="interest", reason="My sister joined the team.")
    with committed():
        assert last_event(cast).kind == "declare"
        assert queries.counted_reviews(cast.round) == []


def test_declaring_the_same_again_changes_nothing(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
    browser = client.as_(cast.reviewers[0])
    first, second = (browser.get("assessment.declare", ref=cast.ref) for _ in range(2))
    first.submit("Continue", interest="none")
    with committed():
        before = db.session.query(Event).count()
    second.submit("Continue", interest="none", status=422)  # it is no longer asked
    with committed():
        assert db.session.query(Event).count() == before
        assert cast.assignment(0).interest is Interest.NONE


@pytest.mark.parametrize("sent", ["", "maybe", "NONE", "😀", "none\x00"])
def test_declare_refuses_what_it_does_not_offer(client: Client, committed: Committed, sent: str) -> None:
    with committed():
        cast = make_cast()
    client.as_(cast.reviewers[0]).post("assessment.declare", {"interest": sent}, ref=cast.ref, status=422)
    with committed():
        assert cast.assignment(0).interest is None


def test_declare_is_the_panels_alone(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        outsiders = [
            make_reviewer("Not Chosen"),
            make_person(organisation=OTHER),
            cast.champion,
            cast.manager,
        ]
    for person in outsiders:
        client.as_(person).get("assessment.declare", ref=cast.ref, status=404)
        client.as_(person).post("assessment.declare", {"interest": "none"}, ref=cast.ref, status=404)
    with committed():
        assert db.session.query(Assignment).filter(Assignment.interest.is_not(None)).count() == 0


def test_a_reviewer_who_moves_to_the_teams_organisation_is_bound_at_once(
    client: Client, committed: Committed
) -> None:
    with committed():
        cast = make_cast(visibility="assessors")
        for index in range(3):
            submit(cast.assignment(index))
        db.session.get_one(type(cast.champion), cast.reviewers[0].id).organisation_id = "hill-hospital"
    reviewer = client.as_(cast.reviewers[0])
    for endpoint in ("assessment.review", "assessment.declare", "assessment.assessment", "proposals.show"):
        reviewer.get(endpoint, ref=cast.ref, status=404)
    assert "Falls huddles" not in reviewer.get("assessment.reviews").text
    with committed():
        assert [each.assignment.letter for each in queries.counted_reviews(cast.round)] == ["B", "C"]
        assert queries.tally(cast.round).panel == 2
        assert db.session.query(Review).filter(Review.withdrawn_at.is_not(None)).count() == 0
    page = client.as_(cast.manager).get("assessment.reviewers", ref=cast.ref)
    assert "Has an interest now, so nothing of theirs counts." in page.text


def test_an_interest_declared_as_a_reviewer_binds_in_every_role(client: Client, committed: Committed) -> None:
    with committed():
        both = make_reviewer("Both Roles", organisation=STAFF)
        make_grant(both, Role.PROGRAMME_MANAGER)
        cast = make_cast(visibility="assessors")
        services.add_reviewers(cast.round, cast.manager, [both.id], reason="She knows falls.")
    browser = client.as_(both)
    browser.get("assessment.reviewers", ref=cast.ref)
    page = browser.get("assessment.declare", ref=cast.ref)
    page.submit("Continue", interest="interest", reason="I wrote it with them.")
    for endpoint in (
        "assessment.reviewers",
        "assessment.assessment",
        "assessment.close_assessment",
        "proposals.show",
    ):
        browser.get(endpoint, ref=cast.ref, status=404)
    assert "Falls huddles" not in browser.get("assessment.triage").text
    with committed():
        assert db.session.get(Proposal, cast.proposal.id) is not None


def test_too_many_reviews_are_no_reason_once_one_is_in(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        submit(cast.assignment(0), 4, 4)
    page = client.as_(cast.reviewers[0]).get("assessment.declare", ref=cast.ref)
    assert [box.attributes["value"] for box in page.select("input[name=interest]")] == [
        "interest",
        "outside-my-expertise",
    ]
