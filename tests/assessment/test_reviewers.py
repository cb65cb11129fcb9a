from __future__ import annotations

from datetime import date

import pytest

from exchange.assessment import queries, services
from exchange.assessment.models import Assignment, Review, Round
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals.models import Reader
from tests.assessment.arrange import (
    TEAM,
    Cast,
    declare,
    make_cast,
    make_manager,
    make_reviewer,
    submit,
    written,
)
from tests.conftest import Committed
from tests.pages import Client, Page


def page_of(client: Client, cast: Cast) -> Page:
    return client.as_(cast.manager).get("assessment.reviewers", ref=cast.ref)


def last_event() -> Event:
    event = db.session.query(Event).order_by(Event.id.desc()).first()
    assert event is not None
    return event


def test_reviewers_says_where_each_stands(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        declare(cast.assignment(1))
        declare(cast.assignment(2))
        services.save_review(cast.assignment(2), written(3, 3), opened_at_state=services.state_of(None))
        submit(cast.assignment(3))
    page = page_of(client, cast)
    assert "One review is in and three are needed." in page.text
    rows = page.texts(".app-result")
    for row, status in zip(
        rows,
        (
            "Has not declared yet.",
            "Declared no interest, and has not begun.",
            "Has begun to review.",
            "Review submitted on 23 November 2026.",
        ),
        strict=True,
    ):
        assert status in row
    assert "Because of need, 3." not in page.text


def test_adding_a_reviewer(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        newcomer = make_reviewer("New Person")
    page = page_of(client, cast).click("Add reviewers")
    assert page.texts(".nhsuk-checkboxes__label") == ["New Person"]
    page = page.submit("Add to the panel", status=422)
    assert page.errors == ["Select who joins the panel", "Enter why you add them"]
    page = page.submit("Add to the panel", reviewers=[newcomer.id], reason="Two are away.")
    assert page.path == f"/proposals/{cast.ref}/reviewers"
    with committed():
        added = queries.assignment_of(newcomer, cast.round)
        assert added is not None
        assert added.letter == "D"
        event = last_event()
        assert (event.kind, event.audience, event.facts["letters"]) == ("add_reviewers", "assessors", ["D"])
        assert [(text.name, text.audience, text.content) for text in event.texts] == [
            ("reason", "director", "Two are away.")
        ]


def test_adding_someone_twice_at_once_tells_the_second(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        newcomer = make_reviewer("New Person")
        other = make_manager(name="Other Manager")
    first = page_of(client, cast).click("Add reviewers")
    second = client.as_(other).get("assessment.add_reviewers", ref=cast.ref)
    first.submit("Add to the panel", reviewers=[newcomer.id], reason="Two are away.")
    page = second.submit("Add to the panel", reviewers=[newcomer.id], reason="She knows falls.", status=409)
    assert "There is nobody else to add" in page.text
    assert "She knows falls." in page.text
    with committed():
        assert db.session.query(Assignment).count() == 4


def test_adding_a_conflicted_reviewer_is_refused(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        colleague = make_reviewer("Colleague Conflicted", organisation=TEAM)
        make_reviewer("Free Person")
    page = client.as_(cast.manager).post(
        "assessment.add_reviewers",
        {"reviewers": colleague.id, "reason": "Why not."},
        ref=cast.ref,
        status=422,
    )
    assert page.errors == [
        "Colleague Conflicted cannot be chosen. "
        "They are from the same organisation as Amina Begum, who is on the team."
    ]


def test_removing_a_reviewer_voids_the_draft(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        declare(cast.assignment(0))
        services.save_review(cast.assignment(0), written(3, 3), opened_at_state=services.state_of(None))
    page = client.as_(cast.manager).get("assessment.remove_reviewer", ref=cast.ref, letter="A")
    assert cast.reviewers[0].name in page.text
    page = page.submit("Remove from the panel", status=422)
    assert page.errors == ["Enter why you remove them"]
    page = page.submit("Remove from the panel", reason="On leave until May.")
    assert "Taken off the panel on 23 November 2026. On leave until May." in page.text
    with committed():
        assert cast.assignment(0).removed_reason == "On leave until May."
        assert db.session.get(Reader, (cast.proposal.id, cast.reviewers[0].id)) is None
        event = last_event()
        assert (event.kind, event.facts["letter"]) == ("remove_reviewer", "A")
        assert queries.tally(cast.round).panel == 2
    client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref, status=404)
    # Sent again, it is done already.
    client.as_(cast.manager).post(
        "assessment.remove_reviewer", {"reason": "Again."}, ref=cast.ref, letter="A"
    )
    with committed():
        assert cast.assignment(0).removed_reason == "On leave until May."


def test_who_returns_keeps_their_place_and_their_draft(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        declare(cast.assignment(0))
        services.save_review(cast.assignment(0), written(3, 3), opened_at_state=services.state_of(None))
        services.remove_reviewer(cast.assignment(0), cast.manager, reason="On leave.")
        services.add_reviewers(cast.round, cast.manager, [cast.reviewers[0].id], reason="Back.")
    with committed():
        assignment = cast.assignment(0)
        assert (assignment.letter, assignment.removed_at, assignment.interest) == ("A", None, None)
        assert db.session.query(Review).count() == 1
        submit(assignment, 5, 5)
        assert [each.assignment.letter for each in queries.counted_reviews(cast.round)] == ["A"]


def test_a_review_that_is_in_keeps_its_author_on_the_panel(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
    page = client.as_(cast.manager).get("assessment.remove_reviewer", ref=cast.ref, letter="A")
    with committed():
        submit(cast.assignment(0))
    page = page.submit("Remove from the panel", reason="I do not like it.", status=409)
    assert page.h1 == "This review is in"
    assert "I do not like it." in page.text
    page = page_of(client, cast)
    row = next(row for row in page.texts(".app-result") if "Review submitted" in row)
    assert "Remove" not in row
    with committed():
        assert queries.aggregate(cast.round).count == 1


def test_giving_more_time(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
    page = page_of(client, cast).click("Give more time")
    page = page.submit("Give more time", {"due-day": "21", "due-month": "12", "due-year": "2026"}, status=422)
    assert page.errors == ["“New due date” must be 22 December 2026 or later", "Enter why you give more time"]
    page = page.submit(
        "Give more time",
        {"due-day": "15", "due-month": "1", "due-year": "2027"},
        reason="Two are away.",
    )
    assert "Reviews are now due on 15 January 2027." in page.text
    with committed():
        assert db.session.get_one(Round, cast.round.id).due == date(2027, 1, 15)
        event = last_event()
        assert (event.kind, event.audience, event.facts["due"]) == ("extend", "members", "2027-01-15")
        assert [(text.name, text.audience) for text in event.texts] == [("reason", "assessors")]


@pytest.mark.parametrize(
    "due", [("31", "2", "2027"), ("", "1", "2027"), ("1", "1", "2100"), ("x", "1", "2027")]
)
def test_a_date_that_cannot_be_is_said(
    client: Client, committed: Committed, due: tuple[str, str, str]
) -> None:
    with committed():
        cast = make_cast()
    sent = dict(zip(("due-day", "due-month", "due-year"), due, strict=True))
    page = client.as_(cast.manager).post(
        "assessment.extend", {**sent, "reason": "Why."}, ref=cast.ref, status=422
    )
    assert len(page.errors) == 1
    with committed():
        assert db.session.get_one(Round, cast.round.id).due == date(2026, 12, 21)


@pytest.mark.parametrize("endpoint", ["add_reviewers", "extend", "remove_reviewer"])
def test_the_panel_of_an_ended_round_stays(client: Client, committed: Committed, endpoint: str) -> None:
    with committed():
        cast = make_cast()
        for index in range(3):
            submit(cast.assignment(index))
        services.close_assessment(cast.proposal, cast.manager, panel_summary="Good.", feedback="Good.")
    browser = client.as_(cast.manager)
    more = {"letter": "A"} if endpoint == "remove_reviewer" else {}
    address = browser.address(f"assessment.{endpoint}", ref=cast.ref, **more)
    browser.get(address, status=409)
    browser.post(address, status=409)
    page = page_of(client, cast)
    assert "This assessment ended on 23 November 2026." in page.text
    assert "Add reviewers" not in page.text


@pytest.mark.parametrize("endpoint", ["reviewers", "add_reviewers", "extend", "remove_reviewer"])
def test_the_panel_is_the_managers_alone(client: Client, committed: Committed, endpoint: str) -> None:
    with committed():
        cast = make_cast()
        conflicted = make_manager(organisation=TEAM)
    more = {"letter": "A"} if endpoint == "remove_reviewer" else {}
    for person in (cast.champion, cast.reviewers[0], conflicted):
        client.as_(person).get(f"assessment.{endpoint}", ref=cast.ref, status=404, **more)


def test_a_letter_that_nobody_has_is_not_found(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
    client.as_(cast.manager).get("assessment.remove_reviewer", ref=cast.ref, letter="Q", status=404)
