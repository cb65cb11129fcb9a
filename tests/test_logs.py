"""What the service writes of itself: a line for each request and each error, and nothing of anybody in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from config import from_environment
from exchange import logs
from exchange.access import public
from exchange.extensions import csrf, db
from tests.assessment.arrange import make_draft
from tests.databases import Databases, make_app
from tests.factories import PASSWORD, make_person
from tests.pages import CSRF_RAW, Browser, Client
from tests.test_config import GOOD

OURS = "https://exchange.example.org"
MARK = "Xylophone"  # in everything that is sent below, and nowhere else
LINE = {"time", "level", "pid", "said", "request", "method", "endpoint", "status", "milliseconds", "queries"}

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def production(databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """As in production, but for a cookie that a test's browser keeps without https."""
    with databases() as url:
        settings = from_environment({**GOOD, "STORAGE_URL": f"file:{tmp_path}", "TRUSTED_PROXIES": "1"})
        settings |= {"SQLALCHEMY_DATABASE_URI": url.render_as_string(hide_password=False)}
        settings |= {"SESSION_COOKIE_NAME": "exchange", "SESSION_COOKIE_SECURE": False}
        settings |= {"TRUSTED_HOSTS": None, "RATELIMIT_ENABLED": False, "WTF_CSRF_SSL_STRICT": False}
        yield make_app("", PROPAGATE_EXCEPTIONS=False, **settings)
        make_app("sqlite://")  # lines of tests again, not of production


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """What was written since it was last asked for."""

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    return read


def add_fault(app: Flask, view: Callable[[], Any]) -> None:
    app.add_url_rule("/fault", "fault", csrf.exempt(public(view)), methods=["GET", "POST"])


def test_each_request_is_one_line(production: Flask, lines: Lines) -> None:
    lines()
    answer = production.test_client().get("/proposals?q=secret")
    [line] = lines()
    assert line.keys() == LINE
    told = {name: line[name] for name in ("level", "said", "request", "method", "endpoint", "status")}
    assert told == {
        "level": "info",
        "said": "answered",
        "request": answer.headers["X-Request-ID"],
        "method": "GET",
        "endpoint": "proposals.proposals",
        "status": 200,
    }
    assert line["queries"] > 0


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", "/proposals/TV-2026-0099?q=secret", ("GET", "proposals.show", 302)),
        ("GET", "/nowhere/secret", ("GET", "none", 302)),
        ("SECRET", "/secret", ("other", "none", 404)),
        ("POST", "/login?next=secret", ("POST", "security.login", 400)),
        ("GET", "/static/secret.css", ("GET", "static", 404)),
    ],
)
def test_line_names_the_endpoint_and_never_the_address(
    production: Flask, lines: Lines, method: str, path: str, said: tuple[str, str, int]
) -> None:
    lines()
    production.test_client().open(path, method=method)
    [line] = lines()
    assert (line["method"], line["endpoint"], line["status"]) == said
    assert "secret" not in json.dumps(line).lower()


def test_error_has_the_request_and_a_trace_without_values(production: Flask, lines: Lines) -> None:
    def fail() -> str:
        try:
            int(f"{MARK} in a message")
        except ValueError as fault:
            raise RuntimeError(MARK) from fault
        return ""

    add_fault(production, fail)
    lines()
    answer = production.test_client().get("/fault")
    [error, line] = lines()
    assert (line["status"], line["endpoint"], error["level"], error["said"]) == (
        500,
        "fault",
        "error",
        "failed",
    )
    assert error["request"] == line["request"] == answer.headers["X-Request-ID"]
    types = [each for each in error["trace"] if not each.startswith(" ")]
    assert types == ["builtins.RuntimeError", "builtins.ValueError"]
    assert f"  {Path('tests', 'test_logs.py')}:" in str(error["trace"])
    assert MARK not in json.dumps(error)
    assert f"tell us this number: {line['request']}" in answer.text.replace("<strong>", "")


# ---- Nothing of anybody


