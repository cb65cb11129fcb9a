"""Declaring access: no route without, 404 before 403, and what a visitor is led to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Blueprint, Flask

from exchange import access, errors
from exchange.access import UndeclaredAccess, public, public_where_found, requires, signed_in
from exchange.errors import NotFound
from exchange.extensions import csrf
from exchange.pages import blueprint as pages
from exchange.transaction import transaction
from tests.conftest import Committed
from tests.databases import Databases, make_app
from tests.factories import PASSWORD, make_person
from tests.pages import Browser, Client

ADA = "ada@example.org"


@pytest.fixture
def workshop(databases: Databases) -> Iterator[Flask]:
    """An application of its own, with one person in it, to which tests add routes."""
    with databases() as url:
        app = make_app(url.render_as_string(hide_password=False))
        with app.app_context(), transaction():
            make_person(email=ADA)
        yield app


def add(app: Flask, path: str, view: Callable[..., Any]) -> None:
    app.add_url_rule(path, f"test{path}", view, methods=["GET", "POST"])


def signed_in_browser(app: Flask) -> Browser:
    browser = Client(app).visitor()
    browser.get("security.login").submit("Sign in", email=ADA, password=PASSWORD, status=302)
    return browser


# ---- Declaring


def test_application_with_an_undeclared_route_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    real = access.refuse_undeclared

    def add_one_first(app: Flask) -> None:
        forgotten = Blueprint("forgotten", __name__)
        forgotten.get("/forgotten")(lambda: "all may see")
        app.register_blueprint(forgotten, name="forgotten")
        real(app)

    monkeypatch.setattr(access, "refuse_undeclared", add_one_first)
    with pytest.raises(UndeclaredAccess, match=r"no access declared for: forgotten\.<lambda>"):
        make_app("sqlite://")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_route_added_later_without_access_stays_closed(workshop: Flask, method: str) -> None:
    opened: list[str] = []

    def late() -> str:
        opened.append("late")
        return "x"

    workshop.add_url_rule("/late", "late", csrf.exempt(late), methods=[method])
    with pytest.raises(UndeclaredAccess, match="late"):
        workshop.test_client().open("/late", method=method)
    assert opened == []


def test_every_blueprint_page_says_its_access(app: Flask) -> None:
    assert pages.name in app.blueprints
    assert access.declared(app, "pages.help") == access.Access("public")
    assert access.declared(app, "nowhere") is None


# ---- Order


def test_what_is_not_found_is_404_and_never_asked_about(workshop: Flask) -> None:
    asked: list[Any] = []

    def find(person: Any, key: str) -> str:
        if key == "there":
            return f"found {key}"
        raise NotFound

    def refuses(person: Any, found: Any) -> bool:
        asked.append((person.email, found))
        return False

    @requires(refuses, of=find, message="Ask Ada.")
    def view(found: str) -> str:
        asked.append("view")
        return found

    add(workshop, "/things/<key>", view)
    browser = signed_in_browser(workshop)
    for method in ("GET", "POST"):
        answer = browser.flask_client.open("/things/gone", method=method, data=token(browser, method))
        assert answer.status_code == 404
        assert asked == []
    page = browser.get("/things/there", status=403)
    assert (page.h1, page.text.endswith("Ask Ada. Go to my work")) == ("You cannot do this", True)
    assert asked == [(ADA, "found there")]
    assert browser.post("/things/there", status=403).h1 == "You cannot do this"
    assert "view" not in asked


def token(browser: Browser, method: str) -> dict[str, str] | None:
    return {"csrf_token": browser.csrf_token()} if method == "POST" else None


def test_view_gets_what_was_found_in_place_of_its_address(workshop: Flask) -> None:
    def find(person: Any, key: str) -> str:
        return f"{person.email} found {key}"

    @requires(lambda person, found: True, of=find)
    def view(found: str, number: int) -> dict[str, Any]:
        return {"found": found, "number": number}

    add(workshop, "/things/<key>/<int:number>", view)
    answer = signed_in_browser(workshop).get("/things/a/3")
    assert answer.response.get_json() == {"found": f"{ADA} found a", "number": 3}


def test_predicate_without_a_finder_is_403_before_the_view(workshop: Flask) -> None:
    opened: list[str] = []

    @requires(lambda person: False)
    def view() -> str:
        opened.append("view")
        return "x"

    add(workshop, "/closed", view)
    browser = signed_in_browser(workshop)
    assert "does not have the role" in browser.get("/closed", status=403).text
    browser.post("/closed", status=403)
    assert opened == []


def test_public_finder_is_asked_for_visitors_too(workshop: Flask) -> None:
    def find(person: Any, key: str) -> str:
        if person is None and key == "members":
            raise NotFound
        return key

    add(workshop, "/shared/<key>", public_where_found(find)(lambda found: {"found": found}))
    visitor = Client(workshop).visitor()
    assert visitor.get("/shared/all").response.get_json() == {"found": "all"}
    assert visitor.get("/shared/members").path == "/login"
    assert signed_in_browser(workshop).get("/shared/members").response.get_json() == {"found": "members"}


@pytest.mark.parametrize("number", ["2147483648", "99999999999999999999", "-1", "x"])
def test_number_that_no_row_has_is_404(workshop: Flask, number: str) -> None:
    add(workshop, "/rows/<int:number>", public(lambda number: {"number": number}))
    browser = signed_in_browser(workshop)
    assert browser.get("/rows/2147483647").response.get_json() == {"number": 2147483647}
    assert browser.get(f"/rows/{number}", status=404).h1 == "Page not found"


# ---- Signed out


@pytest.mark.parametrize(
    "path", ["/closed?a=1&b=x%26y", "/closed", "/nowhere?x=%C3%A9", "/proposals/TV-2026-9999"]
)
def test_visitor_is_led_to_sign_in_and_back(workshop: Flask, path: str) -> None:
    @requires(signed_in)
    def view() -> str:
        return "x"

    add(workshop, "/closed", view)
    browser = Client(workshop).visitor()
    page = browser.get(path, status=302)
    target = urlsplit(page.location)
    assert target.path == "/login"
    [wanted] = parse_qs(target.query)["next"]
    assert (urlsplit(wanted).path, parse_qs(urlsplit(wanted).query)) == (
        urlsplit(path).path,
        parse_qs(urlsplit(path).query),
    )
    page = browser.get(page.location).submit("Sign in", email=ADA, password=PASSWORD, status=302)
    back = urlsplit(page.location)
    assert (back.netloc, back.path, parse_qs(back.query)) == (
        "",
        urlsplit(path).path,
        parse_qs(urlsplit(path).query),
    )


def test_visitor_who_sends_something_is_told_that_they_are_signed_out(workshop: Flask) -> None:
    sent: list[str] = []

    @requires(signed_in)
    def view() -> str:
        sent.append("view")
        return "x"

    add(workshop, "/closed", view)
    page = Client(workshop).visitor().post("/closed", {"text": "An hour's work"}, status=400)
    assert page.h1 == "You have been signed out"
    assert "Nothing was saved. Go back, copy what you typed" in page.text
    assert sent == []


def test_form_whose_session_ended_says_that_too(client: Client, committed: Committed) -> None:
    """The token goes with the session, so that the refusal is the token's."""
    with committed():
        person = make_person()
    page = client.as_(person).get("accounts.edit_details")
    page.browser.flask_client.delete_cookie("exchange")
    page = page.submit("Save", name="Another name", status=400)
    assert "You may have signed out" in page.text
    assert "copy what you typed" in page.text


@pytest.mark.parametrize(
    "wanted", ["https://evil.example.org/", "//evil.example.org/", "http:evil.example.org"]
)
def test_next_of_a_foreign_host_is_not_followed(workshop: Flask, wanted: str) -> None:
    browser = Client(workshop).visitor()
    page = browser.get("security.login", next=wanted)
    page = page.submit("Sign in", email=ADA, password=PASSWORD, status=302)
    assert page.location == "/my-work"


def test_next_made_for_a_visitor_stays_ours_whatever_host_they_name(workshop: Flask) -> None:
    answer = workshop.test_client().get("/my-work", headers={"Host": "evil.example.org"})
    assert answer.headers["Location"] == "/login?next=/my-work"


def test_every_refusal_is_an_error_with_a_page() -> None:
    kinds: list[type[errors.ExchangeError]] = [errors.ExchangeError, *all_below(errors.ExchangeError)]
    assert {kind.code for kind in kinds} <= errors.PAGES
    assert all(kind.heading for kind in kinds)


def all_below(kind: type[errors.ExchangeError]) -> list[type[errors.ExchangeError]]:
    return [each for below in kind.__subclasses__() for each in (below, *all_below(below))]
