"""The service as `make demo` runs it, and browsers of several people at once."""

from __future__ import annotations

import email
import email.policy
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize, sync_playwright

from tests.databases import empty_on_postgresql

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "journey-pictures"
START_SECONDS = 60
MAIL_SECONDS = 30
PASSWORD = "exchange-demo"
PHONE: ViewportSize = {"width": 320, "height": 640}
DESK: ViewportSize = {"width": 1280, "height": 900}
KINDS_OF_ELEMENTS = """() => [...new Set([...document.querySelectorAll("*")].map(
    each => [each.parentElement?.tagName, each.tagName, each.className, each.getAttribute("role"), each.type].join()
))].sort().join(";")"""
SEEN_BY_AXE: set[int] = set()
BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)


@dataclass(frozen=True)
class Service:
    """A running service: where it answers, and the folder where its e-mail lands."""

    address: str
    mail: Path

    def letters_to(self, address: str) -> list[email.message.EmailMessage]:
        messages = [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted(self.mail.glob("*.eml"))
        ]
        return [message for message in messages if address in str(message["To"])]

    def wait_for_letter(self, address: str, subject: str) -> str:
        """The text of the letter with these words in its subject, once the worker has sent it."""
        deadline = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < deadline:
            for message in self.letters_to(address):
                if subject in str(message["Subject"]):
                    return str(message.get_content())
            time.sleep(0.2)
        raise AssertionError(
            f"no letter to {address} about {subject!r}; there are {[m['Subject'] for m in self.letters_to(address)]}"
        )


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="session")
def database(folder: Path) -> Iterator[str]:
    """Where the service keeps its data: SQLite, or a new database on the server of TEST_DATABASE_URL."""
    if not (server := os.environ.get("TEST_DATABASE_URL")):
        yield f"sqlite:///{folder / 'exchange.sqlite'}"
        return
    with empty_on_postgresql(server, f"journeys_{os.getpid()}") as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def service(folder: Path, database: str) -> Iterator[Service]:
    """Web and worker with the demo loaded, in a folder of their own."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "ENVIRONMENT": "development",
        "PORT": str(port),
        "PUBLIC_URL": address,
        "DATABASE_URL": database,
        "MAIL_URL": f"file:{folder / 'mail'}",
        "STORAGE_URL": f"file:{folder / 'files'}",
    }
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    for command in (["db", "upgrade"], ["demo", "load"]):
        subprocess.run([*flask, *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "exchange.serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        _wait_until_ready(address, process, folder / "log")
        yield Service(address, folder / "mail")
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def playwright_at_hand() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright_at_hand: Playwright) -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    browser = playwright_at_hand.chromium.launch(executable_path=program, args=list(BROWSER_FLAGS))
    yield browser
    browser.close()


class Person:
    """Someone at a browser of their own. Every page they arrive at is checked: axe, sideways scrolling, the console."""

    def __init__(self, service: Service, context: BrowserContext, name: str) -> None:
        self.service, self.name = service, name
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("console", self._hear)
        self.pictures = 0

    def goes(self, path: str) -> Page:
        self.page.goto(self.service.address + path)
        self.looks()
        return self.page

    def signs_in(self, address: str, password: str = PASSWORD) -> Page:
        self.goes("/login")
        self.page.locator("input[name=email]").fill(address)
        self.page.locator("input[name=password]").fill(password)
        return self.presses("Sign in")

    def presses(self, button: str) -> Page:
        self.page.get_by_role("button", name=button, exact=True).click()
        self.looks()
        return self.page

    def follows(self, link: str) -> Page:
        self.page.get_by_role("link", name=link, exact=True).first.click()
        self.looks()
        return self.page

    def looks(self) -> None:
        """What must hold for every page that anyone arrives at."""
        self.page.wait_for_load_state("load")
        self.fits()
        # axe takes a second: it has seen a page that is made of the same kinds of elements as another.
        kinds = hash((self.page.evaluate(KINDS_OF_ELEMENTS), (self.page.viewport_size or PHONE)["width"]))
        if kinds in SEEN_BY_AXE:
            return
        SEEN_BY_AXE.add(kinds)
        for violation in Axe().run(self.page).response["violations"]:
            targets = [node["target"] for node in violation["nodes"]][:3]
            self.complaints.append(f"{self.where} {violation['id']}: {violation['help']} at {targets}")

    def fits(self) -> None:
        width = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        if width[0] > width[1]:
            self.complaints.append(f"{self.where} scrolls sideways: {width[0]} in {width[1]}")

    @property
    def where(self) -> str:
        return self.page.url.removeprefix(self.service.address)

    def takes_picture(self, title: str) -> None:
        self.pictures += 1
        PICTURES.mkdir(exist_ok=True)
        name = re.sub(r"\W+", "-", f"{self.name} {self.pictures:02} {title}").lower()
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True, caret="initial")

    def takes_both_pictures(self, title: str) -> None:
        """At a desk and on a phone, without loading the page again."""
        self.takes_picture(title)
        self.page.set_viewport_size(PHONE)
        self.fits()
        self.takes_picture(f"{title} on a phone")
        self.page.set_viewport_size(DESK)

    def sees(self, words: str) -> bool:
        return words in self.page.locator("main").inner_text()

    def _hear(self, message: Any) -> None:
        # A refusal that a test asks for is no complaint.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.complaints.append(f"console: {message.text}")


Someone = Callable[..., Person]


@pytest.fixture
def someone(service: Service, chromium: Browser) -> Iterator[Someone]:
    """`someone("ward sister", phone=True, scripts=False)`: a new browser. What any of them complained of fails the test."""
    people: list[Person] = []
    contexts: list[BrowserContext] = []

    def arrive(name: str, *, phone: bool = False, scripts: bool = True) -> Person:
        context = chromium.new_context(
            viewport=PHONE if phone else DESK, locale="en-GB", java_script_enabled=scripts
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        people.append(Person(service, context, name))
        return people[-1]

    yield arrive
    complaints = sorted(
        {f"{person.name}: {complaint}" for person in people for complaint in person.complaints}
    )
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/health/ready", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.2)
    raise AssertionError(f"the service did not start:\n{log.read_text()[-4000:]}")
