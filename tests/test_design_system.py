"""Components, layouts, error pages, notices: every field is drawn, and what people type is never markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import wtforms
from flask import Flask, flash, render_template_string
from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import abort

from exchange import clock, forms
from exchange.access import public
from exchange.design_system import draw_field, draw_table, error_list, nhs, stage_colour
from exchange.errors import PAGES, UnmetNeeds
from exchange.extensions import db
from exchange.notifications.models import Notification
from exchange.proposals.lifecycle import Stage
from exchange.transaction import transaction
from tests.conftest import Committed
from tests.databases import Databases, make_app
from tests.factories import make_person
from tests.pages import Browser, Client, words

NASTY = """<script>alert(1)</script>"'&{{ 7 * 7 }}"""

OTHERS: Any = ["s"]


class Everything(forms.Form):
    line = forms.LineField("Name", [forms.Required("Enter the name")], hint="A short one")
    text = forms.TextField("Summary", words=60)
    note = forms.TextField("Note")
    email = forms.EmailField("E-mail")
    url = forms.UrlField("Website")
    count = forms.CountField("Organisations")
    money = forms.MoneyField("Investment")
    due = forms.DayField("Due date")
    kind = forms.OneField(
        "Kind", choices=[("a", "A"), forms.Choice("other", "Other", hint="Name it", reveals=("other",))]
    )
    other = forms.LineField("Which kind", [forms.Required("Enter which kind")])
    score = forms.OneField("Score", row=True, choices=[("1", "1"), ("2", "2")])
    pick = forms.PickField("Company", choices=[("a", "A"), forms.Choice("new", "New", reveals=("company",))])
    company = forms.LineField("Name of the company")
    many = forms.ManyField(
        "Settings", choices=[("x", "X"), forms.Choice("none", "None", alone=True, divider="or")]
    )
    tick = forms.TickField("I agree", hint="Read it first")
    files = forms.FilesField("Files", multiple=True, accept=".pdf")
    secret = wtforms.PasswordField("Password")
    radio = wtforms.RadioField("Radio", choices=OTHERS)
    select = wtforms.SelectField("Select", choices=OTHERS)
    several = wtforms.SelectMultipleField("Several", choices=OTHERS)
    boolean = wtforms.BooleanField("Remember me")
    whole = wtforms.IntegerField("Whole")
    plain = wtforms.StringField("Plain", description="As others make it")
    token = wtforms.HiddenField()
    send = wtforms.SubmitField("Send")


def tree(markup: Markup) -> LexborNode:
    body = LexborHTMLParser(markup).body
    assert body is not None
    return body


def drawn(form: forms.Form, name: str, **options: Any) -> LexborNode:
    return tree(draw_field(form[name], **options))


def one(node: LexborNode, css: str) -> LexborNode:
    found = node.css(css)
    assert len(found) == 1, f"{len(found)} {css} in {node.html}"
    return found[0]


def test_component_escapes_what_it_is_given() -> None:
    assert NASTY not in nhs("button", text=NASTY)
    assert words(one(tree(nhs("button", text=NASTY)), "button")) == NASTY
    assert "<b>" in nhs("inset-text", html=Markup("<b>bold</b>"))


def test_kept_component_tells_markup_from_text() -> None:
    assert "<b>" in nhs("tag", text=Markup("<b>bold</b>"))
    assert "<b>" not in nhs("tag", text="<b>bold</b>")
    assert "<b>" in nhs("tag", text=Markup("<b>bold</b>"))


@pytest.mark.parametrize(
    "looks", [{}, {"variant": "secondary"}, {"small": True}, {"small": True, "variant": "warning"}]
)
def test_link_button_is_as_the_design_system_draws_it(app: Flask, looks: dict[str, Any]) -> None:
    source = '{% from "components/button.html" import button %}{{ button(text, href=href, **looks) }}'
    asked = {"text": NASTY, "href": "/help?a=1&b=2"}
    with app.test_request_context():
        ours = tree(Markup(render_template_string(source, looks=looks, **asked)))
    theirs = tree(nhs("button", **asked, **looks))
    assert one(ours, "a").attributes == one(theirs, "a").attributes
    assert words(one(ours, "a")) == words(one(theirs, "a"))


