from __future__ import annotations

from exchange import clock
from exchange.accounts.roles import Role
from tests.community.test_home import make_programme
from tests.conftest import Committed
from tests.factories import make_person
from tests.pages import Client
from tests.proposals.arrange import (
    OTHER_THEME,
    make_champion,
    make_director,
    make_draft,
    make_manager,
    make_member,
    make_submitted,
    make_theme,
)


def test_theme_names_its_purpose_its_people_and_its_services(client: Client, committed: Committed) -> None:
    with committed():
        make_director()
        make_manager()
        make_manager(name="Another Manager")
        make_manager(name="Who left", active=False)
        make_person(name="Only a reviewer", role=Role.REVIEWER)
    page = client.visitor().get("community.theme", theme_id="safe-care")
    assert page.h1 == "Safe care"
    assert "Less avoidable harm." in page.text
    assert page.texts(".app-beside__facts dd") == ["Paul Okafor", "Another Manager and Rachel Tolley"]
    assert "Safety clinic" in page.text
    for words in ("Who left", "Only a reviewer", "@example.org"):
        assert words not in page.text


def test_theme_without_people_or_programmes_says_so(client: Client) -> None:
    page = client.visitor().get("community.theme", theme_id="safe-care")
    assert page.texts(".app-beside__facts dd") == ["Nobody at the moment", "Nobody at the moment"]
    assert "No programme runs in this theme yet." in page.text
    assert "No proposal of this theme is public yet." in page.text


def test_theme_lists_its_programmes_and_the_proposals_that_this_person_sees(
    client: Client, committed: Committed
) -> None:
    with committed():
        make_theme()
        champion = make_champion()
        make_programme(champion, "Spreading")
        make_programme(champion, "Of another theme", lead_theme=OTHER_THEME)
        make_submitted(champion, title="Shared with members")
        make_submitted(champion, title="Kept to assessors", visibility="assessors")
        make_draft(champion, title="A draft")
        member = make_member()
    page = client.visitor().get("community.theme", theme_id="safe-care")
    assert page.texts(".app-result__title") == ["Spreading", "Spreading"]
    page = client.as_(member).get("community.theme", theme_id="safe-care")
    assert page.texts(".app-result__title") == ["Spreading", "Shared with members", "Spreading"]
    page = page.click("See all proposals of this theme")
    assert page.texts(".app-result__title") == ["Shared with members", "Spreading"]


def test_themes_lists_those_that_can_be_chosen(client: Client, committed: Committed) -> None:
    with committed():
        make_theme()
        make_theme("old", "An old theme", retired_at=clock.now())
    page = client.visitor().get("community.themes")
    assert page.texts(".app-result__title") == ["Safe care", "Quiet nights"]
    page = page.click("Quiet nights")
    assert page.h1 == "Quiet nights"
    assert "This theme has ended." in page.browser.get("community.theme", theme_id="old").text


def test_theme_that_is_none_is_not_found(client: Client, committed: Committed) -> None:
    with committed():
        member = make_member()
    for odd in ("no-such", "%00", "x" * 3_000, "..%2f"):
        client.as_(member).get(f"/themes/{odd}", status=404)
