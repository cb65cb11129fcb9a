"""Nobody learns from an answer, nor from the work behind it, whether an address has an account here.

The work is compared and not the time, which no test can rely on: how often a password is hashed, every statement that the
database is given, and what is answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import argon2.low_level
import pytest

from exchange.accounts.roles import Role
from exchange.proposals.models import Proposal
from exchange.safekeeping.verification import verify
from tests.conftest import Committed, Statements
from tests.factories import PASSWORD, make_person
from tests.mail import outbox
from tests.pages import Client, Page
from tests.proposals.arrange import make_champion, make_draft

UNKNOWN = "nobody@example.org"
KNOWN: dict[str, dict[str, Any]] = {
    "member": {},
    "reviewer": {"role": Role.REVIEWER},
    "closed": {"active": False},
    "unconfirmed": {"confirmed_at": None},
}
REGISTRATION = {"name": "Ann Smith", "password": PASSWORD, "part": "lay", "terms": True}


@dataclass(frozen=True)
class Asking:
    """A form that takes an address from somebody who is not signed in."""

    endpoint: str
    button: str
    answers: dict[str, Any]
    hashes: int = 0
    # Whoever registers takes over what nobody confirmed: that row is changed, where another would be added.
    unlike: frozenset[str] = frozenset()


ASKING = (
    Asking("security.login", "Sign in", {"password": "a wrong password"}, hashes=1),
    Asking("security.forgot_password", "Send me a link", {}),
    Asking("security.send_confirmation", "Send it again", {}),
    Asking("security.register", "Register", REGISTRATION, hashes=1, unlike=frozenset({"unconfirmed"})),
)


def ask(client: Client, asking: Asking, email: str) -> Page:
    page = client.visitor().get(asking.endpoint)
    status = 422 if asking.endpoint == "security.login" else 302
    return page.submit(asking.button, asking.answers, email=email, status=status)


def said(page: Page, email: str) -> tuple[int, str, str]:
    """All that the answer says, but for the address and for what is new in each."""
    text = re.sub(r'nonce="[^"]*"|name="csrf_token" value="[^"]*"', "", page.response.text)
    text += page.browser.get("accounts.check_email").text if page.status == 302 else ""
    return page.status, page.response.headers.get("Location", ""), text.replace(email, "…")


def kind(statement: str) -> str:
    """A statement without the names of savepoints: one that is kept costs what one costs that is undone."""
    statement = re.sub(r"^(RELEASE|ROLLBACK TO) SAVEPOINT", "END OF SAVEPOINT", statement)
    return re.sub(r"sa_savepoint_\d+", "", " ".join(statement.split()))


@contextmanager
def hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """How often the slow work on a password is done inside the block."""
    done: list[str] = []

    def counting(name: str, slow: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **more: Any) -> Any:
            done.append(name)
            return slow(*arguments, **more)

        return counted

    with monkeypatch.context() as patched:
        for name in ("hash_secret", "verify_secret"):
            patched.setattr(argon2.low_level, name, counting(name, getattr(argon2.low_level, name)))
        yield done


@pytest.mark.parametrize("who", KNOWN)
@pytest.mark.parametrize("asking", ASKING, ids=lambda asking: asking.endpoint)
def test_known_and_unknown_addresses_are_answered_alike_after_the_same_work(
    client: Client,
    committed: Committed,
    statements: Statements,
    monkeypatch: pytest.MonkeyPatch,
    asking: Asking,
    who: str,
) -> None:
    known = f"{who}@example.org"
    with committed():
        make_person(email=known, **KNOWN[who])
    ask(client, asking, "first@example.org")  # what is read once is read by now
    answers, work, slow = [], [], []
    for email in (UNKNOWN, known):
        with hashing(monkeypatch) as hashed, statements() as made:
            page = ask(client, asking, email)
        answers.append(said(page, email))
        work.append(sorted(kind(each) for each in made))
        slow.append(len(hashed))
    assert answers[0] == answers[1]
    assert slow == [asking.hashes, asking.hashes]
    if who not in asking.unlike:
        assert work[0] == work[1]


def test_a_decoy_leaves_nothing_behind(client: Client, committed: Committed) -> None:
    """What is done for an address that gets nothing is undone before the answer."""
    with committed():
        make_person(email="closed@example.org", active=False)
    for asking in ASKING:
        for email in ("closed@example.org", UNKNOWN):
            if (asking.endpoint, email) != ("security.register", UNKNOWN):
                ask(client, asking, email)
    assert outbox(committed) == []
    with committed() as session:
        key = client.app.config["AUDIT_KEY"]
        verify(session.connection(), key)  # raises where the log has a gap


@pytest.mark.parametrize("who", KNOWN)
def test_an_invitation_is_the_same_work_whoever_has_the_address(
    client: Client, committed: Committed, statements: Statements, who: str
) -> None:
    known = f"{who}@example.org"
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
        make_person(email=known, **KNOWN[who])
    invite(client, champion, proposal, "first@example.org")
    answers, work = [], []
    for email in (UNKNOWN, known):
        with statements() as made:
            page = invite(client, champion, proposal, email)
        answers.append((page.status, page.location))
        work.append(sorted(kind(each) for each in made))
    assert answers[0] == answers[1]
    assert work[0] == work[1]
    assert outbox(committed) == []  # the worker sends it, long after the answer


def invite(client: Client, champion: Any, proposal: Proposal, email: str) -> Page:
    page = client.as_(champion).get("proposals.invite", ref=proposal.reference)
    return page.submit("Send the invitation", email=email, status=302)
