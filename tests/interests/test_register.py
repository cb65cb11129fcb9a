"""The register of interests, through its pages, and what it does to those who keep one."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from flask import Flask

from exchange.accounts.models import Person, RegisteredInterest
from exchange.accounts.roles import Role
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals.lifecycle import Stage
from tests.assessment.arrange import STAFF, declare, make_cast, submit
from tests.conftest import Committed
from tests.factories import make_interest, make_person
from tests.notifications.arrange import forget, remind, tell, tell_in_here, told
from tests.pages import Client, Page

TODAY = "2026-12-01T10:00:00Z"
LINE = {"kind": "organisation", "organisation": "river-trust", "reason": "I am paid to advise them."}


def make_manager() -> Person:
    """Who never kept a register."""
    return make_person(
        role=Role.PROGRAMME_MANAGER, organisation=STAFF, name="Rachel Tolley", interests_checked_at=None
    )


def add(page: Page, **changes: str) -> Page:
    return page.click("Add an interest").submit("Add to your register", {**LINE, **changes})


@time_machine.travel(TODAY, tick=False)
def test_an_interest_is_registered_for_a_year(client: Client, committed: Committed) -> None:
    with committed():
        manager = make_manager()
    page = client.as_(manager).get("accounts.account").click("Your register of interests")
    assert "You have not kept a register yet." in page.text
    page = add(page)
    assert "It is in your register." in page.text
    assert page.texts(".app-result h2") == ["River Community Trust"]
    assert "until 1 December 2027" in page.text
    assert "You last checked it on 1 December 2026. Check it again by 1 December 2027" in page.text
    with committed() as session:
        interest = session.query(RegisteredInterest).one()
        assert (interest.person_id, interest.until) == (manager.id, date(2027, 12, 1))
        event = session.query(Event).filter_by(kind="register_interest").one()
        assert (event.facts["organisation"], event.facts["until"]) == ("river-trust", "2027-12-01")


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"organisation": ""}, ["Select the organisation"]),
        ({"kind": "person"}, ["Enter their e-mail address"]),
        (
            {"kind": "person", "email": "no address"},
            ["Enter an e-mail address, like name@example.nhs.uk"],
        ),
        ({"reason": ""}, ["Enter what the interest is"]),
        (
            {"until-day": "30", "until-month": "11", "until-year": "2026"},
            ["“Until when” must be 1 December 2026 or later"],
        ),
        ({"until-day": "3", "until-year": "2027"}, ["“Until when” must be 2 December 2027 or earlier"]),
    ],
)
@time_machine.travel(TODAY, tick=False)
def test_what_a_line_lacks_is_said(
    client: Client, committed: Committed, changes: dict[str, str], errors: list[str]
) -> None:
    with committed():
        manager = make_manager()
    page = client.as_(manager).get("interests.add")
    assert page.submit("Add to your register", {**LINE, **changes}, status=422).errors == errors


def test_an_unknown_address_is_registered_like_a_known_one(client: Client, committed: Committed) -> None:
    with committed():
        manager = make_manager()
        make_person(email="known@example.org")
    pages = [
        add(client.as_(manager).get("interests.register"), kind="person", email=email)
        for email in ("known@example.org", "unknown@example.org")
    ]
    assert [page.texts(".app-result h2")[-1] for page in pages] == [
        "known@example.org",
        "unknown@example.org",
    ]


def test_an_interest_is_ended_once(client: Client, committed: Committed) -> None:
    with committed():
        manager = make_manager()
        make_interest(manager, organisation_id="river-trust")
    page = client.as_(manager).get("interests.register").click("End the interest in River Community Trust")
    twice = client.as_(manager).get(page.path)
    assert "It is no longer in your register." in page.submit("End this interest").text
    twice.submit("End this interest", status=404)
    assert client.as_(manager).get("interests.register").texts(".app-result h2") == []


def test_a_register_without_changes_is_checked(client: Client, committed: Committed) -> None:
    with committed():
        manager = make_manager()
    page = client.as_(manager).get("interests.register").submit("I have nothing to add")
    assert "Thank you. Your register is checked." in page.text
    assert "Nothing is registered." in page.text
    assert "I have nothing to add" not in page.text


def test_someone_elses_line_is_not_found(client: Client, committed: Committed) -> None:
    with committed():
        interest = make_interest(make_manager(), organisation_id="river-trust")
        other = make_manager()
    client.as_(other).get("interests.end", interest_id=interest.id, status=404)


def test_who_registers_an_interest_late_leaves_the_panel(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        cast = make_cast()
        submit(cast.assignment(0), 4, 4)
        declare(cast.assignment(1))
        tell_in_here()
    forget(committed)
    reviewer = client.as_(cast.reviewers[0])
    reviewer.get("assessment.assessment", ref=cast.ref)
    add(reviewer.get("interests.register"), organisation=str(cast.champion.organisation_id))
    reviewer.get("assessment.assessment", ref=cast.ref, status=404)
    with committed():
        assert cast.assignment(0).removed_at is not None
        review = cast.assignment(0).review
        assert review is not None
        assert review.withdrawn_at is not None
    tell(app)
    assert told(committed)[cast.manager.name] != []


def test_a_manager_sees_nothing_of_what_they_registered_an_interest_in(
    client: Client, committed: Committed
) -> None:
    with committed():
        cast = make_cast()
        submit(cast.assignment(0), 4, 4)
    manager = client.as_(cast.manager)
    manager.get("assessment.assessment", ref=cast.ref)
    assert cast.ref in manager.get("assessment.triage").text
    add(manager.get("interests.register"), kind="person", email=cast.champion.email)
    manager.get("assessment.assessment", ref=cast.ref, status=404)
    assert cast.ref not in manager.get("assessment.triage").text


def test_candidates_say_what_they_registered(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        person = make_person(role=Role.REVIEWER, organisation="valley-university", name="Bound Reviewer")
        make_interest(person, organisation_id=cast.champion.organisation_id)
        assert cast.proposal.stage is Stage.IN_ASSESSMENT
    page = client.as_(cast.manager).get("assessment.add_reviewers", ref=cast.ref)
    assert "They registered an interest in Hill Hospital, where Amina Begum of the team works." in page.text


def test_the_end_of_an_interest_is_told_once(app: Flask, committed: Committed) -> None:
    with time_machine.travel(TODAY, tick=False), committed():
        manager = make_manager()
        make_interest(manager, organisation_id="river-trust", until=date(2027, 3, 31))
    for day in ("2027-03-16", "2027-03-17", "2027-03-18"):
        with time_machine.travel(f"{day}T10:00:00Z", tick=False):
            remind(app)
    assert told(committed) == {manager.name: ["An interest in your register ends on 31 March 2027"]}


def test_a_register_of_a_year_ago_is_asked_about_once(
    app: Flask, client: Client, committed: Committed
) -> None:
    with time_machine.travel(TODAY, tick=False):
        with committed():
            manager, other = make_manager(), make_manager()
            db.session.get_one(Person, other.id).name = "Never asked"
        client.as_(manager).get("interests.register").submit("I have nothing to add")
    for day in ("2027-11-16", "2027-11-17", "2027-11-18", "2028-01-01"):
        with time_machine.travel(f"{day}T10:00:00Z", tick=False):
            remind(app)
    assert told(committed) == {manager.name: ["Check your register of interests by 1 December 2027"]}
    with time_machine.travel("2028-01-01T10:00:00Z", tick=False):
        page = client.as_(manager).get("interests.register")
        assert "I have nothing to add" in page.texts("main button")
