"""Many rows at once: `executemany` into SQLite, and from there `COPY` into PostgreSQL, so that both hold the same."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
from sqlalchemy import JSON, Column, Date, Enum, Table

from exchange.extensions import Base, UTCDateTime

Row = Mapping[str, Any]

# Nothing is safe on disk before it is full, and keys are known to be right.
FAST = (
    "journal_mode = OFF",
    "synchronous = OFF",
    "foreign_keys = OFF",
    "cache_size = -1000000",
    "temp_store = MEMORY",
)
AT_ONCE = 5_000
TEXT_INDEXES = ("vector", "heading")


class Bulk:
    """Rows collected by table until `send`. What a row leaves out takes its column's default."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in FAST:
            self.connection.execute(f"PRAGMA {pragma}")
        self._rows: dict[str, list[Row]] = {}
        self._numbers: dict[str, count[int]] = {}

    def new_id(self, table: str) -> int:
        if table not in self._numbers:
            (last,) = self.connection.execute(f'SELECT coalesce(max(id), 0) FROM "{table}"').fetchone()
            self._numbers[table] = count(last + 1)
        return next(self._numbers[table])

    def add(self, table: str, **row: Any) -> None:
        self._rows.setdefault(table, []).append(row)

    def send(self) -> None:
        self.connection.execute("BEGIN")
        for table in Base.metadata.sorted_tables:
            if rows := self._rows.pop(table.name, None):
                self._insert(table, rows)
        self.connection.execute("COMMIT")

    def finish(self) -> None:
        """Tells the database how its tables look now."""
        self.send()
        self.connection.execute("ANALYZE")
        if broken := self.connection.execute("PRAGMA foreign_key_check").fetchmany(5):
            raise ValueError(f"rows that point to nothing: {broken}")
        self.connection.close()

    def _insert(self, table: Table, rows: list[Row]) -> None:
        columns = _own_columns(table)
        ways = [(column.name, _default(column), _conversion(column)) for column in columns]
        values = ([convert(row.get(name, left)) for name, left, convert in ways] for row in rows)
        places = ", ".join("?" * len(columns))
        self.connection.executemany(
            f'INSERT INTO "{table.name}" ({_names(columns)}) VALUES ({places})', values
        )


def copy_to_postgresql(path: Path, url: str) -> None:
    """Every row of a filled SQLite database into a migrated, empty PostgreSQL one."""
    with psycopg.connect(url, autocommit=True) as connection:
        for column in TEXT_INDEXES:
            connection.execute(f"DROP INDEX ix_search_text_{column}")
        names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
        connection.execute("SET session_replication_role = replica")  # events refuse to be emptied
        connection.execute(f"TRUNCATE {names}")
    # Making the text index's words takes as long as all else, so both go at once.
    parts = [
        ["search_text"],
        [table.name for table in Base.metadata.sorted_tables if table.name != "search_text"],
    ]
    threads = [Thread(target=_copy_tables, args=(path, url, part)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        for column in TEXT_INDEXES:
            connection.execute(f"CREATE INDEX ix_search_text_{column} ON search_text USING gin ({column})")
        connection.execute("VACUUM ANALYZE")


def _copy_tables(path: Path, url: str, names: list[str]) -> None:
    source = sqlite3.connect(path)
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET timezone = 'UTC'")
        for name in names:
            table = Base.metadata.tables[name]
            columns = _names(_own_columns(table))
            rows = source.execute(f'SELECT {columns} FROM "{name}"')
            with connection.cursor() as cursor, cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
            if _is_numbered(table):
                sequence = f"pg_get_serial_sequence('\"{name}\"', 'id')"
                connection.execute(
                    f'SELECT setval({sequence}, (SELECT coalesce(max(id), 0) + 1 FROM "{name}"))'
                )
    source.close()


def _is_numbered(table: Table) -> bool:
    column = table.autoincrement_column
    return column is not None and column.name == "id" and not column.foreign_keys


def _own_columns(table: Table) -> list[Column[Any]]:
    """Those that hold what is given; the database makes the rest."""
    return [column for column in table.columns if column.computed is None]


def _names(columns: list[Column[Any]]) -> str:
    return ", ".join(f'"{column.name}"' for column in columns)


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    if default is None:
        return None
    return default.arg if default.is_scalar else default.arg(None)


def _conversion(column: Column[Any]) -> Callable[[Any], Any]:
    """As SQLAlchemy writes values of this column on SQLite."""
    if isinstance(column.type, JSON):
        return json.dumps
    if isinstance(column.type, Enum):
        return lambda value: None if value is None else str(value)
    if isinstance(column.type, UTCDateTime):
        return lambda value: (
            None if value is None else value.replace(tzinfo=None).isoformat(" ", "microseconds")
        )
    if isinstance(column.type, Date):
        return lambda value: None if value is None else value.isoformat()
    return lambda value: value
