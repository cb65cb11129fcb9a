"""Tables as spreadsheets write them: read from a file or from pasted rows, looked through before anything is saved, and written
for filling in. Pure.

A file is UTF-8 with or without its mark, Unicode text (UTF-16), or else Windows-1252, as Excel saves without asking.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Generic, Protocol, TypeVar

MOST_BYTES = 500_000
# What a spreadsheet would compute if a cell began with it; Excel's own way out is an apostrophe before it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class BadSheet(ValueError):
    """The file is no table. The message says what to do."""


class Row(Protocol):
    """One row as it was read. `mistake` says how to mend it, and `said` what it does."""

    @property
    def number(self) -> int: ...
    @property
    def organisation(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def mistake(self) -> str: ...
    @property
    def said(self) -> str: ...
    @property
    def changes(self) -> bool:
        """Whether it would record something."""
        ...


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Preview(Generic[R]):
    """What all rows would do."""

    rows: tuple[R, ...]

    @property
    def mistakes(self) -> int:
        return sum(bool(row.mistake) for row in self.rows)

    @property
    def changing(self) -> list[R]:
        return [row for row in self.rows if row.changes]

    @property
    def mark(self) -> str:
        """Tells it from another, and from the same rows once something they say stands otherwise."""
        said = json.dumps([(row.organisation, row.said, row.reason) for row in self.rows])
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def cells(self) -> list[tuple[str, str, str]]:
        """For a table: the number of the row, the organisation, what happens. Rows to mend come first: there may be hundreds."""
        return [
            (str(row.number), row.organisation, f"To mend: {row.said}" if row.mistake else row.said)
            for row in sorted(self.rows, key=lambda row: not row.mistake)
        ]


def text_of(content: bytes) -> str:
    """The rows of a file as they could have been pasted: tabs between cells, each row a line. Raises BadSheet."""
    if len(content) > MOST_BYTES:
        raise BadSheet(f"The file must be smaller than {MOST_BYTES // 1000:,} kB. Send it in parts")
    text = _decoded(content)
    if "\0" in text or content.startswith(b"PK"):
        raise BadSheet("The file is no CSV file. In Excel, choose “Save as” and then “CSV”")
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and lines[0].lower().startswith("sep="):
        text = text.split("\n", 1)[-1]
        lines = lines[1:]
    if not lines:
        raise BadSheet("The file has no rows. Choose one that has")
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=_separator(lines[0])))
    except csv.Error as problem:
        raise BadSheet("The file cannot be read. In Excel, choose “Save as” and then “CSV”") from problem
    # Two cells at least: in a row of one, a comma would part it.
    return "\n".join(
        "\t".join([*(" ".join(cell.split()) for cell in row), *[""] * (2 - len(row))]) if any(row) else ""
        for row in rows
    )


def cells_of(line: str) -> list[str]:
    """The cells of one row: between tabs as they are, else between commas or semicolons, as a CSV file has them."""
    separator = _separator(line)
    cells = line.split("\t") if separator == "\t" else next(csv.reader([line], delimiter=separator))
    return [_without_apostrophe(cell.strip()) for cell in cells]


def filled_in(text: str, given: int) -> str:
    """Without the rows that say nothing after their first `given` cells, as they were in the table to fill in."""
    lines = text.splitlines()
    return "\n".join(line for line in lines if not line.strip() or any(cells_of(line)[given:]))


def numbered(text: str, header: str) -> list[tuple[int, list[str]]]:
    """Every row that has something in it, with its number from 1; without that whose first cell is the header."""
    rows = [(number, cells_of(line)) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    return [(number, cells) for number, cells in rows if any(cells) and cells[0].lower() != header.lower()]


def written(rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file that Excel opens as it should: with the mark of UTF-8, and no cell that it would compute."""
    out = StringIO(newline="")
    csv.writer(out).writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _separator(line: str) -> str:
    """Tabs; else the more frequent, as a name may have a comma in it."""
    if "\t" in line:
        return "\t"
    return ";" if line.count(";") > line.count(",") else ","


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _without_apostrophe(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell
