"""The decision pack: what is in it, and for whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import services as assessment
from exchange.assessment.models import Interest
from exchange.decisions.rules import DecisionKind
from tests.assessment import arrange as assessing
from tests.conftest import Committed
from tests.decisions import arrange
from tests.factories import make_person
from tests.pages import Client

PAGE = "decisions.decision_pack"


def test_director_finds_everything_in_it(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    page = client.as_(case.director).get(PAGE, ref=case.ref)
    for words in (
        "Score",
        "Agreed but for one.",
        "Say who leads at night.",
        "(scores lie far apart)",
        "Because of need, 1.",
        "Comment 2.",
        "£40,000, within £50,000",
        "A trainer.",
        "£120,000",
        "Under 6 months",
        "Ten minutes, every morning.",
        *(reviewer.name for reviewer in case.reviewers),
    ):
        assert words in page.text, words
    assert {"Approve spread", "Develop further", "Do not take forward"} <= page.links().keys()


def test_pack_says_when_the_investment_is_over_the_limit(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case(investment_sought=50_001)
    page = client.as_(case.director).get(PAGE, ref=case.ref)
    assert "£50,001, over the £50,000 that a director may approve alone" in page.text


def test_pack_names_who_took_no_part_and_why(client: Client, committed: Committed) -> None:
    with committed():
        staff = arrange.make_staff()
        staff.reviewers.append(assessing.make_reviewer("Olu Late"))
        arrange.make_conflicted_director()
        assessing.make_reviewer("Hana Near", organisation=assessing.TEAM)
        proposal = arrange.make_proposal(staff)
        round_ = assessing.start(proposal, staff.manager, staff.reviewers)
        for assignment in round_.assignments:
            if assignment.person.name == "Olu Late":
                assessment.declare(assignment, Interest.INTEREST, reason="My sister leads it.")
            else:
                assessing.submit(assignment)
        assessment.close_assessment(proposal, staff.manager, panel_summary="Agreed.", feedback="Good.")
    page = client.as_(staff.director).get(PAGE, ref=proposal.reference)
    said = page.texts("#conflicts li")
    assert len(said) == 3
    assert said[0].startswith("Olu Late, reviewer. Declared an interest on")
    assert said[0].count("My sister leads it.") == 1
    assert said[1].startswith("Hana Near, reviewer. They are from the same organisation as Amina Begum")
    assert said[2].startswith("Una Field, theme director. They are from the same organisation as Amina Begum")


def test_pack_says_when_nobody_had_a_conflict(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    page = client.as_(case.director).get(PAGE, ref=case.ref)
    assert "None were found or declared, and everyone on the panel took part." in page.text


def test_manager_reads_it_without_what_is_prepared(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        arrange.prepare(case)
    page = client.as_(case.manager).get(PAGE, ref=case.ref)
    assert "Agreed but for one." in page.text
    assert "repared" not in page.text
    assert "People fall less." not in page.text
    assert not {"Approve spread", "Develop further", "Do not take forward"} & page.links().keys()


def test_prepared_decision_is_shown_to_directors_with_what_it_lacks(
    client: Client, committed: Committed
) -> None:
    with committed():
        case = arrange.make_case()
        other = arrange.make_other_director()
        arrange.prepare(case, DecisionKind.DECLINE, feedback="")
    page = client.as_(other).get(PAGE, ref=case.ref)
    assert "Prepared: Do not take forward" in page.text
    assert "Does not serve a priority" in page.text
    assert "Enter feedback for the champion" in page.text
    assert "Enter why you decide against the panel" in page.text


def test_prepared_decision_is_gone_from_the_pack_once_decided(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        arrange.release(case)
    page = client.as_(case.director).get(PAGE, ref=case.ref)
    assert "Prepared" not in page.text
    assert "Approve spread" not in page.links()


@pytest.mark.parametrize(
    "who", ["champion", "co_author", "reviewer", "member", "lay", "conflicted", "administrator"]
)
def test_pack_does_not_exist_for_anyone_else(client: Client, committed: Committed, who: str) -> None:
    with committed():
        case = arrange.make_case()
        people: dict[str, Callable[[], Person]] = {
            "champion": lambda: case.champion,
            "co_author": lambda: case.co_author,
            "reviewer": lambda: case.reviewers[0],
            "member": lambda: make_person(organisation="river-trust"),
            "lay": lambda: make_person(is_lay=True),
            "conflicted": arrange.make_conflicted_director,
            "administrator": lambda: make_person(role=Role.ADMINISTRATOR, organisation="host"),
        }
        person = people[who]()
    client.as_(person).get(PAGE, ref=case.ref, status=404)


def test_pack_does_not_exist_before_the_assessment_is_closed(client: Client, committed: Committed) -> None:
    with committed():
        cast = assessing.make_cast()
        director = assessing.make_director()
        submitted = assessing.make_submitted(cast.champion)
    for person in (director, cast.manager):
        client.as_(person).get(PAGE, ref=cast.ref, status=404)
        client.as_(person).get(PAGE, ref=submitted.reference, status=404)
