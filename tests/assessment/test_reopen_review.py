from __future__ import annotations

import time_machine
from hypothesis import given
from hypothesis import strategies as st

from exchange.accounts.roles import Role
from exchange.assessment import queries, services
from exchange.assessment.history import changes, lines
from exchange.assessment.models import EarlierReview, Interest, Recommendation
from exchange.assessment.written import Written
from exchange.events import Event
from exchange.extensions import db
from tests.assessment.arrange import TEAM, Cast, make_cast, make_director, make_manager, submit
from tests.conftest import Committed
from tests.factories import make_grant
from tests.pages import Client, Page

CRITERIA = {"need": "Need", "benefit": "Benefit"}


def arrange(committed: Committed) -> Cast:
    with committed():
        cast = make_cast()
        for index in range(3):
            submit(cast.assignment(index), 4, 2)
    return cast


def open_again(client: Client, cast: Cast, index: int = 0) -> Page:
    page = client.as_(cast.reviewers[index]).get("assessment.review", ref=cast.ref)
    return page.click("Change your review").submit("Open it again")


def test_an_opened_review_does_not_count_until_it_is_submitted_again(
    client: Client, committed: Committed, clock: time_machine.Traveller
) -> None:
    cast = arrange(committed)
    clock.shift(3600)
    page = open_again(client, cast)
    assert page.path == f"/proposals/{cast.ref}/review"
    assert "You opened your review again, so it does not count now." in page.text
    assert page.value("score-need") == "4"
    with committed():
        assert queries.tally(cast.round).counted == 2
        event = db.session.query(Event).filter_by(kind="reopen_review").one()
        assert (event.audience, event.facts["letter"]) == ("assessors", "A")
    author, manager = client.as_(cast.reviewers[0]), client.as_(cast.manager)
    author.get("assessment.assessment", ref=cast.ref, status=404)
    author.get("assessment.discussion", ref=cast.ref, status=404)
    assert "Reviewer A" not in client.as_(cast.reviewers[1]).get(
        "assessment.assessment", ref=cast.ref
    ).text.replace("Waiting for Reviewer A", "")
    assert "Has opened their review again" in manager.get("assessment.reviewers", ref=cast.ref).text
    manager.get("assessment.close_assessment", ref=cast.ref, status=409)
    page.submit("Submit review", {"score-need": "1", "comment": "I read it again."})
    with committed():
        assert queries.tally(cast.round).counted == 3
    assert "I read it again." in client.as_(cast.reviewers[1]).get("assessment.assessment", ref=cast.ref).text


