"""Lists that are shown page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

Row = TypeVar("Row")


def page_of(
    found: Sequence[Row], size: int, cursor: Callable[[Row], Any] = attrgetter("id")
) -> tuple[list[Row], Any]:
    """The rows of a page, and where the next one goes on, None at the end; of rows asked for with one more than a page holds."""
    shown = list(found[:size])
    return shown, cursor(shown[-1]) if len(found) > size else None
