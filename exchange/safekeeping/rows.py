"""Rows of any table as lines of JSON, the same whichever database they come from, and back into either."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    DateTime,
    String,
    Table,
    bindparam,
    cast,
    insert,
    select,
)

from exchange.safekeeping.schema import CannotUse

AT_A_TIME = 1000


@dataclass
class Tally:
    """How many lines there were, and the SHA-256 of all of them."""

    rows: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    def watch(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            self.rows += 1
            self._hash.update(line)
            yield line

    @property
    def sha256(self) -> str:
        return str(self._hash.hexdigest())


def columns_of(table: Table) -> list[Column[Any]]:
    """All but those that the database works out."""
    return [column for column in table.columns if column.computed is None]


def lines_of(connection: Connection, table: Table) -> Generator[bytes, None, None]:
    """Each row as an array in the order of `columns_of`, by primary key. What is JSON stays the text that it is, so that no null
    and no number changes. Who may stop midway closes it."""
    columns = [cast(each, String) if isinstance(each.type, JSON) else each for each in columns_of(table)]
    query = select(*columns).order_by(*(_in_one_order(connection, key) for key in table.primary_key))
    with connection.execute(query.execution_options(yield_per=AT_A_TIME)) as found:
        for row in found:
            yield json.dumps([_to_json(value) for value in row], separators=(",", ":")).encode() + b"\n"


def load(connection: Connection, table: Table, names: list[str], lines: Iterable[bytes]) -> None:
    """Inserts rows whose values come in the order of these columns."""
    columns = [table.columns[name] for name in names]
    statement = insert(table).values({column.name: _to_bind(connection, column) for column in columns})
    left = iter(lines)
    while batch := list(islice(left, AT_A_TIME)):
        connection.execute(statement, [_from_line(columns, line) for line in batch])


def refuse_others(connection: Connection, table: Table, sha256: str) -> None:
    """Raises CannotUse unless the table holds these rows, no more and no other."""
    tally = Tally()
    for _ in tally.watch(lines_of(connection, table)):
        pass
    if tally.sha256 != sha256:
        raise CannotUse(f"The rows of {table.name} did not arrive as they were.")


def _in_one_order(connection: Connection, key: Column[Any]) -> Any:
    """By bytes on both databases, whatever language PostgreSQL sorts by."""
    is_words = isinstance(key.type, String) and connection.dialect.name == "postgresql"
    return key.collate("C") if is_words else key


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _from_line(columns: list[Column[Any]], line: bytes) -> dict[str, Any]:
    return {
        f"new_{column.name}": _from_json(column, value)
        for column, value in zip(columns, json.loads(line), strict=True)
    }


def _from_json(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, DateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value


def _to_bind(connection: Connection, column: Column[Any]) -> Any:
    name = f"new_{column.name}"
    if not isinstance(column.type, JSON):
        return bindparam(name, type_=column.type)
    as_text = bindparam(name, type_=String)
    return cast(as_text, JSON) if connection.dialect.name == "postgresql" else as_text
