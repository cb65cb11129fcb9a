"""The team of a proposal: inviting, taking back, leaving, removing, handing over and appointing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from exchange.accounts.models import Person
from exchange.events import Event
from exchange.extensions import db
from exchange.outbox import Message
from exchange.proposals import services
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Invitation, Proposal
from tests.conftest import Committed
from tests.factories import make_person
from tests.notifications.arrange import forget, tell, tell_in_here, texts_to, told
from tests.pages import Client, Page
from tests.proposals.arrange import (
    OTHER,
    make_champion,
    make_draft,
    make_manager,
    make_member,
    make_submitted,
    put_at,
)

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def travelled() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def invite(client: Client, champion: Person, proposal: Proposal, email: str, *, status: int = 200) -> Page:
    page = client.as_(champion).get("proposals.invite", ref=proposal.reference)
    return page.submit("Send the invitation", email=email, status=status)


def events_of(committed: Committed, *kinds: str) -> list[tuple[str, str, int | None]]:
    with committed():
        found = db.session.query(Event).filter(Event.kind.in_(kinds)).order_by(Event.id)
        return [(event.kind, event.audience.value, event.actor_id) for event in found]


def team_of(committed: Committed, proposal: Proposal) -> list[str]:
    with committed():
        return [person.name for person in db.session.get_one(Proposal, proposal.id).team]


def test_invite_tells_whoever_has_the_address(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        champion, member = make_champion(), make_member(email="chloe@example.org")
        proposal = make_draft(champion, title="Falls huddles")
        tell_in_here()
    page = client.as_(champion).get("proposals.show", ref=proposal.reference).click("Team")
    page = page.click("Invite a co-author").submit("Send the invitation", email="Chloe@Example.org")
    assert page.path == f"/proposals/{proposal.reference}/team"
    assert "chloe@example.org is invited, and can answer until 23 December 2026." in page.text
    assert page.texts("main h2")[1:] == ["Amina Begum", "Invited (1)"]
    assert events_of(committed, "invite") == [("invite", "team", champion.id)]
    tell(app)
    assert told(committed) == {"Chloe Bannister": ["you are invited to be a co-author"]}
    [text] = texts_to(committed, member)
    assert "Amina Begum, Hill Hospital, invites you to be a co-author of “Falls huddles”." in text
    assert f"/proposals/{proposal.reference}/invitation" in text


def test_invite_says_the_same_of_an_unknown_address_and_asks_it_to_register(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        champion = make_champion()
        make_member(email="unconfirmed@example.org", confirmed_at=None)
        make_member(email="closed@example.org", active=False)
        proposal = make_draft(champion)
        tell_in_here()
    for name in ("nobody", "unconfirmed", "closed"):
        page = invite(client, champion, proposal, f"{name}@example.org")
        assert f"{name}@example.org is invited, and can answer until 23 December 2026." in page.text
    tell(app)
    with committed():
        sent = db.session.query(Message).filter_by(kind="invited_to_register").order_by(Message.id).all()
        assert [each.to_address for each in sent] == ["nobody@example.org", "unconfirmed@example.org"]
        assert sent[0].text.startswith("Register with this e-mail address by 23 December 2026")
        assert "http://localhost/register" in sent[0].text
    assert told(committed) == {}


@pytest.mark.parametrize(
    ("email", "message"),
    [
        ("champion@example.org", "This is your own address. Enter the address of somebody else"),
        ("ben@example.org", "Ben Osei is on the team already"),
        (
            "invited@example.org",
            "This address is invited already. To invite it anew, take that invitation back first",
        ),
        ("", "Enter the e-mail address of the person to invite"),
        ("chloe", "Enter an e-mail address, like name@example.nhs.uk"),
    ],
)
def test_invite_refuses_in_words(client: Client, committed: Committed, email: str, message: str) -> None:
    with committed():
        champion = make_champion(email="champion@example.org")
        proposal = make_draft(champion, co_authors=[make_person(name="Ben Osei", email="ben@example.org")])
        services.invite(proposal, champion, "invited@example.org")
    assert invite(client, champion, proposal, email, status=422).errors == [message]


def test_invite_keeps_to_its_limits(
    client: Client, committed: Committed, travelled: time_machine.Traveller
) -> None:
    with committed():
        champion = make_champion()
        proposal, other = make_draft(champion), make_draft(champion)
        for number in range(20):
            services.invite(proposal, champion, f"{number}@example.org")
    page = invite(client, champion, other, "more@example.org", status=422)
    assert page.errors == ["You have sent 20 invitations within a day. Invite more tomorrow"]
    page = invite(client, champion, proposal, "more@example.org", status=422)
    assert page.errors == ["20 invitations wait for an answer already. Take one back first"]
    travelled.shift(timedelta(days=31))
    assert "more@example.org is invited" in invite(client, champion, proposal, "more@example.org").text
    assert "0@example.org is invited" in invite(client, champion, proposal, "0@example.org").text


def test_invite_waits_for_room_on_the_team(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion, co_authors=[make_person() for _ in range(19)])
    page = invite(client, champion, proposal, "more@example.org", status=422)
    assert page.errors == ["A team has 20 people at most. Remove a co-author first"]


def test_invite_waits_for_the_champions_organisation(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion(organisation=None)
        proposal = make_draft(champion)
    [error] = invite(client, champion, proposal, "more@example.org", status=422).errors
    assert error.startswith("You can invite co-authors once your organisation is settled")


def test_invite_is_over_once_the_proposal_has_ended(client: Client, committed: Committed) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        proposal = make_submitted(champion)
        services.invite(proposal, champion, member.email)
        put_at(proposal, Stage.WITHDRAWN)
    page = client.as_(champion).get("proposals.team", ref=proposal.reference)
    assert "Invite a co-author" not in page.links()
    page = client.as_(champion).get("proposals.invite", ref=proposal.reference, status=409)
    assert "nobody can be invited any more" in page.text
    client.as_(member).get("assessment.invitation", ref=proposal.reference, status=409)
    assert "Nothing waits for you" in client.as_(member).get("reports.my_work").text


def test_take_back_ends_the_invitation(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        proposal = make_draft(champion)
        services.invite(proposal, champion, member.email)
    page = client.as_(champion).get("proposals.team", ref=proposal.reference)
    page = page.click(f"Take back the invitation of {member.email}").submit("Take it back")
    assert f"The invitation of {member.email} is taken back." in page.text
    assert page.texts("main h2")[1:] == ["Amina Begum"]
    page = client.as_(member).get("assessment.invitation", ref=proposal.reference, status=409)
    assert "The champion took this invitation back on 23 November 2026." in page.text
    assert events_of(committed, "take_back_invitation") == [("take_back_invitation", "team", champion.id)]
    tell(app)
    assert told(committed) == {}


def test_leave_ends_reading_and_tells_the_team(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        champion, author, other = make_champion(), make_person(name="Ben Osei"), make_person(name="Cy Other")
        proposal = make_draft(champion, co_authors=[author, other])
        tell_in_here()
    browser = client.as_(author)
    page = browser.get("proposals.team", ref=proposal.reference)
    assert "Amina Begum, the champion, invites and removes co-authors." in page.text
    page = page.click("Leave the team").submit("Leave the team")
    assert page.path == "/my-work"
    assert "You have left the team of “Falls huddles”." in page.text
    browser.get("proposals.show", ref=proposal.reference, status=404)
    assert team_of(committed, proposal) == ["Amina Begum", "Cy Other"]
    tell(app)
    news = ["Ben Osei has left the team"]
    assert told(committed) == {"Amina Begum": news, "Cy Other": news}


def test_remove_tells_the_co_author(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        champion, author = make_champion(), make_person(name="Ben Osei")
        proposal = make_draft(champion, co_authors=[author])
        tell_in_here()
    page = client.as_(champion).get("proposals.team", ref=proposal.reference)
    page = page.click("Remove Ben Osei").submit("Remove from the team")
    assert "Ben Osei is no longer on the team." in page.text
    client.as_(author).get("proposals.show", ref=proposal.reference, status=404)
    tell(app)
    assert told(committed) == {"Ben Osei": ["you are no longer a co-author"]}
    [text] = texts_to(committed, author)
    assert "Falls huddles" not in text


def test_hand_over_makes_a_member_the_champion(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        author = make_person(name="Ben Osei", organisation=OTHER)
        third, lay = make_person(name="Cy Other"), make_person(name="Lay Person", is_lay=True)
        proposal = make_submitted(champion, co_authors=[author, third, lay])
        tell_in_here()
    forget(committed)
    page = (
        client.as_(champion).get("proposals.team", ref=proposal.reference).click("Hand over to a co-author")
    )
    assert page.texts("label") == ["Ben Osei, River Community Trust", "Cy Other, Hill Hospital"]
    assert page.submit("Hand over", status=422).errors == ["Select the new champion"]
    page = page.submit("Hand over", champion=str(author.id))
    assert "Ben Osei is the champion now. You are a co-author." in page.text
    assert team_of(committed, proposal) == ["Ben Osei", "Amina Begum", "Cy Other", "Lay Person"]
    assert events_of(committed, "hand_over") == [("hand_over", "team", champion.id)]
    listed = client.as_(third).get("proposals.proposals").text
    assert "River Community Trust" in listed
    assert "New champion Ben Osei" in client.as_(third).get("proposals.history", ref=proposal.reference).text
    tell(app)
    assert told(committed) == {
        "Ben Osei": ["you are now its champion"],
        "Cy Other": ["it has a new champion"],
        "Lay Person": ["it has a new champion"],
    }


def test_hand_over_says_why_nobody_can_take_it(client: Client, committed: Committed) -> None:
    with committed():
        champion, lay = make_champion(), make_person(is_lay=True)
        proposal = make_draft(champion, co_authors=[lay])
    browser = client.as_(champion)
    page = browser.get("proposals.hand_over", ref=proposal.reference)
    assert "None of your co-authors can be the champion." in page.text
    browser.post("proposals.hand_over", {"champion": lay.id}, status=409, ref=proposal.reference)
    assert team_of(committed, proposal)[0] == "Amina Begum"


def test_a_manager_appoints_a_champion_when_theirs_has_left(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        champion, manager = make_champion(), make_manager()
        author, third = make_person(name="Ben Osei"), make_person(name="Cy Other")
        proposal = make_submitted(champion, co_authors=[author, third])
        tell_in_here()
    forget(committed)
    browser = client.as_(manager)
    assert "Its champion has left" not in browser.get("assessment.triage").text
    browser.get("proposals.appoint_champion", ref=proposal.reference, status=409)
    with committed():
        db.session.get_one(Person, champion.id).active = False
    page = browser.get("assessment.triage")
    assert "Its champion has left (1)" in page.text
    page = page.browser.get("proposals.show", ref=proposal.reference).click("New champion")
    page = page.submit("Appoint", champion=str(author.id))
    assert "Ben Osei is the champion now." in page.text
    assert team_of(committed, proposal) == ["Ben Osei", "Amina Begum", "Cy Other"]
    assert events_of(committed, "appoint_champion") == [("appoint_champion", "team", manager.id)]
    assert "Its champion has left" not in browser.get("assessment.triage").text
    tell(app)
    assert told(committed) == {
        "Ben Osei": ["you are now its champion"],
        "Cy Other": ["it has a new champion"],
    }


def test_appoint_says_what_to_do_without_a_co_author(client: Client, committed: Committed) -> None:
    with committed():
        manager = make_manager()
        proposal = make_submitted(make_champion())
        proposal.champion.active = False
    page = client.as_(manager).get("proposals.appoint_champion", ref=proposal.reference)
    assert "Ask an administrator to open the account of Amina Begum again" in page.text
    assert page.select("main form button") == []


def test_a_deleted_draft_takes_its_invitations_along(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        champion, member = make_champion(), make_member()
        proposal = make_draft(champion)
        services.invite(proposal, champion, member.email)
    client.as_(champion).get("proposals.delete", ref=proposal.reference).submit("Delete the draft")
    tell(app)
    assert told(committed) == {}
    client.as_(member).get("assessment.invitation", ref=proposal.reference, status=404)
    with committed():
        assert db.session.query(Invitation).count() == 0
