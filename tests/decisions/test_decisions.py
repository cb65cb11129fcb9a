"""The director's worklist, and releasing several decisions together."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from exchange import clock
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import services as assessment
from exchange.assessment.queries import has_assessed
from exchange.decisions import services
from exchange.decisions.models import Decision, Letter
from exchange.decisions.rules import DecisionKind
from exchange.decisions.worklist import waiting_decisions, worklist
from exchange.extensions import db
from exchange.proposals import services as proposals
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import DeclaredInterest, Proposal
from exchange.region.models import Region
from tests.assessment import arrange as assessing
from tests.conftest import Committed
from tests.decisions import arrange
from tests.factories import make_grant, make_person
from tests.pages import Client, Page
from tests.statements import counted_queries

PAGE = "decisions.decisions"


def results(page: Page) -> list[str]:
    return page.texts(".app-result__title")


def letters() -> int:
    return db.session.scalar(select(func.count()).select_from(Letter)) or 0


def test_ready_shows_what_the_director_weighs_first(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    with time_machine.travel(clock.now() + timedelta(days=3)):
        page = client.as_(case.director).get(PAGE)
    assert page.texts("h2")[0] == "Ready for your decision (1)"
    assert page.texts(".app-result .app-facts li") == [case.ref, "Hill Hospital"]
    assert page.texts(".app-weigh div") == [
        "Score 65 of 100",
        "Range 15 to 90",
        "Recommend spread 3 of 3",
        "Reviewers Disagree",
        "Investment sought £40,000",
        "Waiting 3 days",
    ]


def test_longest_waiting_comes_first(client: Client, committed: Committed) -> None:
    with committed():
        staff = arrange.make_staff()
        older = arrange.make_case(staff, title="Older")
        newer = arrange.make_case(staff, title="Newer")
        older.proposal.stage_since -= timedelta(days=1)
    assert results(client.as_(staff.director).get(PAGE)) == ["Older", "Newer"]
    with committed():
        assert [each.reference for each in waiting_decisions(staff.director)] == [older.ref, newer.ref]


def test_prepared_moves_from_ready_to_prepared(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        arrange.prepare(case)
    page = client.as_(case.director).get(PAGE)
    assert page.texts("h2")[:2] == ["Ready for your decision (0)", "Prepared, not released (1)"]
    assert "prepared by Paul Okafor on" in page.text
    with committed():
        assert [(each.reference, each.is_prepared) for each in waiting_decisions(case.director)] == [
            (case.ref, True)
        ]


def test_released_moves_to_recently_released_for_three_months(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        arrange.release(case)
    assert results(client.as_(case.director).get(PAGE)) == ["Falls huddles"]
    with time_machine.travel(clock.now() + timedelta(days=91)):
        page = client.as_(case.director).get(PAGE)
    assert results(page) == []
    assert "Nothing was released in the last three months." in page.text


def test_conflicted_proposals_are_in_no_list_and_no_count(client: Client, committed: Committed) -> None:
    with committed():
        staff = arrange.make_staff()
        for kind in (None, DecisionKind.DEVELOP, DecisionKind.APPROVE_SPREAD):
            case = arrange.make_case(staff)
            if kind is DecisionKind.DEVELOP:
                arrange.prepare(case, kind)
            elif kind:
                arrange.release(case)
        declared = arrange.make_other_director()
        for proposal in db.session.scalars(select(Proposal)):
            interest = DeclaredInterest(
                proposal_id=proposal.id, person_id=declared.id, reason="Kin", declared_at=clock.now()
            )
            db.session.add(interest)
        conflicted = arrange.make_conflicted_director()
    for person in (declared, conflicted):
        page = client.as_(person).get(PAGE)
        assert page.texts("h2")[:2] == ["Ready for your decision (0)", "Prepared, not released (0)"]
        assert "Falls huddles" not in page.text
        with committed():
            assert waiting_decisions(person) == []


def test_other_themes_are_not_shown(client: Client, committed: Committed) -> None:
    with committed():
        arrange.make_case()
        elsewhere = make_person(organisation="host", role=Role.PROGRAMME_MANAGER)
    client.as_(elsewhere).get(PAGE, status=403)


def test_what_a_director_reviewed_is_for_another(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        director = arrange.make_director_who_reviewed(case)
    page = client.as_(director).get(PAGE)
    assert page.texts("h2")[:3] == [
        "Ready for your decision (0)",
        "Prepared, not released (0)",
        "For another director",
    ]
    with committed():
        assert waiting_decisions(director) == []


def test_the_list_and_the_rule_agree_on_who_assessed_it(committed: Committed) -> None:
    """Of two rounds: who reviewed in the first alone, who opened their review again and left, who left without one, who reviewed
    in the last, and who did nothing."""
    with committed():
        cast = assessing.make_cast(reviewers=5)
        director, proposal = assessing.make_director(), cast.proposal
        for index in range(4):
            assessing.submit(cast.assignment(index))
        assessment.reopen_review(cast.assignment(3))
        for index in (3, 4):
            assessment.remove_reviewer(cast.assignment(index), cast.manager, reason="Away.")
        assessment.close_assessment(proposal, cast.manager, panel_summary="Good.", feedback="Good.")
        proposals.advance(proposal, "develop", director)
        proposals.submit(proposal, cast.champion)
        newcomers = [assessing.make_reviewer(f"New Person {number}") for number in range(3)]
        for assignment in assessing.start(proposal, cast.manager, newcomers).assignments:
            assessing.submit(assignment)
        assessment.close_assessment(proposal, cast.manager, panel_summary="Good.", feedback="Good.")
        people = [cast.reviewers[0], cast.reviewers[3], cast.reviewers[4], newcomers[0]]
        for person in people:
            make_grant(person, Role.THEME_DIRECTOR)
    with committed():
        for person, assessed in zip([*people, director], (True, True, False, True, False), strict=True):
            here = db.session.get_one(Person, person.id)
            assert has_assessed(here, db.session.get_one(Proposal, proposal.id)) is assessed, person.name
            assert [each.reference for each in waiting_decisions(here)] == ([] if assessed else [cast.ref])
            assert len(worklist(here).not_theirs) == assessed


def test_only_directors_have_a_worklist(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    for person in (case.manager, case.champion, case.reviewers[0]):
        client.as_(person).get(PAGE, status=403)
        client.as_(person).get("decisions.release", status=403)


def test_several_are_released_together(client: Client, committed: Committed) -> None:
    with committed():
        staff = arrange.make_staff()
        one, two, three = (arrange.make_case(staff, title=title) for title in ("One", "Two", "Three"))
        arrange.prepare(one)
        arrange.prepare(two, DecisionKind.DEVELOP, override_reason="Too soon.")
        arrange.prepare(three)
    page = client.as_(staff.director).get(PAGE)
    page = page.submit("Release the selected decisions", proposals=[one.ref, two.ref])
    assert page.h1 == "Release 2 decisions"
    assert one.ref in page.text
    assert three.ref not in page.text
    assert "People fall less." in page.text
    page = page.submit("Release")
    assert "Released 2 decisions. Each champion gets a letter." in page.text
    with committed():
        assert letters() == 2
        stages = {each.reference: each.stage for each in db.session.scalars(select(Proposal))}
        assert stages == {one.ref: Stage.SPREAD, two.ref: Stage.CHANGES_REQUESTED, three.ref: Stage.ASSESSED}


def test_nothing_selected_says_what_to_do(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        arrange.prepare(case)
    page = client.as_(case.director).get(PAGE).submit("Release the selected decisions")
    assert "Select the decisions that you want to release." in page.text


def test_unfinished_cannot_be_selected_nor_released(client: Client, committed: Committed) -> None:
    with committed():
        staff = arrange.make_staff()
        done, half = arrange.make_case(staff), arrange.make_case(staff)
        arrange.prepare(done)
        arrange.prepare(half, statement="")
    browser = client.as_(staff.director)
    page = browser.get(PAGE)
    assert [node.attributes["value"] for node in page.select("input[name=proposals]")] == [done.ref]
    assert "Enter why you approve it" in page.text
    page = browser.get("decisions.release", proposals=[done.ref, half.ref])
    assert page.texts("main form button") == []
    page = browser.post("decisions.release", {"proposals": [done.ref, half.ref]}, status=409)
    assert page.h1 == "No decision was released"
    assert f"{half.ref}: Enter why you approve it." in page.text
    with committed():
        assert letters() == 0
        assert set(db.session.scalars(select(Proposal.stage))) == {Stage.ASSESSED}


def test_all_or_none_when_another_director_was_faster(client: Client, committed: Committed) -> None:
    with committed():
        staff = arrange.make_staff()
        one, two = arrange.make_case(staff), arrange.make_case(staff)
        arrange.prepare(one)
        arrange.prepare(two)
    page = client.as_(staff.director).get("decisions.release", proposals=[one.ref, two.ref])
    with committed():
        arrange.release(two)
    page = page.submit("Release", status=409)
    assert f"{two.ref}: no decision is prepared that you can release." in page.text
    with committed():
        assert letters() == 1
        assert db.session.get_one(Proposal, one.proposal.id).stage is Stage.ASSESSED


def test_what_changed_since_it_was_shown_is_not_released(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        arrange.prepare(case)
    page = client.as_(case.director).get("decisions.release", proposals=case.ref)
    with committed():
        arrange.prepare(case, statement="Other words.")
    page = page.submit("Release", status=409)
    assert "One of them was changed after you opened the page." in page.text
    with committed():
        assert letters() == 0


@pytest.mark.parametrize("proposals", ["", "nonsense", "TV-2026-9999", "x" * 3_000, "\x00"])
def test_references_of_nothing_lead_back(client: Client, committed: Committed, proposals: str) -> None:
    with committed():
        director = assessing.make_director()
    page = client.as_(director).post("decisions.release", {"proposals": proposals})
    assert page.h1 == "Decisions"


def test_conflicted_director_releases_nothing(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        arrange.prepare(case)
        conflicted = arrange.make_conflicted_director()
    client.as_(conflicted).post("decisions.release", {"proposals": case.ref})
    with committed():
        assert db.session.scalars(select(Decision)).one().released_at is None


def add_rows(staff: arrange.Staff, *, waiting: int, released: int) -> None:
    """As many ready and prepared ones, and released ones."""
    kind, said = DecisionKind.APPROVE_SPREAD, arrange.APPROVAL
    for _ in range(waiting):
        arrange.make_assessed_quickly(staff)
        services.prepare(arrange.make_assessed_quickly(staff), kind, staff.director, said)
    for _ in range(released):
        services.release(arrange.make_assessed_quickly(staff), kind, staff.director, said)


def test_worklist_takes_as_many_queries_for_fifty_as_for_one(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        staff = arrange.make_staff()
        add_rows(staff, waiting=1, released=1)
    before = counted_queries(app, client, staff.director, "/decisions")
    with committed():
        add_rows(arrange.make_staff_like(staff), waiting=50, released=4)
    assert counted_queries(app, client, staff.director, "/decisions") == before
    page = client.as_(staff.director).get(PAGE)
    assert page.texts("h2")[:2] == ["Ready for your decision (51)", "Prepared, not released (51)"]
    assert len(results(page)) == 55
    assert "These 50 have waited longest." in page.text


def test_reason_that_the_region_gave_up_is_chosen_anew(client: Client, committed: Committed) -> None:
    with committed() as session:
        case = arrange.make_case(recommend=arrange.NONE_RECOMMENDS)
        arrange.prepare(case, DecisionKind.DECLINE)
        session.scalars(select(Region)).one().decline_reasons = {"other": "Another reason"}
    browser = client.as_(case.director)
    assert "Select a reason" in browser.get(PAGE).text
    page = browser.post("decisions.release", {"proposals": case.ref}, status=409)
    assert f"{case.ref}: Select a reason." in page.text
    page = browser.get("decisions.decline", ref=case.ref)
    page.submit("Release", reason_code="other")
    with committed():
        assert letters() == 1
