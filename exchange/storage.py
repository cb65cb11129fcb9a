"""Where attachments' bytes are kept: outside the web root, under random names."""

from __future__ import annotations

import os
import secrets
import tempfile
from datetime import datetime
from pathlib import Path
from typing import IO

from flask import current_app

COPY_BYTES = 1024 * 1024
HALF = ".part"


def save(source: IO[bytes]) -> str:
    """Keeps the bytes from the source's position on, and returns the name to ask for them by. Durable when it returns."""
    name = secrets.token_hex(16)
    target = path_of(name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = target.with_suffix(HALF)
    with half.open("xb") as out:
        while chunk := source.read(COPY_BYTES):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    half.rename(target)
    return name


def delete(name: str) -> None:
    path_of(name).unlink(missing_ok=True)


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


def _older_than(moment: datetime) -> list[Path]:
    return [path for path in _root().glob("??/*") if path.stat().st_mtime < moment.timestamp()]


def _root() -> Path:
    return Path(current_app.config["STORAGE_URL"].removeprefix("file:"))