def test_field_shows_what_was_typed_escaped() -> None:
    names = ["line", "text", "note", "email", "url", "count", "money"]
    form = Everything(MultiDict([(name, NASTY) for name in names]))
    form.validate()
    for name in names:
        node = drawn(form, name)
        box = one(node, f"#{name}")
        assert (box.text(strip=False) if box.tag == "textarea" else box.attributes["value"]) == NASTY
        assert not node.css("script")


def test_field_keeps_the_new_line_that_a_browser_would_drop() -> None:
    form = Everything(MultiDict({"note": "\nFirst"}))
    assert "<textarea" in draw_field(form.note)
    assert re.search(r">\n\nFirst</textarea>", draw_field(form.note))


def test_field_says_optional_and_its_hint_is_read_out() -> None:
    form = Everything(None)
    line, count = drawn(form, "line"), drawn(form, "count")
    assert words(one(line, "label")) == "Name"
    assert words(one(line, f"#{one(line, '#line').attributes['aria-describedby']}")) == "A short one"
    assert words(one(count, "label")) == "Organisations (optional)"
    assert words(one(drawn(form, "kind"), "legend")) == "Kind (optional)"
    assert words(one(drawn(form, "tick"), "label")) == "I agree"


def test_error_stands_beside_the_field_and_is_read_out() -> None:
    form = Everything(MultiDict({"count": "many", "many": "none", "other": "", "kind": "other", "tick": ""}))
    form.tick.validators = (forms.Required("Tick it"),)
    form.validate()
    form.add_error("many", "Choose again")
    for name in ("line", "count", "tick", "many"):
        node = drawn(form, name)
        assert words(one(node, f"#{name}-error")).endswith(str(form[name].errors[0]))
        described = one(node, f"[aria-describedby~={name}-error]")
        assert described.attributes["id"] == name if name != "many" else described.tag == "fieldset"


def test_money_and_count_open_the_number_keys() -> None:
    form = Everything(None)
    assert words(one(drawn(form, "money"), ".nhsuk-input-wrapper__prefix")) == "£"
    for name in ("money", "count", "whole"):
        assert one(drawn(form, name), f"#{name}").attributes["inputmode"] == "numeric"


def test_text_with_a_limit_counts_its_words() -> None:
    node = one(drawn(Everything(None), "text"), "[data-module=nhsuk-character-count]")
    assert node.attributes["data-maxlength"] == "60"
    assert node.attributes["data-count-type"] == "words"
    assert not drawn(Everything(None), "note").css("[data-module]")


def test_day_has_three_boxes_and_marks_the_ones_to_mend() -> None:
    form = Everything(MultiDict({"due-day": "4", "due-month": "12", "due-year": "26"}))
    form.validate()
    boxes = drawn(form, "due").css("input")
    assert [box.attributes["name"] for box in boxes] == ["due-day", "due-month", "due-year"]
    assert [box.attributes["value"] for box in boxes] == ["4", "12", "26"]
    assert ["error" in str(box.attributes["class"]) for box in boxes] == [False, False, True]
    assert (
        words(one(drawn(Everything(None, data={"due": date(2026, 12, 4)}), "due"), "legend"))
        == "Due date (optional)"
    )


def test_choices_are_drawn_with_what_they_hold() -> None:
    form = Everything(MultiDict([("kind", "other"), ("many", "none"), ("pick", "a"), ("tick", "on")]))
    assert one(drawn(form, "kind"), "[name=kind][checked]").attributes["value"] == "other"
    assert one(drawn(form, "many"), "[checked]").attributes["data-behaviour"] == "exclusive"
    assert words(one(drawn(form, "many"), ".nhsuk-checkboxes__divider")) == "or"
    assert one(drawn(form, "pick"), "option[selected]").attributes["value"] == "a"
    assert "checked" in one(drawn(form, "tick"), "input").attributes
    assert drawn(form, "score").css(".app-radios-row")


