"""Four browsers that ask as fast as they are answered, on connections that stay open. Loopback only."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPException
from threading import Barrier, Lock, Thread
from urllib.parse import urlencode, urlsplit

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from benchmarks.people import uniquifier
from benchmarks.server import HOST, Server

CLIENTS = 4
AGENT = "benchmark"
TIMEOUT = 60
COOKIE = "__Host-exchange"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
CSRF_RAW = "0123456789abcdef0123456789abcdef01234567"


class Unexpected(Exception):
    """An answer that no page should give."""


class Finished(Exception):
    """There is nothing more to do for this browser."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    location: str
    queries: int


@dataclass(eq=False)
class Browser:
    """One person's browser, or a visitor's. It counts what it asked since `begin`."""

    server: Server
    person: str | None = None
    requests: int = 0
    queries: int = 0
    size: int = 0
    _cookie: str = ""
    _connection: HTTPConnection | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._cookie = _session(self.server.secret_key, self.person) if self.person else ""

    def begin(self) -> None:
        self.requests = self.queries = self.size = 0

    def get(self, path: str) -> Answer:
        return self._expect(self._ask("GET", path), 200, path)

    def post(self, path: str, data: Sequence[tuple[str, str]]) -> str:
        """Sends a form that must be taken; the path that it leads to."""
        return urlsplit(self._expect(self._ask("POST", path, urlencode(data)), 302, path).location).path

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _expect(self, answer: Answer, status: int, path: str) -> Answer:
        if answer.status != status:
            raise Unexpected(f"{path}: {answer.status}, not {status}")
        self.requests += 1
        self.queries += answer.queries
        self.size += len(answer.body.encode())
        return answer

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        headers = {"Host": HOST, "User-Agent": AGENT}
        if self._cookie:
            headers["Cookie"] = f"{COOKIE}={self._cookie}"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self.server.port, timeout=TIMEOUT)
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        found = response.read().decode()
        queries = int(response.getheader("X-Queries") or 0)
        return Answer(response.status, found, response.getheader("Location") or "", queries)


def hidden_fields(page: str) -> dict[str, str]:
    """What a form sends without showing."""
    return {name: unescape(value) for name, value in HIDDEN.findall(page)}


@dataclass
class Load:
    """What some visits took. `seconds` is from the first to the last; `times` are of each."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    requests: int = 0
    queries: int = 0
    size: int = 0
    failures: list[str] = field(default_factory=list)

    def __iadd__(self, other: Load) -> Load:
        self.times += other.times
        self.failures += other.failures
        for name in ("seconds", "requests", "queries", "size"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    @property
    def visits(self) -> int:
        return len(self.times)


Visit = Callable[[Browser], None]


def load(browsers: Sequence[Browser], visit: Visit, *, most: int, seconds: float) -> Load:
    """Lets every browser make visits until there were `most` in all, or the time is over."""
    done, lock, start = Load(), Lock(), Barrier(len(browsers) + 1)
    left = iter(range(most))
    deadline = 0.0

    def go(browser: Browser) -> None:
        browser.begin()
        start.wait()
        while time.monotonic() < deadline:
            with lock:
                if next(left, None) is None:
                    break
            began = time.perf_counter()
            try:
                visit(browser)
            except Finished:
                break
            except (Unexpected, HTTPException, OSError) as failure:
                browser.close()
                with lock:
                    done.failures.append(f"{type(failure).__name__}: {failure}")
                continue
            with lock:
                done.times.append(time.perf_counter() - began)
        browser.close()

    threads = [Thread(target=go, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    deadline = began + seconds
    start.wait()
    for thread in threads:
        thread.join()
    done.seconds = time.monotonic() - began
    for browser in browsers:
        done.requests += browser.requests
        done.queries += browser.queries
        done.size += browser.size
    return done


def _session(secret_key: str, person: str) -> str:
    """The cookie of somebody who has signed in. Signing in itself is slow on purpose."""
    app = Flask(__name__)
    app.secret_key = secret_key
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    agent = hashlib.sha256(AGENT.encode()).hexdigest()
    held = {"_user_id": uniquifier(person), "_fresh": True, "_id": agent, "csrf_token": CSRF_RAW}
    return str(signer.dumps(held))
