"""Browsing the application as a person does: pages are checked as they arrive, and forms are sent as the page
has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import html5lib
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from exchange.accounts.models import Person

MOST_REDIRECTS = 5
CSRF_FIELD = "csrf_token"
CSRF_RAW = "0123456789abcdef0123456789abcdef01234567"
SAID = re.compile(r'(?<=")[^"<>]*(?=")|(?<=>)[^<>]+(?=<)')
SOUND_SHAPES: set[int] = set()
ASKING = "input:not([type=hidden], [type=submit], [type=button]), select, textarea"


class Client:
    """Opens browsers, each with cookies of its own."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def visitor(self) -> Browser:
        """Nobody is signed in."""
        return Browser(self.app, self.app.test_client())

    def as_(self, person: Person) -> Browser:
        """This person is signed in. Signing in itself is tested through its own page."""
        flask_client = self.app.test_client()
        with self.app.test_request_context(environ_overrides=_environment(flask_client)):
            identifier = self.app.login_manager._session_identifier_generator()  # type: ignore[attr-defined]
        with flask_client.session_transaction() as session:
            session["_user_id"] = person.fs_uniquifier
            session["_fresh"] = True
            session["_id"] = identifier
        return Browser(self.app, flask_client)


class Browser:
    """One person's browser. Places are endpoints with their values, or addresses that start with a slash."""

    def __init__(self, app: Flask, flask_client: FlaskClient) -> None:
        self.app = app
        self.flask_client = flask_client

    def get(self, place: str, *, status: int = 200, **values: Any) -> Page:
        """The page there, redirects followed unless `status` is one. Fails unless the answer has that status
        and is sound.
        """
        return self._arrive("GET", self.address(place, **values), status)

    def post(
        self,
        place: str,
        data: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        token: bool = True,
        **values: Any,
    ) -> Page:
        """Sends what no page of ours would, as a script does, with a good CSRF token unless told."""
        sent = MultiDict(data or {})
        if token:
            sent[CSRF_FIELD] = self.csrf_token()
        return self._arrive("POST", self.address(place, **values), status, sent)

    def address(self, place: str, **values: Any) -> str:
        if place.startswith("/"):
            return place
        with self.app.test_request_context():
            return self.app.url_for(place, **values)

    def csrf_token(self) -> str:
        with self.flask_client.session_transaction() as session:
            raw = session.setdefault(CSRF_FIELD, CSRF_RAW)
        return str(URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token").dumps(raw))

    def _arrive(
        self, method: str, address: str, status: int, data: MultiDict[str, Any] | None = None
    ) -> Page:
        assert not has_app_context(), "leave `with committed():` before asking for a page"
        for _ in range(MOST_REDIRECTS):
            response = self.flask_client.open(address, method=method, data=data)
            if response.status_code not in {301, 302, 303, 307, 308} or status == response.status_code:
                break
            method, data = "GET", None
            address = urljoin(address, response.headers["Location"])
        else:
            raise AssertionError(f"redirected more than {MOST_REDIRECTS} times, last to {address}")
        page = Page(self, address, response)
        assert response.status_code == status, (
            f"{method} {address}: {response.status_code}, not {status}\n{page.text[:2000]}"
        )
        if page.is_html:
            page.check()
        return page


class Page:
    """One answer. What it shows is read with `h1`, `text`, `errors`, `select`; what can be done, with `click`
    and `submit`.
    """

    def __init__(self, browser: Browser, address: str, response: TestResponse) -> None:
        self.browser = browser
        self.address = address
        self.response = response
        self.tree = LexborHTMLParser(response.get_data(as_text=True) if self.is_html else "")

    @property
    def is_html(self) -> bool:
        return self.response.mimetype == "text/html" and self.response.status_code not in range(300, 400)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def path(self) -> str:
        """Where we are after redirects, without the query."""
        return urlsplit(self.address).path

    @property
    def location(self) -> str:
        """Where a redirect, asked for by its status, leads."""
        return self.response.headers["Location"]

    @property
    def h1(self) -> str:
        return self.texts("h1")[0]

    @property
    def title(self) -> str:
        return self.texts("title")[0]

    @property
    def text(self) -> str:
        """All the words of the page's main part, with single spaces."""
        if not self.is_html:
            return self.response.get_data(as_text=True)
        main = self.tree.css_first("main") or self.tree.body
        return "" if main is None else words(main)

    @property
    def errors(self) -> list[str]:
        """The messages of the error summary, in order."""
        return self.texts(".nhsuk-error-summary__list li")

    def select(self, css: str) -> list[LexborNode]:
        return self.tree.css(css)

    def texts(self, css: str) -> list[str]:
        """The words of each element found."""
        return [words(node) for node in self.select(css)]

    def links(self) -> dict[str, str]:
        """Addresses of the main part's links by their words."""
        return {words(link): link.attributes["href"] or "" for link in self.select("main a[href]")}

    def click(self, words_of_link: str, *, status: int = 200) -> Page:
        """Follows the one link with these words."""
        found = {link.attributes["href"] for link in self.select("a[href]") if words(link) == words_of_link}
        assert len(found) == 1, f"{len(found)} links say {words_of_link!r}; there are {self.texts('a[href]')}"
        return self.browser.get(urljoin(self.address, str(found.pop())), status=status)

    def value(self, name: str) -> Any:
        """What a field of the page holds: a text, or the list of what is ticked or chosen among several."""
        values = [
            value
            for form in self.select("form")
            for key, value in _filled(form).items(multi=True)
            if key == name
        ]
        ticks = self.select(f'input[type=checkbox][name="{name}"], select[multiple][name="{name}"]')
        return values if ticks else (values[0] if values else None)

    def submit(
        self, button: str, data: Mapping[str, Any] | None = None, *, status: int = 200, **fields: Any
    ) -> Page:
        """Presses the one button with these words, having filled in `fields` (`data` for names that are no
        Python names).

        Everything else is sent as the page has it. A list fills several boxes, None or False unticks, True
        ticks a single box, (stream, name) is a file. Fails for a field, or a choice, that the page does not
        offer.
        """
        pressed = self._button(button)
        form = self._form_of(pressed)
        sent = _filled(form)
        for name, value in {**(data or {}), **fields}.items():
            _fill(form, sent, name, value)
        if pressed.attributes.get("name"):
            sent.add(str(pressed.attributes["name"]), pressed.attributes.get("value") or "")
        address = urljoin(
            self.address,
            pressed.attributes.get("formaction") or form.attributes.get("action") or self.address,
        )
        if (form.attributes.get("method") or "get").lower() == "get":
            with self.browser.app.test_request_context(query_string=sent) as context:
                query = context.request.query_string.decode()
            return self.browser.get(f"{address.partition('?')[0]}?{query}", status=status)
        return self.browser._arrive("POST", address, status, sent)

    def check(self) -> None:
        """What must hold for every page of ours."""
        problems = [
            *self._syntax(),
            *self._headings(),
            *self._references(),
            *self._fields(),
            *self._scripts(),
            *self._forms(),
        ]
        assert not problems, f"{self.address}: " + "; ".join(problems)

    def _syntax(self) -> Iterable[str]:
        html = self.response.get_data(as_text=True)
        # Parsing is slow. Escaped text and values make no error: a page of the same tags as a sound one is sound.
        shape = hash(SAID.sub("", html))
        if shape in SOUND_SHAPES:
            return
        parser = html5lib.HTMLParser()
        parser.parse(html)
        if not parser.errors:
            SOUND_SHAPES.add(shape)
        lines = html.splitlines()
        for (line, column), code, details in parser.errors:
            near = lines[line - 1][max(0, column - 60) : column + 20] if line <= len(lines) else "the end"
            yield f"HTML: {code} {details or ''} near {near.strip()!r}"

    def _headings(self) -> Iterable[str]:
        headings = self.texts("h1")
        if len(headings) != 1:
            yield f"{len(headings)} h1"
        elif headings[0] not in self.title:
            yield f"title {self.title!r} does not repeat h1 {headings[0]!r}"
        if not self.select("html[lang]"):
            yield "no language"

    def _references(self) -> Iterable[str]:
        ids = [node.attributes["id"] for node in self.select("[id]")]
        yield from (
            f"id {id_!r} is there twice" for id_ in sorted({str(id_) for id_ in ids if ids.count(id_) > 1})
        )
        for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "form"):
            for node in self.select(f"[{name}]"):
                wanted = (node.attributes[name] or "").split()
                yield from (f"{name}={id_!r} names nothing" for id_ in wanted if id_ not in ids)
        for link in self.select('a[href^="#"]'):
            if (link.attributes["href"] or "")[1:] not in ids:
                yield f"link to {link.attributes['href']!r} leads nowhere"

    def _fields(self) -> Iterable[str]:
        labelled = {label.attributes["for"] for label in self.select("label[for]") if words(label)}
        for field in self.select(ASKING):
            attributes = field.attributes
            if not (
                attributes.get("id") in labelled
                or attributes.get("aria-label")
                or attributes.get("aria-labelledby")
            ):
                yield f"field {attributes.get('name')!r} has no label"
        yield from (
            f"image {image.attributes.get('src')!r} has no alt" for image in self.select("img:not([alt])")
        )
        yield from (f"empty {node.tag}" for node in self.select("a[href], button") if not words(node))

    def _scripts(self) -> Iterable[str]:
        policy = self.response.headers.get("Content-Security-Policy", "")
        nonce = re.search(r"'nonce-([^']+)'", policy)
        if "default-src 'none'" not in policy or nonce is None:
            yield "no content security policy with a nonce"
        for script in self.select("script:not([src])"):
            if nonce is None or script.attributes.get("nonce") != nonce.group(1):
                yield "an inline script has no nonce"
        yield from ("a style attribute" for _ in self.select("[style], style"))
        for node in self.select("*"):
            yield from (f"{node.tag} has {name}" for name in node.attributes if name.startswith("on"))

    def _forms(self) -> Iterable[str]:
        for form in self.select('form[method="post" i]'):
            if not form.css_first(f"input[name={CSRF_FIELD}]"):
                yield f"the form to {form.attributes.get('action')!r} has no {CSRF_FIELD}"

    def _button(self, text: str) -> LexborNode:
        buttons = self.select("button, input[type=submit]")
        found = [node for node in buttons if (words(node) or node.attributes.get("value")) == text]
        assert len(found) == 1, (
            f"{len(found)} buttons say {text!r}; there are {[words(node) for node in buttons]}"
        )
        return found[0]

    def _form_of(self, button: LexborNode) -> LexborNode:
        if button.attributes.get("form"):
            return self.select(f"form#{button.attributes['form']}")[0]
        node: LexborNode | None = button
        while node is not None and node.tag != "form":
            node = node.parent
        assert node is not None, f"the button {words(button)!r} is in no form"
        return node


