"""Mail servers on this machine that accept, refuse, hang up or hold, and the worker as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import URL

PATIENCE = 60.0
ROOT = Path(__file__).parents[2]


class Postbox:
    """What an SMTP server did. The answers are its next ones; `hold` makes it wait before it answers to a text."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.to_recipient = "250 OK"
        self.to_text = "250 OK"
        self.hangs_up = False
        self.got_text = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.raw.append(envelope.content)
        self.messages.append(BytesParser(EmailMessage, policy=SMTP).parsebytes(envelope.content))
        self.recipients += envelope.rcpt_tos
        self.got_text.set()
        await server.loop.run_in_executor(None, self.may_answer.wait, PATIENCE)
        if self.hangs_up:
            server.transport.abort()
        return self.to_text


class FreePort(Controller):
    """A server on whatever port is free; its own start would knock at port 0."""

    def _trigger_server(self) -> None:
        listening: Any = self.server
        self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class Server:
    """A running server: its postbox, and its address as MAIL_URL has it."""

    def __init__(self, postbox: Postbox, controller: Controller) -> None:
        self.postbox = postbox
        self.controller = controller

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.controller.port}"


@pytest.fixture
def mail_server() -> Iterator[Callable[..., Server]]:
    """Starts a server; options are aiosmtpd's."""
    started: list[Server] = []

    def start(**options: Any) -> Server:
        postbox = Postbox()
        controller = FreePort(postbox, hostname="127.0.0.1", port=0, **options)
        controller.start()
        server = Server(postbox, controller)
        started.append(server)
        return server

    yield start
    for server in started:
        server.postbox.may_answer.set()
        server.controller.stop()


@pytest.fixture
def worker(app: Flask) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `flask worker` on this test's database, with these settings."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **settings: str) -> subprocess.Popen[str]:
        url: URL = app.config["TEST_URL"]
        environment = {
            **os.environ,
            "ENVIRONMENT": "test",
            "DATABASE_URL": url.render_as_string(hide_password=False).replace(
                "postgresql+psycopg", "postgresql"
            ),
            "MAIL_URL": app.config["MAIL_URL"],
            "STORAGE_URL": app.config["STORAGE_URL"],
            "PUBLIC_URL": app.config["PUBLIC_URL"],
            **settings,
        }
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()
