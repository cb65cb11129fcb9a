"""One's own account."""

from __future__ import annotations

import pytest

from exchange import events
from exchange.accounts import queries
from exchange.accounts.roles import Role
from exchange.audience import Audience
from tests.conftest import Committed
from tests.factories import make_grant, make_person
from tests.pages import Client


@pytest.mark.parametrize(
    ("columns", "organisation"),
    [
        ({}, "Hill Hospital"),
        ({"is_lay": True}, "None: you take part as a patient, a carer or a member of the public"),
        (
            {"organisation": None, "claimed_organisation_id": "river-trust"},
            "You said: River Community Trust. An administrator has yet to settle it. You can write drafts, and read "
            "what visitors read.",
        ),
        (
            {"organisation": None, "claimed_organisation_name": "<b>Hospice</b>"},
            "You said: <b>Hospice</b>. An administrator has yet to settle it. You can write drafts, and read what "
            "visitors read.",
        ),
        (
            {"organisation": None},
            "An administrator has yet to settle it. You can write drafts, and read what visitors read.",
        ),
    ],
)
def test_account_says_where_a_person_belongs(
    client: Client, committed: Committed, columns: dict[str, str], organisation: str
) -> None:
    with committed():
        person = make_person(**columns)  # type: ignore[arg-type]
    page = client.as_(person).get("accounts.account")
    rows = dict(zip(page.texts("dt"), page.texts("dd.nhsuk-summary-list__value"), strict=True))
    assert rows["Organisation"] == organisation
    assert rows["E-mail address"] == person.email


def test_account_lists_roles(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person(role=Role.REVIEWER)
        make_grant(person, Role.ORGANISATION_LEAD)
    assert client.as_(person).get("accounts.account").texts("main .nhsuk-list li") == [
        "Reviewer, Safe care",
        "Organisation lead, Hill Hospital",
    ]


def test_details_can_be_changed(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person(name="Anne Smit", job="")
    page = client.as_(person).get("accounts.account").click("Change name")
    page = page.submit("Save", name="  Ann   Smith ", job="Nurse 👩‍⚕️")
    assert page.path == "/account"
    with committed():
        saved = queries.person(person.id)
        assert (saved.name, saved.job) == ("Ann Smith", "Nurse 👩‍⚕️")
        assert [event.kind for event in events.history(saved, frozenset(Audience))] == ["edit_details"]


def test_details_without_a_name_are_refused(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person()
    page = client.as_(person).get("accounts.edit_details").submit("Save", name=" ", job="Nurse", status=422)
    assert page.errors == ["Enter your name"]
    assert page.value("job") == "Nurse"


def test_terms_that_were_not_accepted_can_be(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person(terms_accepted_at=None)
        assert not person.is_member
    browser = client.as_(person)
    page = browser.get("accounts.account").click("Read the terms")
    page = page.submit("Accept the terms", status=422)
    assert page.errors == ["Read the confidentiality terms, and tick that you will keep to them"]
    page = page.submit("Accept the terms", terms=True)
    assert page.path == "/account"
    assert "Read the terms" not in page.links()
    with committed():
        saved = queries.person(person.id)
        assert saved.is_member
        assert [event.kind for event in events.history(saved, frozenset(Audience))] == ["accept_terms"]


@pytest.mark.parametrize("endpoint", ["accounts.account", "accounts.edit_details", "accounts.accept_terms"])
def test_account_is_only_for_who_is_signed_in(client: Client, endpoint: str) -> None:
    assert client.visitor().get(endpoint).path == "/login"
