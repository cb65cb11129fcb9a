"""`/health/ready` tells the truth whatever fails, and again once it is mended."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask

from exchange import heartbeat
from tests.conftest import Committed
from tests.failures.arrange import (
    Failing,
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
    client.visitor().get("health.ready")
    with committed() as session:
        first = session.get_one(heartbeat.Heartbeat, heartbeat.TRIAL).at
    client.visitor().get("health.ready")
    with committed() as session:
        assert session.get_one(heartbeat.Heartbeat, heartbeat.TRIAL).at == first
