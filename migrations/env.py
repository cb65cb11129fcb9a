"""How migrations run: in one transaction, on SQLite with foreign keys off while tables are rebuilt and checked afterwards."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app
from sqlalchemy import Connection

from exchange.extensions import UTCDateTime, db

# The text index is made by hand for each database, and an index that computes what it keeps for both: Alembic must not
# take their tables and columns for strays.
SEARCH_INDEX = "search_index"
BY_HAND = {"vector", "ix_search_text_vector", "ix_proposal_listed_at"}


class ForeignKeysBroken(Exception):
    """A migration would leave rows that point to nothing."""


def render(kind: str, thing: Any, autogen_context: Any) -> str | bool:
    """Migrations outlive the code, so they name plain types and import nothing of it."""
    if kind == "type" and isinstance(thing, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, sa.Enum):
        return f"sa.String(length={thing.length})"
    return False


def include(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    return not (reflected and name is not None and (name.startswith(SEARCH_INDEX) or name in BY_HAND))


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        include_object=include,
        render_item=render,
        transactional_ddl=True,  # SQLite can, and `exchange.transaction` begins for real: all of an upgrade, or none
        **current_app.extensions["migrate"].configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            refuse_dangling(connection)


def refuse_dangling(connection: Connection) -> None:
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
        raise ForeignKeysBroken(broken)


def set_foreign_keys(connection: Connection, state: str) -> None:
    """Rebuilding a table on SQLite with foreign keys on deletes the rows that cascade from it, without a word."""
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute(f"PRAGMA foreign_keys = {state}")


def run_on_sqlite(connection: Connection) -> None:
    set_foreign_keys(connection, "OFF")
    try:
        run(connection)
    finally:
        set_foreign_keys(connection, "ON")


if context.is_offline_mode():
    raise SystemExit("Migrations need a database: run them without --sql.")

with db.engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        run_on_sqlite(connection)
    else:
        run(connection)
