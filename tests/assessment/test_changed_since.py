"""A reviewer who is asked again reads what changed since the version that they reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from exchange.accounts.models import Person
from exchange.assessment import services
from exchange.extensions import db
from exchange.proposals import services as proposals
from exchange.proposals.models import Proposal
from tests.assessment.arrange import (
    Cast,
    declare,
    make_cast,
    make_director,
    make_reviewer,
    start,
    submit,
    written,
)
from tests.conftest import Committed
from tests.pages import Client

NEED = "Falls harm many patients on every ward."


def assess_again(cast: Cast, people: Sequence[Person], **answers: str) -> None:
    """Closes the round, sends the proposal back, and begins a round of it with these answers, which these
    people review with no interest."""
    proposal = db.session.get_one(Proposal, cast.proposal.id)
    services.close_assessment(proposal, cast.manager, panel_summary="Good.", feedback="Good.")
    proposals.advance(proposal, "develop", make_director())
    proposal.answers = {**proposal.answers, **answers}
    proposals.submit(proposal, cast.champion)
    cast.round = start(proposal, cast.manager, people)
    for assignment in cast.round.assignments:
        declare(assignment)


def make_assessed_cast() -> Cast:
    cast = make_cast()
    for index in range(3):
        submit(cast.assignment(index))
    return cast


def test_a_reviewer_reads_what_changed_since_they_reviewed(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_assessed_cast()
        assess_again(cast, cast.reviewers, need=NEED)
    page = client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref)
    assert "1 answer changed since version 1, which you reviewed." in page.text
    page = page.click("See what changed")
    assert page.h1 == "Versions compared"
    assert (page.value("earlier"), page.value("later")) == ("1", "2")
    assert page.texts("main ins.app-compared__added")[-1] == "added: many (end of added)"


def test_a_review_that_was_not_submitted_was_read_for_too(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        for index in range(3):
            submit(cast.assignment(index))
        declare(cast.assignment(3))
        services.save_review(cast.assignment(3), written(3, 4), opened_at_state=services.state_of(None))
        assess_again(cast, cast.reviewers)
    page = client.as_(cast.reviewers[3]).get("assessment.review", ref=cast.ref)
    assert "No answers changed since version 1, which you reviewed." in page.text


def test_a_draft_of_a_round_that_rested_still_tells_it_after_it_was_saved(
    client: Client, committed: Committed
) -> None:
    with committed():
        cast = make_cast()
        declare(cast.assignment(0))
        services.save_review(cast.assignment(0), written(3, 4), opened_at_state=services.state_of(None))
        proposal = db.session.get_one(Proposal, cast.proposal.id)
        services.request_changes(
            proposal, cast.manager, sections=["need"], message="Say more.", due=date(2027, 3, 1)
        )
        proposal.answers = {**proposal.answers, "need": NEED}
        proposals.submit(proposal, cast.champion)
        services.start_assessment(proposal, cast.manager, [])
    browser = client.as_(cast.reviewers[0])
    for _ in range(2):
        page = browser.get("assessment.review", ref=cast.ref)
        assert "1 answer changed since version 1, which you reviewed." in page.text
        page.submit("Save")


def test_the_newest_version_that_they_reviewed_counts(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_assessed_cast()
        assess_again(cast, cast.reviewers, need=NEED)
        for index in range(3):
            submit(cast.assignment(index))
        assess_again(cast, cast.reviewers, title="Falls huddles on wards", summary="Huddles on every ward.")
    page = client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref)
    assert "2 answers changed since version 2, which you reviewed." in page.text


@pytest.mark.parametrize("is_declared", [True, False])
def test_whoever_did_not_review_before_reads_nothing_of_it(
    client: Client, committed: Committed, is_declared: bool
) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        for index in range(3):
            submit(cast.assignment(index))
        if is_declared:
            declare(cast.assignment(3))
        newcomer = make_reviewer("New Person")
        assess_again(cast, [cast.reviewers[3], newcomer, cast.reviewers[0]])
    for person in (cast.reviewers[3], newcomer):
        page = client.as_(person).get("assessment.review", ref=cast.ref)
        assert "See what changed" not in page.links()


def test_a_first_review_has_nothing_before_it(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        declare(cast.assignment(0))
    page = client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref)
    assert "See what changed" not in page.links()
