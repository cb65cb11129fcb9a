"""`/metrics` for Prometheus: what was answered and how fast, by all processes of the web server, and what waits in the database.

Each process counts in a file of its own in the folder PROMETHEUS_MULTIPROC_DIR, which deploy/gunicorn.conf.py sets, and
whichever is asked adds them up. Without the folder a process knows its own numbers alone.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from exchange import clock, heartbeat
from exchange.access import public
from exchange.errors import NotFound
from exchange.events import Event, NewEvent
from exchange.extensions import db
from exchange.outbox import Message

SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
FORWARDING = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via")

blueprint = Blueprint("metrics", __name__)

_own = CollectorRegistry()
_requests = Counter(
    "exchange_requests", "Requests answered.", ["endpoint", "method", "status"], registry=_own
)
_seconds = Histogram(
    "exchange_request_seconds",
    "Seconds until the answer began.",
    ["endpoint", "status"],
    buckets=SECONDS,
    registry=_own,
)


def count(endpoint: str, method: str, status: int, seconds: float) -> None:
    """One request that was answered. All words are ours, so that nobody can make up new series."""
    _requests.labels(endpoint, method, str(status)).inc()
    _seconds.labels(endpoint, str(status)).observe(seconds)


@blueprint.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """For this machine itself, or whoever has METRICS_TOKEN; to everybody else there is nothing here."""
    if not (_is_from_here() or _has_token()):
        raise NotFound
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_own)
    registry.register(_Database())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_from_here() -> bool:
    """Straight from this machine: what a proxy on it passes on comes from anywhere."""
    if any(name in request.headers for name in FORWARDING):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _has_token() -> bool:
    token = current_app.config["METRICS_TOKEN"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


class _Database:
    """What the database tells at this moment, which is the same whichever process is asked."""

    def collect(self) -> Iterator[Metric]:
        try:
            gauges = _gauges()
        except SQLAlchemyError:
            gauges = []
        yield GaugeMetricFamily("exchange_database_up", "Whether the database answers.", value=bool(gauges))
        for name, text, value in gauges:
            yield GaugeMetricFamily(name, text, value=value)


def _gauges() -> list[tuple[str, str, float]]:
    events, first_event = _row(
        select(func.count(), func.min(Event.at))
        .select_from(NewEvent)
        .join(Event, Event.id == NewEvent.event_id)
    )
    unsent = Message.sent_at.is_(None)
    waiting, first_message = _row(
        select(func.count(), func.min(Message.queued_at)).where(unsent, Message.given_up_at.is_(None))
    )
    given_up = db.session.scalar(select(func.count()).where(unsent, Message.given_up_at.is_not(None))) or 0
    silence = heartbeat.silence()
    return [
        ("exchange_events_waiting", "Events that nobody was told of yet.", events),
        ("exchange_events_oldest_seconds", "Age of the oldest event that waits.", _age(first_event)),
        ("exchange_messages_waiting", "E-mails to be sent.", waiting),
        ("exchange_messages_oldest_seconds", "Age of the oldest e-mail to be sent.", _age(first_message)),
        ("exchange_messages_given_up", "E-mails that an administrator must see to.", given_up),
        (
            "exchange_worker_silence_seconds",
            "Since the worker was last heard of; -1 when it never was.",
            -1 if silence is None else silence.total_seconds(),
        ),
    ]


def _row(query: Any) -> tuple[int, datetime | None]:
    number, first = db.session.execute(query).one()
    return number, first


def _age(first: datetime | None) -> float:
    return 0.0 if first is None else max(0.0, (clock.now() - first).total_seconds())
