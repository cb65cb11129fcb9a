from __future__ import annotations

import pytest

from exchange.assessment import queries, services
from exchange.assessment.models import Recommendation, Review
from exchange.assessment.services import Written
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals.models import Proposal
from tests.assessment.arrange import (
    OTHER,
    Cast,
    declare,
    make_cast,
    make_director,
    make_reviewer,
    submit,
    written,
)
from tests.conftest import Committed
from tests.factories import make_person
from tests.pages import Client, Page

FULL = {
    "score-need": "5",
    "rationale-need": "Measured on nine wards.",
    "score-benefit": "2",
    "rationale-benefit": "A small effect.",
    "recommendation": "spread-with-conditions",
    "comment": "Count the falls.",
    "note": "Between us: ask the night staff.",
}


def arrange(committed: Committed, index: int = 0) -> Cast:
    """A cast of which one reviewer has declared."""
    with committed():
        cast = make_cast()
        declare(cast.assignment(index))
    return cast


def review_page(client: Client, cast: Cast, index: int = 0) -> Page:
    return client.as_(cast.reviewers[index]).get("assessment.review", ref=cast.ref)


def kept_of(cast: Cast, index: int = 0) -> Written:
    return services.written_in(cast.assignment(index).review)


def test_review_shows_the_record_and_the_rubric(client: Client, committed: Committed) -> None:
    page = review_page(client, arrange(committed))
    assert page.h1 == "Your review"
    assert "Falls harm patients on every ward." in page.text
    assert [node.attributes["value"] for node in page.select("input[name=score-need]")] == [
        "1",
        "2",
        "3",
        "4",
        "5",
    ]
    for anchor in ("None shown.", "Some need.", "A pressing need."):
        assert anchor in page.text
    assert "Weight 40 of 100" in page.text
    assert page.value("recommendation") is None


