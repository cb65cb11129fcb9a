"""Where a page of the list of proposals ended, as the address of the next one says it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from exchange import search
from exchange.plain_text import has_unsavable
from exchange.proposals.queries import LARGEST_ID

LONGEST_CURSOR = 2_000


class Sort(StrEnum):
    BEST = "best"
    NEWEST = "newest"
    OLDEST = "oldest"
    TITLE = "title"


def written(sort: Sort, key: Any, mark: int) -> str:
    """`key` is what the last row of the page is sorted by, and `mark` tells apart rows that are alike in it."""
    said = key.isoformat() if isinstance(key, datetime) else key
    return base64.urlsafe_b64encode(json.dumps([sort, said, mark]).encode()).decode()


def read(sort: Sort, cursor: str) -> tuple[Any, int] | None:
    """Where the last page ended; None for the first page, and for anything that is no cursor of this sort."""
    if not cursor or len(cursor) > LONGEST_CURSOR:
        return None
    try:
        of, key, id_ = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if of != sort or type(id_) is not int or not 0 < id_ <= LARGEST_ID:
            return None
        return _key_of(sort, key), id_
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None


def _key_of(sort: Sort, key: Any) -> Any:
    """Raises ValueError, TypeError or OverflowError for what no cursor of ours holds."""
    if sort is Sort.TITLE:
        if not isinstance(key, str) or has_unsavable(key):
            raise ValueError("not a title")
        return key
    if sort is Sort.BEST:
        if type(key) is not int or not 0 <= key <= search.WORST_RANK:
            raise ValueError("not a rank")
        return key
    moment = datetime.fromisoformat(key)
    if moment.tzinfo is None:
        raise ValueError("not a moment")
    return moment.astimezone(UTC)
