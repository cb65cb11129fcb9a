"""Who is told what of everything that happens to a proposal, and who is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from exchange import clock, events
from exchange.accounts import services as accounts
from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import services as assessment
from exchange.assessment.deliberation import services as deliberation
from exchange.assessment.models import Assignment, Interest
from exchange.audience import Audience
from exchange.decisions import services as decisions
from exchange.decisions.models import DecisionKind
from exchange.events import NewEvent
from exchange.extensions import db
from exchange.notifications import who
from exchange.notifications.models import Notification
from exchange.outbox import Message
from exchange.proposals import services as proposals
from exchange.proposals.lifecycle import ACTIONS
from exchange.proposals.models import Proposal
from exchange.region import queries as region
from exchange.region.models import Organisation
from tests.assessment.arrange import (
    TEAM,
    Cast,
    declare,
    make_cast,
    make_champion,
    make_director,
    make_draft,
    make_manager,
    make_reviewer,
    make_submitted,
    start,
    submit,
)
from tests.conftest import Committed
from tests.decisions.arrange import APPROVAL, FULL
from tests.factories import make_grant, make_person
from tests.notifications.arrange import forget, tell, tell_in_here, texts_to, told
from tests.pages import Client

DUE = date(2027, 1, 15)


def fresh(proposal: Proposal) -> Proposal:
    return db.session.get_one(Proposal, proposal.id)


def close(cast: Cast) -> None:
    for index in range(len(cast.reviewers)):
        submit(cast.assignment(index), comment="A secret comment")
    assessment.close_assessment(
        fresh(cast.proposal), cast.manager, panel_summary="Panel says yes", feedback="Go on so"
    )


def test_every_action_is_told() -> None:
    assert ACTIONS.keys() <= who.TOLD.keys()


def test_submitting_tells_the_team_and_the_managers(app: Flask, committed: Committed) -> None:
    with committed():
        champion, author = make_champion(), make_person(name="Co Author")
        make_manager()
        make_manager(name="Second Manager")
        make_director()
        make_reviewer()
        make_person(name="Any Member")
        make_submitted(champion, co_authors=[author])
    tell(app)
    assert told(committed) == {
        "Amina Begum": ["we have your proposal"],
        "Co Author": ["we have your proposal"],
        "Rachel Tolley": ["new proposal to triage"],
        "Second Manager": ["new proposal to triage"],
    }


def test_those_whom_something_binds_are_not_told(app: Flask, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        make_manager(name="Colleague", organisation="hill-hospital")
        author = make_manager(name="On The Team", organisation="river-trust")
        make_manager(name="Left", active=False)
        make_submitted(champion, co_authors=[author])
    tell(app)
    assert told(committed) == {
        "Amina Begum": ["we have your proposal"],
        "On The Team": ["we have your proposal"],
    }


def test_asking_for_changes_tells_the_team_what_to_change(app: Flask, committed: Committed) -> None:
    with committed():
        champion, author, manager = make_champion(), make_person(name="Co Author"), make_manager()
        proposal = make_submitted(champion, co_authors=[author])
        tell_in_here()
        proposals.request_changes(
            proposal, manager, sections=["need", "safety"], message="Say who is harmed 🎉.", due=DUE
        )
    forget(committed)
    tell(app)
    assert told(committed) == {
        "Amina Begum": ["changes requested, by 15 January 2027"],
        "Co Author": ["changes requested, by 15 January 2027"],
    }
    [text] = texts_to(committed, champion)
    assert text.splitlines()[1] == "Change your proposal and submit it again by 15 January 2027."
    assert "Say who is harmed 🎉." in text
    assert "“Need and benefit” and “Safety and rights”" in text


def test_submitting_again_says_so(app: Flask, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        proposal = make_submitted(champion)
        proposals.request_changes(proposal, manager, sections=[], message="More.", due=DUE)
        tell_in_here()
        proposals.submit(proposal, champion)
    forget(committed)
    tell(app)
    assert told(committed) == {
        "Amina Begum": ["we have version 2 of your proposal"],
        "Rachel Tolley": ["changed proposal to triage"],
    }


def test_what_was_done_before_the_telling_is_not_asked_for(app: Flask, committed: Committed) -> None:
    with committed():
        director, cast = make_director(), make_cast(**FULL)
        close(cast)
        decisions.release(fresh(cast.proposal), DecisionKind.APPROVE_SPREAD, director, APPROVAL)
    tell(app)
    assert told(committed) == {
        "Amina Begum": [
            "we have your proposal",
            "your proposal is being assessed",
            "the assessment is complete",
            "we will spread your innovation",
        ]
    }


def test_reviewers_are_asked_and_know_nothing_of_each_other(app: Flask, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        tell_in_here()
        due = cast.round.due
    names = [person.name for person in cast.reviewers]
    by = f"{due.day} {due:%B %Y}"
    news = told(committed)
    assert {name: news[name] for name in names} == {name: [f"review by {by}"] for name in names}
    assert news["Amina Begum"][-1] == "your proposal is being assessed"
    for person in [*cast.reviewers, cast.champion]:
        text = "\n".join(texts_to(committed, person))
        assert not [name for name in names if name in text]


def test_reviewer_who_was_taken_off_before_the_telling_is_not_asked(app: Flask, committed: Committed) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        assessment.remove_reviewer(cast.assignment(0), cast.manager, reason="On leave")
    tell(app)
    assert told(committed)[cast.reviewers[0].name] == ["your review is no longer needed"]


def test_who_joins_and_who_leaves_a_panel_is_told(app: Flask, committed: Committed) -> None:
    with committed():
        cast, spare = make_cast(), make_reviewer("Spare Reviewer")
        tell_in_here()
    forget(committed)
    with committed():
        assessment.add_reviewers(cast.assignment(0).round, cast.manager, [spare.id], reason="One is ill")
        assessment.remove_reviewer(cast.assignment(0), cast.manager, reason="Ill")
    tell(app)
    news = told(committed)
    assert news[cast.reviewers[0].name] == ["your review is no longer needed"]
    assert [line.partition(" ")[0] for line in news["Spare Reviewer"]] == ["review"]
    assert len(news) == 2
    assert "Falls huddles" not in texts_to(committed, cast.reviewers[0])[0]


def test_more_time_is_told_to_those_who_owe_a_review(app: Flask, committed: Committed) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        submit(cast.assignment(0))
        tell_in_here()
        cast.reviewers[3].organisation_id = TEAM  # so that a conflict binds them
        later = cast.round.due + timedelta(days=7)
        assessment.extend(cast.assignment(0).round, cast.manager, due=later, reason="Holidays")
    forget(committed)
    tell(app)
    line = f"you now have until {later.day} {later:%B %Y} to review"
    assert told(committed) == {cast.reviewers[1].name: [line], cast.reviewers[2].name: [line]}


@pytest.mark.parametrize(
    ("interest", "line"),
    [
        (Interest.INTEREST, "a reviewer has an interest"),
        (Interest.OUTSIDE_MY_EXPERTISE, "outside a reviewer’s expertise"),
        (Interest.TOO_MANY, "a reviewer has no time"),
    ],
)
def test_manager_is_told_when_a_reviewer_is_lost(
    app: Flask, committed: Committed, interest: Interest, line: str
) -> None:
    with committed():
        cast = make_cast()
        declare(cast.assignment(1))
        tell_in_here()
    forget(committed)
    with committed():
        assessment.declare(cast.assignment(0), interest, reason="My sister wrote it")
    tell(app)
    assert told(committed) == {"Rachel Tolley": [line]}
    [text] = texts_to(committed, cast.manager)
    assert cast.reviewers[0].name in text
    assert "sister" not in text


def test_manager_is_told_when_an_interest_comes_to_light_late(app: Flask, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        submit(cast.assignment(0))
        tell_in_here()
    forget(committed)
    with committed():
        assessment.declare(cast.assignment(0), Interest.INTEREST, reason="My sister wrote it")
    tell(app)
    assert told(committed) == {"Rachel Tolley": ["a reviewer has an interest"]}
    assert "does not count any more" in texts_to(committed, cast.manager)[0]


def test_manager_is_told_once_when_the_quorum_is_in(app: Flask, committed: Committed) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        tell_in_here()
    for index, expected in enumerate([{}, {}, {"Rachel Tolley": ["ready to close"]}, {}]):
        forget(committed)
        with committed():
            submit(cast.assignment(index))
        tell(app)
        assert told(committed) == expected


def test_manager_on_the_panel_is_not_told_what_they_may_not_open(app: Flask, committed: Committed) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        make_grant(cast.reviewers[3], role=Role.PROGRAMME_MANAGER)
        submit(cast.assignment(0))
        submit(cast.assignment(1))
        tell_in_here()
    forget(committed)
    with committed():
        deliberation.discuss(cast.round, cast.reviewers[0], "Falls fell.")
        submit(cast.assignment(2))
    tell(app)
    news = told(committed)
    assert news["Rachel Tolley"] == ["news in the panel’s discussion", "ready to close"]
    assert cast.reviewers[3].name not in news


def test_quorum_is_told_once_however_late_the_telling(app: Flask, committed: Committed) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        tell_in_here()
        for index in range(4):
            submit(cast.assignment(index))
    forget(committed)
    tell(app)
    assert told(committed) == {"Rachel Tolley": ["ready to close"]}


def test_closing_tells_the_director_and_nothing_of_it_to_the_team(app: Flask, committed: Committed) -> None:
    with committed():
        make_director()
        make_director(name="Conflicted Director", organisation="hill-hospital")
        cast = make_cast()
        tell_in_here()
        close(cast)
    forget(committed)
    tell(app)
    assert told(committed) == {
        "Paul Okafor": ["ready for your decision"],
        "Amina Begum": ["the assessment is complete"],
    }
    [text] = texts_to(committed, cast.champion)
    for secret in (
        "Panel says yes",
        "Go on so",
        "A secret comment",
        *(person.name for person in cast.reviewers),
    ):
        assert secret not in text


def test_director_who_reviewed_it_is_not_asked_to_decide(app: Flask, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        make_director()
        reviewing = make_reviewer("Reviewing Director")
        accounts.grant(reviewing, Role.THEME_DIRECTOR, reviewing.grants[0].theme)
        proposal = make_submitted(champion)
        round_ = start(proposal, manager, [reviewing, make_reviewer("B"), make_reviewer("C")])
        cast = Cast(champion, manager, [each.person for each in round_.assignments], proposal, round_)
        close(cast)
    tell(app)
    news = told(committed)
    assert news["Paul Okafor"] == ["ready for your decision"]
    assert "Reviewing Director" not in news


def test_preparing_a_decision_tells_nobody(app: Flask, committed: Committed) -> None:
    with committed():
        director, cast = make_director(), make_cast(**FULL)
        close(cast)
        tell_in_here()
        decisions.prepare(fresh(cast.proposal), DecisionKind.APPROVE_SPREAD, director, APPROVAL)
    forget(committed)
    tell(app)
    assert told(committed) == {}


@pytest.mark.parametrize(
    ("kind", "said", "to_champion", "to_author", "words"),
    [
        (
            DecisionKind.APPROVE_SPREAD,
            APPROVAL,
            "we will spread your innovation",
            None,
            "People fall less.",
        ),
        (
            DecisionKind.DEVELOP,
            {"must_show": "Show it twice", "talk_to": "Ask Ann", "due": DUE, "override_reason": "Too early"},
            "develop it further, by 15 January 2027",
            None,
            "Show it twice",
        ),
        (
            DecisionKind.DECLINE,
            {
                "reason_code": "other",
                "feedback": "Try again",
                "would_change": "Figures",
                "override_reason": "Too early",
            },
            "your proposal is not taken forward",
            "the proposal is not taken forward",
            "Try again",
        ),
    ],
    ids=["approve", "develop", "decline"],
)
def test_released_decision_tells_the_team_and_sends_the_letter(
    app: Flask,
    committed: Committed,
    kind: DecisionKind,
    said: dict[str, object],
    to_champion: str,
    to_author: str | None,
    words: str,
) -> None:
    with committed():
        director, author = make_director(), make_person(name="Co Author")
        cast = make_cast(**FULL)
        fresh(cast.proposal).co_authors.append(author)
        close(cast)
        tell_in_here()
        decisions.release(fresh(cast.proposal), kind, director, said)
    forget(committed)
    tell(app)
    assert told(committed) == {"Amina Begum": [to_champion], "Co Author": [to_author or to_champion]}
    [letter], [news] = texts_to(committed, cast.champion), texts_to(committed, author)
    assert "Dear Amina Begum" in letter
    assert "Yours sincerely" in letter
    assert words in letter
    assert "Go on so" in letter
    assert words not in news
    for secret in (
        "Too early",
        "A secret comment",
        "Panel says yes",
        *(person.name for person in cast.reviewers),
    ):
        assert secret not in letter + news


def test_withdrawing_tells_managers_why_and_reviewers_only_that(app: Flask, committed: Committed) -> None:
    with committed():
        cast = make_cast(reviewers=4)
        make_director()
        assessment.declare(cast.assignment(0), Interest.INTEREST, reason="Mine")
        submit(cast.assignment(1))
        tell_in_here()
        assessment.withdraw(fresh(cast.proposal), cast.champion, reason="We lost our ward")
    forget(committed)
    tell(app)
    names = [person.name for person in cast.reviewers]
    assert told(committed) == {
        "Rachel Tolley": ["withdrawn by its champion"],
        **{name: ["withdrawn, no review needed"] for name in names[1:]},
    }
    assert "We lost our ward" in texts_to(committed, cast.manager)[0]
    for person in cast.reviewers[1:]:
        [text] = texts_to(committed, person)
        assert "Falls huddles" not in text
        assert "ward" not in text


def test_withdrawing_what_was_assessed_tells_the_director(app: Flask, committed: Committed) -> None:
    with committed():
        make_director()
        cast = make_cast()
        close(cast)
        tell_in_here()
        assessment.withdraw(fresh(cast.proposal), cast.champion, reason="No staff")
    forget(committed)
    tell(app)
    assert told(committed) == {
        "Rachel Tolley": ["withdrawn by its champion"],
        "Paul Okafor": ["withdrawn by its champion"],
    }


def test_settling_tells_the_person_what_they_can_do(app: Flask, committed: Committed) -> None:
    with committed():
        person = make_person(name="New Here", organisation=None)
        administrator = make_person(role=Role.ADMINISTRATOR)
        accounts.settle(person, db.session.get_one(Organisation, "river-trust"), administrator)
    tell(app)
    assert told(committed) == {"New Here": ["Your organisation is confirmed"]}
    assert "You can now submit proposals" in texts_to(committed, person)[0]


def test_who_was_settled_and_belongs_nowhere_by_the_telling_is_told_nothing(
    app: Flask, committed: Committed
) -> None:
    with committed():
        administrator = make_person(role=Role.ADMINISTRATOR, organisation="host")
        person = make_person(organisation=None)
        accounts.settle(person, region.organisation("hill-hospital"), administrator)
        accounts.make_lay(person, administrator)
    tell(app)
    assert told(committed) == {}
    with committed():
        assert db.session.scalars(select(NewEvent)).all() == []


def test_those_who_left_before_the_telling_get_nothing(app: Flask, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        make_submitted(champion)
        champion.active = manager.active = False
    tell(app)
    assert told(committed) == {}


def test_what_tells_nobody_is_read_all_the_same(app: Flask, committed: Committed) -> None:
    with committed():
        make_draft(make_champion())
    tell(app)
    assert told(committed) == {}
    assert waiting_events(committed) == 0


def waiting_events(committed: Committed) -> int:
    with committed():
        return db.session.scalar(select(func.count()).select_from(NewEvent)) or 0


def test_event_that_cannot_be_told_holds_up_no_other(
    app: Flask, committed: Committed, caplog: pytest.LogCaptureFixture
) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
        broken = events.record(None, "withdraw", proposal, Audience.TEAM).id
        proposals.submit(proposal, champion)
    tell(app)
    assert told(committed) == {"Amina Begum": ["we have your proposal"]}
    [line] = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert line.startswith(f"event {broken} is not told: KeyError in who.py:")
    with committed():
        [left] = db.session.scalars(select(NewEvent))
        assert (left.event_id, left.tries) == (broken, 1)
        assert left.next_try_at > clock.now()


def test_workers_at_once_tell_each_event_once(app: Flask, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        make_manager()
        for _ in range(12):
            make_submitted(champion)
    with ThreadPoolExecutor(4) as pool:
        for worker in [pool.submit(tell, app) for _ in range(4)]:
            worker.result()
    assert {name: len(lines) for name, lines in told(committed).items()} == {
        "Amina Begum": 12,
        "Rachel Tolley": 12,
    }
    assert waiting_events(committed) == 0


@pytest.mark.only_on("postgresql")  # SQLite commits events in the order of their ids
def test_event_that_is_committed_after_a_later_one_is_told(app: Flask, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        first, second = make_draft(champion), make_draft(champion)
    engine = create_engine(app.config["TEST_URL"], poolclass=NullPool)
    with app.app_context(), Session(engine) as slow:
        event = events.Event(
            subject=f"proposal:{first.id}",
            position=2,
            kind="activate_programme",
            audience=Audience.PUBLIC,
            at=clock.now(),
            facts={},
            previous="0" * 64,
            digest="0" * 64,
        )
        slow.add(event)
        slow.flush()
        slow.add(NewEvent(event_id=event.id, next_try_at=clock.now()))
        slow.flush()
        with committed():
            later = events.record(None, "activate_programme", second, Audience.PUBLIC)
            assert later.id > event.id
        tell(app)
        assert len(told(committed)["Amina Begum"]) == 1
        slow.commit()
    tell(app)
    assert len(told(committed)["Amina Begum"]) == 2


def test_each_email_says_what_to_do_where_and_why(app: Flask, committed: Committed, client: Client) -> None:
    with committed():
        make_director()
        cast = make_cast(reviewers=4)
        tell_in_here()
        assessment.remove_reviewer(cast.assignment(3), cast.manager, reason="Ill")
        later = cast.round.due + timedelta(days=7)
        assessment.extend(cast.assignment(0).round, cast.manager, due=later, reason="Holidays")
        tell_in_here()
        assessment.declare(cast.assignment(2), Interest.OUTSIDE_MY_EXPERTISE, reason="")
        assessment.add_reviewers(
            cast.assignment(0).round, cast.manager, [make_reviewer("Late Comer").id], reason="One left"
        )
        tell_in_here()
    with committed():
        messages = list(db.session.scalars(select(Message)))
        lines = list(db.session.scalars(select(Notification)))
        people = {person.id: person for person in db.session.scalars(select(Person))}
    assert {message.kind for message in messages} == {line.kind for line in lines}
    assert {message.subject for message in messages} == {line.line for line in lines}
    for message in messages:
        first, *_, last = message.text.splitlines()
        assert first[0].isupper()
        assert first.endswith(".")
        assert message.text.count("http://localhost/") == 1
        assert last.startswith("You got this because you ")
        assert last.endswith(".")
        assert "\n\n\n" not in message.text
    seen = {(line.person_id, line.path) for line in lines if line.person_id in people}
    for person_id, path in sorted(seen):
        if not removed(committed, person_id, path):
            client.as_(people[person_id]).get(path)


def removed(committed: Committed, person_id: int, path: str) -> bool:
    """Whether the page is of a review that the person has lost since they were told of it."""
    with committed():
        lost = select(Assignment.id).where(
            Assignment.person_id == person_id, Assignment.removed_at.is_not(None)
        )
        return path.endswith("/review") and db.session.scalar(lost) is not None
