"""The harness of all tests. One application for the whole run, a database as new for every test.

    def test_a_manager_sees_the_proposal(client, committed):
        with committed():                                       # arranging: committed when the block ends
            manager = make_person(role=Role.PROGRAMME_MANAGER, theme="safe-care")
        page = client.as_(manager).get("proposals.show", reference="TV-2026-0001")  # a page already checked
        page = page.submit("Save", title="Another title")       # the page's own form, with its token
        assert page.h1 == "Saved"
        with committed():                                       # asserting
            ...

No test holds an application context around a request: `client` refuses. See tests/pages.py for what a page
can do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings
from sqlalchemy import URL, event
from sqlalchemy.orm import Session

from exchange import storage
from exchange.extensions import db
from exchange.transaction import transaction
from tests.databases import Databases, make_app, postgresql_databases, sqlite_databases
from tests.pages import Client
from tests.statements import statements_of

# How long an example takes depends on what else the machine does.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

Committed = Callable[[], AbstractContextManager[Session]]
Statements = Callable[[], AbstractContextManager[list[str]]]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what `only_on` says is of the other database; the run on that database has it."""
    dialect = "postgresql" if os.environ.get("TEST_DATABASE_URL") else "sqlite"
    other = [item for item in items if any(dialect not in mark.args for mark in item.iter_markers("only_on"))]
    config.hook.pytest_deselected(items=other)
    items[:] = [item for item in items if item not in other]


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    server = os.environ.get("TEST_DATABASE_URL")
    if server:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        with postgresql_databases(server, worker) as found:
            yield found
    else:
        with sqlite_databases(tmp_path_factory.mktemp("databases")) as found:
            yield found


@pytest.fixture(scope="session")
def application(databases: Databases) -> Flask:
    """The one application of the run. Tests ask for `app`, which gives it a database."""
    with databases() as url:
        app = make_app(url.render_as_string(hide_password=False))
    with app.app_context():
        event.listen(db.engine, "do_connect", _to_the_database_at_hand(app))
    return app


@pytest.fixture
def app(application: Flask, databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """The application, with a database and folders of this test's own; changed settings are put back."""
    settings = dict(application.config)
    with databases() as url:
        application.config["TEST_URL"] = url
        application.config["STORAGE_URL"] = f"file:{tmp_path / 'files'}"
        application.config["MAIL_URL"] = f"file:{tmp_path / 'mail'}"
        storage.init_app(application)
        yield application
        application.config.clear()
        application.config.update(settings)


@pytest.fixture
def client(app: Flask) -> Client:
    return Client(app)


@pytest.fixture
def committed(app: Flask) -> Committed:
    """`with committed() as session:` arranges or asserts; commits when the block ends. What was loaded stays
    readable after.
    """

    @contextmanager
    def block() -> Iterator[Session]:
        with app.app_context():
            session = db.session()
            session.expire_on_commit = False
            with transaction():
                yield session

    return block


@pytest.fixture
def statements(app: Flask) -> Statements:
    """`with statements() as made:` lists the database statements, to show that they do not grow with rows."""
    return partial(statements_of, app)


def _to_the_database_at_hand(app: Flask) -> Callable[..., None]:
    def choose(dialect: Any, record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
        url: URL = app.config["TEST_URL"]
        arguments[:], chosen = dialect.create_connect_args(url)
        options.clear()
        options.update(chosen)

    return choose
