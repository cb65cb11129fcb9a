"""The newest id that each table ever gave, so that none is given again after its row went."""

from __future__ import annotations

from sqlalchemy import Connection, text

from exchange.safekeeping.schema import tables_of


def read(connection: Connection) -> dict[str, int]:
    """By table, where the database remembers it."""
    if connection.dialect.name == "sqlite":
        remembered = text("SELECT name, seq FROM sqlite_sequence")
        return {name: last for name, last in connection.execute(remembered)}
    found = {}
    for table, sequence in _sequences(connection).items():
        drawn = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608
        if drawn.is_called:
            found[table] = drawn.last_value
    return found


def put(connection: Connection, given: dict[str, int]) -> None:
    """Has the next ids follow these, and those of the rows that are there."""
    if connection.dialect.name == "sqlite":
        _put_on_sqlite(connection, given)
        return
    for table, sequence in _sequences(connection).items():
        newest = connection.scalar(text(f'SELECT max(id) FROM "{table}"')) or 0  # noqa: S608
        if last := max(given.get(table, 0), newest):
            values = {"sequence": sequence, "last": last}
            connection.execute(text("SELECT setval(CAST(:sequence AS regclass), :last)"), values)


def _put_on_sqlite(connection: Connection, given: dict[str, int]) -> None:
    """Only a table that was made with AUTOINCREMENT remembers; its rows have been counted as they came in."""
    remembering = text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
    there = read(connection)
    for table in connection.scalars(remembering).all():
        values = {"name": table, "last": max(given.get(table, 0), there.get(table, 0))}
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)


def _sequences(connection: Connection) -> dict[str, str]:
    """On PostgreSQL: the sequence that each table's `id` is drawn from, as SQL writes its name."""
    of_table = text("SELECT pg_get_serial_sequence(quote_ident(:table), 'id')")
    found = {
        table.name: connection.scalar(of_table, {"table": table.name})
        for table in tables_of(connection)
        if "id" in table.columns
    }
    return {table: sequence for table, sequence in found.items() if sequence}
