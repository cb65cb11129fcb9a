"""Answering an invitation to a team, and whom joining binds."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import services as proposals
from exchange.proposals.models import Invitation, Proposal
from tests.assessment.arrange import (
    OTHER,
    STAFF,
    TEAM,
    Cast,
    declare,
    make_cast,
    make_champion,
    make_draft,
    submit,
)
from tests.assessment.test_at_once import at_once, sender
from tests.conftest import Committed
from tests.factories import make_person
from tests.notifications.arrange import forget, tell, tell_in_here, told
from tests.pages import Client, Page


def invited(proposal: Proposal, person: Person) -> Person:
    proposals.invite(proposal, proposal.champion, person.email)
    return person


def invite_to_draft() -> tuple[Proposal, Person]:
    proposal = make_draft(make_champion())
    return proposal, invited(proposal, make_person(name="Lay Person", is_lay=True))


def answer(client: Client, person: Person, ref: str, said: str) -> Page:
    return client.as_(person).get("assessment.invitation", ref=ref).submit("Continue", answer=said)


def test_a_lay_member_finds_the_invitation_and_joins(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        proposal, lay = invite_to_draft()
        tell_in_here()
    forget(committed)
    browser = client.as_(lay)
    browser.get("proposals.show", ref=proposal.reference, status=404)
    page = browser.get("reports.my_work")
    assert page.texts(".app-result") == [
        "Falls huddles Hill Hospital Amina Begum invites you to be a co-author. Answer by 23 December 2026."
    ]
    page = page.click("Falls huddles")
    assert "champion: Amina Begum" in page.text
    assert "A ten-minute huddle" not in page.text
    assert "cannot review" not in page.text
    assert page.submit("Continue", status=422).errors == ["Select whether you want to join the team"]
    page = page.submit("Continue", answer="accept")
    assert "You have joined the team." in page.text
    browser.get("proposals.edit", ref=proposal.reference)
    page = browser.get("assessment.invitation", ref=proposal.reference, status=409)
    assert "You accepted this invitation on 23 November 2026." in page.text
    with committed():
        events = db.session.query(Event).filter_by(kind="accept_invitation").all()
        assert [(each.audience.value, each.actor_id) for each in events] == [("team", lay.id)]
    tell(app)
    assert told(committed) == {"Amina Begum": ["Lay Person is a co-author"]}


def test_declining_tells_the_champion(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        proposal, lay = invite_to_draft()
        tell_in_here()
    forget(committed)
    page = answer(client, lay, proposal.reference, "decline")
    assert page.path == "/my-work"
    assert "You have declined. The champion is told." in page.text
    client.as_(lay).get("proposals.show", ref=proposal.reference, status=404)
    tell(app)
    assert told(committed) == {"Amina Begum": ["an invitation was declined"]}


def test_nobody_else_sees_an_invitation(client: Client, committed: Committed) -> None:
    with committed():
        proposal, _ = invite_to_draft()
        other = make_person()
        later = invited(proposal, make_person(confirmed_at=None))
    client.as_(other).get("assessment.invitation", ref=proposal.reference, status=404)
    client.as_(later).get("assessment.invitation", ref=proposal.reference, status=404)
    client.as_(other).get("assessment.invitation", ref="nonsense", status=404)


def test_an_invitation_runs_out(client: Client, committed: Committed, clock: time_machine.Traveller) -> None:
    with committed():
        proposal, lay = invite_to_draft()
    clock.shift(timedelta(days=30))
    page = client.as_(lay).get("assessment.invitation", ref=proposal.reference, status=409)
    assert "This invitation ran out on 23 December 2026." in page.text
    assert "Nothing waits for you" in client.as_(lay).get("reports.my_work").text


def test_a_full_team_takes_nobody(client: Client, committed: Committed) -> None:
    with committed():
        proposal, lay = invite_to_draft()
        proposal.co_authors = [make_person() for _ in range(19)]
    page = client.as_(lay).get("assessment.invitation", ref=proposal.reference)
    assert "The team has 20 people" in page.submit("Continue", answer="accept", status=409).text


@pytest.fixture
def cast(committed: Committed) -> Cast:
    """Reviewers of the other organisation; the first has submitted, the second is from the university."""
    with committed():
        made = make_cast()
        db.session.get_one(Person, made.reviewers[1].id).organisation_id = "valley-university"
        db.session.flush()
        for index in range(3):
            declare(made.assignment(index))
        submit(made.assignment(0))
        tell_in_here()
    forget(committed)
    return made


def on_panel(committed: Committed, cast: Cast) -> list[str]:
    with committed():
        assignments = [cast.assignment(index) for index in range(3)]
        return [each.letter for each in assignments if each.removed_at is None]


def test_joining_binds_the_reviewers_of_the_same_organisation(
    app: Flask, client: Client, committed: Committed, cast: Cast
) -> None:
    with committed():
        proposal = db.session.get_one(Proposal, cast.proposal.id)
        author = invited(proposal, make_person(name="Ben Osei", organisation=OTHER))
        tell_in_here()
    forget(committed)
    page = client.as_(cast.champion).get("proposals.invite", ref=cast.ref)
    assert "reviews of theirs no longer count" in page.text
    answer(client, author, cast.ref, "accept")
    assert on_panel(committed, cast) == ["B"]
    with committed():
        review = cast.assignment(0).review
        assert review is not None
        assert review.withdrawn_at is not None
    client.as_(cast.reviewers[0]).get("assessment.review", ref=cast.ref, status=404)
    tell(app)
    assert told(committed) == {
        "Amina Begum": ["Ben Osei is a co-author"],
        "Rachel Tolley": ["a reviewer is no longer on the panel"] * 2,
        cast.reviewers[0].name: ["you can no longer review it"],
        cast.reviewers[2].name: ["you can no longer review it"],
    }


def test_a_reviewer_who_joins_loses_their_place(
    app: Flask, client: Client, committed: Committed, cast: Cast
) -> None:
    with committed():
        invited(db.session.get_one(Proposal, cast.proposal.id), cast.reviewers[1])
    page = client.as_(cast.reviewers[1]).get("assessment.invitation", ref=cast.ref)
    assert "you cannot review, manage or decide on this proposal" in page.text
    page.submit("Continue", answer="accept")
    assert on_panel(committed, cast) == ["A", "C"]
    client.as_(cast.reviewers[1]).get("assessment.review", ref=cast.ref, status=404)
    client.as_(cast.reviewers[1]).get("proposals.team", ref=cast.ref)


@pytest.mark.parametrize("organisation", [STAFF, TEAM])
def test_a_manager_who_joins_manages_it_no_more(
    client: Client, committed: Committed, cast: Cast, organisation: str
) -> None:
    with committed():
        manager = make_person(role=Role.PROGRAMME_MANAGER, organisation=organisation)
        invited(db.session.get_one(Proposal, cast.proposal.id), manager)
    answer(client, manager, cast.ref, "accept")
    client.as_(manager).get("proposals.team", ref=cast.ref)
    client.as_(manager).get("assessment.reviewers", ref=cast.ref, status=404)
    status = 404 if organisation == STAFF else 200
    client.as_(cast.manager).get("assessment.reviewers", ref=cast.ref, status=status)


def test_accepting_twice_joins_once(client: Client, committed: Committed) -> None:
    with committed():
        proposal, lay = invite_to_draft()
    pages = [client.as_(lay).get("assessment.invitation", ref=proposal.reference) for _ in range(2)]
    assert at_once(*(sender(page, "go", {"answer": "accept"}) for page in pages)) == [302, 409]
    with committed():
        assert [each.id for each in db.session.get_one(Proposal, proposal.id).co_authors] == [lay.id]
        assert db.session.query(Event).filter_by(kind="accept_invitation").count() == 1


def test_accepting_and_taking_back_at_once_end_in_one_story(client: Client, committed: Committed) -> None:
    with committed():
        proposal, lay = invite_to_draft()
        [invitation] = db.session.query(Invitation).all()
    champion = client.as_(proposal.champion)
    back = champion.get("proposals.take_back_invitation", ref=proposal.reference, invitation_id=invitation.id)
    join = client.as_(lay).get("assessment.invitation", ref=proposal.reference)
    assert at_once(sender(back, "go", {}), sender(join, "go", {"answer": "accept"})) == [302, 409]
    with committed():
        outcome = db.session.get_one(Invitation, invitation.id).outcome
        team = db.session.get_one(Proposal, proposal.id).co_authors
        assert (outcome, len(team)) in {("accepted", 1), ("taken-back", 0)}


def test_handing_over_twice_leaves_one_champion(client: Client, committed: Committed) -> None:
    with committed():
        proposal = make_draft(make_champion())
        authors = [make_person(), make_person()]
        proposal.co_authors = list(authors)
    browser = client.as_(proposal.champion)
    pages = [browser.get("proposals.hand_over", ref=proposal.reference) for _ in authors]
    sent = zip(pages, authors, strict=True)
    assert at_once(*(sender(page, "go", {"champion": str(to.id)}) for page, to in sent)) == [302, 403]
    with committed():
        assert len(db.session.get_one(Proposal, proposal.id).team) == 3
        assert db.session.query(Event).filter_by(kind="hand_over").count() == 1
