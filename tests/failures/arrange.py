"""What fails around the service, for as long as a block lasts."""

from __future__ import annotations

import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import URL, NullPool, create_engine, event, text

from exchange.extensions import db
from tests.databases import run_statements

Failing = Callable[[Flask], AbstractContextManager[None]]

NO_ROOM = """
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
"""
NO_ROOM_FOR_A_ROW = """
    CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON heartbeat FOR EACH ROW EXECUTE FUNCTION no_room();
    CREATE TRIGGER no_room BEFORE UPDATE ON proposal FOR EACH ROW EXECUTE FUNCTION no_room()
"""
NO_ROOM_TO_COMMIT = """
    CREATE CONSTRAINT TRIGGER no_room AFTER INSERT OR UPDATE ON heartbeat INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION no_room();
    CREATE CONSTRAINT TRIGGER no_room AFTER UPDATE ON proposal INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION no_room()
"""


def address_of(app: Flask) -> URL:
    url: URL = app.config["TEST_URL"]
    return url


def is_on_sqlite(app: Flask) -> bool:
    return address_of(app).get_backend_name() == "sqlite"


@contextmanager
def reached_at(app: Flask, url: URL, *pragmas: str) -> Iterator[None]:
    """The application finds its database there; on SQLite every connection begins with these."""
    own = address_of(app)
    with app.app_context():
        engine = db.engine

    def prepare(connection: object, record: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    event.listen(engine, "connect", prepare)
    app.config["TEST_URL"] = url
    engine.dispose()
    try:
        yield
    finally:
        app.config["TEST_URL"] = own
        engine.dispose()
        event.remove(engine, "connect", prepare)


def away(app: Flask) -> AbstractContextManager[None]:
    """The folder of the database is gone; or nobody listens where PostgreSQL was."""
    if is_on_sqlite(app):
        return reached_at(app, address_of(app).set(database="/dev/null/exchange.sqlite"))
    return reached_at(app, address_of(app).set(host="127.0.0.1", port=closed_port(), query={}))


def read_only(app: Flask) -> AbstractContextManager[None]:
    url = address_of(app)
    if is_on_sqlite(app):
        return reached_at(app, url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"}))
    return reached_at(app, url.update_query_dict({"options": "-c default_transaction_read_only=on"}))


@contextmanager
def full(app: Flask) -> Iterator[None]:
    """The database's file may grow by no page. PostgreSQL says so by our own trigger."""
    if is_on_sqlite(app):
        run_statements(address_of(app), "VACUUM")  # or pages that a migration left free would take it
        pages = run_statements(address_of(app), "PRAGMA page_count")
        with reached_at(app, address_of(app), f"max_page_count = {pages}"):
            yield
    else:
        with no_room_on_postgresql(app, NO_ROOM_FOR_A_ROW):
            yield


@contextmanager
def full_at_the_commit(app: Flask) -> Iterator[None]:
    """Only what is written last finds out: on SQLite its log may not grow, as a reader keeps it from beginning anew."""
    if not is_on_sqlite(app):
        with no_room_on_postgresql(app, NO_ROOM_TO_COMMIT):
            yield
        return
    with app.app_context():
        engine = db.engine
    with engine.connect().execution_options(only_reads=True) as reader:
        reader.execute(text("SELECT count(*) FROM done_form"))
        run_statements(
            address_of(app),
            f"INSERT INTO done_form VALUES ('{'0' * 64}', '2026-01-01 00:00:00', '{'x' * 200 * 1024}', '[]')",
        )
        with no_large_files(kilobytes=128):
            yield


@contextmanager
def no_room_on_postgresql(app: Flask, triggers: str) -> Iterator[None]:
    run_statements(address_of(app), NO_ROOM + triggers)
    try:
        yield
    finally:
        run_statements(address_of(app), "DROP FUNCTION no_room CASCADE")


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """Somebody else writes for longer than anybody waits, which here is not long."""
    url = address_of(app)
    if is_on_sqlite(app):
        lock, impatient = "DELETE FROM done_form", reached_at(app, url, "busy_timeout = 50")
    else:
        lock = "LOCK TABLE proposal, heartbeat IN SHARE ROW EXCLUSIVE MODE"
        impatient = reached_at(app, url.update_query_dict({"options": "-c lock_timeout=50ms"}))
    with create_engine(url, poolclass=NullPool).connect() as holding:
        holding.execute(text(lock))
        with impatient:
            yield


@contextmanager
def no_large_files(kilobytes: int) -> Iterator[None]:
    """The system refuses this process a longer file, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def without_documents(
    app: Flask, *, in_its_place: Callable[[Path], object] = lambda root: None
) -> Iterator[None]:
    """The folder of documents is elsewhere, and something else where it was."""
    root = Path(app.config["STORAGE_URL"].removeprefix("file:"))
    elsewhere = root.rename(root.with_name("elsewhere"))
    in_its_place(root)
    try:
        yield
    finally:
        if root.is_dir():
            root.rmdir()
        root.unlink(missing_ok=True)
        elsewhere.rename(root)


def closed_port() -> int:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port: int = nobody.getsockname()[1]
        return port
