"""“Cannot judge”: chosen beside the scores where the rubric lets it, and shown and counted as what it is."""

from __future__ import annotations

from dataclasses import replace

from exchange.accounts.models import Person
from exchange.assessment import queries, services
from exchange.assessment.models import CANNOT_JUDGE
from exchange.assessment.queries import leniency
from exchange.assessment.services import Written
from exchange.region import pack
from exchange.region import services as region
from tests.assessment.arrange import Cast, declare, make_cast, make_director, submit
from tests.conftest import Committed
from tests.databases import TINY_REGION
from tests.pages import Client

FULL = {
    "score-need": CANNOT_JUDGE,
    "rationale-need": "I know another part of the region.",
    "score-benefit": "2",
    "rationale-benefit": "A small effect.",
    "recommendation": "spread",
}


def arrange(committed: Committed) -> Cast:
    """A cast whose rubric lets a reviewer say so of the first of its two criteria; one reviewer has declared."""
    with committed():
        tiny = pack.read(TINY_REGION.read_bytes())
        need, benefit = tiny.rubric
        region.load(replace(tiny, rubric=(replace(need, cannot_judge=True), benefit)))
        cast = make_cast()
        declare(cast.assignment(0))
    return cast


def leave_unjudged(cast: Cast, reviewers: int) -> None:
    """So many of them can judge the benefit alone; inside `with committed():`."""
    for index in range(reviewers):
        place = cast.assignment(index)
        if place.interest is None:
            declare(place)
        said = Written({"need": CANNOT_JUDGE, "benefit": 4}, {"need": "No.", "benefit": "Yes."})
        services.submit_review(place, said, opened_at_state=None)


def test_it_is_offered_where_the_rubric_lets_it(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    page = client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref)
    offered = {
        key: [node.attributes["value"] for node in page.select(f"input[name=score-{key}]")]
        for key in ("need", "benefit")
    }
    assert offered == {
        "need": ["1", "2", "3", "4", "5", CANNOT_JUDGE],
        "benefit": ["1", "2", "3", "4", "5"],
    }
    page = client.as_(cast.reviewers[0]).post(
        "assessment.save_review", {**FULL, "score-benefit": CANNOT_JUDGE}, ref=cast.ref, status=422
    )
    assert page.errors == ["Select from the list for “Benefit: score”"]


def test_it_needs_its_reason(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    page = client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref)
    page = page.submit("Submit review", {**FULL, "rationale-need": ""}, status=422)
    assert page.errors == ["Enter why you cannot judge “Need”"]
    assert page.value("score-need") == CANNOT_JUDGE


def test_a_draft_keeps_it_apart_from_nothing(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    browser = client.as_(cast.reviewers[0])
    page = browser.get("assessment.review", ref=cast.ref).submit("Save", {"score-need": CANNOT_JUDGE})
    assert (page.value("score-need"), page.value("score-benefit")) == (CANNOT_JUDGE, None)
    with committed():
        assert services.written_in(cast.assignment(0).review) == Written({"need": CANNOT_JUDGE})
    page = browser.get("assessment.reviews")
    assert "1 of 2 criteria scored" in page.text


def test_it_is_shown_as_it_is_and_counts_for_nothing(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    page = client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref)
    page = page.submit("Submit review", FULL)
    assert page.path == f"/proposals/{cast.ref}/assessment"
    with committed():
        submit(cast.assignment(1), 5, 2)
        director = make_director()
        found = queries.aggregate(cast.round)
        # The first review is of its benefit alone, which lies at 25.
        assert (found.mean, found.lowest, found.highest) == (40.0, 25.0, 55.0)
        known = {each.reviewer: each.score for each in leniency._reviews_known_to(cast.manager)}
        assert known == {cast.reviewers[0].id: 25.0, cast.reviewers[1].id: 55.0}
    page = client.as_(cast.manager).get("assessment.assessment", ref=cast.ref)
    assert row_of(page.texts("table tr"), "Need") == "Need 40 Cannot judge 5 All 5"
    assert f"{cast.reviewers[0].name}: Cannot judge" in page.texts(".app-criterion__author")
    assert "I know another part of the region." in page.text
    check_decision_pack(client, committed, cast, director)


def row_of(rows: list[str], name: str) -> str:
    """As it reads on a wide screen, without the names of columns that a narrow one shows."""
    return next(row for row in rows if row.startswith(name)).replace("Criterion ", "")


def check_decision_pack(client: Client, committed: Committed, cast: Cast, director: Person) -> None:
    with committed():
        submit(cast.assignment(2), 4, 2)
        services.close_assessment(cast.proposal, cast.manager, panel_summary="Good.", feedback="Good.")
    page = client.as_(director).get("decisions.decision_pack", ref=cast.ref)
    assert "Need 40 Cannot judge 5 4" in " ".join(page.texts("table tr"))


def test_nobody_could_judge_it(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    with committed():
        leave_unjudged(cast, 2)
    page = client.as_(cast.manager).get("assessment.assessment", ref=cast.ref)
    assert row_of(page.texts("table tr"), "Need") == "Need 40 Cannot judge Cannot judge Nobody could judge it"
    assert "75 of 100, the weighted mean" in page.text


def test_it_goes_with_the_review_into_another_round(committed: Committed) -> None:
    cast = arrange(committed)
    with committed():
        leave_unjudged(cast, 3)
        services.close_assessment(cast.proposal, cast.manager, panel_summary="Good.", feedback="Good.")
        again = services.open_again(cast.proposal, make_director(), questions="What of the cost?")
        carried = queries.assignment_of(cast.reviewers[0], again)
        assert carried is not None
        assert services.written_in(carried.review).scores == {"need": CANNOT_JUDGE, "benefit": 4}
