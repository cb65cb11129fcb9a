"""A rolling restart while people use the service: every request is answered, those too that were half sent when it began."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask

from tests.failures.arrange import address_of, closed_port
from tests.test_config import GOOD

ROOT = Path(__file__).parents[2]
HOST = "exchange.example.org"
LONGEST = 60.0
PAGES = ("/login", "/help")
BETWEEN = 0.05


class Service:
    """`python -m exchange.serve` with one web process, and what it writes."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.port = int(environ["PORT"])
        command = [sys.executable, "-m", "exchange.serve"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True)

    def wait_for(self, is_it: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The next line of the log of which this holds."""
        assert self.process.stderr is not None
        seen = []
        for line in self.process.stderr:
            seen.append(line)
            if line.startswith("{") and is_it(found := json.loads(line)):
                return dict(found)
        raise AssertionError("the service ended:\n" + "".join(seen))

    def ask(self, path: str) -> int:
        """On a connection of its own, as nginx does."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        try:
            connection.request("GET", path, headers={"Host": HOST, "Connection": "close"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


@pytest.fixture
def service(app: Flask, tmp_path: Path) -> Iterator[Service]:
    url = address_of(app).render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
    own = {
        "PORT": str(closed_port()),
        "WEB_WORKERS": "1",
        "DATABASE_URL": url,
        "MAIL_URL": f"file:{tmp_path / 'mail'}",
        "STORAGE_URL": f"file:{tmp_path / 'files'}",
        "PUBLIC_URL": f"https://{HOST}",
    }
    started = Service({**os.environ, **GOOD, **own})
    yield started
    started.process.terminate()
    started.process.communicate(timeout=LONGEST)
    assert started.process.returncode == 0


def test_rolling_restart_under_load_drops_no_request(service: Service) -> None:
    first = service.wait_for(lambda line: "Listening at" in line["said"])["pid"]
    assert service.ask("/login") == 200
    old = service.wait_for(lambda line: line["said"] == "answered")["pid"]
    answers: Counter[int | str] = Counter()
    over = Event()

    def use() -> None:
        is_over = False
        while not is_over:
            is_over = over.wait(BETWEEN)
            for path in PAGES:
                try:
                    answers[service.ask(path)] += 1
                except OSError as fault:
                    answers[type(fault).__name__] += 1

    people = [Thread(target=use) for _ in range(2)]
    slow = socket.create_connection(("127.0.0.1", service.port), timeout=LONGEST)
    slow.sendall(f"POST /login HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n".encode())
    slow.sendall(b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nemai")
    assert service.ask("/login") == 200  # so that the one before it was taken as well
    for person in people:
        person.start()
    os.kill(first, signal.SIGHUP)
    service.wait_for(lambda line: "Booting worker" in line["said"])
    slow.sendall(b"l=a@b")
    answer = b"".join(iter(lambda: slow.recv(65536), b""))
    slow.close()
    assert b"This page is too old to use" in answer
    service.wait_for(lambda line: line["said"] == "answered" and line["pid"] != old)
    over.set()
    for person in people:
        person.join()
    assert set(answers) == {200}
    assert answers.total() >= len(people) * len(PAGES)
