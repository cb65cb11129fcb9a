"""Rows held until the transaction ends, and rows made once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from exchange.extensions import Base, db

# Any number will do, as long as nothing else here locks by the same.
TURNS = 7_310


Row = TypeVar("Row", bound=Base)


def locked(table: type[Row], key: Mapping[str, Any], **first: Any) -> Row:
    """The row under this key as it is now; made of `first` where there is none, also when another makes it at the same moment."""
    row = db.session.get(table, key, with_for_update=True, populate_existing=True)
    if row is not None:
        return row
    add_once(table(**key, **first))  # or the other's is taken
    return db.session.get_one(table, key, with_for_update=True, populate_existing=True)


def add_once(row: Base) -> bool:
    """False where it is there, also when another request adds it at this moment."""
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return False
    return True


def take_turns(key: str) -> None:
    """Whoever comes with the same key waits until this transaction has ended. SQLite lets writers in one by one anyway."""
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(TURNS, func.hashtext(key))))
