"""Sends what no page of ours would, byte by byte, and looks at every answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlencode, urljoin, urlsplit

from flask import Flask, got_request_exception
from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.pages import CSRF_FIELD, Browser, Page, _filled

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "----zqxboundary"
NEVER_SHOWN = (
    "Traceback (most recent call last)",
    "sqlalchemy",
    "psycopg",
    "sqlite3",
    "werkzeug",
    "jinja2",
    "$argon2",
    "site-packages",
)
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
REDIRECTED = {301, 302, 303, 307, 308}
# Here even what is refused leaves something, and too much of it would end the trying.
COUNTING_TRIES = {"/login", "/register", "/reset", "/confirm", "/account/password"}
ADDRESSES = ("href", "src", "action", "formaction")


@dataclass(frozen=True)
class File:
    """What is sent as a file."""

    name: str
    content: bytes
    type: str = "application/pdf"


Value = str | File
Pairs = Sequence[tuple[str, Value]]


class Noted(ImmutableMultiDict[str, str]):
    """Query or form of a request; remembers by which names it was asked."""

    names: set[str]

    def _note(self, name: Any) -> None:
        if isinstance(name, str):
            type(self).names.add(name)

    def __getitem__(self, key: str) -> str:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return super().__contains__(key)

    def getlist(self, key: str, *arguments: Any, **more: Any) -> Any:
        self._note(key)
        return super().getlist(key, *arguments, **more)


@contextmanager
def noting_names(app: Flask) -> Iterator[set[str]]:
    """The names of all parameters that the code asks for inside the block, whether they were sent or not."""
    asked: set[str] = set()
    noted = type("Noted", (Noted,), {"names": asked})
    usual = app.request_class
    app.request_class = type("NotedRequest", (usual,), {"parameter_storage_class": noted})
    try:
        yield asked
    finally:
        app.request_class = usual


@contextmanager
def showing_failures(app: Flask) -> Iterator[list[BaseException]]:
    """Lets a failing view answer 500, as in production, and keeps what it raised."""
    raised: list[BaseException] = []

    def keep(app: Flask, exception: BaseException) -> None:
        raised.append(exception)

    app.config["PROPAGATE_EXCEPTIONS"] = False  # put back with all other settings after the test
    with got_request_exception.connected_to(keep, app):
        yield raised


def path_with(rule: Rule, values: dict[str, Any]) -> str:
    """The rule's address with whatever values, also such as it takes for none of its own."""

    def put(match: re.Match[str]) -> str:
        return quote(str(values[match["name"]]), safe="", errors="surrogatepass")

    return re.sub(r"<(?:[^:<>]+:)?(?P<name>\w+)>", put, rule.rule)


def query_of(pairs: Pairs) -> str:
    return urlencode([(name, str(value)) for name, value in pairs], errors="surrogatepass")


