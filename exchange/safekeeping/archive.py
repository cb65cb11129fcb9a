"""A backup: one ZIP file of every table's rows, every document, and a manifest with the hash of each, sealed with AUDIT_KEY."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from exchange.events import keyed_digest
from exchange.safekeeping.rows import Tally
from exchange.safekeeping.schema import CannotUse

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "seal"
COPY_BYTES = 1024 * 1024
MOST_MANIFEST_BYTES = 256 * 1024 * 1024  # a million documents
MOST_SEAL_BYTES = 1024


@dataclass
class Contents:
    """What is in a table or a document: `rows` and `columns` of a table, `size` of a document in bytes."""

    sha256: str
    rows: int = 0
    columns: list[str] = field(default_factory=list)
    size: int = 0


@dataclass
class Manifest:
    """`mark` names the newest event; `faulty` the documents that rows mention and that were gone, or not what was stored."""

    made_at: str
    revision: str
    mark: str = ""
    format: int = FORMAT
    last_ids: dict[str, int] = field(default_factory=dict)
    tables: dict[str, Contents] = field(default_factory=dict)
    files: dict[str, Contents] = field(default_factory=dict)
    faulty: list[str] = field(default_factory=list)


def table_member(name: str) -> str:
    return f"tables/{name}.jsonl"


def file_member(name: str) -> str:
    return f"files/{name}"


@contextmanager
def writing(target: Path) -> Iterator[ZipFile]:
    """A file that only its owner reads, under a name of its own until the block ends and all is on disk; deleted when the block
    raises. Raises CannotUse when the target is there already."""
    if target.exists():
        raise CannotUse(f"{target} is there already. Give another name.")
    handle, half = tempfile.mkstemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "w+b") as out:
            with ZipFile(out, "w") as archive:
                yield archive
            out.flush()
            os.fsync(out.fileno())
        Path(half).rename(target)
    finally:
        Path(half).unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def add_table(archive: ZipFile, name: str, columns: list[str], lines: Iterator[bytes]) -> Contents:
    tally = Tally()
    with archive.open(_entry(table_member(name), ZIP_DEFLATED), "w", force_zip64=True) as out:
        for line in tally.watch(lines):
            out.write(line)
    return Contents(tally.sha256, rows=tally.rows, columns=columns)


def add_file(archive: ZipFile, name: str, source: IO[bytes]) -> Contents:
    """Documents are compressed by nature, so they are stored as they are."""
    tally = Tally()
    size = 0
    with archive.open(_entry(file_member(name), ZIP_STORED), "w", force_zip64=True) as out:
        for chunk in tally.watch(_chunks(source)):
            out.write(chunk)
            size += len(chunk)
    return Contents(tally.sha256, size=size)


def add_manifest(archive: ZipFile, manifest: Manifest, key: str) -> None:
    said = asdict(manifest)
    archive.writestr(_entry(MANIFEST, ZIP_DEFLATED), json.dumps(said, indent=1))
    archive.writestr(_entry(SEAL, ZIP_STORED), seal_on(said, key))


@contextmanager
def reading(source: Path, key: str) -> Iterator[tuple[ZipFile, Manifest]]:
    """The backup with all of it checked: complete, unaltered, made with this AUDIT_KEY. Raises CannotUse."""
    try:
        with ZipFile(source) as archive:
            manifest = _manifest(archive, key)
            _check_all(archive, manifest)
            yield archive, manifest
    except (BadZipFile, EOFError, zlib.error):
        raise CannotUse("It is not a backup, or not all of one, or it was altered.") from None


def lines_in(archive: ZipFile, table: str) -> Iterator[bytes]:
    with archive.open(table_member(table)) as lines:
        yield from lines


def _manifest(archive: ZipFile, key: str) -> Manifest:
    try:
        said: dict[str, Any] = json.loads(_read_within(archive, MANIFEST, MOST_MANIFEST_BYTES))
        seal = _read_within(archive, SEAL, MOST_SEAL_BYTES).decode()
    except (KeyError, ValueError, RecursionError):
        raise CannotUse("It has no manifest: it is not a backup, or not all of one.") from None
    if seal != seal_on(said, key):
        raise CannotUse("It was altered, or made with another AUDIT_KEY than the one that is set.")
    if said["format"] != FORMAT:
        raise CannotUse("It was made by a newer version. Install that version first.")
    tables = {name: Contents(**each) for name, each in said.pop("tables").items()}
    files = {name: Contents(**each) for name, each in said.pop("files").items()}
    return Manifest(**said, tables=tables, files=files)


def _read_within(archive: ZipFile, member: str, most: int) -> bytes:
    """Before the seal is known to be ours, the part may be anybody's, and unpack to far more than there is memory."""
    if archive.getinfo(member).file_size > most:
        raise CannotUse(f"It is not a backup: {member} in it is larger than that of any.")
    return archive.read(member)


def _check_all(archive: ZipFile, manifest: Manifest) -> None:
    expected = {table_member(name): each.sha256 for name, each in manifest.tables.items()}
    expected |= {file_member(name): each.sha256 for name, each in manifest.files.items()}
    found = sorted(archive.namelist())
    if found != sorted([*expected, MANIFEST, SEAL]):
        raise CannotUse("It holds other parts than its manifest says: it was altered.")
    for member, sha256 in expected.items():
        with archive.open(member) as part:
            if hashlib.file_digest(part, "sha256").hexdigest() != sha256:  # type: ignore[arg-type]
                raise CannotUse(f"{member} in it was altered.")


def _entry(name: str, compression: int) -> ZipInfo:
    entry = ZipInfo(name)
    entry.compress_type = compression
    return entry


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(COPY_BYTES):
        yield chunk


def seal_on(manifest: dict[str, Any], key: str) -> str:
    return keyed_digest(["manifest of a backup", manifest], key)
