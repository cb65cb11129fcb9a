"""The tables of a database as they are, which may be older than the models, and making them anew."""

from __future__ import annotations

import warnings

from alembic import command
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection, MetaData, Table, inspect, select, text
from sqlalchemy.exc import SAWarning

from exchange.revision import MIGRATIONS, newest_revision, revision_of

# The text index, which fills itself, and what the database and the migrations keep for themselves.
SEARCH_INDEX = "search_index"  # and what begins like it, which SQLite keeps it in
SEARCH_INDEXES = frozenset({SEARCH_INDEX, "search_index_headings"})
REVISIONS = "alembic_version"
MADE_BY_MIGRATIONS = frozenset({"ledger_end"})


class CannotUse(Exception):
    """Why this database, or this backup, cannot be used. Nothing was changed."""


def tables_of(connection: Connection) -> list[Table]:
    """By name."""
    metadata = MetaData()
    names = [
        name
        for name in inspect(connection).get_table_names()
        if name != REVISIONS and not name.startswith(SEARCH_INDEX)
    ]
    with warnings.catch_warnings():
        # SQLAlchemy reads no such index back from SQLite; only the rows are asked for here.
        warnings.filterwarnings(
            "ignore", "Skipped unsupported reflection of expression-based index", SAWarning
        )
        metadata.reflect(connection, only=names)
    return [metadata.tables[name] for name in sorted(names)]


def refuse_foreign(connection: Connection) -> None:
    """Raises CannotUse where tables are that none of our migrations made."""
    if tables_of(connection) and revision_of(connection) is None:
        raise CannotUse("That database holds tables of something else. Give an empty one.")


def is_empty(connection: Connection) -> bool:
    return not any(
        connection.execute(select(table).limit(1)).first()
        for table in tables_of(connection)
        if table.name not in MADE_BY_MIGRATIONS
    )


def make_anew(connection: Connection, revision: str) -> None:
    """Drops all that is there, and makes the tables of this revision, without a row. In a transaction of `rewriting`."""
    quote = connection.dialect.identifier_preparer.quote
    names = [name for name in inspect(connection).get_table_names() if not _is_part_of_index(name)]
    cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
    for name in names:
        connection.execute(text(f"DROP TABLE {quote(name)}{cascade}"))
    upgrade(connection, revision)
    for table in tables_of(connection):
        if table.name in MADE_BY_MIGRATIONS:
            connection.execute(table.delete())


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Raises CannotUse when this version does not know the revision."""
    config = current_app.extensions["migrate"].migrate.get_config(str(MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError:
        raise CannotUse(
            f"It was made by a newer version, at revision {revision}; this one knows them up to {newest_revision()}. "
            "Install that version first."
        ) from None


def _is_part_of_index(name: str) -> bool:
    """The tables that go with the text index on SQLite."""
    return name.startswith(SEARCH_INDEX) and name not in SEARCH_INDEXES
