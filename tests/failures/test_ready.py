"""`/health/ready` tells the truth whatever fails, and again once it is mended."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event

from exchange import clock, heartbeat
from exchange.extensions import db
from tests.conftest import Committed
from tests.databases import run_statements
from tests.failures.arrange import (
    Failing,
    address_of,
    away,
    full,
    full_at_the_commit,
    locked,
    read_only,
    without_documents,
)
from tests.pages import Client
from tests.proposals.arrange import attach, make_champion, make_draft
from tests.test_health import FINE

NO_CHANGES = {**FINE, "database": "unavailable: the database takes no changes"}
NO_ANSWER = {"database": "unavailable: the database does not answer", "storage": "ok"}
NO_DOCUMENTS = {**FINE, "storage": "unavailable: documents cannot be kept"}


def new_disk(app: Flask) -> AbstractContextManager[None]:
    """An empty folder is where the documents were, as when a disk is not mounted."""
    return without_documents(app, in_its_place=Path.mkdir)


@pytest.fixture
def working(app: Flask, committed: Committed) -> Flask:
    with committed():
        heartbeat.beat()
        champion = make_champion()
        attach(make_draft(champion), champion)
    return app


@pytest.mark.parametrize(
    ("failing", "said"),
    [
        pytest.param(away, NO_ANSWER, id="away"),
        pytest.param(full, NO_CHANGES, id="full", marks=pytest.mark.only_on("postgresql")),
        pytest.param(full_at_the_commit, NO_CHANGES, id="full_at_the_commit"),
        pytest.param(read_only, NO_CHANGES, id="read_only"),
        pytest.param(locked, NO_CHANGES, id="locked"),
        pytest.param(without_documents, NO_DOCUMENTS, id="without_documents"),
        pytest.param(new_disk, NO_DOCUMENTS, id="new_disk"),
    ],
)
def test_ready_tells_what_fails_for_as_long_as_it_does(
    working: Flask, client: Client, failing: Failing, said: dict[str, str]
) -> None:
    with failing(working):
        assert client.visitor().get("health.ready", status=503).response.json == said
        client.visitor().get("health.live")
    assert client.visitor().get("health.ready").response.json == FINE


def test_asking_often_writes_seldom(working: Flask, client: Client, committed: Committed) -> None:
    marks = []
    with time_machine.travel(clock.now(), tick=False) as travelling:
        for seconds in (0, 4, 1):
            travelling.shift(seconds)
            client.visitor().get("health.ready")
            with committed() as session:
                marks.append(session.get_one(heartbeat.Heartbeat, heartbeat.TRIAL).at)
    first, second, third = marks
    assert (second - first, third - first) == (timedelta(), timedelta(seconds=5))


def test_ready_while_another_writes_between_two_looks(
    working: Flask, client: Client, committed: Committed
) -> None:
    """It has read by then, and must not hold to what it saw."""

    def write(connection: object, cursor: object, statement: str, *more: object) -> None:
        if statement.startswith("SELECT max(heartbeat.at)"):
            run_statements(address_of(working), "DELETE FROM done_form")

    with working.app_context():
        engine = db.engine
    event.listen(engine, "after_cursor_execute", write)
    answer = client.visitor().get("health.ready").response
    event.remove(engine, "after_cursor_execute", write)
    assert answer.json == FINE
