"""Questions of reviewers to the team, which pass through the manager."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from exchange.assessment import queries, services
from exchange.assessment.deliberation import services as deliberation
from exchange.assessment.deliberation.models import TeamQuestion
from exchange.assessment.models import Interest
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals.models import Proposal
from exchange.wording import day
from tests.assessment.arrange import (
    STAFF,
    TEAM,
    Cast,
    declare,
    make_cast,
    make_director,
    make_manager,
    submit,
)
from tests.conftest import Committed, Statements
from tests.factories import make_person
from tests.notifications.arrange import forget, tell, texts_to, told
from tests.pages import Client, Page

OWN_WORDS = "As a physio I doubt it: how many wards took part?"
PUT_AS = "How many wards took part?"
ANSWER = "Four wards, over nine months."


def arrange(committed: Committed) -> Cast:
    """Reviewers A and B have declared, C has not."""
    with committed():
        cast = make_cast()
        for index in (0, 1):
            declare(cast.assignment(index))
    return cast


def ask(client: Client, cast: Cast) -> None:
    page = client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref)
    page.click("Ask the team a question").submit("Send to the programme manager", question=OWN_WORDS)


def pass_on(client: Client, cast: Cast, status: int = 200, **fields: str) -> Page:
    page = client.as_(cast.manager).get("assessment.questions", ref=cast.ref).click("Pass it on, or not")
    return page.submit("Continue", {"settled": "put", "put_as": PUT_AS, **fields}, status=status)


def answer(client: Client, cast: Cast) -> None:
    page = client.as_(cast.champion).get("assessment.questions", ref=cast.ref).click("Answer")
    page.submit("Send your answer", answer=ANSWER)


def questions_of(client: Client, cast: Cast, index: int) -> str:
    return client.as_(cast.reviewers[index]).get("assessment.questions", ref=cast.ref).text


def test_a_question_goes_through_the_manager_and_its_answer_on_the_record(
    client: Client, committed: Committed
) -> None:
    cast = arrange(committed)
    ask(client, cast)
    client.as_(cast.champion).get("proposals.show", ref=cast.ref)
    assert "You (Reviewer A)" in questions_of(client, cast, 0)
    assert "No questions yet" in questions_of(client, cast, 1)
    page = client.as_(cast.manager).get("assessment.questions", ref=cast.ref)
    assert f"{cast.reviewers[0].name} (Reviewer A)" in page.text
    pass_on(client, cast)
    for page in (
        client.as_(cast.champion).get("proposals.show", ref=cast.ref).click("Questions, 1 to answer"),
        client.as_(cast.champion).get("proposals.history", ref=cast.ref),
    ):
        assert PUT_AS in page.text
        assert "physio" not in page.text
        assert "Reviewer" not in page.text.replace("Reviewers are", "").replace("Reviewers", "")
        assert cast.reviewers[0].name not in page.text
    answer(client, cast)
    for index in (0, 1):
        page = client.as_(cast.reviewers[index]).get("assessment.review", ref=cast.ref)
        assert ANSWER in page.text
        assert ("physio" in page.text) is (index == 0)
    assert "Questions" in client.as_(cast.champion).get("proposals.show", ref=cast.ref).links()
    page = client.as_(cast.manager).get("assessment.questions", ref=cast.ref)
    assert OWN_WORDS in page.text
    assert ANSWER in page.text
    with committed():
        events = {
            event.kind: (event.audience, {text.name: (text.content, text.audience) for text in event.texts})
            for event in db.session.query(Event).filter(
                Event.kind.like("%question%") | (Event.kind == "ask_team")
            )
        }
        assert events == {
            "ask_team": ("assessors", {}),
            "put_question": ("team", {"question": (PUT_AS, "team")}),
            "answer_question": ("team", {"answer": (ANSWER, "team")}),
        }
        put = db.session.query(Event).filter_by(kind="put_question").one()
        assert put.facts.keys() == {"round", "question", "texts"}


def test_a_question_is_declined_with_a_reason_that_the_team_never_reads(
    app: Flask, client: Client, committed: Committed
) -> None:
    cast = arrange(committed)
    ask(client, cast)
    tell(app)
    forget(committed)
    page = pass_on(client, cast, settled="decline", reason="", status=422)
    assert page.errors == ["Enter why you do not pass it on"]
    page.submit("Continue", reason="The record says it, under Evidence.")
    assert "The record says it, under Evidence." in questions_of(client, cast, 0)
    assert "physio" not in questions_of(client, cast, 1)
    for name in ("show", "history"):
        page = client.as_(cast.champion).get(f"proposals.{name}", ref=cast.ref)
        assert "Questions" not in page.links()
        assert "not passed on" not in page.text
    assert "No questions yet" in client.as_(cast.champion).get("assessment.questions", ref=cast.ref).text
    tell(app)
    assert told(committed) == {cast.reviewers[0].name: ["your question is not passed on"]}


def test_everybody_concerned_is_told_in_words_that_they_may_read(
    app: Flask, client: Client, committed: Committed
) -> None:
    cast = arrange(committed)
    tell(app)
    forget(committed)
    ask(client, cast)
    tell(app)
    assert told(committed) == {cast.manager.name: ["a reviewer has a question for the team"]}
    assert cast.reviewers[0].name in texts_to(committed, cast.manager)[0]
    forget(committed)
    pass_on(client, cast)
    tell(app)
    assert told(committed) == {
        cast.champion.name: ["the panel asks you a question"],
        cast.reviewers[0].name: ["your question is passed on"],
    }
    [letter] = texts_to(committed, cast.champion)
    assert PUT_AS in letter
    assert "physio" not in letter
    assert cast.reviewers[0].name not in letter
    forget(committed)
    answer(client, cast)
    tell(app)
    assert told(committed) == {
        cast.manager.name: ["the team has answered a question"],
        cast.reviewers[0].name: ["the team has answered a question"],
        cast.reviewers[1].name: ["the team has answered a question"],
    }
    [letter] = texts_to(committed, cast.reviewers[1])
    assert ANSWER in letter
    assert "physio" not in letter


def test_my_work_has_what_is_to_pass_on_and_to_answer(
    client: Client, committed: Committed, statements: Statements
) -> None:
    def work(person: object) -> tuple[str, int]:
        with statements() as sent:
            text = client.as_(person).get("reports.my_work").text  # type: ignore[arg-type]
        return text, len(sent)

    cast = arrange(committed)
    _, before = work(cast.manager)
    with committed():
        for text in ("One?", "Two?", "Three?"):
            deliberation.ask_team(cast.assignment(0), text)
    text, after = work(cast.manager)
    assert "3 questions of reviewers to pass on" in text
    assert after == before
    with committed():
        for question in db.session.query(TeamQuestion).limit(2):
            deliberation.put_question(question, cast.manager, put_as=question.text)
    assert "1 question of reviewers to pass on" in work(cast.manager)[0]
    assert "The panel asks your team 2 questions." in work(cast.champion)[0]


def test_one_reviewer_asks_ten_questions_at_most(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    ask(client, cast)
    opened = client.as_(cast.reviewers[0]).get("assessment.ask_team", ref=cast.ref)
    with committed():
        for _ in range(9):
            deliberation.ask_team(cast.assignment(0), OWN_WORDS)
    refused = opened.submit("Send to the programme manager", question="One more?", status=409)
    assert "You have asked 10 questions, as many as one reviewer can." in refused.text
    page = client.as_(cast.reviewers[0]).get("assessment.questions", ref=cast.ref)
    assert "You have asked 10 questions, as many as one reviewer can." in page.text
    assert "Ask a question" not in page.links()
    assert "Ask a question" in client.as_(cast.reviewers[1]).get("assessment.questions", ref=cast.ref).links()


def leave(committed: Committed, cast: Cast, interest: Interest = Interest.INTEREST) -> None:
    with committed():
        services.declare(cast.assignment(0), interest, reason="I advise a rival.")


@pytest.mark.parametrize("interest", [Interest.INTEREST, Interest.TOO_MANY])
def test_a_question_goes_with_who_asked_it_before_it_is_passed_on(
    client: Client, committed: Committed, interest: Interest
) -> None:
    cast = arrange(committed)
    ask(client, cast)
    opened = client.as_(cast.manager).get("assessment.questions", ref=cast.ref).click("Pass it on, or not")
    leave(committed, cast, interest)
    refused = opened.submit("Continue", settled="put", put_as=PUT_AS, status=409)
    assert "Its author is no longer on the panel" in refused.text
    page = client.as_(cast.manager).get("assessment.questions", ref=cast.ref)
    assert "Pass it on, or not" not in page.links()
    assert "Its author left the panel before it was passed on." in page.text
    assert "to pass on" not in client.as_(cast.manager).get("reports.my_work").text


def test_team_does_not_learn_that_who_asked_has_left(client: Client, committed: Committed) -> None:
    """The moment would tell whose question it was. For staff and panel it waits for nobody."""
    cast = arrange(committed)
    ask(client, cast)
    pass_on(client, cast)
    champion = client.as_(cast.champion)
    before = champion.get("assessment.questions", ref=cast.ref).text
    leave(committed, cast)
    page = champion.get("assessment.questions", ref=cast.ref)
    assert page.text == before
    assert "The panel asks your team" in champion.get("reports.my_work").text
    for person in (cast.manager, cast.reviewers[1]):
        seen = client.as_(person).get("assessment.questions", ref=cast.ref)
        assert "The panel no longer needs an answer." in seen.text
    page = page.click("Answer").submit("Send your answer", answer=ANSWER)
    assert "Your answer is with the panel." in page.text
    assert ANSWER in client.as_(cast.manager).get("assessment.questions", ref=cast.ref).text


def test_who_answers_late_is_told_so(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    ask(client, cast)
    pass_on(client, cast)
    due = f"due on {day(cast.round.due)}. The sooner you answer"
    page = client.as_(cast.champion).get("assessment.questions", ref=cast.ref).click("Answer")
    assert f"Reviews are {due}" in page.text
    with time_machine.travel(cast.round.due + timedelta(days=1)):
        assert f"Reviews were {due}" in client.as_(cast.champion).get(page.path).text


def test_an_answer_stays_on_the_record_when_who_asked_leaves(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    ask(client, cast)
    pass_on(client, cast)
    answer(client, cast)
    leave(committed, cast)
    assert ANSWER in questions_of(client, cast, 1)


def test_what_is_put_names_no_reviewer(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    ask(client, cast)
    name = cast.reviewers[2].name
    page = pass_on(client, cast, put_as=f"{name.upper()} asks: how many wards?", status=422)
    assert page.errors == [
        f"Take “{name}” out of “The question, as the team reads it”: the team must not learn who assesses it"
    ]


@pytest.mark.parametrize("words", [150, 151])
def test_questions_and_answers_have_a_limit(client: Client, committed: Committed, words: int) -> None:
    cast = arrange(committed)
    page = client.as_(cast.reviewers[0]).get("assessment.ask_team", ref=cast.ref)
    status = 200 if words == 150 else 422
    page = page.submit("Send to the programme manager", question="word " * words, status=status)
    assert page.errors == ([] if words == 150 else ["Your question must be 150 words or fewer. It has 151"])


def test_nobody_else_reads_or_settles_questions(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    with committed():
        question = deliberation.ask_team(cast.assignment(0), OWN_WORDS)
        others = [
            cast.reviewers[2],
            make_manager(name="Bound Manager", organisation=TEAM),
            make_person(organisation=STAFF),
        ]
    for person in others:
        client.as_(person).get("assessment.questions", ref=cast.ref, status=404)
    for person in (*others, cast.champion, cast.reviewers[0]):
        client.as_(person).get(
            "assessment.settle_question", ref=cast.ref, question_id=question.id, status=404
        )
    client.as_(cast.champion).get(
        "assessment.answer_question", ref=cast.ref, question_id=question.id, status=404
    )
    with committed():
        other = make_cast()
    client.as_(cast.manager).get(
        "assessment.settle_question", ref=other.ref, question_id=question.id, status=404
    )


def test_two_people_at_once_lose_nothing(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    with committed():
        author = make_person(name="Co Author", organisation=TEAM)
        other = make_manager(name="Other Manager")
        proposal = db.session.get_one(type(cast.proposal), cast.proposal.id)
        proposal.co_authors.append(author)
        question = deliberation.ask_team(cast.assignment(0), OWN_WORDS)
    theirs = client.as_(other).get("assessment.settle_question", ref=cast.ref, question_id=question.id)
    pass_on(client, cast)
    page = theirs.submit("Continue", settled="put", put_as="In my words", status=409)
    assert "Another programme manager has settled this question" in page.text
    assert "In my words" in page.text
    theirs = client.as_(author).get("assessment.answer_question", ref=cast.ref, question_id=question.id)
    answer(client, cast)
    page = theirs.submit("Send your answer", answer="Five wards.", status=409)
    assert "Somebody of your team has answered it" in page.text
    assert "Five wards." in page.text


def test_a_closed_assessment_takes_no_questions_and_no_answers(client: Client, committed: Committed) -> None:
    cast = arrange(committed)
    ask_page = client.as_(cast.reviewers[0]).get("assessment.ask_team", ref=cast.ref)
    with committed():
        question = deliberation.ask_team(cast.assignment(0), OWN_WORDS)
        deliberation.put_question(question, cast.manager, put_as=PUT_AS)
        waiting = deliberation.ask_team(cast.assignment(1), "Another?")
    answer_page = client.as_(cast.champion).get(
        "assessment.answer_question", ref=cast.ref, question_id=question.id
    )
    settle_page = client.as_(cast.manager).get(
        "assessment.settle_question", ref=cast.ref, question_id=waiting.id
    )
    with committed():
        for index in range(3):
            submit(cast.assignment(index))
        services.close_assessment(cast.proposal, cast.manager, panel_summary="Good.", feedback="Good.")
    assert (
        "Too late" in ask_page.submit("Send to the programme manager", question="Too late", status=409).text
    )
    assert "Too late" in answer_page.submit("Send your answer", answer="Too late", status=409).text
    assert "Too late" in settle_page.submit("Continue", settled="put", put_as="Too late", status=409).text
    page = client.as_(cast.reviewers[1]).get("assessment.questions", ref=cast.ref)
    assert "has not answered." in page.text
    assert "The assessment ended before it was passed on." in page.text
    pack = client.as_(cast.manager).get("decisions.decision_pack", ref=cast.ref)
    assert PUT_AS in pack.text
    assert "Questions to the team" in pack.links()


def test_questions_that_are_open_end_with_the_assessment_and_stay_so_when_it_is_referred_back(
    client: Client, committed: Committed
) -> None:
    cast = arrange(committed)
    with committed():
        asked = [deliberation.ask_team(cast.assignment(index), f"How many? {index}") for index in (0, 1)]
        deliberation.put_question(asked[0], cast.manager, put_as=PUT_AS)
        for index in range(3):
            submit(cast.assignment(index))
    page = client.as_(cast.manager).get("assessment.close_assessment", ref=cast.ref)
    assert (
        "2 questions to the team are still open. Once you close the assessment they can no longer be "
        "passed on or answered." in page.text
    )
    page.submit("Close assessment", panel_summary="Good.", feedback="Good.")
    with committed():
        services.open_again(cast.proposal, make_director(), questions="What of the cost?")
    for person, button in ((cast.manager, "Pass it on, or not"), (cast.champion, "Answer")):
        page = client.as_(person).get("assessment.questions", ref=cast.ref)
        assert button not in page.links()
    with committed():
        round_ = queries.current_round(db.session.get_one(Proposal, cast.proposal.id))
        assert round_ is not None
        place = queries.assignment_of(cast.reviewers[0], round_)
        assert place is not None
        question = deliberation.ask_team(place, "And now?")
        deliberation.put_question(question, cast.manager, put_as="And now?")
    client.as_(cast.champion).get("assessment.questions", ref=cast.ref).click("Answer")
