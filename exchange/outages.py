"""Failures that lie around the service and pass: a database that is away, busy, or takes no changes, and a full disk."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from enum import StrEnum

import psycopg
from sqlalchemy.exc import DBAPIError, TimeoutError

SQLITE_CODE = 0xFF  # an extended code holds the general one in its last byte


class Outage(StrEnum):
    """What a person is told: nothing can be read, only writing waits, or nothing can be saved."""

    AWAY = "away"
    BUSY = "busy"
    NO_CHANGES = "no changes"


OF_SQLITE = {
    sqlite3.SQLITE_BUSY: Outage.BUSY,
    sqlite3.SQLITE_LOCKED: Outage.BUSY,
    sqlite3.SQLITE_FULL: Outage.NO_CHANGES,
    sqlite3.SQLITE_READONLY: Outage.NO_CHANGES,
    sqlite3.SQLITE_IOERR: Outage.NO_CHANGES,
    sqlite3.SQLITE_CANTOPEN: Outage.AWAY,
}
FULL_OR_READ_ONLY = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})
# PostgreSQL's codes, or the class that they begin with. 25006 is a read-only transaction, 53100 a full disk.
OF_POSTGRESQL = {
    "25006": Outage.NO_CHANGES,
    "53100": Outage.NO_CHANGES,
    "58": Outage.NO_CHANGES,
    "40": Outage.BUSY,
    "55P03": Outage.BUSY,
    "57014": Outage.BUSY,
    "08": Outage.AWAY,
    "53": Outage.AWAY,
    "57P": Outage.AWAY,
}


def outage_of(fault: BaseException) -> Outage | None:
    """None for what is no outage but a fault of ours.

    SQLite ends the whole transaction when its disk is full, so that undoing a part of it fails as well, and hides the reason.
    """
    return next(filter(None, map(_told, with_what_it_came_from(fault))), None)


def _told(fault: BaseException) -> Outage | None:
    if isinstance(fault, OSError) and fault.errno in FULL_OR_READ_ONLY:
        return Outage.NO_CHANGES
    if isinstance(fault, TimeoutError):
        return Outage.BUSY  # every connection of this process is in use
    if not isinstance(fault, DBAPIError):
        return None
    if isinstance(fault.orig, sqlite3.Error):
        return OF_SQLITE.get(getattr(fault.orig, "sqlite_errorcode", 0) & SQLITE_CODE)
    if isinstance(fault.orig, psycopg.Error):
        code = fault.orig.sqlstate or ""
        known = next((outage for start, outage in OF_POSTGRESQL.items() if code.startswith(start)), None)
        is_lost = fault.connection_invalidated or (
            not code and isinstance(fault.orig, psycopg.OperationalError)
        )
        return known or (Outage.AWAY if is_lost else None)
    return None


def with_what_it_came_from(fault: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    next_: BaseException | None = fault
    while next_ is not None and id(next_) not in seen:
        seen.add(id(next_))
        yield next_
        next_ = next_.__cause__ or (None if next_.__suppress_context__ else next_.__context__)
