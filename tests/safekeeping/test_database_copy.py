"""`flask database copy URL`: everything into another, empty, database of either kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from exchange.extensions import db
from exchange.safekeeping import schema
from exchange.transaction import rewriting, transaction
from tests.conftest import Committed
from tests.databases import make_app
from tests.safekeeping.arrange import (
    another_database,
    contents_of,
    done,
    record_some,
    refused,
    run,
    tamper,
    works,
)


def test_copy_goes_to_the_other_database_and_back(full: Flask, tmp_path: Path) -> None:
    files = full.config["STORAGE_URL"]
    sqlite = f"sqlite:///{tmp_path / 'copied.sqlite'}"
    assert "all as recorded" in done(full, "database", "copy", sqlite)
    on_file = make_app(sqlite, STORAGE_URL=files)
    with another_database(full, str(tmp_path)) as url:
        assert "all as recorded" in done(on_file, "database", "copy", url)
        back = make_app(url, STORAGE_URL=files)
        for name, app in (("first", full), ("second", on_file), ("third", back)):
            done(app, "backup", str(tmp_path / f"{name}.zip"))
        first = contents_of(tmp_path / "first.zip")
        assert contents_of(tmp_path / "second.zip") == first
        assert contents_of(tmp_path / "third.zip") == first
        works(on_file)
        works(back)


def test_copy_is_refused_where_something_is(app: Flask, tmp_path: Path) -> None:
    sqlite = f"sqlite:///{tmp_path / 'copied.sqlite'}"
    done(app, "database", "copy", sqlite)
    assert (
        refused(app, "database", "copy", sqlite) == "Error: That database is not empty. Give an empty one.\n"
    )


def test_copy_of_what_was_tampered_with_is_refused(app: Flask, committed: Committed, tmp_path: Path) -> None:
    with committed():
        record_some()
    tamper(app, "DELETE FROM event_head WHERE subject = 'thing:3'")
    sqlite = f"sqlite:///{tmp_path / 'copied.sqlite'}"
    assert run(app, "database", "copy", sqlite) == (1, "Error: thing:3, event 1: the subject has no head.\n")
    with make_app(sqlite).app_context():
        assert schema.tables_of(db.session.connection()) == []


def test_copy_of_an_older_version_is_refused(app: Flask, tmp_path: Path) -> None:
    with app.app_context(), rewriting(db.engine) as connection:
        schema.make_anew(connection, "0001")
    said = refused(app, "database", "copy", f"sqlite:///{tmp_path / 'copied.sqlite'}")
    assert said == "Error: This database is not up to date. Run `flask --app wsgi db upgrade` first.\n"
    with app.app_context(), rewriting(db.engine) as connection:
        schema.upgrade(connection)


@pytest.mark.only_on("postgresql")
def test_copy_that_the_database_refuses_changes_nothing(app: Flask, tmp_path: Path) -> None:
    """SQLite keeps a text that is longer than its column."""
    sqlite = f"sqlite:///{tmp_path / 'copied.sqlite'}"
    done(app, "database", "copy", sqlite)
    on_file = make_app(sqlite)
    with on_file.app_context(), transaction():
        db.session.execute(text("UPDATE theme SET name = :name"), {"name": "long" * 100})
    with another_database(app, str(tmp_path)) as url:
        assert refused(on_file, "database", "copy", url) == (
            "Error: The database refused: value too long for type character varying(200)\n"
        )
        with make_app(url).app_context():
            assert schema.tables_of(db.session.connection()) == []