def test_nothing_of_anybody_is_in_the_log(production: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> str:
        db.session.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": request.form["name"]})
        return ""

    add_fault(production, fail)
    with production.app_context():
        person = make_person(name=f"{MARK} Smith", email=f"{MARK.lower()}@example.org")
        draft = make_draft(person, title=f"{MARK} title")
        db.session.commit()
        reference = draft.reference
    capsys.readouterr()
    browser = Client(production).visitor()
    register(browser)
    sign_in(browser, "Wrong password", 422)
    sign_in(browser, PASSWORD, 302)
    browser.get("proposals.proposals", q=f"{MARK} words")
    page = browser.get("proposals.edit_section", ref=reference, section="idea")
    page.submit("Save and continue", title=f"{MARK} falls")
    page = browser.get("proposals.edit_section", ref=reference, section="evidence")
    upload = (BytesIO(f"{MARK} is no document".encode()), f"{MARK}.pdf")
    page.submit("Save and continue", evidence_files=upload, status=422)
    browser.post("/fault?name=" + MARK, {"name": MARK}, token=False, status=500)
    cookie = browser.flask_client.get_cookie("exchange")
    written = capsys.readouterr().err

    assert cookie is not None
    values = [MARK.lower(), "example.org", cookie.value, CSRF_RAW, reference, PASSWORD, "wrong", "127.0.0.1"]
    assert [value for value in values if value.lower() in written.lower()] == []
    told = {line["endpoint"] for line in map(json.loads, written.splitlines()) if "endpoint" in line}
    assert {"security.register", "security.login", "proposals.save_section", "fault"} <= told
    assert "sqlalchemy.exc." in written


def register(browser: Browser) -> None:
    answers = {"name": f"{MARK} Jones", "email": f"{MARK}.jones@example.org", "password": f"{MARK}-passes-by"}
    browser.get("security.register").submit("Register", {**answers, "part": "lay", "terms": True})


def sign_in(browser: Browser, password: str, status: int) -> None:
    answers = {"email": f"{MARK.lower()}@example.org", "password": password}
    browser.get("security.login").submit("Sign in", answers, status=status)


def test_words_of_a_library_are_not_repeated(production: Flask, lines: Lines) -> None:
    lines()
    logging.getLogger("library").warning(f"could not greet {MARK}")
    [line] = lines()
    assert line["said"].startswith("library in test_logs.py:")
    assert MARK not in json.dumps(line)


# ---- The request's id


def id_given(app: Flask, sent: str) -> str:
    return app.test_client().get("/health/live", headers={"X-Request-ID": sent}).headers["X-Request-ID"]


def test_id_is_taken_from_a_trusted_proxy(production: Flask) -> None:
    assert id_given(production, "abc-DEF-0123") == "abc-DEF-0123"
    assert id_given(production, "a" * 64) == "a" * 64


@pytest.mark.parametrize("sent", ["", "a" * 65, "a b", "a\tb", "<b>", "a_b", "é", "٣", "a%0ab"])
def test_id_that_could_do_harm_is_replaced(production: Flask, sent: str) -> None:
    assert id_given(production, sent) not in {"", sent}


def test_id_is_made_where_no_proxy_is_trusted(client: Client) -> None:
    made = {id_given(client.app, "abc") for _ in range(3)}
    assert len(made) == 3
    assert "abc" not in made


@given(st.text(max_size=80))
def test_id_is_always_harmless(sent: str) -> None:
    assert logs.HARMLESS_ID.fullmatch(logs._id_for({"HTTP_X_REQUEST_ID": sent}, trusts_ids=True))


# ---- In development


def test_lines_are_readable_in_development(capsys: pytest.CaptureFixture[str]) -> None:
    app = make_app("sqlite://")
    capsys.readouterr()
    app.test_client().get("/health/live")
    [line] = capsys.readouterr().err.splitlines()
    assert " INFO answered request=" in line
    assert " method=GET endpoint=health.live status=200 milliseconds=" in line
