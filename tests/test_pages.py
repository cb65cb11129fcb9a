"""The harness itself: what it finds wrong with a page, and how it fills in a form."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Response, request

from tests.pages import Browser, Page

POLICY = "default-src 'none'; script-src 'nonce-abc'"
SOUND = """<!doctype html>
<html lang="en"><head><title>Hello – Exchange</title></head><body><main><h1>Hello</h1>{}</main></body></html>"""
FORM = """
<form method="post" action="/echo">
  <input type="hidden" name="csrf_token" value="t">
  <label for="a">A</label><input id="a" name="a" value="1">
  <label for="t">T</label><textarea id="t" name="t">
two
lines</textarea>
  <label for="s">S</label><select id="s" name="s"><option value="x">X</option><option selected>y</option></select>
  <input type="radio" id="r1" name="r" value="1" checked><label for="r1">1</label>
  <input type="radio" id="r2" name="r" value="2"><label for="r2">2</label>
  <input type="checkbox" id="c1" name="c" value="1" checked><label for="c1">1</label>
  <input type="checkbox" id="c2" name="c" value="2"><label for="c2">2</label>
  <input type="checkbox" id="k" name="k"><label for="k">K</label>
  <button name="b" value="save">Save</button><button>Send</button>
</form>"""


def browser(html: str, policy: str = POLICY) -> Browser:
    app = Flask(__name__)
    app.secret_key = "x"

    @app.get("/")
    def page() -> Response:
        return Response(html, mimetype="text/html", headers={"Content-Security-Policy": policy})

    @app.post("/echo")
    def echo() -> dict[str, Any]:
        return request.form.to_dict(flat=False)

    return Browser(app, app.test_client())


def sent(page: Page, *arguments: Any, **fields: Any) -> dict[str, list[str]]:
    answer: dict[str, list[str]] = page.submit(*arguments, **fields).response.get_json()
    return answer


def test_sound_page_is_passed() -> None:
    page = browser(SOUND.format(FORM)).get("/")
    assert (page.h1, page.title, page.path, page.status) == ("Hello", "Hello – Exchange", "/", 200)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<p>a<div></p>", "HTML: unexpected-end-tag"),
        ("<a href=x y=1 y=2>a</a>", "HTML: duplicate-attribute"),
        ("<h1>Again</h1>", "2 h1"),
        ('<p id="a"></p><p id="a"></p>', "id 'a' is there twice"),
        ('<p aria-describedby="a b"></p>', "aria-describedby='a' names nothing"),
        ('<a href="#a">a</a>', "link to '#a' leads nowhere"),
        ('<input name="a">', "field 'a' has no label"),
        ('<label for="a"></label><textarea id="a" name="a"></textarea>', "field 'a' has no label"),
        ('<img src="a.png">', "image 'a.png' has no alt"),
        ('<a href="/"></a>', "empty a"),
        ("<script>1</script>", "an inline script has no nonce"),
        ('<script nonce="abd">1</script>', "an inline script has no nonce"),
        ('<p style="color: red"></p>', "a style attribute"),
        ('<p onclick="x()"></p>', "p has onclick"),
        ('<form method="POST" action="/a"></form>', "the form to '/a' has no csrf_token"),
    ],
)
def test_unsound_page_is_found(body: str, problem: str) -> None:
    with pytest.raises(AssertionError) as caught:
        browser(SOUND.format(body)).get("/")
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("html", "policy", "problem"),
    [
        (SOUND, "", "no content security policy with a nonce"),
        (SOUND.replace("Hello –", "Bye –"), POLICY, "title 'Bye – Exchange' does not repeat h1 'Hello'"),
        (SOUND.replace("<!doctype html>", ""), POLICY, "HTML: expected-doctype"),
        (SOUND.replace(' lang="en"', ""), POLICY, "no language"),
    ],
)
def test_unsound_frame_is_found(html: str, policy: str, problem: str) -> None:
    with pytest.raises(AssertionError) as caught:
        browser(html.format(""), policy).get("/")
    assert problem in str(caught.value)


def test_other_status_than_expected_is_found() -> None:
    with pytest.raises(AssertionError, match="404, not 200"):
        browser(SOUND).get("/nowhere")


def test_form_is_sent_as_the_page_has_it() -> None:
    page = browser(SOUND.format(FORM)).get("/")
    assert sent(page, "Send") == {
        "csrf_token": ["t"],
        "a": ["1"],
        "t": ["two\r\nlines"],
        "s": ["y"],
        "r": ["1"],
        "c": ["1"],
    }
    assert (page.value("c"), page.value("r"), page.value("s")) == (["1"], "1", "y")


def test_form_is_filled_in() -> None:
    page = browser(SOUND.format(FORM)).get("/")
    answers = sent(page, "Save", {"a": "é"}, s="x", r="2", c=["1", "2"], k=True)
    del answers["csrf_token"], answers["t"]
    assert answers == {"a": ["é"], "s": ["x"], "r": ["2"], "c": ["1", "2"], "k": ["on"], "b": ["save"]}
    assert "c" not in sent(page, "Send", c=None)


@pytest.mark.parametrize("fields", [{"z": "1"}, {"r": "3"}, {"s": "z"}, {"c": ["3"]}, {"c": True}])
def test_field_or_choice_that_is_not_offered_fails(fields: dict[str, Any]) -> None:
    page = browser(SOUND.format(FORM)).get("/")
    with pytest.raises(AssertionError):
        page.submit("Send", fields)


@pytest.mark.parametrize("button", ["Delete", "S"])
def test_button_that_is_not_there_fails(button: str) -> None:
    with pytest.raises(AssertionError, match="0 buttons"):
        browser(SOUND.format(FORM)).get("/").submit(button)
