"""Asking to join the team of a proposal: asking, taking back, accepting and declining."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from exchange.events import Event
from exchange.extensions import db
from exchange.proposals import services
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Invitation, JoinRequest, Proposal
from exchange.proposals.services import joining
from tests.assessment.arrange import make_cast
from tests.conftest import Committed
from tests.factories import make_person
from tests.notifications.arrange import forget, tell, tell_in_here, texts_to, told
from tests.pages import Client
from tests.proposals.arrange import (
    TEAM,
    make_champion,
    make_draft,
    make_manager,
    make_member,
    make_submitted,
    put_at,
)

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
NOTE = "We have done this on two wards since May."


@pytest.fixture(autouse=True)
def travelled() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def kinds_of(committed: Committed) -> list[tuple[str, str]]:
    with committed():
        found = db.session.scalars(select(Event).where(Event.kind.contains("request")).order_by(Event.id))
        return [(event.kind, event.audience.value) for event in found if event.kind != "request_changes"]


def test_asking_tells_the_champion_who_accepts(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        champion, member, author = make_champion(), make_member(), make_person(name="Ben Osei")
        proposal = make_submitted(champion, co_authors=[author])
        tell_in_here()
    forget(committed)
    page = client.as_(member).get("proposals.show", ref=proposal.reference)
    page = page.click("Ask to join the team").submit("Ask to join", note=NOTE)
    assert "Amina Begum is asked. We tell you what they answer." in page.text
    tell(app)
    assert told(committed) == {"Amina Begum": ["Chloe Bannister asks to join your team"]}
    text = texts_to(committed, champion)[-1]
    assert NOTE in text
    assert "Chloe Bannister, Valley University, has read “Falls huddles”" in text

    browser = client.as_(champion)
    assert "Chloe Bannister asks to join your team." in browser.get("reports.my_work").text
    page = browser.get("proposals.team", ref=proposal.reference)
    assert page.texts("main h2")[-1] == "Asking to join (1)"
    page = page.click("Answer Chloe Bannister")
    assert NOTE in page.text
    page = page.submit("Continue", status=422)
    assert page.errors == ["Select whether you want them on the team"]
    page = page.submit("Continue", answer="accept")
    assert "Chloe Bannister is a co-author now." in page.text
    assert page.texts("main h2")[1:] == ["Amina Begum", "Ben Osei", "Chloe Bannister"]
    assert "asks to join" not in browser.get("reports.my_work").text
    tell(app)
    assert told(committed) == {
        "Amina Begum": ["Chloe Bannister asks to join your team"],
        "Ben Osei": ["Chloe Bannister has joined your team"],
        "Chloe Bannister": ["you are on its team now"],
    }
    assert kinds_of(committed) == [("accept_request", "team")]
    assert "Team" in client.as_(member).get("proposals.show", ref=proposal.reference).links()


def test_declining_tells_who_asked_and_is_the_last_word(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        proposal = make_submitted(champion)
        request = services.ask_to_join(proposal, member, NOTE)
    browser = client.as_(champion)
    page = browser.get("assessment.answer_request", ref=proposal.reference, request_id=request.id)
    page = page.submit("Continue", answer="decline")
    assert "You have declined. We tell Chloe Bannister." in page.text
    tell(app)
    assert told(committed)["Chloe Bannister"] == ["your request to join its team was declined"]
    page = client.as_(member).get("proposals.ask_to_join", ref=proposal.reference)
    assert "The champion declined your request on 23 November 2026. A team is asked once." in page.text
    client.as_(member).post("proposals.ask_to_join", {"note": NOTE}, ref=proposal.reference, status=409)
    browser.get("assessment.answer_request", ref=proposal.reference, request_id=request.id, status=409)
    assert kinds_of(committed) == [("decline_request", "team")]


def test_taken_back_it_is_undone(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        proposal = make_submitted(champion)
        request = services.ask_to_join(proposal, member, NOTE)
    browser = client.as_(member)
    page = browser.get("proposals.ask_to_join", ref=proposal.reference)
    assert "You asked on 23 November 2026. The champion has yet to answer." in page.text
    page = page.click("take your request back").submit("Take it back")
    assert "You have taken your request back." in page.text
    browser.get("proposals.take_back_request", ref=proposal.reference, status=404)
    page = client.as_(champion).get(
        "assessment.answer_request", ref=proposal.reference, request_id=request.id, status=409
    )
    assert "Chloe Bannister waits for no answer any more." in page.text
    page = browser.get("proposals.ask_to_join", ref=proposal.reference).submit("Ask to join", note=NOTE)
    assert "Amina Begum is asked." in page.text
    assert kinds_of(committed) == [("take_back_request", "team")]


def test_asking_needs_a_note_that_is_not_too_long(client: Client, committed: Committed) -> None:
    with committed():
        member, proposal = make_member(), make_submitted(make_champion())
    page = client.as_(member).get("proposals.ask_to_join", ref=proposal.reference)
    page = page.submit("Ask to join", status=422)
    assert page.errors == ["Enter what you would bring"]
    page = page.submit("Ask to join", note="word " * 101, status=422)
    assert page.errors == ["What you would bring must be 100 words or fewer. It has 101"]


def test_a_person_asks_a_few_teams_a_day(
    client: Client, committed: Committed, travelled: time_machine.Traveller
) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        for _ in range(joining.MOST_REQUESTS_A_DAY):
            request = services.ask_to_join(make_submitted(champion), member, NOTE)
            services.take_back_request(request, member)
        proposal = make_submitted(champion)
    page = client.as_(member).get("proposals.ask_to_join", ref=proposal.reference)
    page = page.submit("Ask to join", note=NOTE, status=422)
    assert page.errors == ["You have asked 5 teams within a day. Ask more tomorrow"]
    assert page.value("note") == NOTE
    travelled.shift(timedelta(days=1, seconds=1))
    page = client.as_(member).get("proposals.ask_to_join", ref=proposal.reference)
    assert "Amina Begum is asked." in page.submit("Ask to join", note=NOTE).text


def test_a_team_is_asked_by_so_many_at_once(
    client: Client, committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "MOST_REQUESTS_WAITING", 1)
    with committed():
        proposal = make_submitted(make_champion())
        services.ask_to_join(proposal, make_member(), NOTE)
        other = make_member()
    page = client.as_(other).get("proposals.ask_to_join", ref=proposal.reference)
    page = page.submit("Ask to join", note=NOTE, status=422)
    assert page.errors == ["1 people wait for an answer from this team already. Try again in a few days"]


@pytest.mark.parametrize("stage", list(Stage))
def test_only_what_is_open_to_members_is_joined(client: Client, committed: Committed, stage: Stage) -> None:
    with committed():
        member, proposal = make_member(), put_at(make_submitted(make_champion()), stage)
    is_open = stage in {Stage.SUBMITTED, Stage.CHANGES_REQUESTED, Stage.IN_ASSESSMENT, Stage.ASSESSED}
    status = 200 if is_open else 403 if stage is Stage.SPREAD else 404
    client.as_(member).get("proposals.ask_to_join", ref=proposal.reference, status=status)


def test_who_is_on_the_team_or_assesses_it_cannot_ask(client: Client, committed: Committed) -> None:
    with committed():
        champion, author, manager = make_champion(), make_person(), make_manager()
        proposal = make_submitted(champion, co_authors=[author])
        hidden = make_submitted(champion, visibility="assessors")
    for person in (champion, author, manager):
        client.as_(person).get("proposals.ask_to_join", ref=proposal.reference, status=403)
    client.as_(manager).get("proposals.ask_to_join", ref=hidden.reference, status=403)
    with committed():
        member = make_member()
    client.as_(member).get("proposals.ask_to_join", ref=hidden.reference, status=404)


def test_others_learn_nothing_of_a_request(client: Client, committed: Committed) -> None:
    with committed():
        champion, member, other = make_champion(), make_member(), make_member()
        proposal, draft = make_submitted(champion), make_draft(champion)
        request = services.ask_to_join(proposal, member, NOTE)
    for person in (member, other):
        client.as_(person).get(
            "assessment.answer_request", ref=proposal.reference, request_id=request.id, status=404
        )
    client.as_(champion).get(
        "assessment.answer_request", ref=draft.reference, request_id=request.id, status=404
    )
    client.as_(other).get("proposals.take_back_request", ref=proposal.reference, status=404)
    assert "asked to join" not in client.as_(other).get("proposals.history", ref=proposal.reference).text


def test_nobody_joins_what_has_ended(client: Client, committed: Committed) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        proposal = make_submitted(champion)
        request = services.ask_to_join(proposal, member, NOTE)
    browser = client.as_(champion)
    page = browser.get("assessment.answer_request", ref=proposal.reference, request_id=request.id)
    with committed():
        put_at(db.session.get_one(Proposal, proposal.id), Stage.NOT_TAKEN_FORWARD)
    page = page.submit("Continue", answer="accept", status=409)
    assert "nobody can join its team any more" in page.text
    assert "Asking to join" not in browser.get("proposals.team", ref=proposal.reference).text
    assert "asks to join" not in browser.get("reports.my_work").text


def test_joining_takes_the_bound_off_the_panel(client: Client, committed: Committed) -> None:
    with committed():
        cast = make_cast()
        member = make_member(organisation=cast.reviewers[0].organisation_id)
        request = services.ask_to_join(cast.proposal, member, NOTE)
    page = client.as_(cast.champion).get(
        "assessment.answer_request", ref=cast.proposal.reference, request_id=request.id
    )
    page.submit("Continue", answer="accept")
    with committed():
        assert db.session.scalars(select(Event).where(Event.kind == "leave_panel")).first() is not None


def test_joining_settles_what_else_would_bring_them_in(committed: Committed) -> None:
    """Or they could join twice."""
    with committed():
        champion, one, other = make_champion(), make_member(), make_member(organisation=TEAM)
        proposal = make_submitted(champion)
        invitations = [services.invite(proposal, champion, each.email) for each in (one, other)]
        requests = [services.ask_to_join(proposal, each, NOTE) for each in (one, other)]
        services.accept_request(requests[0], champion)
        services.accept_invitation(invitations[1], other)
        db.session.flush()
        db.session.expire_all()
        assert sorted(each.id for each in proposal.co_authors) == sorted([one.id, other.id])
        for table in (Invitation, JoinRequest):
            assert {str(each) for each in db.session.scalars(select(table.outcome))} == {"accepted"}


def test_who_is_no_member_any_more_does_not_join(client: Client, committed: Committed) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        proposal = make_submitted(champion)
        request = services.ask_to_join(proposal, member, NOTE)
        member.active = False
    page = client.as_(champion).get(
        "assessment.answer_request", ref=proposal.reference, request_id=request.id
    )
    page = page.submit("Continue", answer="accept", status=409)
    assert "is no longer a member of the network" in page.text


def test_a_deleted_draft_takes_its_requests_with_it(committed: Committed) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        proposal = make_submitted(champion)
        services.ask_to_join(proposal, member, NOTE)
        services.recall(proposal, champion)
        services.delete_draft(proposal, champion)
        assert db.session.scalars(select(JoinRequest)).all() == []
