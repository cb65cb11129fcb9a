"""Signing in and out, where that leads, and how often it can be tried."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from flask import Flask
from flask_security import hash_password
from sqlalchemy import func, select

from exchange.accounts import services
from exchange.accounts.models import FailedTry, Person
from tests.conftest import Committed
from tests.factories import PASSWORD, make_person
from tests.pages import Browser, Client, Page

WRONG = "The e-mail address or the password is not right. Check both, or reset your password"
START = "2026-11-20 15:15:20+00:00"


def sign_in(
    browser: Browser, email: str, password: str = PASSWORD, *, status: int = 302, **query: Any
) -> Page:
    page = browser.get("security.login", **query)
    return page.submit("Sign in", email=email, password=password, status=status)


def tries(committed: Committed) -> int:
    with committed() as session:
        return session.scalar(select(func.count(FailedTry.id))) or 0


@pytest.fixture
def ann(committed: Committed) -> str:
    """The address of someone who can sign in."""
    with committed():
        return make_person(email="ann@example.org").email


def test_right_password_leads_to_my_work(client: Client, ann: str) -> None:
    assert sign_in(client.visitor(), " Ann@Example.org ").location == "/my-work"


@pytest.mark.parametrize(
    ("email", "password"),
    [("ann@example.org", "wrong password"), ("una@example.org", PASSWORD), ("ann@example.org", "x" * 5000)],
)
def test_wrong_password_and_unknown_address_are_answered_alike(
    client: Client, ann: str, email: str, password: str
) -> None:
    page = sign_in(client.visitor(), email, password, status=422)
    assert page.errors == [WRONG]
    assert page.value("email") == email
    assert page.value("password") == ""


@pytest.mark.parametrize(
    ("email", "password", "errors"),
    [
        ("", "", ["Enter your e-mail address", "Enter your password"]),
        ("ann", PASSWORD, ["Enter an e-mail address, like name@example.nhs.uk"]),
        ("ann@example.org", "", ["Enter your password"]),
    ],
)
def test_missing_answer_is_told_beside_its_field(
    client: Client, committed: Committed, email: str, password: str, errors: list[str]
) -> None:
    assert sign_in(client.visitor(), email, password, status=422).errors == errors
    assert tries(committed) == 0


def test_closed_account_cannot_sign_in_and_says_so_only_to_its_owner(
    client: Client, committed: Committed
) -> None:
    with committed():
        make_person(email="bob@example.org", active=False)
    page = sign_in(client.visitor(), "bob@example.org", status=422)
    assert page.errors == [
        "This account is closed. Ask an administrator of the exchange if you need it again"
    ]
    assert sign_in(client.visitor(), "bob@example.org", "wrong password", status=422).errors == [WRONG]


def test_closing_an_account_ends_its_sessions(client: Client, committed: Committed, ann: str) -> None:
    browser = client.visitor()
    sign_in(browser, ann)
    assert browser.get("accounts.account").h1 == "Your account"
    with committed() as session:
        person = session.scalars(select(Person).where(Person.email == ann)).one()
        services.deactivate(person)
    assert browser.get("accounts.account", status=302).location == "/login?next=/account"
    with committed() as session:
        person = session.scalars(select(Person).where(Person.email == ann)).one()
        services.reactivate(person)
    browser.get("accounts.account", status=302)


@pytest.mark.parametrize("wanted", ["http://[", "//]/", "http://[x]/"])
def test_a_page_to_go_on_to_that_is_no_address_is_refused(client: Client, ann: str, wanted: str) -> None:
    client.visitor().get("security.login", next=wanted, status=400)
    answers = {"email": ann, "password": PASSWORD}
    client.visitor().post("security.login", {**answers, "next": wanted}, status=400)
    page = client.visitor().post("security.login", answers, next=wanted, status=400)
    assert "The link that led here is broken." in page.text


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example.org",
        "///evil.example.org",
        " //evil.example.org",
        "\t//evil.example.org",
        "/\\evil.example.org",
        "\\\\evil.example.org",
        "https://evil.example.org/a",
        "https:evil.example.org",
        "https://localhost@evil.example.org",
        "javascript:alert(1)",
    ],
)
@pytest.mark.parametrize("place", ["address", "form"])
def test_signing_in_leads_only_to_our_own_addresses(
    client: Client, ann: str, wanted: str, place: str
) -> None:
    if place == "address":
        page = sign_in(client.visitor(), ann, next=wanted)
    else:
        answers = {"email": ann, "password": PASSWORD, "next": wanted}
        page = client.visitor().post("security.login", answers, status=302)
    # As browsers read it: white space falls away, and a backslash is a slash.
    read = page.location.strip().replace("\\", "/")
    assert urlsplit(urljoin("http://localhost/login", read))[:2] == ("http", "localhost")


def test_page_that_needs_signing_in_is_reached_afterwards(client: Client, ann: str) -> None:
    browser = client.visitor()
    page = browser.get("accounts.account")
    assert page.path == "/login"
    page = page.submit("Sign in", email=ann, password="wrong password", status=422)
    assert page.submit("Sign in", email=ann, password=PASSWORD).path == "/account"


def test_who_is_signed_in_goes_on_from_the_sign_in_page(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person()
    assert client.as_(person).get("security.login", status=302).location == "/my-work"


def test_signing_out_ends_the_session_and_needs_a_post(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person()
    browser = client.as_(person)
    browser.get("security.logout", status=405)
    browser.get("accounts.account").submit("Sign out", status=302)
    browser.get("accounts.account", status=302)


def test_signing_in_without_a_token_is_refused(client: Client, ann: str) -> None:
    answers = {"email": ann, "password": PASSWORD}
    page = client.visitor().post("security.login", answers, token=False, status=400)
    assert page.h1 == "This page is too old to use"


def test_five_wrong_tries_close_an_account_for_a_quarter_of_an_hour(client: Client, ann: str) -> None:
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(5):
            sign_in(client.visitor(), ann, "wrong password", status=422)
            clock.shift(timedelta(minutes=1))
        page = sign_in(client.visitor(), ann, status=429)
        assert page.errors == ["You have tried too often. Try again at 3.31pm"]
        assert page.response.mimetype == "text/html"
        clock.shift(timedelta(minutes=10))
        assert sign_in(client.visitor(), ann).location == "/my-work"


def test_unknown_account_is_closed_alike(client: Client) -> None:
    with time_machine.travel(START, tick=False):
        for _ in range(5):
            sign_in(client.visitor(), "una@example.org", "wrong password", status=422)
        page = sign_in(client.visitor(), "una@example.org", "wrong password", status=429)
        assert page.errors == ["You have tried too often. Try again at 3.31pm"]


def test_other_accounts_stay_open(client: Client, ann: str) -> None:
    for _ in range(5):
        sign_in(client.visitor(), "una@example.org", "wrong password", status=422)
    assert sign_in(client.visitor(), ann).location == "/my-work"


def test_thirty_wrong_tries_close_an_address_for_every_account(client: Client, ann: str) -> None:
    with time_machine.travel(START, tick=False) as clock:
        for number in range(30):
            sign_in(client.visitor(), f"una{number}@example.org", "wrong password", status=422)
        assert sign_in(client.visitor(), ann, status=429).errors == [
            "You have tried too often. Try again at 3.31pm"
        ]
        clock.shift(timedelta(minutes=15))
        assert sign_in(client.visitor(), ann).location == "/my-work"


def test_signing_in_forgives_earlier_tries(client: Client, committed: Committed, ann: str) -> None:
    for _ in range(4):
        sign_in(client.visitor(), ann, "wrong password", status=422)
    sign_in(client.visitor(), ann)
    assert tries(committed) == 0


def test_tries_hold_no_address_in_the_clear(client: Client, committed: Committed, ann: str) -> None:
    sign_in(client.visitor(), ann, "wrong password", status=422)
    with committed() as session:
        [row] = session.scalars(select(FailedTry))
        assert re.fullmatch(r"[0-9a-f]{64}", row.account)
        assert re.fullmatch(r"[0-9a-f]{64}", row.address)


def test_old_tries_are_forgotten(client: Client, committed: Committed, ann: str) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client.visitor(), ann, "wrong password", status=422)
        clock.shift(timedelta(minutes=10))
        sign_in(client.visitor(), ann, "wrong password", status=422)
        clock.shift(timedelta(minutes=10))
        with committed():
            services.forget_old_tries()
    assert tries(committed) == 1


def test_password_is_the_same_however_its_characters_are_composed(
    client: Client, committed: Committed
) -> None:
    browser = client.visitor()
    with committed():
        person = make_person(email="eva@example.org")
    page = client.as_(person).get("security.change_password")
    page.submit("Change password", password=PASSWORD, new_password="e\u0301va likes tea")
    assert sign_in(browser, "eva@example.org", "\u00e9va likes tea").location == "/my-work"


def test_passwords_are_kept_as_argon2(app: Flask, committed: Committed) -> None:
    with committed():
        assert hash_password(PASSWORD).startswith("$argon2id$")


def test_page_of_signing_in_is_not_kept_by_the_browser(client: Client) -> None:
    headers: Any = client.visitor().get("security.login").response.headers
    assert "no-store" in headers["Cache-Control"]


def test_session_does_not_go_on_in_another_browser(client: Client, ann: str) -> None:
    browser = client.visitor()
    sign_in(browser, ann)
    there = {"REMOTE_ADDR": "10.1.2.3"}
    assert browser.flask_client.get("/account", environ_overrides=there).status_code == 200
    stolen = {"HTTP_USER_AGENT": "Another browser"}
    assert browser.flask_client.get("/account", environ_overrides=stolen).status_code == 302
