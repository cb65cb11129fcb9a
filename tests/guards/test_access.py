"""The access matrix: every route, tried by everyone. A route that the table does not name fails."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from exchange import access
from tests.conftest import Committed
from tests.guards.expected_access import EXPECTED, Place
from tests.guards.world import ROLES, World, make_world
from tests.pages import Browser, Client


def answer_of(response: TestResponse) -> str:
    """One letter, as the table has them. Someone signed out who sends a form is told so, as being led away would lose it."""
    status = response.status_code
    response.close()
    leads_to_sign_in = status == 302 and response.headers["Location"].partition("?")[0] == "/login"
    if leads_to_sign_in or (status == 400 and "You have been signed out" in response.text):
        return "s"
    return {404: "n", 403: "f"}.get(status, "o" if status < 400 or status in {400, 409, 422} else str(status))


def test_every_route_declares_access(app: Flask) -> None:
    undeclared = [
        rule.endpoint for rule in app.url_map.iter_rules() if access.declared(app, rule.endpoint) is None
    ]
    assert undeclared == []


def test_matrix_names_every_route(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == {place.endpoint for place in EXPECTED}


@pytest.fixture
def world(committed: Committed) -> World:
    with committed():
        return make_world()


@pytest.mark.only_on("sqlite")  # who may open what hangs on no database; what they see then is asked of both
def test_every_role_gets_the_expected_answer(client: Client, world: World) -> None:
    """One test and not one a cell: the world costs more than all its answers."""
    browsers = {role: browser_of(client, world, role) for role in ROLES}
    got = {place: "".join(tried(browsers[role], place, world) for role in ROLES) for place in EXPECTED}
    wrong = [
        f"{place.endpoint} at {place.stage}: expected {letters_of(place)}, got {got[place]}"
        for place in EXPECTED
        if got[place] != letters_of(place)
    ]
    assert not wrong, "\n".join(["", " ".join(ROLES), *wrong])


def letters_of(place: Place) -> str:
    return EXPECTED[place].replace(" ", "")


def browser_of(client: Client, world: World, role: str) -> Browser:
    person = world.people[role]
    return client.visitor() if person is None else client.as_(person)


def tried(browser: Browser, place: Place, world: World) -> str:
    """What this route answers: to GET where it can be read, else to an empty POST with a good token."""
    values: dict[str, Any] = {**world.values, "ref": world.refs[place.stage], **place.values}
    with browser.app.test_request_context():
        rules = list(browser.app.url_map.iter_rules(place.endpoint))
        needed = rules[0].arguments
        address = browser.app.url_for(place.endpoint, **{name: values[name] for name in needed})
        reads = "GET" in (rules[0].methods or ())
    if reads:
        response = browser.flask_client.get(address)
    else:
        response = browser.flask_client.post(address, data={"csrf_token": browser.csrf_token()})
    return answer_of(response)


@pytest.mark.only_on("sqlite")  # who may open what hangs on no database; what they see then is asked of both
def test_posting_asks_for_the_same_access_as_reading(
    client: Client, world: World, committed: Committed
) -> None:
    """An empty form to every page that has one: nobody gets further with POST than with GET, and nothing is changed."""
    for place in EXPECTED:
        with client.app.test_request_context():
            rule = next(iter(client.app.url_map.iter_rules(place.endpoint)))
        if not {"GET", "POST"} <= (rule.methods or set()) or place.endpoint.startswith("security."):
            continue
        for role, letter in zip(ROLES, letters_of(place), strict=True):
            if letter == "o":
                continue
            browser = browser_of(client, world, role)
            values = {**world.values, "ref": world.refs[place.stage], **place.values}
            address = browser.address(place.endpoint, **{name: values[name] for name in rule.arguments})
            response = browser.flask_client.post(address, data={"csrf_token": browser.csrf_token()})
            assert answer_of(response) == letter, f"{role} posts to {place}"
