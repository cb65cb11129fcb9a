"""A database as new for each test, built once: copied on SQLite, put back on PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import URL, NullPool, create_engine, make_url

from config import database_url
from exchange import create_app
from exchange.extensions import db
from exchange.region import pack, services
from exchange.transaction import transaction

MIGRATIONS = Path(__file__).parents[1] / "migrations"
TINY_REGION = Path(__file__).parent / "region" / "tiny.toml"

SETTINGS: dict[str, Any] = {
    "TESTING": True,
    "RATELIMIT_ENABLED": False,
    "PUBLIC_URL": "http://localhost",
    # No pool: a copy can be dropped, and the next one opened, without a connection left over.
    "SQLALCHEMY_ENGINE_OPTIONS": {"poolclass": NullPool},
    # As weak as they come, for the tests' own passwords.
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
        "argon2__time_cost": 1,
        "argon2__memory_cost": 8,
        "argon2__parallelism": 1,
    },
}

Databases = Callable[[], AbstractContextManager[URL]]


def make_app(url: str, **settings: Any) -> Flask:
    """An application for tests. Whatever the machine's environment says, it is a test, without a pool unless it asks for one."""
    os.environ["ENVIRONMENT"] = "test"
    engine = settings.pop("SQLALCHEMY_ENGINE_OPTIONS", None) or SETTINGS["SQLALCHEMY_ENGINE_OPTIONS"]
    chosen = {"SQLALCHEMY_DATABASE_URI": url, **settings, "SQLALCHEMY_ENGINE_OPTIONS": engine}
    return create_app({**SETTINGS, **chosen})


def build_database(url: str) -> None:
    """What every test starts from: the migrations, as a live database has run them, and the tiny region."""
    app = make_app(url)
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
        with transaction():
            services.load(pack.read(TINY_REGION.read_bytes()))


@contextmanager
def sqlite_databases(folder: Path) -> Iterator[Databases]:
    template = folder / "template.sqlite"
    build_database(f"sqlite:///{template}")
    numbers = count(1)

    @contextmanager
    def database() -> Iterator[URL]:
        copy = folder / f"{next(numbers)}.sqlite"
        shutil.copyfile(template, copy)
        yield URL.create("sqlite", database=str(copy))
        for path in folder.glob(f"{copy.name}*"):
            path.unlink()

    yield database


@contextmanager
def postgresql_databases(server: str, worker: str) -> Iterator[Databases]:
    """`server` is the address of any database there, of a superuser: between tests triggers and keys must rest.

    One database for the run, put back after each test. Copying a template instead took ten times as long.
    """
    with empty_on_postgresql(server, f"test_{os.getpid()}_{worker}") as url:
        build_database(url.render_as_string(hide_password=False))
        put_back = _keep(url, "pristine")

        @contextmanager
        def database() -> Iterator[URL]:
            yield url
            run_statements(url, put_back)

        yield database


@contextmanager
def empty_on_postgresql(server: str, name: str) -> Iterator[URL]:
    """A new database on the server, dropped at the end."""
    url = make_url(database_url(server))
    name = f"exchange_{name}"
    run_statements(url, f'CREATE DATABASE "{name}"')
    try:
        yield url.set(database=name)
    finally:
        run_statements(url, f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def saved(url: URL) -> Iterator[Callable[[], object]]:
    """Sets aside all that the database holds now; what this gives puts it back, as often as it is called."""
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database))
        aside = path.with_name(f"{path.name}.saved")
        shutil.copyfile(path, aside)
        yield lambda: shutil.copyfile(aside, path)
    else:
        put_back = _keep(url, "saved")
        try:
            yield lambda: run_statements(url, put_back)
        finally:
            run_statements(url, "DROP SCHEMA saved CASCADE")


def _keep(url: URL, schema: str) -> str:
    """Sets a copy of every row aside in this schema, and returns what puts them back."""
    tables = [table.name for table in db.metadata.sorted_tables]
    # By name, as what the database works out by itself is not to be written.
    columns = {
        table.name: ", ".join(f'"{column.name}"' for column in table.columns)
        for table in db.metadata.sorted_tables
    }
    kept = [f'CREATE TABLE {schema}."{name}" AS TABLE public."{name}"' for name in tables]
    sequences = (
        "SELECT sequencename AS name, last_value, start_value FROM pg_sequences WHERE schemaname = 'public'"
    )
    run_statements(
        url, "; ".join([f"CREATE SCHEMA {schema}", *kept, f"CREATE TABLE {schema}.sequences AS {sequences}"])
    )
    seeded = [name for name in tables if run_statements(url, f'SELECT count(*) FROM {schema}."{name}"')]
    return "; ".join(
        [
            # A thread or program that the test left behind must not hold what is put back.
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()",
            "SET session_replication_role = replica",
            *(f'DELETE FROM public."{name}"' for name in tables),
            *(
                f'INSERT INTO public."{name}" ({columns[name]}) SELECT {columns[name]} FROM {schema}."{name}"'
                for name in seeded
            ),
            "SELECT setval(quote_ident(name)::regclass, coalesce(last_value, start_value), last_value IS NOT NULL) "
            f"FROM {schema}.sequences",
        ]
    )


def run_statements(url: URL, statements: str) -> int:
    """Runs them on a connection of their own; the number that the last one gives, if any."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        result = connection.exec_driver_sql(statements)
        return int(result.scalar() or 0) if result.returns_rows else 0
