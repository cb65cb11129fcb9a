"""Where attachments' bytes are kept: outside the web root, under random names."""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from flask import Flask, current_app

COPY_BYTES = 1024 * 1024
HALF = ".part"
TRIED_BYTES = 64 * 1024

log = logging.getLogger(__name__)


class CannotKeep(Exception):
    """The folder is gone, full or not ours to write. Nothing of the file is kept."""


def init_app(app: Flask) -> None:
    """Makes the folder, here alone: when it goes while the service runs, a disk may have gone, and a new folder in its place
    would hide that."""
    try:
        _root_of(app).mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        log.exception("documents cannot be kept")


def save(source: IO[bytes]) -> str:
    """Keeps the bytes from the source's position on, and returns the name to ask for them by. Durable when it returns. Raises
    CannotKeep."""
    name = secrets.token_hex(16)
    try:
        put(source, name)
    except OSError as fault:
        log.exception("a document cannot be kept")
        raise CannotKeep from fault
    return name


def put(source: IO[bytes], name: str) -> None:
    """Keeps the bytes under a name that was given before, as a backup brings them."""
    target = path_of(name)
    target.parent.mkdir(exist_ok=True, mode=0o700)
    half = target.with_suffix(HALF)
    try:
        with half.open("wb") as out:
            while chunk := source.read(COPY_BYTES):
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        half.rename(target)
    except OSError:
        half.unlink(missing_ok=True)  # on a full disk it takes room
        raise


def read(name: str) -> bytes | None:
    """None when it is missing. Raises OSError when the whole folder is out of reach."""
    try:
        return path_of(name).read_bytes()
    except FileNotFoundError:
        _root().stat()
        return None


def delete(name: str) -> None:
    """While files are held or out of reach, it is left to the sweep: what no row mentions goes within a day or so."""
    try:
        with _locking(fcntl.LOCK_SH | fcntl.LOCK_NB) as locked:
            if locked:
                path_of(name).unlink(missing_ok=True)
    except OSError:
        log.exception("a document is left to the sweep")


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


def try_out(kept: str | None = None) -> None:
    """Raises OSError when nothing could be kept, or `kept` is there no more, as when another disk is in the place of ours."""
    if kept:
        path_of(kept).stat()
    with tempfile.TemporaryFile(dir=_root()) as tried:
        tried.write(bytes(TRIED_BYTES))
        tried.flush()
        os.fsync(tried.fileno())


@contextmanager
def _locking(kind: int) -> Iterator[bool]:
    """A lock on the folder: each who deletes shares it, a backup has it alone. The system takes it back when a process dies.
    False when another's is in the way."""
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
    return _root_of(current_app)


def _root_of(app: Flask) -> Path:
    return Path(app.config["STORAGE_URL"].removeprefix("file:"))
