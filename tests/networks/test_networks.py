"""Networks: joining and leaving, who reads what, announcing, and who is told."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from exchange import clock
from exchange.accounts.roles import Role
from exchange.networks import services
from exchange.networks.queries import ANNOUNCEMENTS, MEMBERS
from exchange.region import queries as region
from tests.assessment.arrange import make_manager
from tests.conftest import Committed, Statements
from tests.factories import make_person
from tests.networks.arrange import SAFE, announce, make_member
from tests.notifications.arrange import tell, texts_to, told
from tests.pages import Client

JOIN = "Join this network"


def test_a_member_joins_once_and_leaves(app: Flask, client: Client, committed: Committed) -> None:
    with committed():
        member = make_member(joins=False)
    page = client.as_(member).get("networks.network", theme_id=SAFE)
    assert "Nobody belongs to it yet." in page.text
    page = page.submit(JOIN)
    page.browser.post("networks.join", theme_id=SAFE)  # a second click
    page = page.browser.get("networks.network", theme_id=SAFE)
    assert "1 person belongs to it. See who" in page.text
    assert "You belong to it. Leave" in page.text
    assert "Chloe Bannister" in page.browser.get("networks.members", theme_id=SAFE).text
    assert "You belong to it" in page.browser.get("networks.networks").text
    assert "You are one of them." in page.browser.get("community.theme", theme_id=SAFE).text
    page = page.browser.get("networks.leave", theme_id=SAFE).submit("Leave the network")
    assert "You have left the network" in page.text
    assert "Nobody belongs to it yet." in page.text
    page.browser.post("networks.leave", theme_id=SAFE)  # a second click
    assert "Nobody has joined yet" in page.browser.get("networks.members", theme_id=SAFE).text


def test_others_see_what_is_public_and_how_they_could_join(client: Client, committed: Committed) -> None:
    with committed():
        announce(make_manager())
        make_member("Somebody who joined")
        lay, unsettled = make_person(is_lay=True), make_person(organisation=None)
        administrator = make_person(role=Role.ADMINISTRATOR, organisation="host")
    says = {None: "Sign in to join", lay: "You can join once", unsettled: "You can join once"}
    for person, how in says.items():
        page = (client.as_(person) if person else client.visitor()).get("networks.network", theme_id=SAFE)
        assert how in page.text
        assert "1 person belongs to it." in page.text
        assert "A call on insulin" not in page.text
        assert JOIN not in page.text
        assert "Somebody who joined" not in page.text
    page = client.as_(administrator).get("networks.network", theme_id=SAFE)
    assert "A call on insulin" in page.text
    assert "Announce something" not in page.text


def test_what_is_announced_is_sent_to_who_belonged_then(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        manager, member, gone = make_manager(), make_member(), make_member("Gone since")
        services.join(region.theme(SAFE), manager)
    page = client.as_(manager).get("networks.network", theme_id=SAFE).click("Announce something")
    assert "We send it to the 3 people in the network." in page.text
    page = page.submit("Announce", title="", text="Come.", status=422)
    assert "Enter a title" in page.text
    page = page.submit(
        "Announce", title="A call on <b>insulin</b>", text="On Monday.\n\nhttps://example.org/call"
    )
    assert "A call on <b>insulin</b>" in page.text
    assert page.select('a[href="https://example.org/call"]')
    client.as_(gone).post("networks.leave", theme_id=SAFE)
    with committed():
        late = make_member("Joined after it")
    tell(app)
    tell(app)
    assert told(committed) == {"Chloe Bannister": ["A call on <b>insulin</b>"]}
    [text] = texts_to(committed, member)
    assert "On Monday." in text
    assert f"/networks/{SAFE}/leave" in text
    assert not texts_to(committed, late)


def test_an_announcement_is_taken_down_and_told_to_nobody_then(
    app: Flask, client: Client, committed: Committed
) -> None:
    with committed():
        manager, member = make_manager(), make_member()
        announcement = announce(manager)
    page = client.as_(manager).get("networks.network", theme_id=SAFE).click("Take down “A call on insulin”")
    assert "Enter why" in page.submit("Take it down", status=422).text
    second = client.as_(manager).get("networks.take_down", announcement_id=announcement.id)
    page = page.submit("Take it down", reason="The date was wrong.")
    assert "The announcement is taken down." in page.text
    assert "A call on insulin" not in page.text
    second.submit("Take it down", reason="Me too.", status=404)
    tell(app)
    assert not texts_to(committed, member)


def test_five_announcements_a_day(client: Client, committed: Committed) -> None:
    with committed():
        manager = make_manager()
        for _ in range(5):
            announce(manager)
    page = client.as_(manager).get("networks.announce", theme_id=SAFE)
    page = page.submit("Announce", title="One more", text="Come.", status=422)
    assert "You have made 5 announcements in a short time" in page.text
    assert page.value("text") == "Come."


def test_network_of_an_ended_theme_is_closed(client: Client, committed: Committed) -> None:
    with committed():
        member, manager = make_member(joins=False), make_manager()
        region.theme(SAFE).retired_at = clock.now()
    page = client.as_(member).get("networks.network", theme_id=SAFE)
    assert "This theme has ended, and with it its network." in page.text
    assert JOIN not in page.text
    page.browser.post("networks.join", theme_id=SAFE, status=409)
    client.as_(manager).get("networks.announce", theme_id=SAFE, status=409)


def test_lists_page_and_ask_as_much_for_many_as_for_one(
    client: Client, committed: Committed, statements: Statements
) -> None:
    moment = clock.now() - timedelta(days=30)

    def go_on(numbers: range) -> None:
        with committed():
            for number in numbers:
                with clock.pretend(moment + number * timedelta(hours=6)):
                    make_member(f"Member {number}")
                    if number < ANNOUNCEMENTS + 2:
                        announce(manager, f"News {number}")

    with committed():
        manager = make_manager()
    browser, asked = client.as_(manager), []
    for numbers in range(1), range(1, MEMBERS + 2):
        go_on(numbers)
        with statements() as made:
            page = browser.get("networks.network", theme_id=SAFE)
            members = browser.get("networks.members", theme_id=SAFE)
            browser.get("networks.networks")
        asked.append(len(made))
    assert asked[0] == asked[1]
    assert f"News {ANNOUNCEMENTS + 1}" in page.text
    assert f"Member {MEMBERS}" in members.text
    assert "News 0" in page.click("Next page: Earlier announcements").text
    assert "Member 0" in members.click("Next page: More members").text
