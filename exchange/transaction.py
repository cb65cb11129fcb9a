"""The one commit rule: a writing request answered below 400 commits; anything else rolls back.

Services never commit. The worker and the commands commit through `transaction()`, and what replaces a whole database through
`rewriting()`.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request, session
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import SQLAlchemyError

from exchange import ledger
from exchange.errors import Conflict
from exchange.extensions import db
from exchange.outages import outage_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
WRITES_ON_GET = frozenset({"security.confirm_email", "security.change_email_confirm"})
# What is typed there has no place in an address, which logs keep.
READS_ON_POST = frozenset({"proposals.find_similar"})
BUSY_TIMEOUT_MILLISECONDS = 10_000

log = logging.getLogger(__name__)


def is_writing() -> bool:
    """Whether the request at hand may change anything; outside a request everything may."""
    if not has_request_context():
        return True
    if request.endpoint in READS_ON_POST:
        return False
    return request.method not in SAFE_METHODS or request.endpoint in WRITES_ON_GET


@contextmanager
def transaction() -> Iterator[None]:
    """Commits when the block ends, rolls back when it raises. For the worker and the commands."""
    try:
        yield
        _commit()
    except BaseException:
        db.session.rollback()
        raise


@contextmanager
def at_once() -> Iterator[None]:
    """A transaction of its own in a request that has changed nothing yet: kept whatever becomes of the request, and ended
    before what takes long. The request goes on in another.
    """
    assert not [*db.session.new, *db.session.dirty, *db.session.deleted]
    with transaction():
        yield


@contextmanager
def kept_if(is_real: bool) -> Iterator[None]:
    """Does the block either way, and undoes it at its end unless it is real, as the commit would have been: so that nobody
    learns from the work which it was.
    """
    with db.session.begin_nested() as block:
        yield
        if not is_real:
            ledger.enter_new_events()
            db.session.flush()
            block.rollback()


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Everything as it is at this moment, to be read for as long as it takes. Holds up no writer."""
    options: dict[str, Any] = {"only_reads": True, "stream_results": True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def rewriting(engine: Engine) -> Iterator[Connection]:
    """Replaces everything in a database, its tables too: all of it when the block ends, nothing when it raises."""
    with engine.connect() as connection, without_foreign_keys(connection), connection.begin():
        yield connection


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Before a transaction on SQLite, where rebuilding or dropping a table would otherwise delete the rows that cascade from it,
    without a word. Who asks for it checks the keys."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


def refresh_statistics(engine: Engine) -> None:
    """Lets SQLite see how its rows are spread, by which it chooses its ways through them. PostgreSQL looks by itself."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        # Of so many rows of each index, as it holds the writers up. By 1,000, it took any theme for small.
        raw.execute("PRAGMA analysis_limit = 20000")
        raw.execute("ANALYZE")


def after_settling(work: Callable[[], None]) -> None:
    """Does `work` in a transaction of its own once this request has committed or rolled back.

    For what must be kept even when the request fails, as a failed try at signing in: a second connection would
    wait for this request's own lock.
    """
    g.setdefault("after_settling", []).append(work)


def after_commit(work: Callable[[], None]) -> None:
    """Does `work`, which must not touch the database, only once this request's changes are kept."""
    g.setdefault("after_commit", []).append(work)


def init_app(app: Flask) -> None:
    app.before_request(_read_form_first)
    app.after_request(_settle)


def listen_to(engine: Engine) -> None:
    """Makes SQLite queue its writers instead of failing them; PostgreSQL needs nothing."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _read_form_first() -> None:
    # A slow upload must not hold the write lock while it arrives.
    if is_writing():
        request.form  # noqa: B018


def _commit() -> None:
    ledger.enter_new_events()
    db.session.commit()


def _settle(response: Response) -> Response:
    if is_writing() and response.status_code < 400:
        try:
            _commit()
        except SQLAlchemyError as fault:
            log.exception("commit failed")
            db.session.rollback()
            session.pop("_flashes", None)
            g.pop("after_commit", None)
            response = _page_of(Conflict() if outage_of(fault) is None else fault)
        for work in g.pop("after_commit", []):
            work()
    else:
        db.session.rollback()
    for work in g.pop("after_settling", []):
        try:
            with transaction():
                work()
        except SQLAlchemyError as fault:
            page = _page_of(fault)
            response = response if response.status_code < 400 else page  # what is kept is told all the same
    return response


def _page_of(fault: Exception) -> Response:
    return current_app.make_response(current_app.handle_user_exception(fault))


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is deferred; ours is not
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    only_reads = connection.get_execution_options().get("only_reads") or not is_writing()
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")
