"""Fields that a form does not have, bodies that are no form, and names that only look like ours."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from sqlalchemy import inspect

from exchange.accounts import queries
from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.proposals.lifecycle import Stage
from exchange.proposals.models import Proposal
from tests.conftest import Committed
from tests.factories import PASSWORD, THEME, make_person
from tests.mail import outbox, path_in
from tests.pages import Client

REGISTRATION = {"name": "Ann Smith", "password": PASSWORD, "part": "lay", "terms": "yes"}


def every_column(table: type[Any], **values: Any) -> dict[str, Any]:
    """Something for each of its columns and relations, and the values given."""
    names = [*inspect(table).columns.keys(), *inspect(table).relationships.keys()]
    return {**dict.fromkeys(names, "1"), **values}


def test_registering_sets_only_what_it_asks(client: Client, committed: Committed) -> None:
    sent = every_column(
        Person,
        email="ann@example.org",
        confirmed_at="2026-01-01",
        organisation_id="hill-hospital",
        role="administrator",
    )
    client.visitor().post("security.register", {**sent, **REGISTRATION, "organisation": ""}, status=302)
    with committed():
        person = queries.by_email("ann@example.org")
        assert person is not None
        assert (person.confirmed_at, person.organisation_id, person.grants) == (None, None, [])
        assert person.is_lay
        assert person.fs_uniquifier != "1"


def test_details_set_only_what_they_ask(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person(is_lay=True)
        before = {name: getattr(person, name) for name in dict(inspect(Person).column_attrs)}
    sent = every_column(Person, name="Ann Other", job="", is_administrator="on", role="administrator")
    client.as_(person).post("accounts.edit_details", sent, status=302)
    with committed():
        now = db.session.get_one(Person, person.id)
        changed = {name for name, value in before.items() if getattr(now, name) != value}
        assert changed <= {"name", "job", "update_datetime"}
        assert (now.name, now.grants) == ("Ann Other", [])


def test_beginning_a_proposal_sets_only_what_it_asks(client: Client, committed: Committed) -> None:
    with committed():
        person, other = make_person(), make_person()
    asked = {"title": "Falls huddles", "lead_theme": THEME}
    sent = every_column(
        Proposal, stage=Stage.SPREAD.value, champion_id=str(other.id), reference="TV-2026-7777"
    )
    client.as_(person).post("proposals.new", {**sent, **asked}, status=302)
    with committed() as session:
        [proposal] = session.query(Proposal)
        assert (proposal.champion_id, proposal.stage, proposal.co_authors) == (person.id, Stage.DRAFT, [])
        assert proposal.reference != "TV-2026-7777"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_packed_body_is_not_unpacked(client: Client, encoding: str) -> None:
    """So that no body is larger than it says."""
    browser = client.visitor()
    body = gzip.compress(f"csrf_token={browser.csrf_token()}&email=a@example.org&password=x".encode())
    headers = {"Content-Encoding": encoding, "Content-Type": "application/x-www-form-urlencoded"}
    assert browser.flask_client.post("/login", data=body, headers=headers).status_code == 400


@pytest.mark.parametrize(
    "domain",
    ["hіll.example.org", "hill.examp\u200dle.org", "hill.example.org.evil.example", "xhill.example.org"],
)
def test_address_that_only_looks_like_one_of_an_organisation_settles_nothing(
    client: Client, committed: Committed, domain: str
) -> None:
    sent = {**REGISTRATION, "part": "organisation", "organisation": "hill-hospital", "email": f"ann@{domain}"}
    browser = client.visitor()
    answer = browser.flask_client.post("/register", data={**sent, "csrf_token": browser.csrf_token()})
    assert answer.status_code in {302, 422}
    if answer.status_code == 422:  # not taken for an address at all
        return
    client.visitor().get(path_in(outbox(committed)[0]))
    with committed() as session:
        [person] = session.query(Person)
        assert (person.confirmed_at is not None, person.organisation_id) == (True, None)