def test_revealed_fields_are_drawn_with_their_choice() -> None:
    form = Everything(None)
    assert one(drawn(form, "kind"), ".nhsuk-radios__conditional input").attributes["name"] == "other"
    reveal = one(drawn(form, "pick"), ".app-reveal")
    assert one(reveal, "input").attributes["name"] == "company"
    assert (reveal.attributes["data-list"], reveal.attributes["data-value"]) == ("pick", "new")


def test_options_change_how_a_field_is_drawn() -> None:
    form = Everything(None)
    heading = drawn(form, "line", heading=True, classes="app-x", autocomplete="off", label="Its name")
    assert words(one(heading, "h1 label")) == "Its name"
    assert one(heading, ".app-x #line").attributes["autocomplete"] == "off"
    readings = drawn(form, "score", readings={"1": "Opinion only."})
    assert words(one(readings, ".nhsuk-radios__hint")) == "Opinion only."


def test_password_is_never_shown_again() -> None:
    form = Everything(MultiDict({"secret": "correct horse"}))
    assert "correct horse" not in draw_field(form.secret)


def test_error_list_links_each_message_to_its_field() -> None:
    form = Everything(
        MultiDict(
            {
                "due-day": "4",
                "due-month": "",
                "due-year": "2026",
                "kind": "x",
                "count": "x",
                "select": "s",
                "radio": "s",
            }
        )
    )
    form.validate()
    form.add_error("", "Something else")
    links = {entry["text"]: entry.get("href") for entry in error_list(form)}
    assert links == {
        "Something else": None,
        "Enter the name": "#line",
        "Enter “Organisations” as a whole number, like 12": "#count",
        "“Due date” must have a month": "#due-month",
        "Select from the list for “Kind”": "#kind",
    }


def test_stage_colours_are_for_stages_that_are() -> None:
    assert {stage: stage_colour(stage) for stage in Stage} == {
        Stage.DRAFT: "grey",
        Stage.SUBMITTED: "blue",
        Stage.CHANGES_REQUESTED: "orange",
        Stage.IN_ASSESSMENT: "purple",
        Stage.ASSESSED: "aqua-green",
        Stage.SPREAD: "green",
        Stage.NOT_TAKEN_FORWARD: None,
        Stage.WITHDRAWN: None,
        Stage.MERGED: None,
    }


@pytest.mark.parametrize("scroll", [False, True])
@pytest.mark.parametrize("header_column", [False, True])
def test_table_is_as_the_design_system_draws_it(scroll: bool, header_column: bool) -> None:
    head: list[Any] = ["Measure", {"text": NASTY, "format": "numeric"}, Markup("<b>Said</b>")]
    markup, number = {"html": Markup("<b>x</b>")}, {"text": "1,200", "format": "numeric"}
    link = {"html": Markup('<a class="nhsuk-link" href="/a?b=1&amp;c=2">&lt;b&gt;</a>')}
    ours = draw_table(
        head,
        [
            [NASTY, 1_200, Markup("<b>x</b>")],
            [{"text": "<b>", "href": "/a?b=1&c=2"}, "–", {"text": NASTY}],
            [],
        ],
        header_column=header_column,
        scroll=scroll,
        caption={"text": NASTY, "size": "m"},
    )
    theirs = nhs(
        "tables",
        head=head,
        rows=[[{"text": NASTY}, number, markup], [link, {"text": "–"}, {"text": NASTY}], []],
        firstCellIsHeader=header_column,
        responsive=not scroll,
        scroll=scroll,
        caption={"text": NASTY, "size": "m"},
    )
    assert elements(ours) == elements(theirs)


def elements(html: Markup) -> list[tuple[str | None, dict[str, str | None], str]]:
    return [(node.tag, node.attributes, words(node)) for node in tree(html).css("*")]


# ---- Pages

ALL_FIELDS = """
{% extends "layouts/form.html" %}
{% set back_to, submit_label, cancel_to = "/help", "Save", "/help" %}
{% block caption %}Falls huddles{% endblock %}
{% block heading %}All fields{% endblock %}
"""