def multipart(pairs: Pairs) -> bytes:
    parts = []
    for name, value in pairs:
        shown = name.replace('"', "%22")
        if isinstance(value, File):
            filename = value.name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
            head = f'name="{shown}"; filename="{filename}"\r\nContent-Type: {value.type}'
            content = value.content
        else:
            head, content = f'name="{shown}"', value.encode(errors="surrogatepass")
        head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n"
        parts.append(head.encode(errors="surrogatepass") + content + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


@dataclass
class FoundForm:
    """A form of a page of ours: where it goes, what it would send, and every field by its kind."""

    address: str
    filled: list[tuple[str, str]]
    kinds: dict[str, str]

    @property
    def names(self) -> list[str]:
        return [name for name in self.kinds if name != CSRF_FIELD]

    @property
    def typed(self) -> list[str]:
        """What is typed, and what a page keeps for itself: no choices and no buttons."""
        chosen = {"radio", "checkbox", "select", "button", "submit", "file"}
        return [name for name in self.names if self.kinds[name] not in chosen]


def forms_of(page: Page) -> list[FoundForm]:
    """The forms that send something, each once for each place that one of its buttons sends it to."""
    found = []
    for form in page.select("form"):
        if (form.attributes.get("method") or "get").lower() != "post":
            continue
        kinds = {
            str(node.attributes["name"]): kind_of(node)
            for node in form.css("input[name], select[name], textarea[name], button[name]")
        }
        places = {form.attributes.get("action") or page.address}
        places |= {str(node.attributes["formaction"]) for node in form.css("[formaction]")}
        filled = [(name, str(value)) for name, value in _filled(form).items(multi=True)]
        found += [FoundForm(urljoin(page.address, place), filled, kinds) for place in sorted(places)]
    return found


def kind_of(node: LexborNode) -> str:
    return (node.attributes.get("type") or "text") if node.tag == "input" else str(node.tag)


@dataclass
class Attacker:
    """One person's browser in the wrong hands.

    `kept_from` are words that this person may not read anywhere, `raised` what failing views raised, `asked` the names that the
    code asked a request for.
    """

    enter: Callable[[], Browser]
    role: str
    kept_from: tuple[str, ...]
    put_back: Callable[[], object]
    raised: list[BaseException]
    asked: set[str]
    sent: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def report(self) -> str:
        return "\n".join(["", f"{len(self.problems)} answers of {self.sent} are wrong:", *self.problems[:25]])

    def send(
        self,
        method: str,
        address: str,
        pairs: Pairs = (),
        *,
        body: bytes | None = None,
        content_type: str = FORM,
        headers: dict[str, str] | None = None,
    ) -> Page:
        """Sends it, and notes what is wrong with the answer. What it changed is put back at once."""
        return self._send(self.enter(), method, address, pairs, body, content_type, headers or {})

    def post(self, address: str, pairs: Pairs) -> Page:
        """With a good token, as only that gets any further; then reads where that leads."""
        browser = self.enter()
        rest = [(name, value) for name, value in pairs if name != CSRF_FIELD]
        sent = [(CSRF_FIELD, browser.csrf_token()), *rest]
        return self._send(browser, "POST", address, sent, None, FORM, {})

    def _send(
        self,
        browser: Browser,
        method: str,
        address: str,
        pairs: Pairs,
        body: bytes | None,
        content_type: str,
        headers: dict[str, str],
    ) -> Page:
        self.sent += 1
        self.raised.clear()
        path, _, query = address.partition("?")
        if pairs:
            has_files = any(isinstance(value, File) for _, value in pairs)
            body = multipart(pairs) if has_files else query_of(pairs).encode()
            content_type = f"multipart/form-data; boundary={BOUNDARY}" if has_files else FORM
        asks = body is None
        response = browser.flask_client.open(
            "/",
            method=method,
            data=body,
            content_type=None if asks else content_type,
            headers=headers,
            environ_overrides={
                "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
                "QUERY_STRING": query,
            },
        )
        page = Page(browser, address, response)
        what = (
            f"{self.role}: {method} {address[:300]} {_short(pairs) or (body or b'')[:200]!r} {headers or ''}"
        )
        self.problems += [f"{what}\n    {response.status_code}: {each}" for each in self.wrong_with(page)]
        response.close()
        if method not in SAFE:
            if response.status_code in REDIRECTED:
                self._send(browser, "GET", urljoin(path, response.headers["Location"]), (), None, FORM, {})
            if response.status_code < 400 or path in COUNTING_TRIES:
                self.put_back()
        return page

    def wrong_with(self, page: Page) -> Iterator[str]:
        response = page.response
        if response.status_code >= 500:
            yield f"failed with {self.raised[-1]!r}" if self.raised else "failed"
        yield from _wrong_headers(response)
        text = response.get_data().decode(errors="replace")  # a PDF is no text
        low = text.lower()
        yield from (f"shows {word!r}" for word in NEVER_SHOWN if word.lower() in low)
        yield from (f"shows the hidden word {word!r}" for word in self.kept_from if word in low)
        if page.is_html and "zqx" in low:
            yield from _live_markup(page.tree)


def _wrong_headers(response: TestResponse) -> Iterator[str]:
    headers = response.headers
    if headers.get("X-Content-Type-Options") != "nosniff" or "default-src 'none'" not in headers.get(
        "Content-Security-Policy", ""
    ):
        yield "lacks headers"
    yield from (f"has a header {name}" for name, _ in headers if "zqx" in name.lower())
    for cookie in headers.getlist("Set-Cookie"):
        if not cookie.startswith(("exchange=", "remember_token=;")):  # the other is only ever taken away
            yield f"sets another cookie {cookie[:50]!r}"
    # As browsers read it: white space falls away, and a backslash is a slash.
    location = re.sub(r"[\t\r\n]", "", headers.get("Location", "")).strip().replace("\\", "/")
    if urlsplit(urljoin("http://localhost/a", location))[:2] != ("http", "localhost"):
        yield f"leads to {location!r}"


def _live_markup(tree: LexborHTMLParser) -> Iterator[str]:
    if tree.css("zqx, [onzqx]"):
        yield "has markup of what was sent"
    if any("zqx" in script.text() for script in tree.css("script")):
        yield "has what was sent in a script"
    for name in ADDRESSES:
        for node in tree.css(f"[{name}]"):
            if re.match(
                r"[\s\x00-\x20]*(javascript|data|vbscript):", node.attributes[name] or "", re.IGNORECASE
            ):
                yield f"has a {name} that runs what was sent"


def _short(pairs: Pairs) -> str:
    return ", ".join(f"{name}={str(value)[:80]!r}" for name, value in pairs if name != CSRF_FIELD)[:1500]
