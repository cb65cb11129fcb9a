"""Following: what followers are told, once, and how they stop."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from exchange import clock
from exchange.accounts.models import Person
from exchange.adoption.models import Adoption
from exchange.adoption.services import record_step, set_eligible
from exchange.adoption.steps import Step
from exchange.assessment import services as assessment
from exchange.discussion import services
from exchange.extensions import db
from exchange.notifications import services as telling
from exchange.notifications.models import Notification
from exchange.proposals import services as proposals
from exchange.proposals.models import Proposal
from exchange.spread.life import CHANGES
from exchange.spread.models import Programme
from exchange.spread.services import change_programme
from tests.assessment.arrange import TEAM, make_champion, make_manager, make_submitted
from tests.conftest import Committed
from tests.decisions.arrange import Staff, make_staff
from tests.discussion.arrange import make_member, say
from tests.notifications.arrange import forget, tell, tell_in_here, texts_to, told
from tests.pages import Client
from tests.spread.arrange import make_programme


def test_a_follower_is_told_once_and_can_stop(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        staff = make_staff()
        programme = make_programme(staff)
        proposal, member, champion = programme.proposal, make_member(), staff.champion
        tell_in_here()
    forget(committed)
    page = client.as_(member).get("spread.programme", slug=programme.slug).submit("Follow")
    page.browser.post("discussion.follow", ref=proposal.reference)  # a second click
    assert "You follow it." in page.text
    client.as_(champion).post("discussion.follow", ref=proposal.reference)  # told as the team already
    change(committed, programme, staff, "pause", {"reason": "Snow.", "review_on": date(2027, 3, 1)})
    tell(app)
    tell(app)
    news = told(committed)
    assert news["Chloe Bannister"] == ["the programme is paused"]
    assert len(news["Amina Begum"]) == 1
    [text] = texts_to(committed, member)
    address = f"/proposals/{proposal.reference}/unfollow"
    assert address in text
    page = client.as_(member).get(address).submit("Stop following")
    assert "You follow it." not in page.text
    forget(committed)
    change(committed, programme, staff, "resume", {"reason": "Sun."})
    tell(app)
    assert "Chloe Bannister" not in told(committed)


def test_many_followers_are_told_a_few_at_a_time_and_each_once(
    app: Flask, committed: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no transaction lasts for as long as there are followers; what goes wrong half way is gone on with."""
    monkeypatch.setattr("exchange.notifications.services.MOST_AT_ONCE", 3)
    with committed():
        staff = make_staff()
        programme = make_programme(staff)
        members = [make_member(name=f"Member {number}") for number in range(5)]
        for member in members:
            services.follow(programme.proposal, member)
        tell_in_here()
    forget(committed)
    change(committed, programme, staff, "pause", {"reason": "Snow.", "review_on": date(2027, 3, 1)})
    counts = []
    with app.app_context():
        while telling.tell_next():
            counts.append(sum(map(len, told(committed).values())))
    assert counts == [3, 6, 8]  # the team and the managers are told first
    news = told(committed)
    assert all(news[member.name] == ["the programme is paused"] for member in members)


def change(
    committed: Committed, programme: Programme, staff: Staff, name: str, said: dict[str, object]
) -> None:
    with committed():
        here, director = (
            db.session.get_one(Programme, programme.id),
            db.session.get_one(Person, staff.director.id),
        )
        change_programme(here, CHANGES[name], director, said)


def test_followers_hear_who_adopted_it_and_not_each_step(app: Flask, committed: Committed) -> None:
    with committed():
        staff = make_staff()
        programme = make_programme(staff)
        services.follow(programme.proposal, make_member())
        set_eligible(programme, staff.manager, [TEAM])
        tell_in_here()
        adoption = db.session.get_one(Adoption, (programme.id, TEAM))
        for before, step in ((None, Step.PILOTING), (Step.PILOTING, Step.ADOPTED)):
            record_step(adoption, staff.manager, step=step, on=clock.today(), reason="", expected=before)
    forget(committed)
    tell(app)
    assert told(committed)["Chloe Bannister"] == ["Hill Hospital has adopted it"]


def test_who_may_no_longer_see_it_is_told_nothing_of_it(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        champion, manager, member = make_champion(), make_manager(), make_member()
        proposal = make_submitted(champion)
        services.follow(proposal, member)
        proposals.request_changes(proposal, manager, sections=[], message="More.", due=date(2027, 1, 15))
        proposals.submit(proposal, champion)
        tell_in_here()
    assert told(committed)["Chloe Bannister"] == ["a new version was submitted"]
    browser = client.as_(member)
    assert "a new version was submitted" in browser.get("notifications.inbox").text
    assert "Falls huddles" in browser.get("discussion.following").text
    forget(committed)
    with committed():
        assessment.withdraw(
            db.session.get_one(Proposal, proposal.id),
            db.session.get_one(Person, champion.id),
            reason="Our plans changed.",
        )
    tell(app)
    assert "Chloe Bannister" not in told(committed)
    assert "a new version" not in browser.get("notifications.inbox").text
    page = browser.get("discussion.following")
    assert "Falls huddles" not in page.text
    assert "You follow nothing yet" in page.text


def test_a_colleague_of_the_team_reads_in_the_inbox_what_every_reader_is_told(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        champion, manager, colleague = make_champion(), make_manager(), make_member(organisation=TEAM)
        proposal = make_submitted(champion)
        services.follow(proposal, colleague)
        proposals.request_changes(proposal, manager, sections=[], message="More.", due=date(2027, 1, 15))
        proposals.submit(proposal, champion)
    tell(app)
    assert "a new version was submitted" in client.as_(colleague).get("notifications.inbox").text


def test_a_comment_tells_the_team_and_an_answer_its_first_writer(app: Flask, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        proposal = make_submitted(champion)
        member, other = make_member(), make_member("Delroy Campbell")
        tell_in_here()
        comment = say(proposal, member, "Who leads it at night?")
        say(proposal, other, "The sister does.", comment)
        say(proposal, other, "Taken back at once")
        last = say(proposal, other, "Taken back at once")
        services.remove_comment(last, other)
    forget(committed)
    tell(app)
    assert told(committed) == {
        "Amina Begum": ["a new comment"] * 3,
        "Chloe Bannister": ["an answer to your comment"],
    }
    [text] = texts_to(committed, member)
    assert "The sister does." in text
    assert f"/comments/{comment.id + 1}" in text


def test_a_closed_account_is_told_nothing(app: Flask, committed: Committed) -> None:
    with committed():
        champion, manager, member = make_champion(), make_manager(), make_member()
        proposal = make_submitted(champion)
        services.follow(proposal, member)
        member.active = False
        proposals.request_changes(proposal, manager, sections=[], message="More.", due=date(2027, 1, 15))
        proposals.submit(proposal, champion)
    tell(app)
    with committed():
        query = select(func.count(Notification.id)).where(Notification.person_id == member.id)
        assert db.session.scalar(query) == 0
