"""The director asks the panel to look again: a new round, in which every review is a draft until it is submitted again."""

from __future__ import annotations

from datetime import date

import time_machine
from flask import Flask

from exchange.assessment import queries, services
from exchange.assessment.models import Round
from exchange.decisions import queries as decided
from exchange.decisions.models import Decision
from exchange.extensions import db
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal, Reader
from tests.conftest import Committed
from tests.decisions import arrange
from tests.decisions.arrange import Case
from tests.notifications.arrange import forget, tell, tell_in_here, texts_to, told
from tests.pages import Client, Page

ASK = "What would it cost in a small ward?"
NOW = "2026-12-01T10:00:00Z"


def refer(client: Client, case: Case, **sent: str) -> Page:
    page = client.as_(case.director).get("decisions.refer_back", ref=case.ref)
    return page.submit("Refer back", {"questions": ASK, **sent})


def latest(case: Case) -> Round:
    found = queries.current_round(db.session.get_one(Proposal, case.proposal.id))
    assert found is not None
    return found


@time_machine.travel(NOW, tick=False)
def test_refer_back_opens_a_new_round_of_the_same_panel(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        case = arrange.make_case()
        before = [(each.person_id, each.letter) for each in case.round.assignments]
        scores = [services.written_in(each) for each in queries.counted_reviews(case.round)]
        tell_in_here()
    forget(committed)
    page = client.as_(case.director).get("decisions.decision_pack", ref=case.ref)
    page = page.click("Refer back to the panel")
    assert "They have until 15 December 2026." in page.text
    assert page.submit("Refer back", questions=" ", status=422).errors == ["Enter what the panel must answer"]
    page = page.submit("Refer back", questions=ASK)
    assert "Referred back. The panel has until 15 December 2026." in page.text
    with committed():
        round_ = latest(case)
        assert db.session.get_one(Proposal, case.proposal.id).stage is Stage.IN_ASSESSMENT
        assert (round_.number, round_.version_number, round_.due) == (
            2,
            case.round.version_number,
            date(2026, 12, 15),
        )
        assert round_.rubric_id == case.round.rubric_id
        assert [(each.person_id, each.letter) for each in round_.assignments] == before
        assert [services.written_in(each.review) for each in round_.assignments] == scores
        assert queries.counted_reviews(round_) == []
        assert len(queries.counted_reviews(db.session.get_one(Round, case.round.id))) == len(scores)
    tell(app)
    news = told(committed)
    assert news.pop(case.manager.name) == ["referred back to the panel"]
    assert news.pop(case.champion.name) == news.pop(case.co_author.name)
    assert news == {
        person.name: ["answer the director’s questions by 15 December 2026"] for person in case.reviewers
    }
    [text] = texts_to(committed, case.reviewers[0])
    assert ASK in text


@time_machine.travel(NOW, tick=False)
def test_the_panel_reads_the_questions_and_the_team_does_not(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    refer(client, case)
    page = client.as_(case.reviewers[0]).get("assessment.review", ref=case.ref)
    assert ASK in page.text
    assert "What you wrote before is filled in below." in page.text
    page.submit("Submit review")
    assert ASK in client.as_(case.manager).get("assessment.assessment", ref=case.ref).text
    for person in (case.champion, case.co_author):
        for endpoint in ("show", "history"):
            page = client.as_(person).get(f"proposals.{endpoint}", ref=case.ref)
            assert ASK not in page.text
        assert "The theme director asked the panel to look again" in page.text


@time_machine.travel(NOW, tick=False)
def test_it_is_closed_and_decided_again(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
    refer(client, case)
    for person in case.reviewers:
        client.as_(person).get("assessment.review", ref=case.ref).submit("Submit review")
    page = client.as_(case.manager).get("assessment.close_assessment", ref=case.ref)
    page.submit("Close assessment", panel_summary="They answered.", feedback="Good work.")
    assert case.ref in client.as_(case.director).get("decisions.decisions").text
    page = client.as_(case.director).get("decisions.approve_spread", ref=case.ref)
    page.submit("Release", arrange.APPROVAL_SENT)


@time_machine.travel(NOW, tick=False)
def test_what_was_prepared_becomes_a_draft_for_the_next_decision(
    client: Client, committed: Committed
) -> None:
    with committed():
        case = arrange.make_case()
    director = client.as_(case.director)
    page = director.get("decisions.develop", ref=case.ref)
    page.submit("Save", must_show="Show the cost.", talk_to="The finance team.")
    assert "is kept as a draft" in director.get("decisions.refer_back", ref=case.ref).text
    refer(client, case)
    for person in case.reviewers:
        client.as_(person).get("assessment.review", ref=case.ref).submit("Submit review")
    page = client.as_(case.manager).get("assessment.close_assessment", ref=case.ref)
    page.submit("Close assessment", panel_summary="They answered.", feedback="Good work.")
    with committed():
        proposal = db.session.get_one(Proposal, case.proposal.id)
        assert decided.prepared_now(proposal) is None
    assert "prepared by" not in director.get("decisions.decisions").text
    page = director.get("decisions.develop", ref=case.ref)
    assert page.value("must_show") == "Show the cost."
    page.submit("Save")
    with committed():
        assert db.session.query(Decision).one().round_id == latest(case).id
    assert "prepared by" in director.get("decisions.decisions").text


@time_machine.travel(NOW, tick=False)
def test_who_left_meanwhile_is_not_on_the_new_panel(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        db.session.merge(case.reviewers[0]).active = False
    refer(client, case)
    with committed():
        people = {each.person_id for each in latest(case).assignments}
        assert people == {person.id for person in case.reviewers[1:]}


@time_machine.travel(NOW, tick=False)
def test_who_left_meanwhile_counts_in_the_assessment_that_was_closed(
    client: Client, committed: Committed
) -> None:
    with committed():
        case = arrange.make_case()
        db.session.merge(case.reviewers[0]).active = False
        told_before = queries.aggregate(case.round)
        assert told_before.count == 3
    refer(client, case)
    with committed():
        closed = db.session.get_one(Round, case.round.id)
        assert queries.aggregate(closed) == told_before
        assert queries.tally(closed).counted == 3
        assert db.session.get(Reader, (case.proposal.id, case.reviewers[0].id)) is None
    page = client.as_(case.director).get("assessment.earlier_assessment", ref=case.ref, number=1)
    assert "Comment 0." in page.text


def test_who_reviewed_it_refers_nothing_back(client: Client, committed: Committed) -> None:
    with committed():
        case = arrange.make_case()
        other = arrange.make_other_director()
    client.as_(other).get("decisions.refer_back", ref=case.ref)
    for person in (case.manager, case.champion, case.reviewers[0]):
        client.as_(person).get("decisions.refer_back", ref=case.ref, status=403)
