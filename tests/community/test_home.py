from __future__ import annotations

from typing import Any

from exchange.accounts.models import Person
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from exchange.spread.services import start_programme
from tests.conftest import Committed
from tests.factories import make_person
from tests.pages import Client
from tests.proposals.arrange import make_champion, make_director, make_member, make_submitted, put_at


def make_programme(champion: Person, title: str, **answers: Any) -> Proposal:
    proposal = put_at(make_submitted(champion, title=title, **answers), Stage.SPREAD)
    director = make_director()
    start_programme(
        proposal, director, statement="We spread it.", adoption_target=3, investment=0, conditions=[]
    )
    return proposal


def test_home_tells_a_visitor_what_this_is(client: Client) -> None:
    page = client.visitor().get("community.home")
    assert page.h1 == "Innovations in health and care"
    assert page.texts(".app-how h3") == ["Propose", "Assess", "Spread"]
    links = page.links()
    assert links["Register"] == "/register"
    assert links["Safe care"] == "/themes/safe-care"
    assert "Better sleep" in page.text
    assert "Nothing has been approved yet." in page.text
    assert not {"Propose an innovation", "Go to my work"} & set(links)


def test_home_leads_those_signed_in_on(client: Client, committed: Committed) -> None:
    with committed():
        member, lay = make_member(), make_person(is_lay=True)
    links = client.as_(member).get("community.home").links()
    assert (links["Propose an innovation"], links["Go to my work"]) == ("/proposals/new", "/my-work")
    assert "Register" not in links
    assert "Propose an innovation" not in client.as_(lay).get("community.home").links()


def test_home_shows_the_newest_programmes(client: Client, committed: Committed) -> None:
    with committed():
        champion = make_champion()
        for number in range(6):
            make_programme(champion, f"Programme {number}")
    page = client.visitor().get("community.home")
    assert page.texts(".app-result__title") == [f"Programme {number}" for number in (5, 4, 3, 2)]
    assert page.click("Programme 5").path == "/programmes/programme-5"
