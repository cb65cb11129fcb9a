"""Running a campaign through its pages: drafting, checking, announcing, extending, ending, and its results."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask

from exchange import clock
from exchange.accounts.roles import Role
from exchange.campaigns import services
from exchange.extensions import db
from exchange.notifications.models import Notification
from exchange.notifications.services import tell_all
from exchange.proposals.campaigns import Campaign
from tests.assessment.arrange import make_champion, make_director, make_manager, make_submitted
from tests.campaigns.arrange import ASKED, DAY, later, make_answer, make_campaign
from tests.conftest import Committed
from tests.factories import make_person
from tests.pages import Client
from tests.proposals.arrange import OTHER_THEME, make_member, make_theme
from tests.statements import counted_queries

HOUR = timedelta(hours=1)


def days(name: str, moment: Any) -> dict[str, str]:
    local = clock.day_of(moment)
    return {f"{name}-day": str(local.day), f"{name}-month": str(local.month), f"{name}-year": str(local.year)}


def typed(opens: timedelta = DAY, closes: timedelta = 9 * DAY) -> dict[str, Any]:
    now = clock.now()
    return {
        "title": "Fewer falls on every ward",
        "need": "A huddle on every ward prevents falls. We need more of them.",
        "who_for": "Ward teams",
        "priorities": ["falls"],
        **days("opens_on", now + opens),
        "opens_time": "9am",
        **days("closes_on", now + closes),
        "closes_time": "17:30",
    }


def test_campaign_is_drafted_checked_and_announced(client: Client, committed: Committed) -> None:
    with committed():
        manager, member = make_manager(), make_member()
        make_submitted(make_champion(), title="Ward huddles prevent falls")
    page = client.as_(manager).get("campaigns.campaigns").click("Start a campaign")
    page = page.submit("Save and continue", status=422)
    assert page.errors[:2] == ["Enter the name of the campaign", "Enter what is needed, and why"]
    page = page.submit("Save and continue", {**typed(), **days("closes_on", clock.now())}, status=422)
    assert page.errors == ["Enter a closing time after it opens"]
    assert page.value("title") == "Fewer falls on every ward"
    page = page.submit("Save and continue", typed())
    assert page.path == "/campaigns/fewer-falls-on-every-ward/check"
    assert "It sounds like 1 proposal" in page.text  # what is there already
    assert "Ward huddles prevent falls" in page.text
    client.as_(member).get("campaigns.show", campaign_id="fewer-falls-on-every-ward", status=404)
    page = page.click("Add a question").submit("Save the question", kind="one", choices="Yes", status=422)
    assert page.errors == ["Enter the question", "Enter 2 to 10 different choices, one on each line"]
    page = page.submit("Save the question", label="Who leads it", choices="Nurses\nDoctors\nNurses\n")
    assert "Nurses or Doctors" in page.text
    page = page.click("Who leads it").submit(
        "Save the question", label="Who leads it at night", is_needed=True
    )
    assert "One of several choices, must be answered." in page.text
    page = page.submit("Announce the campaign")
    assert page.h1 == "Fewer falls on every ward"
    assert "You can answer from then on." in page.text
    page = client.visitor().get("campaigns.campaigns").click("Fewer falls on every ward")
    assert "Who leads it at night" in page.text


def test_what_it_says_and_asks_no_longer_changes_once_it_is_open(
    client: Client, committed: Committed
) -> None:
    with committed():
        manager, director = make_manager(), make_director()
        campaign = make_campaign(manager, opens_in=HOUR, questions=[ASKED])
        asked = {"campaign_id": campaign.id, "asked": campaign.questions[0]["id"]}
    browser = client.as_(manager)
    question = {"label": "Another", "kind": "line"}
    opened = [
        (browser.get("campaigns.edit", campaign_id=campaign.id), "Save and continue", {"title": "Another"}),
        (browser.get("campaigns.change_question", **asked), "Save the question", question),
        (browser.get("campaigns.remove_question", **asked), "Remove the question", {}),
        (browser.get("campaigns.add_question", campaign_id=campaign.id), "Save the question", question),
    ]
    with later(HOUR):
        for page, button, typed in opened:
            answer = page.submit(button, typed, status=409)
            assert "It has opened, so what it says and asks stays" in answer.text
        assert browser.get("campaigns.check", campaign_id=campaign.id).path == "/campaigns/falls-at-night"
        client.as_(director).get("campaigns.extend", campaign_id=campaign.id)
    with committed():
        held = db.session.get_one(Campaign, campaign.id)
        assert (held.title, held.questions) == (campaign.title, campaign.questions)


def test_campaign_is_extended_and_ended_with_a_reason_that_everyone_reads(
    client: Client, committed: Committed
) -> None:
    with committed():
        manager = make_manager()
        campaign = make_campaign(manager)
        draft = make_answer(make_champion(), campaign, is_submitted=False)
        answer = make_answer(make_champion(name="Answering Champion"), campaign)
        tell_all()
    browser = client.as_(manager)
    page = browser.get("campaigns.show", campaign_id=campaign.id).click("Keep it open for longer")
    page = page.submit("Keep it open", days("closes_on", campaign.closes_at - DAY), status=422)
    assert page.errors[0].startswith("Enter a time after")
    assert page.errors[1] == "Enter why it stays open for longer"
    page = page.submit(
        "Keep it open", days("closes_on", campaign.closes_at + DAY), reason="Half of the wards had flu."
    )
    assert "Half of the wards had flu." in page.text
    page = page.click("End it early").submit("End it now", status=422)
    assert page.errors == ["Enter why it ends now"]
    page = page.submit("End it now", reason="We have what we need.")
    assert "Ended early" in client.visitor().get("campaigns.show", campaign_id=campaign.id).text
    browser.get("campaigns.extend", campaign_id=campaign.id, status=409)
    with committed() as session:
        tell_all()
        services.notice_all()  # ending was noticed already
        tell_all()
        told = {(each.person_id, each.kind) for each in session.query(Notification).all()}
    assert {kind for person, kind in told if person == draft.champion_id} == {
        "campaign_extended",
        "campaign_missed",
    }
    assert {kind for person, kind in told if person == answer.champion_id} == {"submitted", "campaign_closed"}


def test_draft_campaign_is_deleted_and_its_address_free_again(client: Client, committed: Committed) -> None:
    with committed():
        manager = make_manager()
        campaign = make_campaign(manager, "New", is_announced=False)
        assert campaign.id == "new-2"  # "new" is another page
    page = client.as_(manager).get("campaigns.check", campaign_id="new-2").click("Delete this draft")
    page = page.submit("Delete the draft")
    assert "The draft “New” is deleted." in page.text


def test_results_are_published_and_those_who_answered_are_told(client: Client, committed: Committed) -> None:
    with committed():
        director, champion = make_director(), make_champion()
        campaign = make_campaign(director)
        make_answer(champion, campaign)
        make_answer(champion, campaign, title="A second answer")
    browser = client.as_(director)
    browser.get("campaigns.results", campaign_id=campaign.id, status=409)
    with later():
        browser = client.as_(director)
        page = browser.get("reports.my_work").click("Falls at night")
        assert "2 answers still to be decided." in page.text
        page = page.submit("Publish", results="Two teams wrote.", status=422)
        assert page.errors == ["Enter your thanks"]
        page = page.submit("Save", results="Two teams wrote.")
        assert "Two teams wrote." not in client.visitor().get("campaigns.show", campaign_id=campaign.id).text
        page = page.submit("Publish", thanks="Thank you both.")
        assert "Two teams wrote." in client.visitor().get("campaigns.show", campaign_id=campaign.id).text
        page = page.click("Change the results").submit("Save the change", results="Two teams answered.")
        assert "Two teams answered." in page.text
        with committed() as session:
            tell_all()
            told = session.query(Notification).filter_by(kind="campaign_results").all()
    assert [each.person_id for each in told] == [champion.id]  # once, whoever answered twice
    assert told[0].path == "/campaigns/falls-at-night"


def test_worker_tells_once_of_opening_and_closing(committed: Committed) -> None:
    with committed():
        manager, champion = make_manager(), make_champion()
        campaign = make_campaign(manager, opens_in=timedelta(hours=1))
        services.notice_all()
        assert campaign.opening_told_at is None
    for moment in (DAY, DAY, 9 * DAY, 9 * DAY):
        with later(moment), committed() as session:
            if moment is DAY and campaign.opening_told_at is None:
                campaign = session.get_one(Campaign, campaign.id)
                make_answer(session.merge(champion), campaign, is_submitted=False)
            services.notice_all()
            tell_all()
    with committed() as session:
        kinds = [each.kind for each in session.query(Notification).order_by(Notification.id)]
    assert kinds == ["campaign_opened", "campaign_missed", "campaign_to_finish"]


def test_campaigns_stand_on_home_on_their_themes_and_in_three_lists(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        manager = make_manager()
        make_theme()
        make_campaign(manager, "Open one")
        make_campaign(manager, "Coming one", opens_in=DAY)
        make_campaign(manager, "Past one", opens_in=-9 * DAY, closes_in=-DAY)
        make_campaign(manager, "Draft one", is_announced=False)
    page = client.visitor().get("campaigns.campaigns")
    assert page.texts(".app-result__title") == ["Open one", "Coming one", "Past one"]
    assert client.as_(manager).get("campaigns.campaigns").texts(".app-result__title")[0] == "Draft one"
    assert client.visitor().get("community.home").texts(".app-result__title") == ["Open one", "Coming one"]
    page = client.visitor().get("community.theme", theme_id=OTHER_THEME)
    assert page.texts(".app-result__title") == []
    places = ("/campaigns", "/", "/themes/safe-care", "/campaigns/open-one", "/campaigns/open-one/answers")
    before = [counted_queries(app, client, manager, place) for place in places]
    with committed() as session:
        manager = session.merge(manager)
        campaign = session.get_one(Campaign, "open-one")
        for number in range(3):
            make_campaign(manager, "Open one")
            make_campaign(manager, "Past one", opens_in=-9 * DAY, closes_in=-DAY - timedelta(hours=number))
            make_answer(make_champion(), campaign)
    # With answers there are the labels of their priorities to read, once for all.
    after = [counted_queries(app, client, manager, place) for place in places]
    assert after == before


def test_past_campaigns_go_on_from_a_cursor(client: Client, committed: Committed) -> None:
    with committed():
        manager = make_person(role=Role.PROGRAMME_MANAGER)
        for number in range(22):
            make_campaign(manager, f"Past {number}", opens_in=-99 * DAY, closes_in=-DAY * (number // 2 + 1))
    page = client.visitor().get("campaigns.campaigns")
    first = page.texts(".app-result__title")
    following = page.select("a[rel=next]")[0].attributes["href"]
    rest = page.browser.get(str(following)).texts(".app-result__title")
    assert (len(first), len(rest), len({*first, *rest})) == (20, 2, 22)
    for odd in ("no-such", "%00", "x" * 300):
        client.visitor().get(f"/campaigns?after={odd}")
        client.as_(manager).get(f"/campaigns/{odd}", status=404)


def test_member_cannot_start_one(client: Client, committed: Committed) -> None:
    with committed():
        member = make_member()
    page = client.as_(member).get("campaigns.new", status=403)
    assert "Tell yours what is needed." in page.text