ALL_COMPONENTS = """
{% extends "layouts/base.html" %}
{% from "components/breadcrumbs.html" import breadcrumbs %}
{% from "components/button.html" import button %}
{% from "components/card.html" import card %}
{% from "components/contents.html" import contents %}
{% from "components/details.html" import details %}
{% from "components/empty.html" import empty %}
{% from "components/filters.html" import filters %}
{% from "components/inset.html" import inset %}
{% from "components/pagination.html" import pagination %}
{% from "components/panel.html" import panel %}
{% from "components/prose.html" import prose %}
{% from "components/results.html" import facts, result %}
{% from "components/standing.html" import not_yet, standing %}
{% from "components/subnav.html" import subnav %}
{% from "components/summary_list.html" import summary_list %}
{% from "components/table.html" import table %}
{% from "components/tag.html" import label, stage_tag, tag %}
{% from "components/task_list.html" import task_list %}
{% from "components/timeline.html" import timeline %}
{% from "components/warning.html" import warning %}
{% block title %}{{ nasty }}{% endblock %}
{% block before_content %}{{ breadcrumbs([(nasty, "/help")]) }}{% endblock %}
{% block content %}
  {{ panel(nasty, nasty) }}
  {{ facts([nasty]) }} {{ prose(nasty) }} {{ tag(nasty) }} {{ label(nasty) }} {{ stage_tag("withdrawn") }}
  {{ subnav([{"text": nasty, "href": "/help", "current": true, "count": 3}]) }}
  {% call standing(nasty) %}{{ button(nasty, href="/help") }}{{ not_yet(nasty, [nasty]) }}{% endcall %}
  {{ summary_list([{"key": nasty, "value": nasty, "href": "/help"}, {"key": "b", "value": nasty | prose}]) }}
  {{ summary_list([{"key": nasty, "value": nasty}], heading=nasty) }}
  {% call details(nasty) %}<p>{{ nasty }}</p>{% endcall %}
  {% call inset() %}<p>{{ nasty }}</p>{% endcall %}
  {% call warning(nasty) %}<p>{{ nasty }}</p>{% endcall %}
  {% call empty(nasty) %}<p>{{ nasty }}</p>{% endcall %}
  {% call card(nasty) %}<p>{{ nasty }}</p>{% endcall %}
  {{ card(nasty, href="/help", description=nasty) }}
  {{ task_list([{"title": nasty, "status": "Completed", "href": "/help", "hint": nasty}]) }}
  {{ task_list([{"title": nasty, "status": nasty}], id_prefix="later") }}
  {{ timeline([{"at": moment, "who": nasty, "sentence": nasty, "texts": [(nasty, nasty)]}]) }}
  {{ table(nasty, ["a", {"text": nasty, "format": "numeric"}], [[nasty, 3]]) }}
  {{ table("Wide", ["a"], [[nasty]], scroll=true) }}
  {{ pagination("/help", "/help", nasty, nasty) }}
{% endblock %}
{% block aside %}{{ contents([{"text": nasty, "href": "/help"}]) }}{% endblock %}
{% block wide %}
  {% call filters("/help", clear_to="/help", chosen=1) %}<p>{{ nasty }}</p>{% endcall %}
  <ul class="app-results">{{ result(nasty, "/help", nasty, [nasty], "draft", [nasty], nasty) }}</ul>
{% endblock %}
"""


@pytest.fixture
def workshop(databases: Databases) -> Iterator[Flask]:
    """An application of its own, to which tests add pages."""
    with databases() as url:
        app = make_app(url.render_as_string(hide_password=False), PROPAGATE_EXCEPTIONS=False)
        app.config["SQLALCHEMY_DATABASE_URI"] = url
        yield app


def add_page(app: Flask, path: str, view: Callable[..., Any]) -> Browser:
    app.add_url_rule(path, f"test{path.replace('/', '.')}", public(view), methods=["GET", "POST"])
    return Client(app).visitor()


