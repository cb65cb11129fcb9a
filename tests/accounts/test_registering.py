"""Registering, confirming the address, and where that settles a person."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from exchange import events
from exchange.accounts import queries
from exchange.accounts.models import Person
from exchange.audience import Audience
from tests.conftest import Committed
from tests.factories import PASSWORD, make_person
from tests.mail import outbox, path_in, subjects
from tests.pages import Browser, Client, Page

ANN = {"name": "Ann Smith", "email": "ann@example.org", "password": PASSWORD, "part": "lay", "terms": True}


def register(browser: Browser, *, status: int = 200, **answers: Any) -> Page:
    return browser.get("security.register").submit("Register", {**ANN, **answers}, status=status)


def registered(committed: Committed, email: str = "ann@example.org") -> Person:
    with committed() as session:
        person = queries.by_email(email)
        assert person is not None
        session.refresh(person)
        return person


def confirm(browser: Browser, committed: Committed) -> Page:
    return browser.get(path_in(outbox(committed)[-1]))


def sign_in(browser: Browser, email: str = "ann@example.org", password: str = PASSWORD) -> Page:
    page = browser.get("security.login")
    return page.submit("Sign in", email=email, password=password, status=302)


def test_registering_confirming_and_signing_in(client: Client, committed: Committed) -> None:
    browser = client.visitor()
    page = register(browser, email=" Ann@Example.ORG ", job="Nurse", part="lay")
    assert page.h1 == "Check your e-mail"
    assert "We have sent an e-mail to ann@example.org." in page.text
    assert subjects(committed) == [("ann@example.org", "Confirm your e-mail address")]

    page = confirm(browser, committed)
    assert page.path == "/login"
    assert "Your e-mail address is confirmed. You can sign in now." in page.text

    assert sign_in(browser).location == "/my-work"
    assert browser.get("accounts.account").h1 == "Your account"
    person = registered(committed)
    assert (person.name, person.job, person.is_lay, person.organisation_id) == (
        "Ann Smith",
        "Nurse",
        True,
        None,
    )
    assert person.terms_accepted_at is not None


def test_nobody_signs_in_before_confirming(client: Client, committed: Committed) -> None:
    browser = client.visitor()
    register(browser)
    page = browser.get("security.login").submit("Sign in", email=ANN["email"], password=PASSWORD, status=422)
    assert page.errors == ["Confirm your e-mail address first: open the link in the e-mail we sent you"]
    browser.get("accounts.account", status=302)


@pytest.mark.parametrize(
    ("email", "claim", "settled"),
    [
        ("ann@hill.example.org", {"part": "organisation", "organisation": "hill-hospital"}, "hill-hospital"),
        ("ann@hill.example.org", {"part": "organisation", "organisation": "river-trust"}, "hill-hospital"),
        ("ann@hill.example.org", {"part": "not-listed", "organisation_name": "Hill"}, "hill-hospital"),
        ("ann@hill.example.org", {"part": "lay"}, None),
        ("ann@example.org", {"part": "organisation", "organisation": "hill-hospital"}, None),
        ("ann@sub.hill.example.org", {"part": "organisation", "organisation": "hill-hospital"}, None),
        ("ann@example.org", {"part": "not-listed", "organisation_name": "Hospice"}, None),
    ],
)
def test_domain_of_the_address_settles_the_organisation(
    client: Client, committed: Committed, email: str, claim: dict[str, Any], settled: str | None
) -> None:
    browser = client.visitor()
    register(browser, email=email, **claim)
    assert registered(committed, email).organisation_id is None
    confirm(browser, committed)
    person = registered(committed, email)
    assert person.organisation_id == settled
    assert person.is_member == (settled is not None)
    assert person.claimed_organisation_id == claim.get("organisation")
    assert person.claimed_organisation_name == claim.get("organisation_name", "")


def test_what_was_said_under_another_choice_is_not_kept(client: Client, committed: Committed) -> None:
    register(client.visitor(), part="lay", organisation="hill-hospital", organisation_name="Hospice")
    person = registered(committed)
    assert (person.claimed_organisation_id, person.claimed_organisation_name) == (None, "")


def test_registering_and_confirming_leave_events_about_the_person(
    client: Client, committed: Committed
) -> None:
    browser = client.visitor()
    register(browser, email="ann@hill.example.org", part="organisation", organisation="river-trust")
    confirm(browser, committed)
    with committed():
        person = queries.by_email("ann@hill.example.org")
        assert person is not None
        found = events.history(person, frozenset({Audience.ADMINISTRATORS}))
        assert [(event.kind, event.actor_id, event.facts) for event in found] == [
            ("register", person.id, {"is_lay": False, "claimed_organisation": "river-trust"}),
            ("confirm", person.id, {"organisation": "hill-hospital"}),
        ]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"name": ""}, "Enter your name"),
        ({"name": "x" * 101}, "Your name must be 100 characters or fewer. It has 101"),
        ({"name": "Ann\x00"}, "Remove the characters shown as � from “Your name”"),
        ({"email": ""}, "Enter your e-mail address"),
        ({"email": "ann"}, "Enter an e-mail address, like name@example.nhs.uk"),
        ({"email": "a" * 250 + "@example.org"}, "Enter an e-mail address, like name@example.nhs.uk"),
        ({"password": ""}, "Enter a new password"),
        ({"password": "short"}, "Use 12 characters or more for the password"),
        ({"password": "x" * 201}, "Use 200 characters or fewer for the password"),
        ({"password": "aaaaaaaaaaaaa"}, "Use more different characters in the password"),
        (
            {"password": "ann@example.org"},
            "Use a password that is not your name, your e-mail address or the one you had",
        ),
        ({"part": None}, "Select how you take part"),
        ({"part": "organisation"}, "Select your organisation"),
        ({"part": "not-listed"}, "Enter the name of your organisation"),
        ({"terms": None}, "Read the confidentiality terms, and tick that you will keep to them"),
    ],
)
def test_unfit_answer_is_told_and_nothing_else_is_lost(
    client: Client, committed: Committed, answers: dict[str, Any], message: str
) -> None:
    page = register(client.visitor(), status=422, **answers)
    assert page.errors == [message]
    assert page.title.startswith("Error: ")
    kept = {"name": "Ann Smith", "email": "ann@example.org", "part": "lay"}
    for name, value in kept.items():
        if name not in answers:
            assert page.value(name) == value
    with committed() as session:
        assert session.scalar(select(func.count(Person.id))) == 0


def test_choice_that_is_not_offered_is_refused(client: Client) -> None:
    answers = {**ANN, "part": "organisation", "organisation": "nowhere", "terms": "yes"}
    page = client.visitor().post("security.register", answers, status=422)
    assert page.errors == ["Select from the list for “Your organisation”"]


def test_known_address_is_answered_like_an_unknown_one_and_its_owner_told(
    client: Client, committed: Committed
) -> None:
    with committed():
        make_person(email="bob@example.org", name="Bob")
    known = register(client.visitor(), email="bob@example.org")
    unknown = register(client.visitor(), email="una@example.org")
    assert known.text.replace("bob@", "una@") == unknown.text
    assert subjects(committed) == [
        ("bob@example.org", "You already have an account"),
        ("una@example.org", "Confirm your e-mail address"),
    ]
    assert registered(committed, "bob@example.org").name == "Bob"


def test_closed_account_gets_no_mail_when_its_address_registers(client: Client, committed: Committed) -> None:
    with committed():
        make_person(email="bob@example.org", active=False)
    assert register(client.visitor(), email="bob@example.org").h1 == "Check your e-mail"
    assert outbox(committed) == []


def test_unconfirmed_registration_gives_way_to_a_newer_one(client: Client, committed: Committed) -> None:
    """Or whoever registers someone's address first would keep a password to their account."""
    register(client.visitor(), name="Mallory", password="mallory knows this")
    register(client.visitor(), name="Ann Smith")
    first, second = outbox(committed)
    page = client.visitor().get(path_in(first))
    assert "This link does not work any more. Ask for a new one here." in page.text
    browser = client.visitor()
    browser.get(path_in(second))
    page = browser.get("security.login").submit(
        "Sign in", email=ANN["email"], password="mallory knows this", status=422
    )
    assert sign_in(browser).location == "/my-work"
    assert registered(committed).name == "Ann Smith"