def words(node: LexborNode) -> str:
    """What an element says, with single spaces."""
    return re.sub(r" ([.,;:!?)])", r"\1", " ".join(node.text(separator=" ").split()))


def _environment(flask_client: FlaskClient) -> dict[str, str]:
    return {"HTTP_USER_AGENT": str(flask_client.environ_base["HTTP_USER_AGENT"]), "REMOTE_ADDR": "127.0.0.1"}


def _filled(form: LexborNode) -> MultiDict[str, Any]:
    """What a browser would send of the form as it stands, without a button."""
    sent: MultiDict[str, Any] = MultiDict()
    for field in form.css("input[name], select[name], textarea[name]"):
        name, attributes = str(field.attributes["name"]), field.attributes
        kind = attributes.get("type") or "text"
        if "disabled" in attributes or kind in {"submit", "button", "file"}:
            continue
        if field.tag == "select":
            chosen = field.css("option[selected]") or (
                [] if "multiple" in attributes else field.css("option")[:1]
            )
            for option in chosen:
                sent.add(name, _option_value(option))
        elif field.tag == "textarea":
            sent.add(name, field.text(strip=False).removeprefix("\n").replace("\n", "\r\n"))
        elif kind not in {"radio", "checkbox"} or "checked" in attributes:
            sent.add(name, attributes.get("value") or ("on" if kind in {"radio", "checkbox"} else ""))
    return sent


def _fill(form: LexborNode, sent: MultiDict[str, Any], name: str, value: Any) -> None:
    fields = form.css(f'input[name="{name}"], select[name="{name}"], textarea[name="{name}"]')
    offered = {str(field.attributes.get("name")) for field in form.css("[name]")}
    assert fields, f"the form has no field {name!r}; it has {sorted(offered)}"
    boxes = ", ".join(f'input[type={kind}][name="{name}"]' for kind in ("radio", "checkbox"))
    choices = [choice.attributes.get("value") or "on" for choice in form.css(boxes)]
    choices += [_option_value(option) for option in form.css(f'select[name="{name}"] option')]
    sent.poplist(name)
    if value is None or value is False:
        return
    if value is True:
        assert len(choices) == 1, f"{name!r} is not one box to tick"
        value = choices[0]
    for item in value if isinstance(value, list) else [value]:
        assert not choices or str(item) in choices, f"{name!r} does not offer {item!r}, only {choices}"
        sent.add(name, item if isinstance(item, tuple) else str(item))


def _option_value(option: LexborNode) -> str:
    given = option.attributes.get("value")
    return words(option) if given is None else given