def test_form_page_draws_every_field_and_is_sound(workshop: Flask) -> None:
    def every_field() -> Any:
        form = Everything()
        mend = form.is_submitted() and not form.validate()
        return render_template_string(ALL_FIELDS, form=form), 422 if mend else 200

    page = add_page(workshop, "/all", every_field).get("/all")
    names = {str(node.attributes["name"]) for node in page.select("main form [name]")}
    days = {"due-day", "due-month", "due-year"}
    assert names == set(Everything(None)._fields) - {"due", "send"} | days | {"csrf_token"}
    assert (page.title, page.h1) == ("All fields – Falls huddles – Innovation Exchange", "All fields")

    page = page.submit("Save", count="many", status=422)
    assert page.title.startswith("Error: All fields")
    assert "Enter “Organisations” as a whole number, like 12" in page.errors
    assert page.value("count") == "many"
    assert page.select("form[data-unsaved=true]")


def test_every_component_escapes_and_is_sound(workshop: Flask) -> None:
    def every_component() -> str:
        flash(NASTY)
        flash(NASTY, "important")
        return render_template_string(ALL_COMPONENTS, nasty=NASTY, moment=datetime(2026, 12, 4, tzinfo=UTC))

    page = add_page(workshop, "/components", every_component).get("/components")
    assert page.texts(".nhsuk-notification-banner__heading") == [NASTY, NASTY]
    assert page.texts(".nhsuk-notification-banner__title") == ["Done", "Important"]
    assert page.text.count(NASTY) > 40


@pytest.mark.parametrize("code", sorted(PAGES))
def test_error_page_is_drawn_without_the_database(workshop: Flask, code: int) -> None:
    browser = add_page(workshop, "/refused", lambda: abort(code))
    workshop.context_processor(lambda: pytest.fail("an error page must not ask for what the layout shows"))
    page = browser.post("/refused", status=code)
    assert page.h1
    assert page.text != page.h1


def test_error_page_says_what_is_needed(workshop: Flask) -> None:
    def refuse() -> None:
        raise UnmetNeeds([NASTY, "Two of three reviews are in."])

    page = add_page(workshop, "/refused", refuse).get("/refused", status=409)
    assert page.h1 == "Something is needed first"
    assert page.texts("main li") == [NASTY, "Two of three reviews are in."]


def test_service_says_so_when_the_database_is_gone(tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path}/gone/exchange.sqlite", PROPAGATE_EXCEPTIONS=False)
    browser = Client(app).visitor()
    assert browser.get("pages.help", status=503).h1 == "Sorry, the service is unavailable"
    assert browser.get("health.live").response.json == {"status": "ok"}


@pytest.mark.parametrize("endpoint", ["pages.help", "pages.accessibility", "pages.privacy", "pages.cookies"])
def test_notices_are_for_everybody(client: Client, endpoint: str) -> None:
    page = client.visitor().get(endpoint)
    assert [link for link in page.texts("footer a")] == [
        "Help",
        "Data for other systems",
        "Accessibility",
        "Privacy",
        "Cookies",
    ]


def test_header_shows_who_is_signed_in(client: Client, committed: Committed) -> None:
    with committed():
        person = make_person(name=NASTY)
    assert client.visitor().get("pages.help").texts(".nhsuk-header__account li") == ["Sign in", "Register"]
    page = client.as_(person).get("pages.help")
    name, inbox, sign_out = page.texts(".nhsuk-header__account li")
    assert (name, inbox.split()[0], sign_out) == (NASTY, "Inbox", "Sign out")
    assert "My work" in page.texts(".nhsuk-header__navigation a")


def test_inbox_count_is_said_in_words(workshop: Flask) -> None:
    with workshop.app_context(), transaction():
        db.session().expire_on_commit = False
        person = make_person()
        db.session.add_all(
            Notification(
                person_id=person.id, reminder=str(number), kind="k", line="News", path="/", at=clock.now()
            )
            for number in range(120)
        )
    page = Client(workshop).as_(person).get("pages.help")
    assert words(page.select(".app-count")[0]) == "99+"
    assert "120 unread messages" in page.texts(".nhsuk-header__account li")[1]


def test_demo_says_that_it_is_one(workshop: Flask) -> None:
    browser = Client(workshop).visitor()
    assert not browser.get("pages.help").select(".app-demo")
    workshop.config["ENVIRONMENT"] = "development"
    assert browser.get("pages.help").texts(".app-demo") == ["This is a demonstration. Nothing here is real."]
