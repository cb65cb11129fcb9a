"""`flask people create` and `flask people grant`."""

from __future__ import annotations

import pytest
from flask import Flask

from exchange.accounts import queries
from exchange.accounts.roles import Role
from tests.conftest import Committed
from tests.factories import PASSWORD, make_person
from tests.pages import Client

CREATE = [
    "people",
    "create",
    "Ada@example.org",
    "--name",
    "Ada",
    "--job",
    "",
    "--organisation",
    "",
    "--terms",
]


def run(app: Flask, *arguments: str, typed: str = "") -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(arguments), input=typed)
    return result.exit_code, result.output


def test_first_administrator_is_made_from_the_command_line(
    app: Flask, client: Client, committed: Committed
) -> None:
    code, said = run(app, *CREATE, "--password", PASSWORD)
    assert (code, said) == (0, "ada@example.org can sign in.\n")
    code, said = run(app, "people", "grant", "ada@example.org", "administrator")
    assert (code, said) == (0, "Ada is now administrator.\n")
    page = client.visitor().get("security.login")
    page.submit("Sign in", email="ada@example.org", password=PASSWORD, status=302)
    with committed():
        ada = queries.by_email("ada@example.org")
        assert ada is not None
        assert (ada.is_administrator, ada.is_member) == (True, False)


def test_create_asks_for_what_is_missing(app: Flask, committed: Committed) -> None:
    typed = f"Ada\nNurse\nhill-hospital\ny\n{PASSWORD}\n{PASSWORD}\n"
    code, said = run(app, "people", "create", "ada@example.org", typed=typed)
    assert code == 0
    assert PASSWORD not in said
    with committed():
        ada = queries.by_email("ada@example.org")
        assert ada is not None
        assert (ada.job, ada.organisation_id, ada.is_member) == ("Nurse", "hill-hospital", True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--password", "short"], "Use 12 characters or more for the password."),
        (["--password", PASSWORD, "--organisation", "nowhere"], "There is no organisation nowhere"),
        (["--password", PASSWORD, "--organisation", "hill-hospital", "--lay"], "belongs to no organisation"),
        (["--password", PASSWORD, "--name", "x" * 101], "have at most 100 characters"),
    ],
)
def test_unfit_account_is_not_made(
    app: Flask, committed: Committed, arguments: list[str], message: str
) -> None:
    code, said = run(app, *CREATE, *arguments)
    assert code == 1
    assert message in said
    with committed():
        assert queries.by_email("ada@example.org") is None


@pytest.mark.parametrize(
    ("email", "message"),
    [
        ("ann@example.org", "There is an account with this e-mail address already."),
        ("ann", "is not an e-mail address"),
    ],
)
def test_address_has_to_be_new_and_right(app: Flask, committed: Committed, email: str, message: str) -> None:
    with committed():
        make_person(email="ann@example.org")
    code, said = run(app, "people", "create", email, *CREATE[3:], "--password", PASSWORD)
    assert code == 1
    assert message in said


@pytest.mark.parametrize(
    ("arguments", "role", "scope"),
    [
        (["reviewer", "--theme", "safe-care"], Role.REVIEWER, "safe-care"),
        (["organisation-lead", "--organisation", "hill-hospital"], Role.ORGANISATION_LEAD, "hill-hospital"),
    ],
)
def test_grant_gives_a_role(
    app: Flask, committed: Committed, arguments: list[str], role: Role, scope: str
) -> None:
    with committed():
        person = make_person()
    assert run(app, "people", "grant", person.email, *arguments)[0] == 0
    with committed():
        assert [(grant.role, grant.scope) for grant in queries.person(person.id).grants] == [(role, scope)]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["una@example.org", "administrator"], 1, "Nobody has the e-mail address una@example.org."),
        (["ann@example.org", "reviewer"], 1, "A reviewer, programme manager or theme director has one theme"),
        (
            ["ann@example.org", "reviewer", "--theme", "nothing"],
            1,
            "There is no theme nothing; there are safe-care.",
        ),
        (["ann@example.org", "king"], 2, "'king' is not one of"),
        (["ann@example.org", "theme-director", "--theme", "safe-care"], 1, "Ann is an administrator"),
    ],
)
def test_unfit_grant_is_refused(
    app: Flask, committed: Committed, arguments: list[str], code: int, message: str
) -> None:
    with committed():
        make_person(email="ann@example.org", name="Ann", role=Role.ADMINISTRATOR)
    found, said = run(app, "people", "grant", *arguments)
    assert (found, message in said) == (code, True)
