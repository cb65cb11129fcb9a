"""Foreign keys while everything is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, inspect, text

from exchange.safekeeping.schema import CannotUse, tables_of


@contextmanager
def checked_last(connection: Connection) -> Iterator[None]:
    """Rows may come before those that they point to. Raises at the end when one points to nothing. In a transaction of
    `rewriting`, in which SQLite checks nothing by itself."""
    if connection.dialect.name == "sqlite":
        yield
        if dangling := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise CannotUse(f"A row of {dangling[0]} points to one of {dangling[2]} that is not there.")
        return
    keys = [
        f'ALTER TABLE "{table.name}" ALTER CONSTRAINT "{key["name"]}"'
        for table in tables_of(connection)
        for key in inspect(connection).get_foreign_keys(table.name)
    ]
    for key in keys:
        connection.execute(text(f"{key} DEFERRABLE INITIALLY DEFERRED"))
    yield
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for key in keys:
        connection.execute(text(f"{key} NOT DEFERRABLE"))
