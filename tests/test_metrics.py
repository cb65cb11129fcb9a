"""Numbers for Prometheus: right over all processes, and only for whoever may have them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import URL

from exchange import clock, events, heartbeat, outbox
from exchange.audience import Audience
from exchange.region.queries import current
from tests.conftest import Committed
from tests.databases import make_app
from tests.notifications.arrange import tell
from tests.pages import Client

ROOT = Path(__file__).parents[1]
TOKEN = "Zq8Rw2Ne6Vt1Bx5Ky9Pc3Uj7Hs4Ld0Fg"
DEADLINE = 60.0
FAR = {"REMOTE_ADDR": "192.0.2.9"}


def numbers(text: str) -> dict[str, float]:
    """Each sample by its name and labels, like "exchange_requests_total GET pages.help 200"."""
    return {
        " ".join([sample.name, *(value for _, value in sorted(sample.labels.items()))]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def asked(client: Client) -> dict[str, float]:
    return numbers(client.visitor().get("metrics.metrics").text)


def test_requests_are_counted_by_endpoint_method_and_status(client: Client) -> None:
    before = asked(client)
    browser = client.visitor()
    browser.get("pages.help")
    browser.get("pages.help")
    browser.flask_client.open("/nowhere?q=secret", method="BREW")
    after = asked(client)
    changed = {
        name: value - before.get(name, 0)
        for name, value in after.items()
        if name.startswith("exchange_requests_total") and "metrics" not in name
        if value != before.get(name, 0)
    }
    assert changed == {
        "exchange_requests_total pages.help GET 200": 2,
        "exchange_requests_total none other 404": 1,
    }
    seconds = "exchange_request_seconds_count pages.help 200"
    assert after[seconds] - before.get(seconds, 0) == 2


def test_queues_are_told_with_the_age_of_what_waits_longest(client: Client, committed: Committed) -> None:
    tell(client.app)
    with committed():
        with clock.pretend(clock.now() - timedelta(hours=1)):
            events.record(None, "try_out", current(), Audience.ADMINISTRATORS)
            messages = [
                outbox.queue("news", "a@example.org", "News", "Text", message_id=f"news.{number}")
                for number in range(3)
            ]
            heartbeat.beat()
        messages[0].given_up_at = clock.now()
    found = asked(client)
    counted = {name: found[name] for name in found if name.endswith(("waiting", "given_up", "_up"))}
    assert counted == {
        "exchange_database_up": 1,
        "exchange_events_waiting": 1,
        "exchange_messages_waiting": 2,
        "exchange_messages_given_up": 1,
    }
    for name in ("events_oldest", "messages_oldest", "worker_silence"):
        assert found[f"exchange_{name}_seconds"] // 60 == 60


def test_empty_queues_have_no_age(client: Client) -> None:
    tell(client.app)
    found = asked(client)
    names = ("events_waiting", "events_oldest_seconds", "messages_waiting", "messages_oldest_seconds")
    assert [found[f"exchange_{name}"] for name in names] == [0, 0, 0, 0]
    assert found["exchange_worker_silence_seconds"] == -1


def test_numbers_are_given_when_the_database_is_gone(tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path}/gone/exchange.sqlite", PROPAGATE_EXCEPTIONS=False)
    found = numbers(app.test_client().get("/metrics").text)
    assert found["exchange_database_up"] == 0
    assert "exchange_events_waiting" not in found


# ---- Who may have them


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_may_read_them(client: Client, address: str) -> None:
    answer = client.app.test_client().get("/metrics", environ_overrides={"REMOTE_ADDR": address})
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")


@pytest.mark.parametrize("address", ["192.0.2.9", "10.0.0.1", "::ffff:10.0.0.1", "", "localhost"])
def test_elsewhere_there_is_nothing(client: Client, address: str) -> None:
    answer = client.app.test_client().get("/metrics", environ_overrides={"REMOTE_ADDR": address})
    assert (answer.status_code, "exchange_" in answer.text) == (404, False)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "x-forwarded-host", "Forwarded", "X-Real-IP", "Via"])
def test_what_a_proxy_on_this_machine_passes_on_is_from_elsewhere(client: Client, header: str) -> None:
    assert client.app.test_client().get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 404),
        (f"Basic {TOKEN}", 404),
        ("Bearer ", 404),
        ("Bearer é", 404),
        ("", 404),
    ],
)
def test_token_opens_them_from_elsewhere(app: Flask, sent: str, status: int) -> None:
    app.config["METRICS_TOKEN"] = TOKEN
    answer = app.test_client().get("/metrics", headers={"Authorization": sent}, environ_overrides=FAR)
    assert answer.status_code == status


@pytest.mark.parametrize("sent", ["Bearer ", "Bearer", ""])
def test_no_token_opens_them_where_none_is_set(app: Flask, sent: str) -> None:
    answer = app.test_client().get("/metrics", headers={"Authorization": sent}, environ_overrides=FAR)
    assert answer.status_code == 404


# ---- Several processes


@pytest.fixture
def server(app: Flask, tmp_path: Path) -> Iterator[str]:
    """gunicorn as it is deployed, with two processes, on this test's database; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    url: URL = app.config["TEST_URL"]
    environment = {
        **os.environ,
        "ENVIRONMENT": "test",
        "DATABASE_URL": url.render_as_string(hide_password=False),
        "STORAGE_URL": app.config["STORAGE_URL"],
        "WEB_WORKERS": "2",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", address]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([*command, "wsgi:app"], cwd=ROOT, env=environment, stderr=log)
    yield f"http://{address}"
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE) == 0, (tmp_path / "log").read_text()


def fetch(address: str) -> str:
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=DEADLINE) as answer:
                return str(answer.read().decode())
        except OSError:
            assert time.monotonic() < deadline, "it did not start in time"
            time.sleep(0.1)


def test_processes_add_up(server: str) -> None:
    for _ in range(30):
        fetch(f"{server}/health/live")
    seen = {
        numbers(fetch(f"{server}/metrics"))["exchange_requests_total health.live GET 200"] for _ in range(10)
    }
    assert seen == {30}
