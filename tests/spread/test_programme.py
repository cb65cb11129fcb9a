"""The page of a programme: public, and what more its team and staff read there."""

from __future__ import annotations

from typing import Any

import pytest

from exchange.spread import services
from exchange.spread.models import ConditionStatus
from exchange.spread.queries import programme_of
from tests.conftest import Committed
from tests.decisions import arrange
from tests.decisions.arrange import Case
from tests.factories import make_person
from tests.pages import Client

SLUG = "falls-huddles"
PAGE = "spread.programme"


def approved(**answers: Any) -> Case:
    case = arrange.make_case(**answers)
    arrange.release(case)
    return case


def test_visitor_reads_what_it_is_and_why(client: Client, committed: Committed) -> None:
    with committed():
        approved()
    page = client.visitor().get(PAGE, slug=SLUG)
    assert page.h1 == "Falls huddles"
    for words in (
        "A ten-minute huddle on every ward prevents falls.",
        "Setting up It starts when 1 condition is met",
        "Safe care",
        "Fewer falls",
        "proposed by Hill Hospital",
        "People fall less.",
        "Paul Okafor, theme director, Safe care",
        "Ten minutes, every morning.",
        "Falls fell by a third.",
    ):
        assert words in page.text, words
    assert page.texts(".app-figures__value") == ["12", "2,500", "1"]


def test_visitor_reads_nothing_that_is_not_public(client: Client, committed: Committed) -> None:
    with committed():
        approved()
    page = client.visitor().get(PAGE, slug=SLUG)
    for secret in (
        "A data agreement",
        "Yearly figures",
        "40,000",
        "A trainer.",
        "120,000",
        "Time in the morning.",
        "The hospital.",
        "Amina Begum",
        "Say who leads at night.",
        "65",
        "For the team",
    ):
        assert secret not in page.text, secret


def test_member_reads_members_answers_too(client: Client, committed: Committed) -> None:
    with committed():
        approved()
        member = make_person(organisation="river-trust")
    page = client.as_(member).get(PAGE, slug=SLUG)
    assert "Time in the morning." in page.text
    assert "£120,000" in page.text
    for secret in ("A data agreement", "£40,000", "A trainer.", "For the team"):
        assert secret not in page.text, secret


@pytest.mark.parametrize("who", ["champion", "co_author", "manager", "director"])
def test_team_and_staff_read_conditions_and_investment(
    client: Client, committed: Committed, who: str
) -> None:
    with committed():
        case = approved()
    page = client.as_(getattr(case, who)).get(PAGE, slug=SLUG)
    for words in (
        "A data agreement Open",
        "Yearly figures Open",
        "£40,000",
        "For the team and the theme’s staff",
    ):
        assert words in page.text, words
    assert ("Settle condition 1" in page.links()) is (who == "director")


@pytest.mark.parametrize("who", ["conflicted", "reviewer"])
def test_conflicted_staff_and_reviewers_read_no_conditions(
    client: Client, committed: Committed, who: str
) -> None:
    with committed():
        case = approved()
        person = case.reviewers[0] if who == "reviewer" else arrange.make_conflicted_director()
    page = client.as_(person).get(PAGE, slug=SLUG)
    assert "A data agreement" not in page.text
    assert "£40,000" not in page.text


def test_kept_to_assessors_publishes_title_summary_priorities_and_theme(
    client: Client, committed: Committed
) -> None:
    with committed():
        case = approved(visibility="assessors")
        member = make_person(organisation="river-trust")
    for browser in (client.visitor(), client.as_(member)):
        page = browser.get(PAGE, slug=SLUG)
        for words in (
            "Falls huddles",
            "A ten-minute huddle",
            "Fewer falls",
            "Safe care",
            "People fall less.",
        ):
            assert words in page.text, words
        for secret in (
            "Hill Hospital",
            "Ten minutes, every morning.",
            "Falls fell by a third.",
            "2,500",
            "Evidence",
        ):
            assert secret not in page.text, secret
    assert "Ten minutes, every morning." in client.as_(case.champion).get(PAGE, slug=SLUG).text


def test_longest_title_has_an_address(client: Client, committed: Committed) -> None:
    with committed():
        case = approved(title="W" * 60 + " " + "ß" * 59)
        programme = programme_of(case.proposal)
        assert programme is not None
        assert len(programme.slug) <= 80
    assert client.visitor().get(PAGE, slug=programme.slug).h1.startswith("WWW")


def test_title_in_other_letters_is_addressed_by_its_reference(client: Client, committed: Committed) -> None:
    with committed():
        case = approved(title="睡眠")
    assert client.visitor().get(PAGE, slug=case.ref.lower()).h1 == "睡眠"


@pytest.mark.parametrize("slug", ["nothing", "Falls-Huddles", "%00", "x" * 500, "falls-huddles%0a"])
def test_address_of_nothing(client: Client, committed: Committed, slug: str) -> None:
    with committed():
        case = approved()
    client.as_(case.champion).get(f"/programmes/{slug}", status=404)
    assert client.visitor().get(f"/programmes/{slug}", status=302).location.startswith("/login")


def test_settled_conditions_tell_who_and_why(client: Client, committed: Committed) -> None:
    with committed():
        case = approved()
        programme = programme_of(case.proposal)
        assert programme is not None
        services.settle_condition(
            programme.conditions[0], case.director, outcome=ConditionStatus.WAIVED, note="The board agreed."
        )
    page = client.as_(case.champion).get(PAGE, slug=SLUG)
    assert "Waived" in page.text
    assert "Paul Okafor" in page.text
    assert "The board agreed." in page.text
    assert "The board agreed." not in client.visitor().get(PAGE, slug=SLUG).text