def test_confirmation_link_works_once_and_for_three_days(client: Client, committed: Committed) -> None:
    browser = client.visitor()
    with time_machine.travel("2026-11-20 10:00:00+00:00", tick=False):
        register(browser)
    link = path_in(outbox(committed)[0])
    with time_machine.travel("2026-11-23 10:00:01+00:00", tick=False):
        assert "This link worked for 3 days. Ask for a new one here." in browser.get(link).text
    with time_machine.travel("2026-11-23 09:59:59+00:00", tick=False):
        assert "is confirmed." in browser.get(link).text
        assert "is confirmed already." in browser.get(link).text


def test_spoilt_confirmation_link_is_refused(client: Client, committed: Committed) -> None:
    register(client.visitor())
    link = path_in(outbox(committed)[0])
    page = client.visitor().get(link[:-3] + "xxx")
    assert page.path == "/confirm"
    assert "This link does not work any more." in page.text
    assert registered(committed).confirmed_at is None


def test_confirmation_can_be_sent_again(client: Client, committed: Committed) -> None:
    browser = client.visitor()
    register(browser)
    page = browser.get("security.send_confirmation").submit("Send it again", email="ann@example.org")
    assert page.h1 == "Check your e-mail"
    assert confirm(browser, committed).path == "/login"
    assert registered(committed).confirmed_at is not None


