"""Two people at the very same moment, over and over: nothing is lost, nothing is done twice, and nobody meets a database's error.

RACES says how often each pair runs against each other, 6 unless set.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import pairwise
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from exchange import clock
from exchange.accounts.models import Person
from exchange.assessment import queries as assessment
from exchange.assessment import services as panels
from exchange.decisions.models import Decision, DecisionKind
from exchange.discussion import queries as discussion
from exchange.discussion.kinds import Forum
from exchange.discussion.models import Follow
from exchange.events import Event
from exchange.extensions import db
from exchange.merging.services import propose_merge
from exchange.proposals import record, services
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.region.models import Theme
from exchange.spread.models import Condition
from tests.assessment.arrange import (
    Cast,
    declare,
    make_cast,
    make_champion,
    make_manager,
    make_reviewer,
    make_submitted,
    submit,
)
from tests.conftest import Committed
from tests.decisions import arrange as decided
from tests.discussion.arrange import say
from tests.factories import PASSWORD, THEME, make_person
from tests.merging.arrange import make_twins, merge
from tests.pages import Client
from tests.proposals.arrange import make_draft, make_theme, pdf_bytes

RACES = int(os.environ.get("RACES", "6"))
DUE = {"due-day": "1", "due-month": "3", "due-year": "2027"}
CHANGES = {"sections": "need", "message": "Say more.", **DUE}
REVIEW = {
    "score-need": "5",
    "rationale-need": "Measured.",
    "score-benefit": "2",
    "rationale-benefit": "Small.",
    "recommendation": "spread",
    "submit_review": "yes",
}
CLOSING = {"panel_summary": "Good.", "feedback": "Good."}
APPROVAL = {**decided.APPROVAL_SENT, "release": "yes"}
DEVELOPMENT = {
    "must_show": "The cost.",
    "talk_to": "Finance.",
    **DUE,
    "override_reason": "Too dear.",
    "release": "yes",
}
GUESS = {"password": "a wrong guess", "new_password": "another good password"}
DECLINATION = {
    "reason_code": "other",
    "would_change": "Figures.",
    "feedback": "Not now.",
    "override_reason": "Too dear.",
    "release": "yes",
}


@dataclass
class Sent:
    """Who sends what where. `kind` is the event that it leaves when it is done."""

    person: Person
    endpoint: str
    data: dict[str, Any]
    kind: str
    values: dict[str, Any]


def at_once(client: Client, sent: Sequence[Sent]) -> list[int]:
    """The status of each answer, all let go together."""
    start, answers = Barrier(len(sent)), [0] * len(sent)
    browsers = [client.as_(each.person) for each in sent]
    posts = [
        (
            browser,
            browser.address(each.endpoint, **each.values),
            {**each.data, "csrf_token": browser.csrf_token()},
        )
        for browser, each in zip(browsers, sent, strict=True)
    ]

    def run(number: int) -> None:
        browser, address, data = posts[number]
        start.wait()
        answers[number] = browser.flask_client.post(address, data=data).status_code

    threads = [Thread(target=run, args=(number,)) for number in range(len(sent))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def events_of(proposal: Proposal) -> Sequence[Event]:
    query = select(Event).where(Event.subject == proposal.event_subject).order_by(Event.position)
    return db.session.scalars(query).all()


def check_story(proposal_id: int, sent: Sequence[Sent], answers: Sequence[int], since: int) -> None:
    """Who was told that it is done did it once, who was refused did nothing, and each step starts where the last one led."""
    proposal = db.session.get_one(Proposal, proposal_id, populate_existing=True)
    told = events_of(proposal)
    assert [each.position for each in told] == list(range(1, len(told) + 1))
    steps = [each for each in told if "to_stage" in each.facts]
    for before, after in pairwise(steps):
        assert after.facts["from_stage"] == before.facts["to_stage"]
    assert proposal.stage == steps[-1].facts["to_stage"]
    assert set(answers) <= {302, 403, 404, 409}, answers
    assert 302 in answers, answers
    for each, answer in zip(sent, answers, strict=True):
        new = told[since:]
        done = [event for event in new if event.kind == each.kind and event.actor_id == each.person.id]
        assert len(done) == (answer == 302), (each.kind, answer)


Case = tuple[Proposal, list[Sent]]


def _sent(person: Person, endpoint: str, proposal: Proposal, data: dict[str, Any], kind: str = "") -> Sent:
    kind = kind or endpoint.split(".")[1]
    return Sent(person, endpoint, data, kind, {"ref": proposal.reference})


def _submitted() -> tuple[Proposal, Person, Person]:
    champion, manager = make_champion(), make_manager()
    return make_submitted(champion), champion, manager


def recall_and_request_changes() -> Case:
    proposal, champion, manager = _submitted()
    return proposal, [
        _sent(champion, "proposals.recall", proposal, {}),
        _sent(manager, "assessment.request_changes", proposal, CHANGES),
    ]


def recall_and_start_assessment() -> Case:
    proposal, champion, manager = _submitted()
    people = [str(make_reviewer(f"Reviewing Person {number}").id) for number in range(3)]
    return proposal, [
        _sent(champion, "proposals.recall", proposal, {}),
        _sent(manager, "assessment.start_assessment", proposal, {"reviewers": people}),
    ]


def transfer_and_decline() -> Case:
    proposal, _, manager = _submitted()
    theme = db.session.get(Theme, "quiet-nights") or make_theme()
    make_manager(name="Night Manager", theme=theme.id)
    return proposal, [
        _sent(manager, "proposals.transfer", proposal, {"theme": theme.id, "reason": "It is about sleep."}),
        _sent(make_manager(name="Other"), "decisions.decline", proposal, DECLINATION),
    ]


def withdraw_and_close_assessment() -> Case:
    cast = make_cast()
    for index in range(3):
        submit(cast.assignment(index))
    return cast.proposal, [
        _sent(cast.champion, "assessment.withdraw", cast.proposal, {"reason": "Our plans changed."}),
        _sent(cast.manager, "assessment.close_assessment", cast.proposal, CLOSING),
    ]


def _declared() -> Cast:
    cast = make_cast()
    for index in range(3):
        declare(cast.assignment(index))
    return cast


def request_changes_and_submit_review() -> Case:
    cast = _declared()
    return cast.proposal, [
        _sent(cast.manager, "assessment.request_changes", cast.proposal, CHANGES),
        _sent(cast.reviewers[0], "assessment.save_review", cast.proposal, REVIEW, "submit_review"),
    ]


def three_reviews() -> Case:
    cast = _declared()
    return cast.proposal, [
        _sent(person, "assessment.save_review", cast.proposal, REVIEW, "submit_review")
        for person in cast.reviewers
    ]


def two_managers_go_on() -> Case:
    cast = _declared()
    panels.request_changes(
        cast.proposal, cast.manager, sections=["need"], message="More.", due=cast.round.due
    )
    services.submit(cast.proposal, cast.champion)
    return cast.proposal, [
        _sent(person, "assessment.start_assessment", cast.proposal, {})
        for person in (cast.manager, make_manager(name="Other"))
    ]


def two_directors_decide() -> Case:
    case = decided.make_case()
    return case.proposal, [
        _sent(case.director, "decisions.approve_spread", case.proposal, APPROVAL),
        _sent(decided.make_other_director(), "decisions.develop", case.proposal, DEVELOPMENT),
    ]


def refer_back_and_decline() -> Case:
    case = decided.make_case()
    return case.proposal, [
        _sent(case.director, "decisions.refer_back", case.proposal, {"questions": "What would it cost?"}),
        _sent(decided.make_other_director(), "decisions.decline", case.proposal, DECLINATION),
    ]


def two_managers_reopen() -> Case:
    proposal, champion, manager = _submitted()
    panels.withdraw(proposal, champion, reason="Our plans changed.")
    return proposal, [
        _sent(person, "proposals.reopen", proposal, {"reason": "New evidence.", **DUE})
        for person in (manager, make_manager(name="Other"))
    ]


def merge_and_withdraw() -> Case:
    twins = make_twins()
    propose_merge(twins.source, twins.target, twins.bob, reason="Same.")
    return twins.source, [
        _sent(twins.amina, "merging.answer_merge", twins.source, {"answer": "agree"}, "merge"),
        _sent(twins.bob, "assessment.withdraw", twins.source, {"reason": "Our plans changed."}),
    ]


def undo_merge_twice() -> Case:
    twins = make_twins()
    merge(twins.source, twins.target)
    return twins.source, [
        _sent(person, "merging.undo_merge", twins.source, {"reason": "No."})
        for person in (twins.bob, twins.amina)
    ]


@pytest.mark.parametrize(
    "arrange",
    [
        merge_and_withdraw,
        undo_merge_twice,
        recall_and_request_changes,
        recall_and_start_assessment,
        transfer_and_decline,
        withdraw_and_close_assessment,
        request_changes_and_submit_review,
        three_reviews,
        two_managers_go_on,
        two_directors_decide,
        refer_back_and_decline,
        two_managers_reopen,
    ],
    ids=lambda arrange: arrange.__name__,
)
def test_actions_at_once_make_one_story(
    client: Client, committed: Committed, arrange: Callable[[], Case]
) -> None:
    for _ in range(RACES):
        with committed():
            proposal, sent = arrange()
            since = len(events_of(proposal))
        answers = at_once(client, sent)
        with committed():
            check_story(proposal.id, sent, answers, since)


def test_of_two_merges_that_cross_one_wins(client: Client, committed: Committed) -> None:
    """And what others say of the two meanwhile stands where it ends."""
    for _ in range(RACES):
        with committed():
            twins = make_twins()
            source, target, member = twins.source, twins.target, make_person(organisation="valley-university")
            propose_merge(source, target, twins.bob, reason="Same.")
            propose_merge(target, source, twins.amina, reason="Same.")
        answers = at_once(
            client,
            [
                _sent(twins.amina, "merging.answer_merge", source, {"answer": "agree"}),
                _sent(twins.bob, "merging.answer_merge", target, {"answer": "agree"}),
                _sent(member, "discussion.follow", source, {}),
                _sent(member, "discussion.follow", target, {}),
            ],
        )
        assert sorted(answers[:2]) == [302, 409], answers
        assert set(answers[2:]) <= {302, 409}
        with committed():
            stages = {db.session.get_one(Proposal, each.id).stage: each.id for each in (source, target)}
            assert stages.keys() == {Stage.MERGED, Stage.SUBMITTED}
            left = select(Follow.person_id).where(Follow.proposal_id == stages[Stage.MERGED])
            assert db.session.scalars(left).all() == []


def test_a_condition_is_settled_once(client: Client, committed: Committed) -> None:
    for _ in range(RACES):
        with committed():
            case = decided.make_case()
            decided.release(case, DecisionKind.APPROVE_SPREAD)
            programme = db.session.scalars(
                select(Condition).where(Condition.programme.has(proposal_id=case.proposal.id))
            ).first()
            assert programme is not None
            people = [case.director, decided.make_other_director()]
            values = {"slug": programme.programme.slug, "number": 1}
            since = len(events_of(case.proposal))
        outcomes = (("met", "meet_condition"), ("waived", "waive_condition"))
        sent = [
            Sent(person, "spread.settle_condition", {"outcome": outcome, "note": "Seen."}, kind, values)
            for person, (outcome, kind) in zip(people, outcomes, strict=True)
        ]
        answers = at_once(client, sent)
        with committed():
            assert sorted(answers) == [302, 409]
            check_story(case.proposal.id, sent, answers, since)


def test_answers_of_two_who_edit_one_section_are_both_kept(client: Client, committed: Committed) -> None:
    for _ in range(RACES):
        with committed():
            champion, author = make_champion(), make_person(name="Co Author")
            proposal = make_draft(champion, co_authors=[author])
            state = services.section_state(proposal, record.SECTION_BY_ID["need"])
            held = {
                "need": proposal.answers["need"],
                "equality": proposal.answers["equality"],
                "state": state,
            }
        section = {"ref": proposal.reference, "section": "need"}
        mine = {**held, "need": "Words of the champion"}
        theirs = {**held, "equality": "Words of the co-author"}
        answers = at_once(
            client,
            [
                Sent(champion, "proposals.save_section", mine, "save_section", section),
                Sent(author, "proposals.save_section", theirs, "save_section", section),
            ],
        )
        assert answers == [302, 302]
        with committed():
            kept = db.session.get_one(Proposal, proposal.id).answers
            assert (kept["need"], kept["equality"]) == ("Words of the champion", "Words of the co-author")


def test_one_answer_that_two_change_is_kept_from_one_and_shown_to_the_other(
    client: Client, committed: Committed
) -> None:
    for _ in range(RACES):
        with committed():
            champion, author = make_champion(), make_person(name="Co Author")
            proposal = make_draft(champion, co_authors=[author])
            state = services.section_state(proposal, record.SECTION_BY_ID["need"])
        section = {"ref": proposal.reference, "section": "need"}
        answers = at_once(
            client,
            [
                Sent(
                    person, "proposals.save_section", {"need": words, "state": state}, "save_section", section
                )
                for person, words in ((champion, "First words"), (author, "Second words"))
            ],
        )
        assert sorted(answers) == [302, 409]
        with committed():
            kept = db.session.get_one(Proposal, proposal.id).answers["need"]
            assert kept == ("First words" if answers[0] == 302 else "Second words")


def test_documents_of_two_who_add_at_once_are_both_kept(client: Client, committed: Committed) -> None:
    for _ in range(RACES):
        with committed():
            champion, author = make_champion(), make_person(name="Co Author")
            proposal = make_draft(champion, co_authors=[author])
        section = {"ref": proposal.reference, "section": "evidence"}
        sent = [
            Sent(
                person,
                "proposals.save_section",
                {"evidence_files": (BytesIO(pdf_bytes(name)), name), "stay": "yes"},
                "attach",
                section,
            )
            for person, name in ((champion, "first.pdf"), (author, "second.pdf"))
        ]
        assert at_once(client, sent) == [302, 302]
        with committed():
            held = db.session.get_one(Proposal, proposal.id)
            assert {each.name for each in held.attachments} == {"first.pdf", "second.pdf"}
            assert sorted(held.answers["evidence_files"]) == sorted(each.id for each in held.attachments)


def test_proposals_begun_at_once_have_references_of_their_own(client: Client, committed: Committed) -> None:
    with committed():
        people = [make_champion(name=f"Champion {number}") for number in range(4)]
    for _ in range(RACES):
        sent = [
            Sent(person, "proposals.new", {"title": "Falls", "lead_theme": THEME}, "create", {})
            for person in people
        ]
        assert at_once(client, sent) == [302] * 4
    with committed():
        numbers = sorted(int(each.reference[-4:]) for each in db.session.query(Proposal))
        assert numbers == list(range(1, 4 * RACES + 1))


def test_one_address_is_registered_once(client: Client, committed: Committed) -> None:
    for number in range(RACES):
        address = f"new{number}@example.org"
        start, answers = Barrier(2), [0, 0]
        browsers = [client.visitor(), client.visitor()]
        data = {
            "email": address,
            "name": "New Person",
            "password": PASSWORD,
            "part": "lay",
            "terms": "y",
        }
        tokens = [browser.csrf_token() for browser in browsers]
        place = {
            "REMOTE_ADDR": f"10.0.{number // 250}.{number % 250 + 1}"
        }  # one place may register so many only

        def run(index: int) -> None:
            start.wait()  # noqa: B023 - joined before the next round
            sent = {**data, "csrf_token": tokens[index]}  # noqa: B023
            response = browsers[index].flask_client.post("/register", data=sent, environ_overrides=place)  # noqa: B023
            answers[index] = response.status_code  # noqa: B023

        threads = [Thread(target=run, args=(index,)) for index in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [302, 302], answers
        with committed():
            assert db.session.query(Person).filter_by(email=address).count() == 1


@pytest.mark.parametrize(
    ("address", "answers", "done"),
    [("/login", {"password": "a wrong guess"}, 422), ("/reset", {}, 302), ("/account/password", GUESS, 422)],
)
def test_tries_at_once_do_not_outrun_their_limit(
    client: Client, committed: Committed, address: str, answers: dict[str, str], done: int
) -> None:
    """Five in a quarter of an hour, also when eight come at the same moment."""
    for number in range(min(RACES, 5)):
        with committed():
            person = make_person(email=f"ann{number}@example.org")
        enter = partial(client.as_, person) if address.startswith("/account") else client.visitor
        browsers = [enter() for _ in range(8)]
        sent = [{"email": person.email, **answers, "csrf_token": each.csrf_token()} for each in browsers]
        start, got = Barrier(8), [0] * 8

        def run(index: int) -> None:
            start.wait()  # noqa: B023 - joined before the next round
            got[index] = browsers[index].flask_client.post(address, data=sent[index]).status_code  # noqa: B023

        threads = [Thread(target=run, args=(index,)) for index in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(got) == sorted([done] * 5 + [429] * 3)


def test_decisions_prepared_by_two_leave_one(client: Client, committed: Committed) -> None:
    for _ in range(RACES):
        with committed():
            case = decided.make_case()
            other = decided.make_other_director()
            state = "none"
        prepared = {"must_show": "The cost.", "talk_to": "Finance.", **DUE, "state": state, "save": "yes"}
        sent = [
            _sent(person, "decisions.develop", case.proposal, {**prepared, "must_show": f"Of {person.id}"})
            for person in (case.director, other)
        ]
        answers = at_once(client, sent)
        assert sorted(answers) == [302, 409]
        with committed():
            [decision] = db.session.scalars(select(Decision).where(Decision.proposal_id == case.proposal.id))
            assert decision.must_show == f"Of {sent[answers.index(302)].person.id}"
            assert db.session.get_one(Proposal, case.proposal.id).stage is Stage.ASSESSED
            assert assessment.current_round(case.proposal) is not None


def test_endorsing_following_and_reporting_at_once_count_once(client: Client, committed: Committed) -> None:
    """Two people, each with two clicks."""
    for _ in range(RACES):
        with committed():
            champion, people = make_champion(), [make_person(organisation="river-trust") for _ in range(2)]
            proposal = make_submitted(champion)
            comment = say(proposal, champion, "Ask us.")
        of_proposal, of_comment = {"ref": proposal.reference}, {"comment_id": comment.id}
        clicks = [each for each in people for _ in range(2)]
        for endpoint, data, values in (
            ("discussion.endorse", {}, {**of_proposal, "kind": "adopt"}),
            ("discussion.follow", {}, of_proposal),
            ("discussion.report_comment", {"reason": "unkind", "words": ""}, of_comment),
        ):
            sent = [Sent(each, endpoint, data, "", values) for each in clicks]
            assert at_once(client, sent) == [302] * 4
        with committed():
            voices = discussion.voices(proposal, Forum.MEMBERS)
            assert (voices.adopters, voices.organisations) == (2, 1)
            assert len(discussion.followers(proposal, clock.now())) == 2
            assert len(discussion.waiting_reports(comment)) == 2
            kinds = ("endorse", "report_comment")
            actors = [each.id for each in people]
            query = select(Event.kind).where(Event.actor_id.in_(actors), Event.kind.in_(kinds))
            assert sorted(db.session.scalars(query)) == sorted(kinds * 2)


def test_a_flood_sent_all_at_once_is_stopped_at_the_limit(client: Client, committed: Committed) -> None:
    with committed():
        proposal, person = make_submitted(make_champion()), make_person(organisation="river-trust")
        for number in range(8):
            say(proposal, person, f"Comment {number}")
    values = {"ref": proposal.reference}
    sent = [
        Sent(person, "discussion.comment_on_proposal", {"text": f"More {number}"}, "add_comment", values)
        for number in range(6)
    ]
    assert sorted(at_once(client, sent)) == [302, 302, 422, 422, 422, 422]
    with committed():
        assert discussion.voices(proposal, Forum.MEMBERS).comments == 10


def test_one_manager_hides_what_its_writer_changes_at_that_moment(
    client: Client, committed: Committed
) -> None:
    """Either comes first; never is a hidden comment changed after."""
    for _ in range(RACES):
        with committed():
            proposal, manager = make_submitted(make_champion()), make_manager()
            writer = make_person(organisation="river-trust")
            comment = say(proposal, writer, "As it was")
        values = {"comment_id": comment.id}
        hide = {"action": "hide", "why_hidden": "Unkind."}
        sent = [
            Sent(manager, "discussion.moderate_comment", hide, "hide_comment", values),
            Sent(writer, "discussion.edit_comment", {"text": "Otherwise"}, "edit_comment", values),
        ]
        hidden, edited = at_once(client, sent)
        assert (hidden, edited) in {(302, 302), (302, 409)}
        with committed():
            query = select(Event.kind).where(Event.subject == comment.event_subject).order_by(Event.position)
            kinds = list(db.session.scalars(query))
            assert kinds[-1] == "hide_comment"
            assert ("edit_comment" in kinds) == (edited == 302)
