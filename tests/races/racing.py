"""Requests that are let go at the very same moment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from threading import Barrier, Thread
from typing import Any

from sqlalchemy import select

from exchange.accounts.models import Person
from exchange.events import Event
from exchange.extensions import db
from exchange.proposals.models import Proposal
from tests.conftest import Committed
from tests.pages import CSRF_FIELD, Client

RACES = int(os.environ.get("RACES", "30"))
CROWDED = max(RACES // 4, 3)  # where many ask at once, each round is as many

# Each round starts from the database as it is when the first begins.
Rounds = Callable[..., Iterator[int]]


@dataclass(frozen=True)
class Upload:
    name: str
    content: bytes


@dataclass(frozen=True)
class Sent:
    """Who sends what where; nobody is a visitor. `kind` is the event that it leaves when it is done."""

    person: Person | None
    place: str
    data: dict[str, Any]
    kind: str = ""
    values: dict[str, Any] = field(default_factory=dict)


# A proposal, and what is sent to it at once.
Case = tuple[Proposal, list[Sent]]


class Race:
    """What several people send at once, as often as wanted: browsers are opened and forms made once."""

    def __init__(self, client: Client, sent: Sequence[Sent]) -> None:
        self.app = client.app
        self.posts = [self._prepared(client, each) for each in sent]

    def run(self) -> list[int]:
        """The status of each answer."""
        start, answers = Barrier(len(self.posts)), [0] * len(self.posts)

        def go(number: int) -> None:
            address, data, cookie = self.posts[number]
            # Without a jar of cookies: what one round leaves in it is nothing to the next.
            browser, sent = self.app.test_client(use_cookies=False), {key: _opened(data[key]) for key in data}
            start.wait()
            answers[number] = browser.post(address, data=sent, headers={"Cookie": cookie}).status_code

        threads = [Thread(target=go, args=(number,)) for number in range(len(self.posts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def _prepared(self, client: Client, sent: Sent) -> tuple[str, dict[str, Any], str]:
        browser = client.visitor() if sent.person is None else client.as_(sent.person)
        data = {**sent.data, CSRF_FIELD: browser.csrf_token()}
        cookie = browser.flask_client.get_cookie(self.app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        return browser.address(sent.place, **sent.values), data, f"{cookie.key}={cookie.value}"


def _opened(value: Any) -> Any:
    return (BytesIO(value.content), value.name) if isinstance(value, Upload) else value


def at_proposal(
    person: Person, endpoint: str, proposal: Proposal, data: dict[str, Any], kind: str = ""
) -> Sent:
    return Sent(person, endpoint, data, kind or endpoint.split(".")[1], {"ref": proposal.reference})


def race_one_story(client: Client, committed: Committed, rounds: Rounds, arrange: Callable[[], Case]) -> None:
    """Actions on one proposal at once, round after round: whatever wins, they make one story."""
    with committed():
        proposal, sent = arrange()
        since = len(events_of(proposal.event_subject))
    race = Race(client, sent)
    for _ in rounds():
        answers = race.run()
        with committed():
            check_story(proposal, sent, answers, since)


def events_of(subject: str) -> Sequence[Event]:
    return db.session.scalars(select(Event).where(Event.subject == subject).order_by(Event.position)).all()


def check_story(proposal: Proposal, sent: Sequence[Sent], answers: Sequence[int], since: int) -> None:
    """Who was told that it is done did it once, who was refused did nothing, and each step starts where the last one led."""
    told = events_of(proposal.event_subject)
    steps = [each for each in told if "to_stage" in each.facts]
    for before, after in pairwise(steps):
        assert after.facts["from_stage"] == before.facts["to_stage"]
    stage = db.session.scalar(select(Proposal.stage).where(Proposal.id == proposal.id))
    assert stage == (steps[-1].facts["to_stage"] if steps else proposal.stage)
    check_done_once(told, sent, answers, since)


def check_done_once(told: Sequence[Event], sent: Sequence[Sent], answers: Sequence[int], since: int) -> None:
    """`since` is how many events there were before."""
    assert [each.position for each in told] == list(range(1, len(told) + 1))
    assert set(answers) <= {302, 403, 404, 409}, answers
    assert 302 in answers, answers
    for each in sent:
        assert each.person is not None
        clicks = [
            answer
            for other, answer in zip(sent, answers, strict=True)
            if (other.kind, other.person) == (each.kind, each.person)
        ]
        done = [one for one in told[since:] if (one.kind, one.actor_id) == (each.kind, each.person.id)]
        assert len(done) == clicks.count(302), (each.kind, clicks)
