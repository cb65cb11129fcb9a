"""What the review's page saves by itself while its author writes."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from exchange.assessment import services
from exchange.assessment.services import Written
from exchange.events import Event
from exchange.extensions import db
from tests.assessment.arrange import Cast, declare, make_cast, submit
from tests.conftest import Committed
from tests.pages import Browser, Client, Page


def arrange(committed: Committed) -> Cast:
    with committed():
        cast = make_cast()
        declare(cast.assignment(0))
    return cast


def kept_of(cast: Cast) -> Written:
    return services.written_in(cast.assignment(0).review)


def keep(page: Page, cast: Cast, status: int = 200, **typed: str) -> Page:
    """Sends what the page's script does: its fields without a button."""
    hidden = {name: page.value(name) for name in ("state", "page")}
    data = {**hidden, **{name.replace("_", "-"): text for name, text in typed.items()}}
    return page.browser.post("assessment.keep_review", data, ref=cast.ref, status=status)


def review_page(browser: Browser, cast: Cast) -> Page:
    return browser.get("assessment.review", ref=cast.ref)


def saves(committed: Committed) -> int:
    with committed():
        return db.session.query(Event).filter_by(kind="save_review").count()


def test_a_page_keeps_what_is_written_and_says_when(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    page = review_page(client.as_(cast.reviewers[0]), cast)
    answer = keep(page, cast, rationale_need="Half a thou")
    assert answer.response.get_json() == {"saved": "Saved at 9am."}
    keep(page, cast, rationale_need="Half a thought", comment="Count the falls.", score_need="4")
    with committed():
        assert kept_of(cast) == Written({"need": 4}, {"need": "Half a thought"}, None, "Count the falls.")
    assert review_page(page.browser, cast).value("rationale-need") == "Half a thought"


def test_a_sitting_leaves_one_event(
    client: Client, committed: Committed, clock: time_machine.Traveller
) -> None:
    cast = arrange(committed)
    page = review_page(client.as_(cast.reviewers[0]), cast)
    for number in range(5):
        keep(page, cast, comment=f"Thought {number}")
        clock.shift(timedelta(minutes=20))
    assert saves(committed) == 1
    clock.shift(timedelta(minutes=31))
    keep(page, cast, comment="After lunch")
    assert saves(committed) == 2
    page.submit("Save", comment="And pressed")
    assert saves(committed) == 3


def test_a_page_that_kept_something_goes_on_to_save_and_submit(client: Client, committed: Committed) -> None:
    """Its own saves do not make it stale, even where it never heard that they arrived."""
    cast = arrange(committed)
    page = review_page(client.as_(cast.reviewers[0]), cast)
    keep(page, cast, comment="One")
    keep(page, cast, comment="Two")
    page = page.submit("Save", comment="Three")
    assert (page.value("comment"), page.errors) == ("Three", [])
    keep(page, cast, comment="Four")
    full = {
        "score-need": "5",
        "rationale-need": "Measured.",
        "score-benefit": "2",
        "rationale-benefit": "Small.",
        "recommendation": "spread",
    }
    page = page.submit("Submit review", full)
    assert page.path == f"/proposals/{cast.ref}/assessment"


def test_another_tab_is_never_overwritten_by_itself(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    browser = client.as_(cast.reviewers[0])
    one, other = review_page(browser, cast), review_page(browser, cast)
    keep(one, cast, comment="From the first tab.")
    keep(other, cast, status=409, comment="From the second tab.")
    with committed():
        assert kept_of(cast).comment == "From the first tab."
    page = other.submit("Save", comment="From the second tab.", status=409)
    assert "You saved this review on another page" in page.text
    assert page.value("comment") == "From the second tab."
    assert page.select("form[data-autosave]") == []
    page.submit("Save")
    with committed():
        assert kept_of(cast).comment == "From the second tab."
    keep(one, cast, status=409, comment="The first tab goes on.")


def test_what_no_draft_can_hold_is_not_kept(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    page = review_page(client.as_(cast.reviewers[0]), cast)
    answer = keep(page, cast, status=422, comment="x" * 30_001)
    assert answer.response.get_json() == {
        "errors": {"comment": ["Comment must be 30,000 characters or fewer. It has 30,001"]}
    }
    with committed():
        assert cast.assignment(0).review is None


def test_nothing_is_kept_of_a_submitted_review_or_for_someone_taken_off(
    client: Client, committed: Committed
) -> None:
    cast = arrange(committed)
    page = review_page(client.as_(cast.reviewers[0]), cast)
    with committed():
        submit(cast.assignment(0), 5, 2)
        declare(cast.assignment(1))
    keep(page, cast, status=409, comment="Late")
    other = review_page(client.as_(cast.reviewers[1]), cast)
    with committed():
        assert kept_of(cast).scores == {"need": 5, "benefit": 2}
        services.remove_reviewer(cast.assignment(1), cast.manager, reason="Away.")
    keep(other, cast, status=409, comment="Late")


def test_signed_out_nothing_is_kept_and_the_page_is_told(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    client.visitor().post("assessment.keep_review", {"comment": "x"}, ref=cast.ref, status=400)
    client.as_(cast.reviewers[0]).post(
        "assessment.keep_review", {"comment": "x"}, ref=cast.ref, token=False, status=400
    )


def test_a_mark_that_no_page_of_ours_has_says_nothing(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    browser = client.as_(cast.reviewers[0])
    for mark in ("x" * 500, "two words", "nul\x00"):
        data = {"comment": mark.strip("\x00"), "page": mark}
        browser.post("assessment.keep_review", data, ref=cast.ref)
        stale = {"comment": "Something else", "page": mark, "state": "unknown"}
        browser.post("assessment.keep_review", stale, ref=cast.ref, status=409)
