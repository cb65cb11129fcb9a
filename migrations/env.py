"""How migrations run: in one transaction, on SQLite with foreign keys off while tables are rebuilt and checked afterwards."""

from __future__ import annotations

import warnings
from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app
from sqlalchemy import Connection

from exchange.extensions import UTCDateTime, db
from exchange.proposals.commands import renew
from exchange.transaction import without_foreign_keys

# The text index is made by hand for each database: Alembic must not take its tables and columns for strays.
SEARCH_INDEX = "search_index"
SEARCH_VECTOR = {"vector", "heading", *(f"ix_search_text_{of}" for of in ("vector", "heading", "title"))}


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
    return not (reflected and name is not None and (name.startswith(SEARCH_INDEX) or name in SEARCH_VECTOR))


# SQLAlchemy cannot read them back from SQLite, and says so of each, twice.
for said in ("autogenerate skipping metadata-specified", "Skipped unsupported reflection of"):
    warnings.filterwarnings("ignore", f"{said} expression-based index")


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


if context.is_offline_mode():
    raise SystemExit("Migrations need a database: run them without --sql.")

given = context.config.attributes.get("connection")
if given is not None:
    run(
        given
    )  # part of a transaction that replaces everything, foreign keys and all: see exchange/safekeeping
else:
    with db.engine.connect() as connection, without_foreign_keys(connection):
        run(connection)
        is_newest = set(context.get_context().get_current_heads()) == set(context.get_head_revisions())
    # What older rules of the text index made is made again, by the newest tables alone.
    if is_newest:
        renew(only_old=True)
