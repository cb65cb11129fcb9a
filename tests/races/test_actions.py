"""Two people at the very same moment, over and over: nothing is lost, nothing is done twice, and nobody meets a database's error.

RACES says how often each pair runs against each other, 30 unless set. Here: every action on a proposal.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from exchange.accounts.models import Person
from exchange.assessment import queries as assessment
from exchange.assessment import services as panels
from exchange.decisions.models import Decision
from exchange.extensions import db
from exchange.proposals import services
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.region.models import Theme
from tests.assessment.arrange import (
    Cast,
    declare,
    make_cast,
    make_champion,
    make_draft,
    make_manager,
    make_reviewer,
    make_submitted,
    submit,
)
from tests.conftest import Committed
from tests.decisions import arrange as decided
from tests.pages import Client
from tests.proposals.arrange import make_theme
from tests.races.racing import Case, Race, Rounds, Sent, at_proposal, race_one_story

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
DECLINATION = {
    "reason_code": "other",
    "would_change": "Figures.",
    "feedback": "Not now.",
    "override_reason": "Too dear.",
    "release": "yes",
}


def _submitted() -> tuple[Proposal, Person, Person]:
    champion, manager = make_champion(), make_manager()
    return make_submitted(champion), champion, manager


def recall_and_request_changes() -> Case:
    proposal, champion, manager = _submitted()
    return proposal, [
        at_proposal(champion, "proposals.recall", proposal, {}),
        at_proposal(manager, "assessment.request_changes", proposal, CHANGES),
    ]


def recall_and_start_assessment() -> Case:
    proposal, champion, manager = _submitted()
    people = [str(make_reviewer(f"Reviewing Person {number}").id) for number in range(3)]
    return proposal, [
        at_proposal(champion, "proposals.recall", proposal, {}),
        at_proposal(manager, "assessment.start_assessment", proposal, {"reviewers": people}),
    ]


def transfer_and_decline() -> Case:
    proposal, _, manager = _submitted()
    theme = db.session.get(Theme, "quiet-nights") or make_theme()
    make_manager(name="Night Manager", theme=theme.id)
    return proposal, [
        at_proposal(
            manager, "proposals.transfer", proposal, {"theme": theme.id, "reason": "It is about sleep."}
        ),
        at_proposal(make_manager(name="Other"), "decisions.decline", proposal, DECLINATION),
    ]


def withdraw_and_close_assessment() -> Case:
    cast = _submitted_reviews()
    return cast.proposal, [
        at_proposal(cast.champion, "assessment.withdraw", cast.proposal, {"reason": "Our plans changed."}),
        at_proposal(cast.manager, "assessment.close_assessment", cast.proposal, CLOSING),
    ]


def _declared() -> Cast:
    cast = make_cast()
    for index in range(3):
        declare(cast.assignment(index))
    return cast


def _submitted_reviews() -> Cast:
    cast = make_cast()
    for index in range(3):
        submit(cast.assignment(index))
    return cast


def request_changes_and_submit_review() -> Case:
    cast = _declared()
    return cast.proposal, [
        at_proposal(cast.manager, "assessment.request_changes", cast.proposal, CHANGES),
        at_proposal(cast.reviewers[0], "assessment.save_review", cast.proposal, REVIEW, "submit_review"),
    ]


def three_reviews() -> Case:
    cast = _declared()
    return cast.proposal, [
        at_proposal(person, "assessment.save_review", cast.proposal, REVIEW, "submit_review")
        for person in cast.reviewers
    ]


def two_managers_go_on() -> Case:
    cast = _declared()
    panels.request_changes(
        cast.proposal, cast.manager, sections=["need"], message="More.", due=cast.round.due
    )
    services.submit(cast.proposal, cast.champion)
    return cast.proposal, [
        at_proposal(person, "assessment.start_assessment", cast.proposal, {})
        for person in (cast.manager, make_manager(name="Other"))
    ]


def two_directors_decide() -> Case:
    case = decided.make_case()
    return case.proposal, [
        at_proposal(case.director, "decisions.approve_spread", case.proposal, APPROVAL),
        at_proposal(decided.make_other_director(), "decisions.develop", case.proposal, DEVELOPMENT),
    ]


def refer_back_and_decline() -> Case:
    case = decided.make_case()
    return case.proposal, [
        at_proposal(
            case.director, "decisions.refer_back", case.proposal, {"questions": "What would it cost?"}
        ),
        at_proposal(decided.make_other_director(), "decisions.decline", case.proposal, DECLINATION),
    ]


def two_managers_reopen() -> Case:
    proposal, champion, manager = _submitted()
    panels.withdraw(proposal, champion, reason="Our plans changed.")
    return proposal, [
        at_proposal(person, "proposals.reopen", proposal, {"reason": "New evidence.", **DUE})
        for person in (manager, make_manager(name="Other"))
    ]


def two_clicks_on_submit() -> Case:
    proposal = make_draft(champion := make_champion())
    sent = at_proposal(champion, "proposals.submit", proposal, {"declaration": "yes"})
    return proposal, [sent, sent]


def declare_and_remove_reviewer() -> Case:
    cast = make_cast()
    removal = {"reason": "Too busy."}, "remove_reviewer", {"ref": cast.ref, "letter": "A"}
    return cast.proposal, [
        at_proposal(cast.reviewers[0], "assessment.declare", cast.proposal, {"interest": "none"}),
        Sent(cast.manager, "assessment.remove_reviewer", *removal),
    ]


def an_interest_and_close_assessment() -> Case:
    cast = _submitted_reviews()
    interest = {"interest": "interest", "reason": "My sister works there."}
    return cast.proposal, [
        at_proposal(cast.reviewers[0], "assessment.declare", cast.proposal, interest, "withdraw_review"),
        at_proposal(cast.manager, "assessment.close_assessment", cast.proposal, CLOSING),
    ]


def extend_and_close_assessment() -> Case:
    cast = _submitted_reviews()
    return cast.proposal, [
        at_proposal(
            make_manager(name="Other"), "assessment.extend", cast.proposal, {**DUE, "reason": "Snow."}
        ),
        at_proposal(cast.manager, "assessment.close_assessment", cast.proposal, CLOSING),
    ]


@pytest.mark.parametrize(
    "arrange",
    [
        two_clicks_on_submit,
        recall_and_request_changes,
        recall_and_start_assessment,
        transfer_and_decline,
        declare_and_remove_reviewer,
        withdraw_and_close_assessment,
        an_interest_and_close_assessment,
        extend_and_close_assessment,
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
    client: Client, committed: Committed, rounds: Rounds, arrange: Callable[[], Case]
) -> None:
    race_one_story(client, committed, rounds, arrange)


def test_decisions_prepared_by_two_leave_one(client: Client, committed: Committed, rounds: Rounds) -> None:
    with committed():
        case = decided.make_case()
        people = [case.director, decided.make_other_director()]
    prepared = {"must_show": "The cost.", "talk_to": "Finance.", **DUE, "state": "none", "save": "yes"}
    sent = [
        at_proposal(person, "decisions.develop", case.proposal, {**prepared, "must_show": f"Of {person.id}"})
        for person in people
    ]
    race = Race(client, sent)
    for _ in rounds():
        answers = race.run()
        assert sorted(answers) == [302, 409]
        with committed():
            [decision] = db.session.scalars(select(Decision).where(Decision.proposal_id == case.proposal.id))
            assert decision.must_show == f"Of {people[answers.index(302)].id}"
            assert db.session.get_one(Proposal, case.proposal.id).stage is Stage.ASSESSED
            assert assessment.current_round(case.proposal) is not None
