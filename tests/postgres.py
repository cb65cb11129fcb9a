"""A throw-away PostgreSQL server for tests: no password, nothing kept, nothing safe on disk."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

import psycopg

PLACES = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin")
SETTINGS = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off")
START_SECONDS = 30.0


class Account(TypedDict, total=False):
    user: str
    group: int
    extra_groups: list[int]


def why_not() -> str:
    """Why no server can be started here, or nothing."""
    if _programs() is None:
        return "PostgreSQL is not installed and TEST_DATABASE_URL is not set"
    if os.geteuid() == 0 and "postgres" not in {entry.pw_name for entry in pwd.getpwall()}:
        return "PostgreSQL does not run as root, and there is no user postgres"
    return ""


@contextmanager
def running(kept: Path | None = None) -> Iterator[str]:
    """Start a server on a Unix socket and give its URL; stop it and delete its data at the end.

    With a folder its data stay there for the next time.
    """
    programs = _programs()
    assert programs is not None
    account = _account()
    # /tmp, as a socket's path may have no more than about 100 characters.
    folder = Path(tempfile.mkdtemp(prefix="exchange-pg-", dir="/tmp"))
    server = None
    try:
        for used in filter(None, (folder, kept)):
            used.mkdir(exist_ok=True)
            if account:
                shutil.chown(used, account["user"])
        data = (kept or folder) / "data"
        initdb = [f"{programs}/initdb", f"--pgdata={data}", "--username=postgres", "--auth=trust"]
        initdb += ["--encoding=UTF8", "--locale=C", "--no-sync"]
        if not (data / "PG_VERSION").exists():
            subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, **account)
        command = [f"{programs}/postgres", "-D", str(data), "-k", str(folder)]
        command += [f"--{setting}" for setting in SETTINGS]
        with (folder / "log").open("wb") as log:
            # A session of its own: Ctrl-C stops the tests first.
            server = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=folder, start_new_session=True, **account
            )
        url = f"postgresql://postgres@/postgres?host={folder}"
        _wait_until_ready(url, server, folder / "log")
        yield url.replace("://", "+psycopg://", 1)
    finally:
        if server is not None:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL did not start:\n" + log.read_text()) from None
        time.sleep(0.1)


def _programs() -> Path | None:
    """The folder of the newest server's programs."""
    found = [Path(path).resolve().parent for path in [shutil.which("initdb")] if path]
    for place in PLACES:
        found += [path.parent for path in Path("/").glob(f"{place}/initdb")]
    return max(found, key=_version, default=None)


def _version(programs: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(programs))]


def _account() -> Account:
    """PostgreSQL refuses to run as root: then as the user of Debian's package."""
    if os.geteuid() != 0:
        return {}
    return {"user": "postgres", "group": pwd.getpwnam("postgres").pw_gid, "extra_groups": []}
