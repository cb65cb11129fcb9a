"""What a load balancer or a monitor is told: the truth, with reasons that give nothing away, under whatever host it asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, text

from config import from_environment
from exchange import clock, heartbeat
from exchange.extensions import db
from tests.conftest import Committed
from tests.databases import Databases, make_app
from tests.pages import Client
from tests.test_config import GOOD

FINE = {"database": "ok", "storage": "ok", "migrations": "ok", "worker": "ok"}
NO_WORKER = "unavailable: no worker was heard of for five minutes"


@pytest.fixture
def working(app: Flask, committed: Committed) -> Flask:
    """The application with a worker that was heard of just now."""
    with committed():
        heartbeat.beat()
    return app


def test_live_asks_nobody(app: Flask, client: Client) -> None:
    made: list[str] = []

    def note(*all: object) -> None:
        made.append(str(all[2]))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    answer = client.visitor().get("health.live").response
    event.remove(engine, "before_cursor_execute", note)
    assert (answer.json, made) == ({"status": "ok"}, [])


def test_ready_when_everything_works(working: Flask, client: Client) -> None:
    assert client.visitor().get("health.ready").response.json == FINE


def test_not_ready_when_documents_cannot_be_kept(working: Flask, client: Client) -> None:
    working.config["STORAGE_URL"] = "file:/dev/null/files"
    answer = client.visitor().get("health.ready", status=503).response
    assert answer.json == {**FINE, "storage": "unavailable: documents cannot be kept"}


def test_not_ready_when_the_database_is_gone_and_says_no_more(tmp_path: Path) -> None:
    app = make_app(
        f"sqlite:///{tmp_path}/hunter2/exchange.sqlite",
        STORAGE_URL=f"file:{tmp_path / 'files'}",
        PROPAGATE_EXCEPTIONS=False,
    )
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.get_json() == {"database": "unavailable: the database does not answer", "storage": "ok"}
    assert "hunter2" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    "change", ["UPDATE alembic_version SET version_num = '0001'", "DELETE FROM alembic_version"]
)
def test_not_ready_on_tables_of_another_version(
    working: Flask, client: Client, committed: Committed, change: str
) -> None:
    with committed() as session:
        before = session.scalar(text("SELECT version_num FROM alembic_version"))
        session.execute(text(change))
    answer = client.visitor().get("health.ready", status=503).response
    with committed() as session:  # it is no table of a model, so nobody else puts it back
        session.execute(text("DELETE FROM alembic_version"))
        session.execute(text("INSERT INTO alembic_version VALUES (:before)"), {"before": before})
    why = "unavailable: the database has other migrations than the code needs"
    assert answer.json == {"database": "ok", "storage": "ok", "migrations": why}


def test_not_ready_when_no_worker_ever_was(client: Client) -> None:
    answer = client.visitor().get("health.ready", status=503).response
    assert answer.json == {**FINE, "worker": NO_WORKER}


@pytest.mark.parametrize(("minutes", "expected"), [(4, "ok"), (6, NO_WORKER)])
def test_worker_that_falls_silent_is_missed(
    working: Flask, client: Client, minutes: int, expected: str
) -> None:
    with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
        answer = client.visitor().get("health.ready", status=200 if expected == "ok" else 503).response
    assert answer.json == {**FINE, "worker": expected}


# ---- Hosts


@pytest.fixture
def production(databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    with databases() as url:
        settings = from_environment({**GOOD, "STORAGE_URL": f"file:{tmp_path}", "TRUSTED_PROXIES": "1"})
        settings["SQLALCHEMY_DATABASE_URI"] = url.render_as_string(hide_password=False)
        app = make_app("", PROPAGATE_EXCEPTIONS=False, **{**settings, "RATELIMIT_ENABLED": False})
        yield app
        make_app("sqlite://")  # lines of tests again, not of production


@pytest.mark.parametrize("host", ["10.0.0.7", "evil.example.org:8000", "[::1]", "a b<c>"])
@pytest.mark.parametrize(
    ("path", "status"), [("/health/live", 200), ("/health/ready", 503), ("/metrics", 404)]
)
def test_health_answers_under_any_host_which_gets_nowhere(
    production: Flask, host: str, path: str, status: int
) -> None:
    headers = {"Host": host, "X-Forwarded-Host": "worse.example.org"}
    answer = production.test_client().get(path, headers=headers)
    assert answer.status_code == status
    said = answer.text + str(answer.headers)
    assert [word for word in (host, "evil", "worse") if word in said] == []


@pytest.mark.parametrize(
    "path", ["/health", "/health/live/", "/health/../login", "//health/live", "/metricsx"]
)
def test_nothing_else_answers_under_a_foreign_host(production: Flask, path: str) -> None:
    assert production.test_client().get(path, headers={"Host": "10.0.0.7"}).status_code == 400
