"""Administrators see who keeps a register of interests and what stands in it; who never did finds it on My work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from exchange.accounts.models import Person
from exchange.accounts.roles import Role
from exchange.administration import queries
from tests.conftest import Committed, Statements
from tests.factories import make_interest, make_person
from tests.pages import Browser, Client

NOW = "2026-11-27T10:00:00Z"
CHECKED = datetime(2026, 3, 2, 9, tzinfo=UTC)
LONG_AGO = datetime(2025, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def travelled() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def admin(client: Client, committed: Committed) -> Browser:
    with committed():
        return client.as_(make_person(role=Role.ADMINISTRATOR, organisation="host"))


def make_keeper(name: str, checked_at: datetime | None, role: Role = Role.REVIEWER) -> Person:
    return make_person(role=role, name=name, interests_checked_at=checked_at)


def test_registers_are_listed_with_what_stands_in_them(admin: Browser, committed: Committed) -> None:
    with committed():
        kept = make_keeper("Kept One", CHECKED, Role.THEME_DIRECTOR)
        make_interest(kept, organisation_id="river-trust", reason="I advise them.")
        make_interest(kept, email="sister@example.org", reason="My sister.", ended_at=CHECKED)
        make_keeper("Kept Long Ago", LONG_AGO)
        make_keeper("Never Kept", None, Role.PROGRAMME_MANAGER)
        make_keeper("Left Us", None).active = False
        make_person(name="Keeps None", interests_checked_at=None)
    page = admin.get("administration.overview")
    assert "1 person has yet to keep one." in page.text
    page = page.click("Registers of interests")
    assert page.texts(".app-result__title") == ["Never Kept", "Kept Long Ago", "Kept One"]
    assert page.texts(".app-result__todo") == ["Never kept one", "Was to be checked by 2 March 2026"]
    assert "3 people, 1 of whom never kept one." in page.text
    assert page.texts(".app-result li li, .app-result .nhsuk-list li") == [
        "River Community Trust, until 27 December 2026: I advise them."
    ]
    assert "Checked on 2 March 2026" in page.text
    assert "My sister" not in page.text


def test_empty_list_says_why(admin: Browser) -> None:
    assert "Nobody assesses yet" in admin.get("administration.registers").text


@pytest.mark.parametrize("checked_at", [None, CHECKED])
def test_long_list_goes_on_and_back(
    admin: Browser, committed: Committed, monkeypatch: pytest.MonkeyPatch, checked_at: datetime | None
) -> None:
    with committed():
        for number in range(5):
            make_keeper(f"Keeper {number}", checked_at)
        first = queries.keepers(length=2)
        second = queries.keepers(after=first.after, length=2)
        third = queries.keepers(after=second.after, length=2)
        back = queries.keepers(before=third.before, length=2)
    assert [person.name for page in (first, second, third) for person in page.people] == [
        f"Keeper {number}" for number in range(5)
    ]
    assert [person.name for person in back.people] == ["Keeper 2", "Keeper 3"]
    assert (first.before, third.after) == (None, None)


def test_who_never_kept_one_is_asked_on_my_work(client: Client, committed: Committed) -> None:
    with committed():
        never, almost, lately = (
            make_keeper("Never", None),
            make_keeper("Almost a year ago", datetime(2025, 12, 1, 9, tzinfo=UTC)),
            make_keeper("Lately", CHECKED),
        )
    page = client.as_(never).get("reports.my_work")
    assert page.texts(".app-result__title") == ["Keep a register of interests"]
    page.click("Keep a register of interests").submit("I have nothing to add")
    assert client.as_(never).get("reports.my_work").texts(".app-result__title") == []
    page = client.as_(almost).get("reports.my_work")
    assert page.texts(".app-result__title") == ["Check your register of interests"]
    assert client.as_(lately).get("reports.my_work").texts(".app-result__title") == []


def test_page_asks_the_database_as_often_for_many_as_for_one(
    admin: Browser, committed: Committed, statements: Statements
) -> None:
    def asked() -> int:
        with statements() as made:
            admin.get("administration.registers")
        return len(made)

    with committed():
        make_interest(make_keeper("First", CHECKED), organisation_id="river-trust")
    one = asked()
    with committed():
        for number in range(3):
            make_interest(make_keeper(f"Keeper {number}", CHECKED), organisation_id="river-trust")
    assert asked() == one
