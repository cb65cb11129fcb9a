"""The worker as a process: it drains, stops when asked, and loses nothing when it is killed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from threading import Timer
from time import monotonic

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from exchange import clock, outbox
from exchange.extensions import db
from exchange.notifications import delivery
from exchange.notifications.worker import Stop
from exchange.outbox import Message
from tests.assessment.arrange import make_champion, make_manager, make_submitted
from tests.conftest import Committed
from tests.notifications.conftest import PATIENCE, Server
from tests.pages import Client

Start = Callable[..., subprocess.Popen[str]]
StartServer = Callable[..., Server]


def queue(count: int) -> list[str]:
    """Messages, whose ids are given."""
    for number in range(count):
        outbox.queue("news", f"p{number}@example.org", "News", "Text\n", message_id=f"news.{number}")
    return [f"<news.{number}@localhost>" for number in range(count)]


def ended(process: subprocess.Popen[str]) -> str:
    """Waits for the worker to end of itself, well, and gives its log."""
    _, log = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, log
    return log


def ids(server: Server) -> list[str]:
    return [message["Message-ID"] for message in server.postbox.messages]


def end_leases(committed: Committed) -> None:
    """As if their time had passed."""
    with committed():
        db.session.execute(update(Message).values(leased_until=clock.now() - delivery.LEASE))


def unsent(committed: Committed) -> list[str]:
    with committed():
        query = select(Message.message_id).where(Message.sent_at.is_(None)).order_by(Message.id)
        return list(db.session.scalars(query))


def wait_for_log(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"the worker ended without saying {words!r}")


def test_worker_drains_and_ends(app: Flask, committed: Committed, worker: Start, tmp_path: Path) -> None:
    with committed():
        champion = make_champion(email="amina@example.org")
        make_manager(email="rachel@example.org")
        make_submitted(champion)
    log = ended(worker("--once"))
    letters = [
        message_from_bytes(path.read_bytes(), policy=SMTP) for path in (tmp_path / "mail").glob("*.eml")
    ]
    assert {(letter["To"], letter["Subject"]) for letter in letters} == {
        ("amina@example.org", "TV-2026-0001: we have your proposal"),
        ("rachel@example.org", "TV-2026-0001: new proposal to triage"),
    }
    assert unsent(committed) == []
    assert not re.search(r"@|Amina|Rachel|Falls|TV-2026", log)
    ended(worker("--once"))
    assert len(list((tmp_path / "mail").iterdir())) == 2


def test_worker_leaves_its_mark(client: Client, committed: Committed, worker: Start) -> None:
    ended(worker("--once"))
    client.visitor().get("health.ready")  # 200: one was heard of


@pytest.mark.only_on("sqlite")
def test_worker_lets_sqlite_see_how_its_rows_are_spread(committed: Committed, worker: Start) -> None:
    with committed():
        make_submitted(make_champion())
    ended(worker("--once"))
    with committed() as session:
        known = session.scalars(text("SELECT idx FROM sqlite_stat1 WHERE tbl = 'proposal'"))
        assert "ix_proposal_listed" in set(known)


def test_worker_without_a_way_to_send_says_what_to_set(committed: Committed, worker: Start) -> None:
    process = worker("--once", MAIL_URL="carrier-pigeon:loft")
    _, log = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert log.startswith("Error: MAIL_URL cannot be used: set smtp://")


@pytest.mark.parametrize("asking", [signal.SIGTERM, signal.SIGINT])
def test_idle_worker_ends_well_when_asked(worker: Start, app: Flask, asking: signal.Signals) -> None:
    process = worker()
    wait_for_log(process, "started")
    process.send_signal(asking)
    assert ended(process).endswith("ended\n")


def test_asking_to_stop_ends_a_sleep_at_once() -> None:
    before = signal.getsignal(signal.SIGTERM)
    stop = Stop()
    with stop.listening():
        asking = Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM))
        asking.start()
        started = monotonic()
        stop.sleep(PATIENCE)
        assert monotonic() - started < PATIENCE / 2
        assert stop.asked
        stop.sleep(PATIENCE)
        assert monotonic() - started < PATIENCE / 2
    assert signal.getsignal(signal.SIGTERM) is before


def test_busy_worker_finishes_the_message_at_hand(
    committed: Committed, worker: Start, mail_server: StartServer
) -> None:
    server = mail_server()
    server.postbox.may_answer.clear()
    with committed():
        [first, _] = queue(2)
    process = worker(MAIL_URL=server.url)
    assert server.postbox.got_text.wait(PATIENCE)
    process.send_signal(signal.SIGTERM)
    server.postbox.may_answer.set()
    ended(process)
    assert ids(server) == [first]
    assert unsent(committed) == ["news.1"]


def test_killed_worker_loses_nothing_and_doubles_only_what_it_held(
    committed: Committed, worker: Start, mail_server: StartServer
) -> None:
    server = mail_server()
    server.postbox.may_answer.clear()
    with committed():
        everything = queue(3)
    process = worker(MAIL_URL=server.url)
    assert server.postbox.got_text.wait(PATIENCE)
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)
    server.postbox.may_answer.set()
    ended(worker("--once", MAIL_URL=server.url))
    assert unsent(committed) == ["news.0"]
    end_leases(committed)
    ended(worker("--once", MAIL_URL=server.url))
    assert unsent(committed) == []
    assert Counter(ids(server)) == Counter([*everything, "<news.0@localhost>"])


def test_worker_killed_before_it_read_the_events_loses_none(
    committed: Committed, worker: Start, mail_server: StartServer
) -> None:
    server = mail_server()
    server.postbox.may_answer.clear()
    with committed():
        queue(1)
    process = worker(MAIL_URL=server.url)
    assert server.postbox.got_text.wait(PATIENCE)
    with committed():
        make_submitted(make_champion(email="amina@example.org"))
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)
    server.postbox.may_answer.set()
    end_leases(committed)
    ended(worker("--once", MAIL_URL=server.url))
    assert Counter(server.postbox.recipients) == {"p0@example.org": 2, "amina@example.org": 1}


def test_workers_at_once_send_each_message_once(
    committed: Committed, worker: Start, mail_server: StartServer
) -> None:
    server = mail_server()
    with committed():
        everything = queue(20)
        champion = make_champion(email="amina@example.org")
        for _ in range(5):
            make_submitted(champion)
    for process in [worker("--once", MAIL_URL=server.url) for _ in range(2)]:
        ended(process)
    counted = Counter(ids(server))
    assert set(counted.values()) == {1}
    assert set(everything) < set(counted)
    assert server.postbox.recipients.count("amina@example.org") == 5


def test_worker_outlives_a_mail_server_that_is_away(committed: Committed, worker: Start) -> None:
    with committed():
        queue(2)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        log = ended(worker("--once", MAIL_URL=f"smtp://127.0.0.1:{nobody.getsockname()[1]}"))
    assert log.count("not sent at try 1") == 2
    assert unsent(committed) == ["news.0", "news.1"]


def test_worker_waits_for_a_database_that_does_not_answer(app: Flask, worker: Start, tmp_path: Path) -> None:
    process = worker(DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite'}")
    wait_for_log(process, "the database did not answer: OperationalError in ")
    process.send_signal(signal.SIGTERM)
    assert ended(process).endswith("ended\n")


def test_password_is_not_given_to_a_server_that_anyone_could_listen_to(
    committed: Committed, worker: Start, mail_server: StartServer
) -> None:
    server = mail_server(auth_require_tls=False)
    url = server.url.replace(
        "smtp://127.0.0.1", "smtp://mailer:secret@127.1"
    )  # which we do not know as this machine
    with committed():
        queue(1)
    log = ended(worker("--once", MAIL_URL=url))
    assert "secret" not in log
    assert server.postbox.messages == []
    with committed():
        message = db.session.scalars(select(Message)).one()
    assert message.last_error == (
        "The mail server cannot be used: it offers no encryption, so the password was not given"
    )
