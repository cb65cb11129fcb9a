"""A database that is away, busy, full or read-only: who writes keeps what they typed, who reads goes on."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.outages import Outage, outage_of
from exchange.proposals.models import Proposal
from tests.conftest import Committed
from tests.factories import PASSWORD
from tests.failures.arrange import (
    Failing,
    away,
    full,
    full_at_the_commit,
    locked,
    read_only,
)
from tests.pages import Client, Page
from tests.proposals.arrange import make_champion, make_draft

TYPED = "Wards tell us of falls. " * 600  # more than fits on a page of the database
AWAY = (
    "Sorry, the service is unavailable",
    "What you saved before is safe. If you just sent something, it was not saved",
)
BUSY = ("The service is busy", "Send it again in a minute.")
NO_CHANGES = ("Sorry, this cannot be saved now", "You can go on reading")
WRITING = [
    pytest.param(away, AWAY, id="away"),
    pytest.param(full, NO_CHANGES, id="full"),
    pytest.param(full_at_the_commit, NO_CHANGES, id="full_at_the_commit"),
    pytest.param(read_only, NO_CHANGES, id="read_only"),
    pytest.param(locked, BUSY, id="locked"),
]


@dataclass
class Writing:
    """A champion with one section of a draft open before them."""

    champion: Person
    proposal: Proposal
    page: Page

    def save(self, status: int = 200) -> Page:
        return self.page.submit("Save and continue", need=TYPED, status=status)


@pytest.fixture
def writing(client: Client, committed: Committed) -> Writing:
    with committed():
        champion = make_champion(email="amina@example.org")
        proposal = make_draft(champion)
    page = client.as_(champion).get("proposals.edit_section", ref=proposal.reference, section="need")
    return Writing(champion, proposal, page)


def need_of(committed: Committed, proposal: Proposal) -> str:
    with committed():
        return str(db.session.get_one(Proposal, proposal.id).answers["need"]).strip()


@pytest.mark.parametrize(("failing", "said"), WRITING)
def test_what_cannot_be_saved_is_given_back_and_can_be_sent_again(
    app: Flask, committed: Committed, writing: Writing, failing: Failing, said: tuple[str, str]
) -> None:
    with failing(app):
        page = writing.save(status=503)
    assert page.h1 == said[0]
    assert said[1] in page.text
    assert TYPED.strip() in page.text
    assert page.response.headers["X-Request-ID"] in page.text
    assert need_of(committed, writing.proposal) == "Falls harm patients. Wordneed."
    writing.save()
    assert need_of(committed, writing.proposal) == TYPED.strip()


@pytest.mark.parametrize("failing", [full, full_at_the_commit, read_only, locked])
def test_reading_goes_on_while_nothing_can_be_saved(app: Flask, writing: Writing, failing: Failing) -> None:
    browser, ref = writing.page.browser, writing.proposal.reference
    with failing(app):
        assert browser.get("/my-work").h1 == "My work"
        assert "Wordneed" in browser.get("proposals.preview", ref=ref).text
        section = browser.get("proposals.edit_section", ref=ref, section="need")
        assert section.value("need") == "Falls harm patients. Wordneed."
        assert "Falls huddles" in browser.get("/proposals?q=huddle").text


def test_reading_from_a_database_that_is_away_says_so(app: Flask, client: Client, writing: Writing) -> None:
    with away(app):
        for browser in (client.visitor(), writing.page.browser):
            assert browser.get("/proposals", status=503).h1 == AWAY[0]
        assert client.visitor().get("/", status=503).h1 == AWAY[0]
    assert client.visitor().get("/proposals").status == 200


def test_what_a_visitor_sent_is_not_shown(app: Flask, client: Client, writing: Writing) -> None:
    page = client.visitor().get("/login")
    with away(app):
        page = page.submit("Sign in", email="amina@example.org", password=PASSWORD + " twice", status=503)
    assert page.h1 == AWAY[0]
    assert "amina@" not in page.text
    assert "twice" not in page.text


@pytest.mark.parametrize("password", [PASSWORD, "another password"])
def test_nobody_guesses_passwords_while_tries_cannot_be_counted(
    app: Flask, client: Client, writing: Writing, password: str
) -> None:
    page = client.visitor().get("/login")
    with read_only(app):
        answer = page.submit("Sign in", email="amina@example.org", password=password, status=503)
    assert answer.h1 == NO_CHANGES[0]


def test_full_disk_is_told_though_undoing_a_part_of_it_fails_too(app: Flask, writing: Writing) -> None:
    def write_a_part() -> None:
        with db.session.begin_nested():
            held = db.session.get_one(Proposal, writing.proposal.id)
            held.answers = held.answers | {"need": TYPED}

    with full(app), app.app_context(), pytest.raises(SQLAlchemyError) as caught:
        write_a_part()
    assert outage_of(caught.value) is Outage.NO_CHANGES


@pytest.mark.parametrize("fault", [KeyError("need"), OSError(2, "No such file"), RuntimeError()])
def test_fault_of_ours_is_no_outage(fault: Exception) -> None:
    assert outage_of(fault) is None
