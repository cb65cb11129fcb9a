"""PostgreSQL that is started anew, or whose machine stops answering: the next request works, and none waits for long."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest
from flask import Flask
from sqlalchemy import event, text

from config import PATIENCE, engine_options
from exchange.extensions import db
from tests.conftest import Committed
from tests.databases import make_app, run_statements
from tests.failures.arrange import address_of, is_on_sqlite
from tests.failures.test_database import AWAY, TYPED, Writing, need_of
from tests.pages import Client
from tests.proposals.arrange import make_champion, make_draft

END_ALL = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'pooled'"
LONGEST = 60.0


@pytest.fixture
def pooled(app: Flask) -> Iterator[Flask]:
    """An application that keeps its connections as in production."""
    own = address_of(app)
    named = own if is_on_sqlite(app) else own.update_query_dict({"application_name": "pooled"})
    url = named.render_as_string(hide_password=False)
    made = make_app(url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url), STORAGE_URL=app.config["STORAGE_URL"])
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def writing(pooled: Flask, committed: Committed) -> Writing:
    with committed():
        champion = make_champion()
        proposal = make_draft(champion)
    page = Client(pooled).as_(champion).get("proposals.edit_section", ref=proposal.reference, section="need")
    return Writing(champion, proposal, page)


@pytest.mark.only_on("postgresql")
def test_request_after_all_connections_ended_works(
    app: Flask, committed: Committed, writing: Writing
) -> None:
    assert run_statements(address_of(app), END_ALL) > 0
    writing.save()
    assert need_of(committed, writing.proposal) == TYPED.strip()


@pytest.mark.only_on("postgresql")
def test_request_whose_connection_ends_under_it_gives_back_what_was_typed(
    app: Flask, pooled: Flask, committed: Committed, writing: Writing
) -> None:
    def end(connection: object, cursor: object, statement: str, *more: object) -> None:
        if statement.startswith("UPDATE proposal"):
            run_statements(address_of(app), END_ALL)

    with pooled.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", end)
    page = writing.save(status=503)
    event.remove(engine, "before_cursor_execute", end)
    assert page.h1 == AWAY[0]
    assert page.texts("h3")[0] == "The problem, and how you know"
    assert TYPED.strip() in page.text
    writing.save()
    assert need_of(committed, writing.proposal) == TYPED.strip()


@pytest.fixture
def dead_host() -> Iterator[tuple[str, Timer]]:
    """Takes connections and never says a word; its address, and what closes it after far too long."""
    listening = socket.create_server(("127.0.0.1", 0))
    closing = Timer(LONGEST, listening.close)
    closing.start()
    yield f"postgresql+psycopg://exchange:hunter2@127.0.0.1:{listening.getsockname()[1]}/exchange", closing
    closing.cancel()
    listening.close()


def test_readiness_is_answered_though_the_host_of_the_database_is_dead(
    dead_host: tuple[str, Timer], tmp_path: Path
) -> None:
    url, closing = dead_host
    app = make_app(
        url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url), STORAGE_URL=f"file:{tmp_path / 'files'}"
    )
    answer = app.test_client().get("/health/ready")
    assert closing.is_alive()
    assert (answer.status_code, answer.json) == (
        503,
        {"database": "unavailable: the database does not answer", "storage": "ok"},
    )


def test_address_of_the_database_may_say_how_long_to_wait() -> None:
    given = engine_options("postgresql+psycopg://db/exchange?connect_timeout=30&sslmode=require")
    assert given["connect_args"] == {
        name: value for name, value in PATIENCE.items() if name != "connect_timeout"
    }
    assert engine_options("sqlite:////srv/exchange.sqlite") == {}


@pytest.mark.only_on("postgresql")
def test_a_lock_is_waited_for_as_long_as_on_sqlite(pooled: Flask) -> None:
    with pooled.app_context():
        assert db.session.scalar(text("SHOW lock_timeout")) == "10s"
        assert db.session.scalar(text("SHOW jit")) == "off"
