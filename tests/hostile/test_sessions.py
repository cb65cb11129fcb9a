"""Whose session it is, and when it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from exchange.accounts import tickets
from exchange.accounts.models import EndedSession, Person
from exchange.extensions import db
from tests.conftest import Committed
from tests.factories import PASSWORD, make_person
from tests.pages import CSRF_FIELD, Browser, Client

START = "2026-11-20 15:15:20+00:00"


@pytest.fixture
def ann(committed: Committed) -> Person:
    with committed():
        return make_person(email="ann@example.org")


def sign_in(browser: Browser, ann: Person) -> None:
    browser.get("security.login").submit("Sign in", email=ann.email, password=PASSWORD, status=302)


def cookie_of(browser: Browser) -> str:
    cookie = browser.flask_client.get_cookie("exchange")
    assert cookie is not None
    return cookie.value


def test_session_of_before_signing_in_is_worth_nothing_after(client: Client, ann: Person) -> None:
    """Whoever used this computer before, or slipped a cookie in, knows neither the session nor its token."""
    browser = client.visitor()
    token = browser.get("security.login").value(CSRF_FIELD)
    before = cookie_of(browser)
    sign_in(browser, ann)
    browser.post("accounts.edit_details", {"name": "Mallory", CSRF_FIELD: token}, token=False, status=400)
    other = client.visitor()
    other.flask_client.set_cookie("exchange", before)
    other.get("accounts.account", status=302)


def test_session_ends_twelve_hours_after_it_was_last_written(client: Client, ann: Person) -> None:
    with time_machine.travel(START, tick=False) as clock:
        browser = client.visitor()
        sign_in(browser, ann)
        browser.get("accounts.account")  # writes the token of its forms
        clock.shift(timedelta(hours=12))
        browser.get("accounts.account")
        clock.shift(timedelta(seconds=1))
        browser.get("accounts.account", status=302)


def test_copied_cookie_ends_with_its_session(client: Client, ann: Person) -> None:
    """A session of hers elsewhere goes on."""
    browser, elsewhere, thief = client.visitor(), client.visitor(), client.visitor()
    sign_in(elsewhere, ann)
    sign_in(browser, ann)
    thief.flask_client.set_cookie("exchange", cookie_of(browser))
    thief.get("accounts.account")
    browser.post("security.logout", status=302)
    thief.get("accounts.account", status=302)
    elsewhere.get("accounts.account")


def test_ended_sessions_are_forgotten_once_no_cookie_is_taken(
    client: Client, ann: Person, committed: Committed
) -> None:
    with time_machine.travel(START, tick=False) as clock:
        browser = client.visitor()
        sign_in(browser, ann)
        copied = cookie_of(browser)
        browser.post("security.logout", status=302)
        for hours, kept in ((12, 1), (1, 0)):
            clock.shift(timedelta(hours=hours))
            with committed():
                tickets.forget_old()
            with committed():
                assert db.session.scalar(select(func.count()).select_from(EndedSession)) == kept
        thief = client.visitor()
        thief.flask_client.set_cookie("exchange", copied)
        thief.get("accounts.account", status=302)


def test_refreshed_copy_of_an_ended_session_stays_ended_once_that_is_forgotten(
    client: Client, ann: Person, committed: Committed
) -> None:
    """A page with a form writes the session, which dates the cookie anew."""
    with time_machine.travel(START, tick=False) as clock:
        browser, thief = client.visitor(), client.visitor()
        sign_in(browser, ann)
        thief.flask_client.set_cookie("exchange", cookie_of(browser))
        browser.post("security.logout", status=302)
        for hours in (0, 7, 6):
            clock.shift(timedelta(hours=hours))
            with committed():
                tickets.forget_old()
            thief.get("security.login")
        thief.get("accounts.account", status=302)


def test_nobody_stays_signed_in_by_asking(client: Client, ann: Person) -> None:
    sent = {"email": ann.email, "password": PASSWORD, "remember": "on", "remember_me": "y"}
    page = client.visitor().post("security.login", sent, status=302)
    cookies = [each for each in page.response.headers.getlist("Set-Cookie") if "=;" not in each]
    assert [each.partition("=")[0] for each in cookies] == ["exchange"]
    assert "Expires" not in cookies[0]


@pytest.mark.parametrize("forge", ["altered", "of_another_key", "unsigned"])
def test_forged_session_is_nobodys(client: Client, ann: Person, forge: str) -> None:
    app = client.app
    browser = client.as_(ann)
    cookie = cookie_of(browser)
    if forge == "of_another_key":
        key, app.secret_key = app.secret_key, "another key of thirty-two characters"
        cookie = cookie_of(client.as_(ann))
        app.secret_key = key
    elif forge == "altered":
        cookie = cookie.replace(".", "x.", 1)
    else:
        cookie = cookie.split(".")[0]
    thief = client.visitor()
    thief.flask_client.set_cookie("exchange", cookie)
    thief.get("accounts.account", status=302)


def test_session_holds_nothing_of_the_person_but_a_number_that_means_nothing(
    client: Client, ann: Person
) -> None:
    """The cookie can be read by whoever has it."""
    browser = client.visitor()
    sign_in(browser, ann)
    with browser.flask_client.session_transaction() as session:
        held = repr(dict(session))
    assert not [word for word in (ann.email, ann.name, str(ann.password)) if word in held]
