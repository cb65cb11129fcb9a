"""Someone who changes employer, loses a role or leaves is off the panels where they may review no more, and managers know."""

from __future__ import annotations

import pytest
from flask import Flask

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.assessment import queries
from exchange.assessment.models import Review
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals.models import Reader
from tests.assessment.arrange import TEAM, Cast, declare, make_cast, submit
from tests.conftest import Committed
from tests.factories import make_person
from tests.notifications.arrange import forget, tell, tell_in_here, told
from tests.pages import Client, Page


@pytest.fixture
def cast(committed: Committed) -> Cast:
    """Three declared, and the first has submitted."""
    with committed():
        made = make_cast(visibility="assessors")
        for index in range(3):
            declare(made.assignment(index))
        submit(made.assignment(0))
        make_person(role=Role.ADMINISTRATOR, name="Ada Minister", email="ada@example.org")
        tell_in_here()
    forget(committed)
    return made


def page_of(client: Client, committed: Committed, person: Person) -> Page:
    with committed():
        admin = db.session.query(Person).filter_by(email="ada@example.org").one()
    return client.as_(admin).get("administration.person", person_id=person.id)


def move(client: Client, committed: Committed, person: Person, organisation: str = TEAM) -> None:
    page = page_of(client, committed, person)
    page.browser.get("administration.settle", person_id=person.id).submit("Save", organisation=organisation)


def revoke(client: Client, committed: Committed, person: Person) -> None:
    page = page_of(client, committed, person).click("Take this role away: Reviewer, Safe care")
    page.submit("Take the role away")


def close(client: Client, committed: Committed, person: Person) -> None:
    page = page_of(client, committed, person)
    page.browser.get("administration.deactivate", person_id=person.id).submit("Close the account")


def test_a_move_to_the_teams_organisation_withdraws_the_review_and_tells_the_manager(
    app: Flask, client: Client, committed: Committed, cast: Cast
) -> None:
    move(client, committed, cast.reviewers[0])
    with committed():
        assert queries.counted_reviews(cast.round) == []
        assert db.session.query(Review).one().withdrawn_at is not None
        assert cast.assignment(0).removed_reason == (
            "They are from the same organisation as Amina Begum, who is on the team."
        )
    tell(app)
    assert told(committed)["Rachel Tolley"] == ["a reviewer is no longer on the panel"]
    history = client.as_(cast.manager).get("proposals.history", ref=cast.ref).text
    assert "Reviewer A is no longer on the panel, and their review no longer counts" in history
    client.as_(cast.reviewers[0]).get("proposals.show", ref=cast.ref, status=404)
    other = client.as_(cast.reviewers[1]).get("proposals.history", ref=cast.ref).text
    assert "Reviewer A is no longer on the panel" in other
    assert cast.reviewers[0].name not in other


def test_a_move_elsewhere_changes_nothing(client: Client, committed: Committed, cast: Cast) -> None:
    move(client, committed, cast.reviewers[0], "valley-university")
    with committed():
        assert len(queries.counted_reviews(cast.round)) == 1
        assert db.session.query(Event).filter_by(kind="leave_panel").count() == 0
    client.as_(cast.reviewers[0]).get("assessment.assessment", ref=cast.ref)


@pytest.mark.parametrize("leave", [revoke, close], ids=["role taken away", "account closed"])
def test_who_leaves_with_a_draft_leaves_their_place(
    app: Flask, client: Client, committed: Committed, cast: Cast, leave: object
) -> None:
    leaver = cast.reviewers[1]
    leave(client, committed, leaver)  # type: ignore[operator]
    with committed():
        assert cast.assignment(1).removed_at is not None
        assert queries.tally(cast.round).panel == 2
        assert db.session.query(Reader).filter_by(person_id=leaver.id).count() == 0
    tell(app)
    assert told(committed)["Rachel Tolley"] == ["a reviewer is no longer on the panel"]


@pytest.mark.parametrize("leave", [revoke, close], ids=["role taken away", "account closed"])
def test_a_submitted_review_counts_when_its_author_leaves(
    app: Flask, client: Client, committed: Committed, cast: Cast, leave: object
) -> None:
    leave(client, committed, cast.reviewers[0])  # type: ignore[operator]
    with committed():
        assert [each.assignment.letter for each in queries.counted_reviews(cast.round)] == ["A"]
    tell(app)
    assert "Rachel Tolley" not in told(committed)


def test_who_is_no_reviewer_any_more_reads_nothing_more(
    client: Client, committed: Committed, cast: Cast
) -> None:
    revoke(client, committed, cast.reviewers[0])
    reviewer = client.as_(cast.reviewers[0])
    reviewer.get("proposals.show", ref=cast.ref, status=404)
    reviewer.get("assessment.assessment", ref=cast.ref, status=404)
    assert cast.ref not in reviewer.get("proposals.proposals").text


@pytest.mark.parametrize("who", ["manager", "reviewer"])
def test_a_role_counts_once_the_terms_are_accepted(
    client: Client, committed: Committed, cast: Cast, who: str
) -> None:
    person = cast.manager if who == "manager" else cast.reviewers[0]
    with committed():
        db.session.get_one(Person, person.id).terms_accepted_at = None
    browser = client.as_(person)
    browser.get("proposals.show", ref=cast.ref, status=404)
    page = browser.get("reports.my_work").click("Accept the confidentiality terms")
    page.submit("Accept the terms", terms=True)
    assert browser.get("proposals.show", ref=cast.ref).h1 == "Falls huddles"
