"""Forgotten and changed passwords."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from exchange import events
from exchange.accounts import queries
from exchange.accounts.models import Person
from exchange.audience import Audience
from tests.conftest import Committed
from tests.factories import PASSWORD, make_person
from tests.mail import outbox, path_in, subjects
from tests.pages import Browser, Client, Page

NEW = "another good password"


@pytest.fixture
def ann(committed: Committed) -> Person:
    with committed():
        return make_person(email="ann@example.org", name="Ann Smith")


def sign_in(browser: Browser, password: str, *, status: int = 302) -> Page:
    page = browser.get("security.login")
    return page.submit("Sign in", email="ann@example.org", password=password, status=status)


def ask(client: Client, email: str = "ann@example.org", status: int = 200) -> Page:
    page = client.visitor().get("security.forgot_password")
    return page.submit("Send me a link", email=email, status=status)


def last_event(committed: Committed) -> tuple[str, int | None]:
    with committed():
        person = queries.by_email("ann@example.org")
        assert person is not None
        event = events.history(person, frozenset({Audience.ADMINISTRATORS}))[-1]
        return event.kind, event.actor_id


def test_forgotten_password_is_replaced_by_mail(client: Client, committed: Committed, ann: Person) -> None:
    elsewhere = client.visitor()
    sign_in(elsewhere, PASSWORD)
    page = ask(client, " ANN@example.org")
    assert page.h1 == "Check your e-mail"
    assert "If we know ann@example.org, we have sent it an e-mail." in page.text

    browser = client.visitor()
    page = browser.get(path_in(outbox(committed)[0])).submit("Change password", password=NEW)
    assert page.path == "/login"
    assert "Your password is changed. Sign in with the new one." in page.text

    elsewhere.get("accounts.account", status=302)
    sign_in(client.visitor(), PASSWORD, status=422)
    assert sign_in(browser, NEW).location == "/my-work"
    assert subjects(committed) == [
        ("ann@example.org", "Choose a new password"),
        ("ann@example.org", "Your password was reset"),
    ]
    assert [message.secret for message in outbox(committed)] == [True, False]
    assert last_event(committed) == ("reset_password", ann.id)


def test_link_works_once(client: Client, committed: Committed, ann: Person) -> None:
    ask(client)
    link = path_in(outbox(committed)[0])
    client.visitor().get(link).submit("Change password", password=NEW)
    page = client.visitor().get(link)
    assert page.path == "/reset"
    assert "This link does not work any more. Ask for a new one here." in page.text


def test_link_works_for_two_hours(client: Client, committed: Committed, ann: Person) -> None:
    with time_machine.travel("2026-11-20 10:00:00+00:00", tick=False):
        ask(client)
    link = path_in(outbox(committed)[0])
    with time_machine.travel("2026-11-20 11:59:59+00:00", tick=False):
        page = client.visitor().get(link)
        assert page.h1 == "Choose your new password"
    with time_machine.travel("2026-11-20 12:00:01+00:00", tick=False):
        assert "This link worked for 2 hours." in client.visitor().get(link).text
        sent = page.submit("Change password", password=NEW)
        assert "This link worked for 2 hours." in sent.text
    sign_in(client.visitor(), PASSWORD)


def test_weak_new_password_is_refused_and_the_link_still_works(
    client: Client, committed: Committed, ann: Person
) -> None:
    ask(client)
    page = client.visitor().get(path_in(outbox(committed)[0]))
    page = page.submit("Change password", password="short", status=422)
    assert page.errors == ["Use 12 characters or more for the password"]
    page = page.submit("Change password", password="Ann@example.org", status=422)
    page.submit("Change password", password=NEW)
    sign_in(client.visitor(), NEW)


@pytest.mark.parametrize("columns", [{"active": False}, {"confirmed_at": None}])
def test_asking_tells_nothing_of_whom_we_know(
    client: Client, committed: Committed, columns: dict[str, Any]
) -> None:
    with committed():
        make_person(email="bob@example.org", **columns)
    pages = [ask(client, email).text.replace(email, "…") for email in ("bob@example.org", "una@example.org")]
    assert pages[0] == pages[1]
    assert outbox(committed) == []


def test_asking_too_often_is_refused_for_known_and_unknown_alike(
    client: Client, committed: Committed, ann: Person
) -> None:
    for email in ("ann@example.org", "una@example.org"):
        for _ in range(5):
            ask(client, email)
        assert "You have tried too often." in ask(client, email, status=429).errors[0]
    assert len(outbox(committed)) == 5


def test_asking_often_does_not_keep_the_owner_from_signing_in(
    client: Client, committed: Committed, ann: Person
) -> None:
    for _ in range(5):
        ask(client)
    sign_in(client.visitor(), PASSWORD)


def test_changing_the_password_ends_all_other_sessions(
    client: Client, committed: Committed, ann: Person
) -> None:
    here, elsewhere = client.visitor(), client.visitor()
    sign_in(here, PASSWORD)
    sign_in(elsewhere, PASSWORD)
    page = here.get("security.change_password").submit("Change password", password=PASSWORD, new_password=NEW)
    assert page.path == "/account"
    assert "Your password is changed. You are signed out everywhere else." in page.text
    elsewhere.get("accounts.account", status=302)
    sign_in(client.visitor(), NEW)
    assert subjects(committed) == [("ann@example.org", "Your password was changed")]
    assert last_event(committed) == ("change_password", ann.id)


@pytest.mark.parametrize(
    ("password", "new", "errors"),
    [
        ("", NEW, ["Enter your current password"]),
        ("wrong password", NEW, ["This is not your current password"]),
        (PASSWORD, "", ["Enter a new password"]),
        (PASSWORD, "short", ["Use 12 characters or more for the password"]),
        (
            PASSWORD,
            PASSWORD,
            ["Use a password that is not your name, your e-mail address or the one you had"],
        ),
    ],
)
def test_unfit_change_is_refused(
    client: Client, committed: Committed, ann: Person, password: str, new: str, errors: list[str]
) -> None:
    page = client.as_(ann).get("security.change_password")
    page = page.submit("Change password", password=password, new_password=new, status=422)
    assert page.errors == errors
    sign_in(client.visitor(), PASSWORD)


def test_guessing_the_current_password_in_an_open_session_is_limited(
    client: Client, committed: Committed, ann: Person
) -> None:
    page = client.as_(ann).get("security.change_password")
    for _ in range(5):
        page = page.submit("Change password", password="a guess", new_password=NEW, status=422)
    page = page.submit("Change password", password=PASSWORD, new_password=NEW, status=429)
    assert "You have tried too often." in page.errors[0]


def test_link_of_before_the_account_was_closed_does_nothing(
    client: Client, committed: Committed, ann: Person
) -> None:
    from exchange.accounts import services

    ask(client)
    with committed():
        services.deactivate(queries.person(ann.id))
    page = client.visitor().get(path_in(outbox(committed)[0]))
    assert "This link does not work any more." in page.text
