"""The service under gunicorn as `exchange.serve` runs it, with two things added: how many queries an answer took, and a bare
page to compare with. Nothing of this is in the product."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, has_request_context
from sqlalchemy import event

from benchmarks.databases import AUDIT_KEY
from exchange import create_app, serve
from exchange.access import public
from exchange.extensions import db

HOST = "exchange.example.org"
START_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")


def measured_app() -> Flask:
    """What a worker of gunicorn runs."""
    # Counted as ever, but four clients of one address are not asked to wait.
    app = create_app({"RATELIMIT_DEFAULT": "1000000000 per minute"})
    app.add_url_rule("/bare/<int:size>", view_func=public(_bare), endpoint="bare")
    app.after_request(_say_queries)
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _count)
    return app


def _bare(size: int) -> Response:
    return Response("x" * size, mimetype="text/html")


def _count(connection: object, cursor: object, statement: str, *more: object) -> None:
    if has_request_context() and not statement.startswith(("BEGIN", "PRAGMA")):
        g.queries = g.get("queries", 0) + 1


def _say_queries(response: Response) -> Response:
    response.headers["X-Queries"] = str(g.get("queries", 0))
    return response


@dataclass(frozen=True)
class Server:
    """A running service. `secret_key` signs sessions."""

    port: int
    secret_key: str
    url: str
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """What its workers have used until now."""
        return sum(_cpu_of(pid) for pid in _children(self.process.pid))


@contextmanager
def serving(url: str, folder: Path) -> Iterator[Server]:
    """The service on that database, stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secret_key = secrets.token_hex(32)
    settings = {
        "ENVIRONMENT": "production",
        "SECRET_KEY": secret_key,
        "AUDIT_KEY": AUDIT_KEY,
        "DATABASE_URL": url,
        "PUBLIC_URL": f"https://{HOST}",
        "MAIL_URL": f"file:{folder / 'mail'}",
        "STORAGE_URL": f"file:{folder / 'files'}",
        "PORT": str(port),
    }
    web = serve.commands(settings)["web"]
    command = ["benchmarks.server:measured_app()" if part == "wsgi:app" else part for part in web]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    log = (folder / f"gunicorn-{port}.log").open("wb")
    process = subprocess.Popen(
        [*command, "--log-level", "warning"],
        env={**kept, **settings},
        cwd=Path(__file__).parents[1],
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        _wait_until_ready(process, port, Path(log.name))
        yield Server(port, secret_key, url, process)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health/live", headers={"Host": HOST})
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    print(log.read_text(), file=sys.stderr)
    raise RuntimeError("the service did not start")


def database_cpu_seconds(postmaster: int) -> float:
    """What this PostgreSQL server has used until now, by its backends and those that ended."""
    pids = [postmaster, *_children(postmaster)] if postmaster else []
    return sum(_cpu_of(pid, with_ended=pid == postmaster) for pid in pids)


def _children(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _cpu_of(pid: int, *, with_ended: bool = False) -> float:
    fields: list[Any] = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11 : 15 if with_ended else 13]) / TICKS
