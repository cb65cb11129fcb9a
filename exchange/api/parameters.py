"""What somebody asks of the list of programmes, read from the address. Every mistake is told in words."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from exchange.access import LARGEST_ROW_NUMBER
from exchange.errors import InvalidInput
from exchange.spread.life import ProgrammeStatus
from exchange.wording import joined

USUAL, MOST = 50, 100
NAMES = ("limit", "cursor", "updated_since", "status", "theme", "priority")
LONGEST_CURSOR = 100
SHOWN = 40  # characters of what was sent, in a message


class Cursor(NamedTuple):
    """The last programme of a page: when it changed, and its number."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(f"{self.at.isoformat()}|{self.id}".encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Asked:
    """`sent` is what was asked, without the cursor, for the address of the next page."""

    limit: int
    cursor: Cursor | None
    updated_since: datetime | None
    status: ProgrammeStatus | None
    theme: str
    priority: str
    sent: dict[str, str]


def asked(arguments: MultiDict[str, str], themes: Collection[str], priorities: Collection[str]) -> Asked:
    """Raises InvalidInput, which says what can be asked."""
    if unknown := sorted(set(arguments) - set(NAMES)):
        raise InvalidInput(f"There is no parameter “{_cut(unknown[0])}”. There are {joined(NAMES)}.")
    given = {name: value.strip() for name, value in arguments.items() if value.strip()}
    status = _one_of(given, "status", [each.value for each in ProgrammeStatus])
    return Asked(
        _limit(given.get("limit", str(USUAL))),
        _cursor(given["cursor"]) if "cursor" in given else None,
        _moment(given["updated_since"]) if "updated_since" in given else None,
        ProgrammeStatus(status) if status else None,
        _one_of(given, "theme", themes),
        _one_of(given, "priority", priorities),
        {name: value for name, value in given.items() if name != "cursor"},
    )


def _limit(value: str) -> int:
    limit = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
    if not 1 <= limit <= MOST:
        raise InvalidInput(f"“limit” must be a whole number from 1 to {MOST}.")
    return limit


def _cursor(value: str) -> Cursor:
    try:
        if len(value) > LONGEST_CURSOR:
            raise ValueError
        padded = value + "=" * (-len(value) % 4)
        at, _, number = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").partition("|")
        cursor = Cursor(datetime.fromisoformat(at).astimezone(UTC), int(number))
    except (ValueError, OverflowError, binascii.Error):
        cursor = None
    if cursor is None or not 0 < cursor.id <= LARGEST_ROW_NUMBER:
        raise InvalidInput("“cursor” must come from “next” of the page before. Start again without it.")
    return cursor


def _moment(value: str) -> datetime:
    """A day is its first moment; without a time zone it is UTC."""
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(
            "“updated_since” must be a day or a moment, like 2026-12-04 or 2026-12-04T09:30:00Z."
        ) from None


def _one_of(given: dict[str, str], name: str, known: Collection[str]) -> str:
    value = given.get(name, "")
    if value and value not in known:
        raise InvalidInput(f"There is no {name} “{_cut(value)}”. There are {joined(list(known))}.")
    return value


def _cut(value: str) -> str:
    return value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
