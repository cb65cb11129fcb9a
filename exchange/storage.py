"""Where attachments' bytes are kept: outside the web root, under random names."""

from __future__ import annotations

import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from flask import current_app

COPY_BYTES = 1024 * 1024
HALF = ".part"


def save(source: IO[bytes]) -> str:
    """Keeps the bytes from the source's position on, and returns the name to ask for them by. Durable when it returns."""
    name = secrets.token_hex(16)
    put(source, name)
    return name


def put(source: IO[bytes], name: str) -> None:
    """Keeps the bytes under a name that was given before, as a backup brings them."""
    target = path_of(name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = target.with_suffix(HALF)
    with half.open("wb") as out:
        while chunk := source.read(COPY_BYTES):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    half.rename(target)


def delete(name: str) -> None:
    """While files are held, it is left to the sweep: what no row mentions goes within a day or so."""
    with _locking(fcntl.LOCK_SH | fcntl.LOCK_NB) as locked:
        if locked:
            path_of(name).unlink(missing_ok=True)


@contextmanager
def held() -> Iterator[None]:
    """No file is deleted inside the block, by any process."""
    with _locking(fcntl.LOCK_EX):
        yield


def path_of(name: str) -> Path:
    """Names are ours, of 32 hexadecimal digits; anything else is refused, so that no name climbs out of the folder."""
    if len(name) != 32 or not set(name) <= set("0123456789abcdef"):
        raise ValueError("not the name of a stored file")
    return _root() / name[:2] / name


def kept_before(moment: datetime) -> list[str]:
    """Names of the files stored before then, for the sweep of those that no row mentions."""
    return sorted(path.name for path in _older_than(moment) if path.suffix == "")


def delete_halves(moment: datetime) -> int:
    """Deletes what a killed process began to write before then, and says how many."""
    halves = [path for path in _older_than(moment) if path.suffix == HALF]
    for path in halves:
        path.unlink(missing_ok=True)
    return len(halves)


def try_out() -> None:
    """Raises OSError when nothing could be kept."""
    _root().mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryFile(dir=_root()):
        pass


@contextmanager
def _locking(kind: int) -> Iterator[bool]:
    """A lock on the folder: each who deletes shares it, a backup has it alone. The system takes it back when a process dies.
    False when another's is in the way."""
    _root().mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = os.open(_root(), os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, kind)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(folder)


def _older_than(moment: datetime) -> list[Path]:
    return [path for path in _root().glob("??/*") if path.stat().st_mtime < moment.timestamp()]


def _root() -> Path:
    return Path(current_app.config["STORAGE_URL"].removeprefix("file:"))