def test_a_draft_keeps_the_unfinished(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    long = "word " * 400
    page = review_page(client, cast).submit("Save", {"score-need": "3", "rationale-benefit": long})
    assert page.path == f"/proposals/{cast.ref}/review"
    assert "Saved." in page.text
    assert (page.value("score-need"), page.value("score-benefit")) == ("3", None)
    assert page.value("rationale-benefit") == long.strip()
    with committed():
        assert kept_of(cast) == Written({"need": 3}, {"benefit": long.strip()}, None, "")
        review = cast.assignment(0).review
        assert review is not None
        assert review.submitted_at is None
        assert queries.counted_reviews(cast.round) == []


def test_a_draft_can_be_emptied_again(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    page = review_page(client, cast).submit("Save", FULL)
    page.submit(
        "Save", {"rationale-need": "", "comment": "", "note": "", "score-need": None, "recommendation": None}
    )
    with committed():
        assert kept_of(cast) == Written({"benefit": 2}, {"benefit": "A small effect."}, None, "")


def test_submitting_needs_everything_and_keeps_what_was_typed(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    page = review_page(client, cast).submit(
        "Submit review", {"score-benefit": "4", "rationale-need": "x " * 151}, status=422
    )
    assert page.errors == [
        "Select a score for “Need”",
        "Need: why this score must be 150 words or fewer. It has 151",
        "Enter why you gave “Benefit” this score",
        "Select your recommendation",
    ]
    assert page.value("score-benefit") == "4"
    assert page.value("rationale-need").startswith("x x x")
    with committed():
        assert cast.assignment(0).review is None


def test_submitting_locks_the_review_and_opens_the_panel(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    with committed():
        submit(cast.assignment(1), 1, 1)
    reviewer = client.as_(cast.reviewers[0])
    reviewer.get("assessment.assessment", ref=cast.ref, status=404)
    page = reviewer.get("assessment.review", ref=cast.ref).submit("Submit review", FULL)
    assert page.path == f"/proposals/{cast.ref}/assessment"
    assert "Reviewer B" in page.text
    with committed():
        assert kept_of(cast) == Written(
            {"need": 5, "benefit": 2},
            {"need": "Measured on nine wards.", "benefit": "A small effect."},
            Recommendation.SPREAD_WITH_CONDITIONS,
            "Count the falls.",
            "Between us: ask the night staff.",
        )
        event = db.session.query(Event).order_by(Event.id.desc()).first()
        assert event is not None
        assert (event.kind, event.audience, event.facts["letter"]) == ("submit_review", "assessors", "A")
        assert event.facts["round"] == 1
    page = reviewer.get("assessment.review", ref=cast.ref)
    assert "You submitted it on 23 November 2026 at 9am, as Reviewer A." in page.text
    assert page.select("textarea") == []
    assert "Measured on nine wards." in page.text


def test_a_private_note_is_for_the_panel_and_the_staff(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    review_page(client, cast).submit("Submit review", FULL)
    note = FULL["note"]
    with committed():
        submit(cast.assignment(1))
        declare(cast.assignment(2))
        director, member = make_director(), make_person(organisation="valley-university")
    for person in (cast.reviewers[1], cast.manager, director):
        assert note in client.as_(person).get("assessment.assessment", ref=cast.ref).text
    for person in (cast.champion, cast.reviewers[2], member):
        for endpoint in ("proposals.show", "proposals.history"):
            assert note not in client.as_(person).get(endpoint, ref=cast.ref).text
        client.as_(person).get("assessment.assessment", ref=cast.ref, status=404)
    assert note not in review_page(client, cast, 2).text
    page = review_page(client, cast, 2).submit("Submit review", {"note": "x " * 151}, status=422)
    assert "Private note to the panel must be 150 words or fewer. It has 151" in page.errors


def test_submitting_twice_is_the_same_as_once(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    page = review_page(client, cast)
    page.submit("Submit review", FULL)
    page = page.submit("Submit review", FULL)
    assert page.path == f"/proposals/{cast.ref}/assessment"
    with committed():
        assert db.session.query(Review).count() == 1
        assert db.session.query(Event).filter_by(kind="submit_review").count() == 1


def test_saving_twice_is_the_same_as_once(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    page = review_page(client, cast)
    page.submit("Save", FULL)
    page.submit("Save", FULL)
    with committed():
        assert db.session.query(Event).filter_by(kind="save_review").count() == 1


@pytest.mark.parametrize("button", ["Save", "Submit review"])
def test_a_stale_page_never_changes_a_submitted_review(
    client: Client, committed: Committed, button: str
) -> None:
    cast = arrange(committed)
    page = review_page(client, cast)
    page.submit("Submit review", FULL)
    page = page.submit(
        button, {**FULL, "score-need": "1", "rationale-need": "I changed my mind."}, status=409
    )
    assert page.h1 == "Your review can no longer be changed"
    assert "What you typed" in page.text
    assert "I changed my mind." in page.text
    assert "Need: score" in page.text
    with committed():
        assert kept_of(cast).scores == {"need": 5, "benefit": 2}


def test_an_unfinished_stale_page_never_changes_a_submitted_review(
    client: Client, committed: Committed
) -> None:
    cast = arrange(committed)
    page = review_page(client, cast)
    page.submit("Submit review", FULL)
    page = page.submit("Submit review", {"rationale-need": "Half a thought"}, status=409)
    assert "Half a thought" in page.text
    with committed():
        assert kept_of(cast).scores == {"need": 5, "benefit": 2}


def test_a_draft_of_another_tab_is_not_overwritten_unasked(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    browser = client.as_(cast.reviewers[0])
    one, other = (browser.get("assessment.review", ref=cast.ref) for _ in range(2))
    one.submit("Save", {"score-need": "5", "rationale-need": "From the first tab."})
    page = other.submit("Save", {"score-need": "1", "rationale-need": "From the second tab."}, status=409)
    assert "You saved this review on another page" in page.text
    assert (page.value("score-need"), page.value("rationale-need")) == ("1", "From the second tab.")
    with committed():
        assert kept_of(cast).rationales == {"need": "From the first tab."}
    page.submit("Save")
    with committed():
        assert kept_of(cast) == Written({"need": 1}, {"need": "From the second tab."}, None, "")


def test_a_reviewer_taken_off_meanwhile_keeps_what_they_typed(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    page = review_page(client, cast)
    with committed():
        services.remove_reviewer(cast.assignment(0), cast.manager, reason="She is away.")
    page = page.submit("Submit review", FULL, status=409)
    assert page.h1 == "You cannot review this now"
    assert "Measured on nine wards." in page.text
    client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref, status=404)
    with committed():
        assert cast.assignment(0).review is None


def test_a_reviewer_put_back_meanwhile_keeps_what_they_typed_and_declares_first(
    client: Client, committed: Committed
) -> None:
    cast = arrange(committed)
    page = review_page(client, cast)
    with committed():
        round_, reviewer = cast.assignment(0).round, cast.reviewers[0].id
        services.remove_reviewer(cast.assignment(0), cast.manager, reason="By mistake")
        services.add_reviewers(round_, cast.manager, [reviewer], reason="Put back")
    page = page.submit("Save", {"comment": "Count the falls."}, status=403)
    assert "Declare first whether you have an interest." in page.text
    assert "Count the falls." in page.text
    with committed():
        assert cast.assignment(0).review is None


def test_a_proposal_withdrawn_meanwhile_gives_back_what_was_typed(
    client: Client, committed: Committed
) -> None:
    cast = arrange(committed)
    page = review_page(client, cast)
    with committed():
        services.withdraw(cast.proposal, cast.champion, reason="No time.")
    page = page.submit("Save", FULL, status=409)
    assert "Count the falls." in page.text


def test_a_round_closed_meanwhile_takes_no_more_reviews(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        declare(cast.assignment(3))
    page = review_page(client, cast, 3)
    saved = page.submit("Save", FULL)
    with committed():
        for index in range(3):
            submit(cast.assignment(index))
        services.close_assessment(cast.proposal, cast.manager, panel_summary="Good.", feedback="Good.")
    # Neither what was saved nor anything else is let in.
    page = saved.submit("Submit review", status=409)
    assert "This assessment has ended, so reviews can no longer be saved." in page.text
    assert "Count the falls." in page.text
    saved.submit("Save", {"score-need": "1"}, status=409)
    with committed():
        assert queries.aggregate(cast.round).count == 3
    page = review_page(client, cast, 3)
    assert "Your draft was not submitted and does not count." in page.text


def test_review_leads_to_declaring_first(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
    page = review_page(client, cast)
    assert page.path == f"/proposals/{cast.ref}/declare"
    client.as_(cast.reviewers[0]).post("assessment.review", FULL, ref=cast.ref, status=403)
    with committed():
        assert db.session.query(Review).count() == 0


def test_review_is_the_panels_alone(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        outsiders = [
            make_reviewer("Not Chosen"),
            make_person(organisation=OTHER),
            cast.champion,
            cast.manager,
        ]
    for person in outsiders:
        client.as_(person).get("assessment.review", ref=cast.ref, status=404)
        client.as_(person).post("assessment.review", FULL, ref=cast.ref, status=404)
    client.visitor().get("assessment.review", ref=cast.ref, status=302)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("score-need", "6", "Select from the list for “Need: score”"),
        ("score-need", "0", "Select from the list for “Need: score”"),
        ("score-need", "3.5", "Select from the list for “Need: score”"),
        ("score-need", "٣", "Select from the list for “Need: score”"),
        ("recommendation", "SPREAD", "Select from the list for “Your recommendation”"),
        ("rationale-need", "bad\x00text", "Remove the characters shown as � from “Need: why this score”"),
        ("comment", "half \ufffd", "Remove the characters shown as � from “Comment”"),
        ("comment", "x" * 30_001, "Comment must be 30,000 characters or fewer. It has 30,001"),
    ],
)
def test_what_no_draft_can_hold_is_said(
    client: Client, committed: Committed, name: str, value: str, message: str
) -> None:
    cast = arrange(committed)
    page = review_page(client, cast)
    state = {"state": page.select("input[name=state]")[0].attributes["value"]}
    page = page.browser.post("assessment.review", {**FULL, **state, name: value}, ref=cast.ref, status=422)
    assert page.errors == [message]
    assert page.value("rationale-benefit") == "A small effect."
    with committed():
        assert cast.assignment(0).review is None


def test_people_write_as_they_write(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    comment = "<b>Not bold</b> 😀 “quoted” & {{ 7 * 7 }}\nSecond line"
    page = review_page(client, cast).submit("Submit review", {**FULL, "comment": comment})
    assert "<b>Not bold</b> 😀 “quoted” & {{ 7 * 7 }} Second line" in page.text
    with committed():
        assert kept_of(cast).comment == comment


def test_the_version_under_review_is_the_frozen_one(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    with committed():
        proposal = db.session.get_one(Proposal, cast.proposal.id)
        proposal.answers = {**proposal.answers, "need": "Working text that nobody else reads."}
    assert "Working text" not in review_page(client, cast).text


def test_written_compares_by_content(committed: Committed) -> None:
    cast = arrange(committed)
    with committed():
        services.save_review(cast.assignment(0), written(3, 4), opened_at_state=services.state_of(None))
        first = services.state_of(cast.assignment(0).review)
        assert first != services.state_of(None)
        services.save_review(cast.assignment(0), written(3, 5), opened_at_state=first)
        assert services.state_of(cast.assignment(0).review) != first


def test_a_script_that_read_no_page_sends_the_fields_alone(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    browser = client.as_(cast.reviewers[0])
    browser.post("assessment.review", {**FULL, "score-need": "1"}, ref=cast.ref)
    browser.post("assessment.review", {**FULL, "submit_review": "yes"}, ref=cast.ref)
    with committed():
        assert queries.aggregate(cast.round).count == 1
        assert kept_of(cast).scores == {"need": 5, "benefit": 2}
