"""Filled databases, kept for the month so that a second run is quick, and copies of them to work on."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import psycopg
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import make_url

from benchmarks import bulk
from benchmarks.fill import PACK, fill
from exchange import clock, create_app
from exchange.extensions import db
from exchange.transaction import refresh_statistics
from tests import postgres

FILLED_BY = ("answers", "bulk", "fill", "life", "people", "words")
# The chains of events are made with it, so the service that goes on with them needs it too.
AUDIT_KEY = "an audit key of benchmarks alone 0123456789"


def folder() -> Path:
    """Where they are kept: not below the project, which the user that PostgreSQL runs as may not reach."""
    found = Path(tempfile.gettempdir()) / f"exchange-benchmarks-{os.geteuid()}"
    found.mkdir(mode=0o711, exist_ok=True)
    if found.stat().st_uid != os.geteuid():
        raise RuntimeError(f"{found} belongs to somebody else: set TMPDIR to a folder of your own.")
    return found


@contextmanager
def server(database: str) -> Iterator[str]:
    """What the copies of this run need: a PostgreSQL server of their own, and its URL; nothing for SQLite."""
    if database == "sqlite":
        yield ""
        return
    with postgres.running(_kept_server()) as url:
        yield url


def postmaster() -> int:
    """The process of that server."""
    return int((_kept_server() / "data" / "postmaster.pid").read_text().split()[0])


Read = TypeVar("Read")


def read(url: str, reading: Callable[[], Read]) -> Read:
    """What the service reads there."""
    with app_on(url).app_context():
        found = reading()
        db.engine.dispose()
        return found


@contextmanager
def copy(server_url: str, size: int) -> Iterator[str]:
    """The URL of a database with so many proposals, to be changed at will."""
    if server_url:
        with _postgresql_copy(server_url, size) as url:
            yield url
        return
    kept = _filled_sqlite(size)
    working = kept.with_suffix(".working")
    shutil.copyfile(kept, working)
    _migrate(f"sqlite:///{working}")
    try:
        yield f"sqlite:///{working}"
    finally:
        for path in working.parent.glob(f"{working.name}*"):
            path.unlink()


def _filled_sqlite(size: int) -> Path:
    kept = folder() / f"{_mark()}-{size}.sqlite"
    if not kept.exists():
        for old in folder().glob(f"*-{size}.sqlite*"):
            old.unlink()
        print(f"Filling a database with {size:,} proposals", flush=True)
        new = kept.with_suffix(".new")
        fill(app_on(f"sqlite:///{new}"), new, size)
        new.rename(kept)
    return kept


@contextmanager
def _postgresql_copy(server_url: str, size: int) -> Iterator[str]:
    kept, working = f"filled_{size}", f"working_{size}"
    with psycopg.connect(plain(server_url), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [kept]).fetchone():
            path = _filled_sqlite(size)
            print(f"Copying {size:,} proposals into PostgreSQL", flush=True)
            connection.execute("DROP DATABASE IF EXISTS filling")
            connection.execute("CREATE DATABASE filling")
            _migrate(url_of(server_url, "filling"))
            bulk.copy_to_postgresql(path, plain(url_of(server_url, "filling")))
            connection.execute(f"ALTER DATABASE filling RENAME TO {kept}")
        connection.execute(f"DROP DATABASE IF EXISTS {working} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {working} TEMPLATE {kept} STRATEGY file_copy")
        _migrate(url_of(server_url, working))
        try:
            yield url_of(server_url, working)
        finally:
            connection.execute(f"DROP DATABASE {working} WITH (FORCE)")


def _kept_server() -> Path:
    return folder() / f"postgresql-{_mark()}"


def _migrate(url: str) -> None:
    """Migrations that are newer than what is kept go up on full data, and SQLite looks at it as it does every day."""
    with app_on(url).app_context():
        upgrade()
        refresh_statistics(db.engine)
        db.engine.dispose()  # or it could not be renamed or copied


def app_on(url: str) -> Flask:
    os.environ["ENVIRONMENT"] = "test"
    return create_app({"SQLALCHEMY_DATABASE_URI": url, "AUDIT_KEY": AUDIT_KEY})


def _mark() -> str:
    """Tells one way of filling from another, and one month from the next: dates are counted from today."""
    here = Path(__file__).parent
    said = [(here / f"{name}.py").read_bytes() for name in FILLED_BY]
    said.append((here.parent / "exchange" / PACK).read_bytes())
    digest = hashlib.sha256(b"".join(said)).hexdigest()
    return f"{clock.today():%Y-%m}-{digest[:8]}"


def url_of(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def plain(url: str) -> str:
    return url.replace("+psycopg", "")