def test_staff_alone_read_what_was_submitted_before(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    with committed():
        director, bound = make_director(), make_manager(organisation=TEAM)
    page = open_again(client, cast)
    manager = client.as_(cast.manager)
    shown = manager.get("assessment.assessment", ref=cast.ref)
    assert "Reviews that were changed" in shown.text
    assert "Because of need, 4." in shown.text
    page.submit("Submit review", {"score-need": "1", "rationale-need": "I misread the audit."})
    for staff in (manager, client.as_(director)):
        shown = staff.get("assessment.assessment", ref=cast.ref)
        [told] = shown.texts(".app-changes")
        assert told == (
            "Need: score Before: 4 Then: 1 "
            "Need: why this score Before: Because of need, 4. Then: I misread the audit."
        )
    for index in (0, 1):
        text = client.as_(cast.reviewers[index]).get("assessment.assessment", ref=cast.ref).text
        assert "Reviews that were changed" not in text
        assert "Because of need, 4." in text.replace("I misread the audit.", "")
    client.as_(bound).get("assessment.assessment", ref=cast.ref, status=404)


def test_opening_twice_is_the_same_as_once(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    page = client.as_(cast.reviewers[0]).get("assessment.reopen_review", ref=cast.ref)
    for _ in range(2):
        page.submit("Open it again")
    with committed():
        assert db.session.query(EarlierReview).count() == 1
        assert db.session.query(Event).filter_by(kind="reopen_review").count() == 1


def test_a_closed_assessment_keeps_its_reviews(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    author = client.as_(cast.reviewers[0])
    page = author.get("assessment.reopen_review", ref=cast.ref)
    with committed():
        services.close_assessment(cast.proposal, cast.manager, panel_summary="Good.", feedback="Good.")
    page = page.submit("Open it again", status=409)
    assert "yours stays as you submitted it" in page.text
    page = author.get("assessment.review", ref=cast.ref)
    assert "It can no longer be changed." in page.text
    assert "Change your review" not in page.text
    with committed():
        assert queries.tally(cast.round).counted == 3


def test_who_opened_a_review_and_left_the_panel_has_assessed_all_the_same(committed: Committed) -> None:
    cast = arrange(committed)
    with committed():
        services.reopen_review(cast.assignment(0))
        services.remove_reviewer(cast.assignment(0), cast.manager, reason="Away.")
        assert queries.has_assessed(cast.reviewers[0], cast.proposal)


def test_director_who_opened_a_review_and_left_the_panel_is_not_offered_the_decision(
    client: Client, committed: Committed
) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        make_grant(cast.reviewers[0], role=Role.THEME_DIRECTOR)
        for index in range(4):
            submit(cast.assignment(index))
        services.reopen_review(cast.assignment(0))
        services.remove_reviewer(cast.assignment(0), cast.manager, reason="Away.")
        services.close_assessment(cast.proposal, cast.manager, panel_summary="Good.", feedback="Good.")
    page = client.as_(cast.reviewers[0]).get("decisions.decisions")
    assert "For another director" in page.texts("h2")


def test_who_comes_back_to_the_panel_goes_on_from_a_review_that_is_kept(
    client: Client, committed: Committed, clock: time_machine.Traveller
) -> None:
    cast = arrange(committed)
    with committed():
        services.declare(cast.assignment(0), Interest.OUTSIDE_MY_EXPERTISE)
    clock.shift(3600)
    page = client.as_(cast.manager).get("assessment.add_reviewers", ref=cast.ref)
    page.submit("Add to the panel", reviewers=[cast.reviewers[0].id], reason="She reconsidered.")
    with committed():
        review = cast.assignment(0).review
        assert review is not None
        assert (review.submitted_at, review.withdrawn_at) == (None, None)
        kept = db.session.query(EarlierReview).one()
        assert kept.said["scores"] == {"need": 4, "benefit": 2}
        assert kept.opened_at < cast.assignment(0).assigned_at
        services.declare(cast.assignment(0), Interest.NONE)
    page = client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref)
    assert page.value("score-need") == "4"
    assert "You opened your review again" not in page.text
    assert (
        "Reviews that were changed"
        in client.as_(cast.manager).get("assessment.assessment", ref=cast.ref).text
    )
    with committed():
        services.remove_reviewer(cast.assignment(0), cast.manager, reason="Away.")
        assert queries.has_assessed(cast.reviewers[0], cast.proposal)


def test_many_changed_reviews_ask_as_much_as_one(
    client: Client, committed: Committed, statements: object
) -> None:
    def asked(cast: Cast) -> int:
        with statements() as sent:  # type: ignore[operator]
            client.as_(cast.manager).get("assessment.assessment", ref=cast.ref)
        return len(sent)

    with committed():
        few, many = make_cast(), make_cast()
        for cast, count in ((few, 1), (many, 3)):
            for index in range(3):
                submit(cast.assignment(index))
                if index < count:
                    services.reopen_review(cast.assignment(index))
                    submit(cast.assignment(index), 2, 2)
    assert asked(few) == asked(many)


texts = st.text(max_size=5)
said = st.builds(
    Written,
    st.dictionaries(st.sampled_from(list(CRITERIA)), st.integers(1, 5)),
    st.dictionaries(st.sampled_from(list(CRITERIA)), texts),
    st.sampled_from([None, *Recommendation]),
    texts,
    texts,
)


@given(before=said, after=said)
def test_changes_lead_from_what_was_to_what_is(before: Written, after: Written) -> None:
    was = lines(before, CRITERIA)
    for change in changes(before, after, CRITERIA):
        assert was[change.label] == change.was != change.now
        was[change.label] = change.now
    assert was == lines(after, CRITERIA)
