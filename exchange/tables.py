"""Cells and tables as components/table.html takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NONE = "–"
Cell = str | dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """A table for a page, and for its paper."""

    caption: str
    head: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


def numeric(*names: str) -> list[dict[str, str]]:
    """The heads of columns of numbers."""
    return [{"text": name, "format": "numeric"} for name in names]


def figure(text: str, href: str = "") -> dict[str, Any]:
    """A cell with a number in words of the page, which may lead somewhere; a dash for none."""
    cell = {"text": text or NONE, "format": "numeric"}
    return cell | {"href": href} if href else cell