@pytest.mark.parametrize(
    "known", [{"active": True}, {"active": False}, {"confirmed_at": None, "active": False}]
)
def test_confirmation_again_tells_nothing_of_whom_we_know(
    client: Client, committed: Committed, known: dict[str, Any]
) -> None:
    with committed():
        make_person(email="bob@example.org", **known)
    pages = [
        client.visitor().get("security.send_confirmation").submit("Send it again", email=email).text
        for email in ("bob@example.org", "una@example.org")
    ]
    assert pages[0].replace("bob@", "una@") == pages[1]
    assert outbox(committed) == []


def test_mail_of_registering_is_secret_and_to_its_person(client: Client, committed: Committed) -> None:
    register(client.visitor())
    [message] = outbox(committed)
    assert message.secret
    assert message.person_id == registered(committed).id
    assert message.text.startswith("Open this link to confirm your e-mail address")
    assert message.text.rstrip().endswith("You got this because someone registered with this address.")


def test_links_in_mail_lead_to_the_public_address_whatever_the_request_says(
    app: Flask, client: Client, committed: Committed
) -> None:
    app.config["PUBLIC_URL"] = "https://exchange.example.nhs.uk"
    browser = client.visitor()
    register(browser)
    assert "https://exchange.example.nhs.uk/confirm/" in outbox(committed)[0].text


def test_who_is_signed_in_cannot_register(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person()
    assert client.as_(person).get("security.register", status=302).location == "/my-work"


def test_registering_too_often_is_refused_for_known_and_unknown_alike(
    client: Client, committed: Committed
) -> None:
    with committed():
        make_person(email="bob@example.org")
    for email in ("bob@example.org", "una@example.org"):
        for _ in range(5):
            register(client.visitor(), email=email)
        page = register(client.visitor(), email=email, status=429)
        assert [error.rpartition(" ")[0] for error in page.errors] == [
            "You have tried too often. Try again at"
        ]
    assert len(outbox(committed)) == 10


def test_data_that_is_no_form_is_refused(client: Client) -> None:
    browser = client.visitor()
    response = browser.flask_client.post(
        "/register", json=["x"], headers={"X-CSRFToken": browser.csrf_token()}
    )
    assert response.status_code == 400
