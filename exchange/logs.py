"""What the service writes of itself: a line for each request and each error, as JSON in production, and never a value that
anybody typed or holds.

A line names endpoints instead of addresses, and a fault by its types and places instead of its message, which may hold
any row or form. Of a library's own words nothing is kept but where they were said.
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from sqlalchemy import Engine, event
from werkzeug.local import LocalProxy

from exchange import metrics
from exchange.outages import with_what_it_came_from

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OURS = "exchange"
HARMLESS_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ENDPOINT = "none"  # what nobody serves, whatever was asked for
LONGEST_TRACE = 30

log = logging.getLogger(__name__)


@dataclass
class Asked:
    """The request at hand, as its line tells of it."""

    id: str
    method: str
    endpoint: str = NO_ENDPOINT
    status: int = 500
    queries: int = 0


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


def init_app(app: Flask) -> None:
    """Called last of all that wraps the application, so that a line covers everything."""
    _write_as(JsonLines() if app.config["ENVIRONMENT"] == "production" else ReadableLines())
    app.jinja_env.globals["request_id"] = request_id
    app.before_request(_note_endpoint)
    app.log_exception = _failed  # type: ignore[method-assign]
    app.wsgi_app = _watched(app.wsgi_app, trusts_ids=app.config["TRUSTED_PROXIES"] > 0)  # type: ignore[assignment,method-assign]


def listen_to(engine: Engine) -> None:
    """Counts the queries of each request."""
    event.listen(engine, "before_cursor_execute", _count_query)


def request_id() -> str:
    """Of the request at hand; empty outside one."""
    asked = _asked.get()
    return asked.id if asked else ""


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        facts = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "pid": record.process,
            "said": _said(record),
            **_facts(record),
        }
        if record.exc_info and record.exc_info[1]:
            facts["trace"] = list(_trace(record.exc_info[1]))
        return json.dumps(facts)


class ReadableLines(logging.Formatter):
    """For whoever develops, with everything that Python says of a fault."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s%(facts)s")

    def format(self, record: logging.LogRecord) -> str:
        record.facts = "".join(f" {name}={value}" for name, value in _facts(record).items())
        return super().format(record)


class _Handler(logging.StreamHandler[Any]):
    """Ours, so that a second application in one process replaces it."""


def _write_as(lines: logging.Formatter) -> None:
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _Handler)]:
        root.removeHandler(handler)
    handler = _Handler(LocalProxy(lambda: sys.stderr))
    handler.setFormatter(lines)
    root.addHandler(handler)
    logging.getLogger(OURS).setLevel(logging.INFO)


def _said(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] == OURS:
        return record.getMessage()
    return f"{record.name} in {record.filename}:{record.lineno}"


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    found = {"request": request_id()} if request_id() else {}
    return found | getattr(record, "request_facts", {})


def _trace(fault: BaseException) -> Iterator[str]:
    """The fault's type and the places it came through, innermost last, then those of what it came from; no message and no
    values."""
    for each in with_what_it_came_from(fault):
        yield f"{type(each).__module__}.{type(each).__qualname__}"
        for frame in traceback.extract_tb(each.__traceback__)[-LONGEST_TRACE:]:
            yield f"  {_short(frame.filename)}:{frame.lineno} {frame.name}"


def _short(path: str) -> str:
    """From the package on; the folders before it say nothing."""
    return path.rpartition("site-packages" + os.sep)[2].removeprefix(os.getcwd() + os.sep)


def _watched(inner: WSGIApplication, *, trusts_ids: bool) -> WSGIApplication:
    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        asked = Asked(_id_for(environ, trusts_ids), method if method in METHODS else "other")
        token = _asked.set(asked)
        started = time.perf_counter()

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            asked.status = int(status[:3])
            return start_response(status, [*headers, ("X-Request-ID", asked.id)], exc_info)

        try:
            return inner(environ, start)
        finally:
            _write(asked, time.perf_counter() - started)
            _asked.reset(token)

    return answer


def _id_for(environ: WSGIEnvironment, trusts_ids: bool) -> str:
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if trusts_ids and HARMLESS_ID.fullmatch(given) else secrets.token_hex(8)


def _write(asked: Asked, seconds: float) -> None:
    metrics.count(asked.endpoint, asked.method, asked.status, seconds)
    facts = {
        "method": asked.method,
        "endpoint": asked.endpoint,
        "status": asked.status,
        "milliseconds": round(seconds * 1000),
        "queries": asked.queries,
    }
    log.info("answered", extra={"request_facts": facts})


def _note_endpoint() -> None:
    if (asked := _asked.get()) is not None and request.endpoint:
        asked.endpoint = request.endpoint


def _count_query(*_: Any) -> None:
    if (asked := _asked.get()) is not None:
        asked.queries += 1


def _failed(exc_info: Any) -> None:
    """In place of Flask's own, which writes the path."""
    log.error("failed", exc_info=exc_info)
