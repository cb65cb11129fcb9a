from __future__ import annotations

from datetime import UTC, date, datetime

import time_machine

from exchange.accounts.models import Person
from exchange.assessment import queries, services
from exchange.assessment.models import Round
from exchange.decisions.rules import DecisionKind
from exchange.extensions import db
from exchange.proposals import services as proposals
from tests.assessment.arrange import (
    OTHER,
    TEAM,
    Cast,
    declare,
    make_cast,
    make_champion,
    make_director,
    make_manager,
    make_reviewer,
    make_submitted,
    start,
    submit,
    written,
)
from tests.conftest import Committed, Statements
from tests.decisions.arrange import make_case, release
from tests.factories import make_person
from tests.pages import Client, Page, words


def sections(page: Page) -> dict[str, list[str]]:
    """The titles under each heading with its count."""
    return {
        words(section.css("h2")[0]): [words(link) for link in section.css(".app-result__title a")]
        for section in page.select("main section")
    }


def test_reviews_lists_what_is_due_in_order(
    client: Client, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        cast = make_cast()
        reviewer, panel = cast.reviewers[0], cast.reviewers
        services.extend(cast.round, cast.manager, due=date(2027, 1, 29), reason="Holidays.")
        sooner = make_submitted(cast.champion, title="Due sooner")
        start(sooner, cast.manager, panel)
    clock.move_to(datetime(2026, 12, 17, 9, tzinfo=UTC))
    page = client.as_(reviewer).get("assessment.reviews")
    assert page.texts(".app-result__title") == ["Due sooner", "Falls huddles"]
    assert "To review (2)" in page.text
    rows = page.texts(".app-result")
    assert "Due on Monday. About 4 minutes." in rows[0]
    assert "Due on 29 January 2027." in rows[1]
    assert page.texts(".app-result .nhsuk-button") == ["Start", "Start"]
    page = page.click("Due sooner")
    assert page.path == f"/proposals/{sooner.reference}/declare"


def test_reviews_with_the_fewest_in_come_first_among_what_is_as_urgent(
    client: Client, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        cast = make_cast()
        overdue = start(make_submitted(cast.champion, title="Overdue"), cast.manager, cast.reviewers)
        many, few = (
            start(make_submitted(cast.champion, title=title), cast.manager, cast.reviewers)
            for title in ("Two are in", "One is in")
        )
        later = start(make_submitted(cast.champion, title="Due later"), cast.manager, cast.reviewers)
        for round_, due in ((cast.round, 4), (many, 5), (few, 6), (later, 29)):
            services.extend(round_, cast.manager, due=date(2027, 1, due), reason="Holidays.")
        for round_, reviews in ((overdue, 2), (many, 2), (few, 1), (later, 0)):
            places = [queries.assignment_of(person, round_) for person in cast.reviewers]
            for place in places[:reviews]:
                assert place is not None
                submit(place)
            own = places[2]
            assert own is not None
            declare(own)
    clock.move_to(datetime(2026, 12, 30, 9, tzinfo=UTC))
    page = client.as_(cast.reviewers[2]).get("assessment.reviews")
    # Of the one that is still to declare nothing is told, so it stands with those that have none.
    titles = ["Overdue", "Falls huddles", "One is in", "Two are in", "Due later"]
    assert page.texts(".app-result__title") == titles
    told = [row.rpartition("}")[2] for row in page.texts(".app-result")]
    assert [("review" in row and "in so far" in row) for row in told] == [True, False, True, True, True]
    assert "1 review is in so far." in told[2]
    page = page.click("One is in")
    assert "Next in your list: Two are in, due on Tuesday." in page.text


def test_a_reviewer_goes_from_one_review_to_the_next(client: Client, committed: Committed) -> None:
    full = {
        "score-need": "5",
        "rationale-need": "Measured.",
        "score-benefit": "2",
        "rationale-benefit": "Small.",
        "recommendation": "spread",
    }
    with committed():
        cast = make_cast()
        declare(cast.assignment(0))
        second = start(make_submitted(cast.champion, title="Second"), cast.manager, cast.reviewers)
        place = queries.assignment_of(cast.reviewers[0], second)
        assert place is not None
        declare(place)
    page = client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref)
    page = page.submit("Save and go to the next", comment="Half a thought")
    assert page.path == f"/proposals/{second.proposal.reference}/review"
    assert f"Saved: {cast.ref}." in page.text
    refused = page.submit("Submit and go to the next", status=422)
    page = refused.submit("Submit and go to the next", full)
    assert page.path == f"/proposals/{cast.ref}/review"
    assert f"Your review of {second.proposal.reference} is in." in page.text
    assert page.value("comment") == "Half a thought"
    assert "go to the next" not in page.text
    page = page.submit("Submit review", full)
    assert page.path == f"/proposals/{cast.ref}/assessment"


def test_reviews_says_what_is_left(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        declare(cast.assignment(0))
    reviewer = client.as_(cast.reviewers[0])
    page = reviewer.get("assessment.reviews").click("Start")
    page.submit("Save", {"score-need": "3"})
    page = reviewer.get("assessment.reviews")
    assert "About 2 minutes left: 1 of 2 criteria scored." in page.text
    page = page.click("Go on")
    assert page.path == f"/proposals/{cast.ref}/review"


def test_reviews_shows_what_is_done_and_no_longer_asks_for_it(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        submit(cast.assignment(0))
    page = client.as_(cast.reviewers[0]).get("assessment.reviews")
    assert "You have nothing to review" in page.text
    assert "submitted 23 November 2026" in page.text
    page = page.click("Falls huddles")
    assert page.path == f"/proposals/{cast.ref}/assessment"


def test_reviews_names_the_theme_once_no_interest_is_declared(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        declare(cast.assignment(0))
    for index, is_named in ((0, True), (1, False)):
        browser = client.as_(cast.reviewers[index])
        for page in (browser.get("assessment.reviews"), browser.get("reports.my_work")):
            assert ("Safe care" in page.text) == is_named


def test_reviews_of_an_earlier_assessment_lead_to_it(client: Client, committed: Committed) -> None:
    with committed():
        case = make_case()
        release(case, DecisionKind.DEVELOP, override_reason="Too early.")
        proposals.submit(case.proposal, case.champion)
        newcomer = make_reviewer("New Comer")
        again = start(case.proposal, case.manager, [*case.reviewers[:2], newcomer])
    reviewer = client.as_(case.reviewers[0])
    assert "Submitted" not in reviewer.get("assessment.reviews").texts("h2")
    with committed():
        for assignment in db.session.get_one(Round, again.id).assignments:
            if assignment.person_id in {case.reviewers[0].id, newcomer.id}:
                submit(assignment) if assignment.person_id == newcomer.id else declare(assignment)
    page = reviewer.get("assessment.reviews")
    done = page.select(".app-result__title a")[-1].attributes["href"] or ""
    assert reviewer.get(done).path == f"/proposals/{case.ref}/assessment/1"
    for browser in (reviewer, client.as_(newcomer), client.as_(case.manager)):
        number = 1 if browser is reviewer else 2
        page = browser.get("assessment.earlier_assessment", ref=case.ref, number=number)
        for words_of_link in page.links():
            if words_of_link.startswith("Assessment "):
                page.click(words_of_link)


def test_reviews_marks_the_overdue(
    client: Client, committed: Committed, clock: time_machine.Traveller
) -> None:
    with committed():
        cast = make_cast()
    clock.move_to(datetime(2026, 12, 22, 9, tzinfo=UTC))
    page = client.as_(cast.reviewers[0]).get("assessment.reviews")
    assert "Overdue" in page.text
    assert "Was due yesterday." in page.text


def test_reviews_of_nobody_else(client: Client, committed: Committed) -> None:
    with committed():
        make_cast()
        idle, member = make_reviewer("Not Chosen"), make_person(organisation=OTHER)
    assert "You have nothing to review" in client.as_(idle).get("assessment.reviews").text
    client.as_(member).get("assessment.reviews", status=403)
    client.visitor().get("assessment.reviews", status=302)


def arrange_triage(committed: Committed) -> Person:
    """One proposal for each question; it is 23 November."""
    with committed():
        waiting = make_cast(title="Waiting")
        champion, manager, panel = waiting.champion, waiting.manager, waiting.reviewers
        make_submitted(champion, title="New")
        ready = make_submitted(champion, title="Ready")
        for assignment in start(ready, manager, panel).assignments:
            submit(assignment)
        late = make_submitted(champion, title="Late changes")
        proposals.request_changes(late, manager, sections=["idea"], message="More.", due=date(2026, 12, 14))
    return manager


def test_triage_sorts_by_what_it_waits_for(
    client: Client, committed: Committed, clock: time_machine.Traveller
) -> None:
    manager = arrange_triage(committed)
    page = client.as_(manager).get("assessment.triage")
    assert sections(page) == {
        "New, waiting for triage (1)": ["New"],
        "Waiting for reviewers (1)": ["Waiting"],
        "Ready to close (1)": ["Ready"],
        "Overdue (0)": [],
        "Changes requested, past the date (0)": [],
    }
    assert "The oldest has waited since 23 November 2026." in page.text
    assert page.click("Ready").path.endswith("/close-assessment")
    assert page.click("Waiting").path.endswith("/reviewers")
    clock.move_to(datetime(2026, 12, 22, 9, tzinfo=UTC))
    page = client.as_(manager).get("assessment.triage")
    assert sections(page) == {
        "New, waiting for triage (1)": ["New"],
        "Waiting for reviewers (0)": [],
        "Ready to close (1)": ["Ready"],
        "Overdue (1)": ["Waiting"],
        "Changes requested, past the date (1)": ["Late changes"],
    }
    assert "Changes were due on 14 December 2026." in page.text


def test_triage_shows_nothing_that_binds_the_manager(client: Client, committed: Committed) -> None:
    arrange_triage(committed)
    with committed():
        conflicted = make_manager(name="Conflicted Manager", organisation=TEAM)
    page = client.as_(conflicted).get("assessment.triage")
    assert sections(page) == {
        "New, waiting for triage (0)": [],
        "Waiting for reviewers (0)": [],
        "Ready to close (0)": [],
        "Overdue (0)": [],
        "Changes requested, past the date (0)": [],
    }


def test_triage_is_for_managers(client: Client, committed: Committed) -> None:
    with committed():
        people = [make_director(), make_reviewer(), make_champion()]
    for person in people:
        client.as_(person).get("assessment.triage", status=403)


def test_triage_counts_all_and_shows_fifty(client: Client, committed: Committed) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        for number in range(52):
            make_submitted(champion, title=f"Number {number}")
    page = client.as_(manager).get("assessment.triage")
    assert len(page.select(".app-result")) == 50
    assert "New, waiting for triage (52)" in page.text
    assert "These are the first 50." in page.text


def test_worklists_ask_as_much_for_fifty_as_for_few(
    client: Client, committed: Committed, statements: Statements
) -> None:
    def asked(cast: Cast) -> list[int]:
        found = []
        for person, endpoint in (
            (cast.manager, "triage"),
            (cast.reviewers[0], "reviews"),
            (cast.reviewers[2], "reviews"),
        ):
            with statements() as sent:
                client.as_(person).get(f"assessment.{endpoint}")
            found.append(len(sent))
        return found

    def add(cast: Cast, number: int) -> None:
        """A new proposal, and one in assessment with no review in, one with a draft, and so on."""
        champion = make_champion(name=f"Champion {number}")
        make_submitted(champion, title=f"New {number}")
        for reviews in range(4):
            round_ = start(make_submitted(champion), cast.manager, cast.reviewers)
            own = [queries.assignment_of(person, round_) for person in cast.reviewers]
            for assignment in own[:reviews]:
                assert assignment is not None
                submit(assignment)
            if reviews < 3 and (last := own[2]) is not None:
                declare(last)
                services.save_review(last, written(3, 3), opened_at_state=services.state_of(None))

    with committed():
        cast = make_cast()
        add(cast, 0)
    few = asked(cast)
    with committed():
        for number in range(1, 13):
            add(cast, number)
    assert asked(cast) == few


def test_panel_and_reviewers_ask_as_much_for_many_as_for_few(
    client: Client, committed: Committed, statements: Statements
) -> None:
    def asked(cast: Cast) -> list[int]:
        found = []
        for endpoint in ("assessment", "reviewers", "add_reviewers", "close_assessment"):
            with statements() as sent:
                client.as_(cast.manager).get(f"assessment.{endpoint}", ref=cast.ref)
            found.append(len(sent))
        return found

    with committed():
        few, many = make_cast(reviewers=3), make_cast(reviewers=12)
        for cast in (few, many):
            for index in range(len(cast.reviewers)):
                submit(cast.assignment(index))
    assert asked(few) == asked(many)


def test_worklists_leave_out_what_was_taken_off(committed: Committed) -> None:
    with committed():
        cast = make_cast()
        person = cast.reviewers[0]
        assert [row.reference for row in queries.waiting_reviews(person)] == [cast.ref]
        services.remove_reviewer(cast.assignment(0), cast.manager, reason="Away.")
        assert queries.waiting_reviews(person) == []


def test_a_draft_counts_its_scores(committed: Committed) -> None:
    with committed():
        cast = make_cast()
        declare(cast.assignment(0))
        services.save_review(cast.assignment(0), written(3, 3), opened_at_state=services.state_of(None))
        (row,) = queries.waiting_reviews(cast.reviewers[0])
        assert (row.is_declared, row.is_started, row.scored, row.criteria, row.minutes) == (
            True,
            True,
            2,
            2,
            1,
        )
