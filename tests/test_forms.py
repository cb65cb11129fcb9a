"""The base of all forms and each of our fields, with everything that people and programs send to them."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any
from unicodedata import normalize

import pytest
import wtforms
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from exchange import forms, plain_text

# What nobody expects in a box: too much, too little, other alphabets, other types' words, pieces of programs.
AWKWARD = [
    "",
    " ",
    "\t\n",
    "\0",
    "a\0b",
    "1" * 400,
    "１２",
    "١٢",
    "²",
    "1e5",
    "NaN",
    "inf",
    "None",
    "[]",
    "-",
    "-0",
    "+1",
]
AWKWARD += [
    "0x10",
    "1_000",
    "1,0",
    "1.5",
    "£",
    "£-5",
    "😀" * 300,
    "\ud800",
    "\u202egnp.exe",
    "<b>",
    "{{ 7 * 7 }}",
    "'; --",
]


def sent(field: Any, *values: str, **others: str) -> Any:
    """The field `answer` of a form to which these values were sent, checked."""

    class OneQuestion(forms.Form):
        answer = field

    pairs = [("answer", value) for value in values] + list(others.items())
    form = OneQuestion(MultiDict(pairs))
    form.validate()
    return form["answer"]


class Everything(forms.Form):
    line = forms.LineField("Line")
    text = forms.TextField("Text", words=20)
    email = forms.EmailField("E-mail")
    url = forms.UrlField("Website")
    count = forms.CountField("Count")
    money = forms.MoneyField("Money")
    day = forms.DayField("Day")
    one = forms.OneField("One", choices=[("a", "A"), ("b", "B")])
    pick = forms.PickField("Pick", choices=[("a", "A"), ("b", "B")])
    many = forms.ManyField("Many", choices=[("a", "A"), ("b", "B")])
    tick = forms.TickField("Tick")


NAMES = [
    "line",
    "text",
    "email",
    "url",
    "count",
    "money",
    "day",
    "day-day",
    "day-month",
    "day-year",
    "one",
    "pick",
]
NAMES += ["many", "tick"]


@pytest.mark.parametrize("awkward", AWKWARD)
def test_no_field_crashes_and_what_was_typed_stays(awkward: str) -> None:
    form = Everything(MultiDict([(name, awkward) for name in NAMES]))
    form.validate()
    shown = plain_text.show_unsavable(awkward)
    for name in ("line", "text", "email", "url", "count", "money"):
        assert form[name]._value() == shown  # type: ignore[attr-defined]
    assert form.day.typed == {"day": shown, "month": shown, "year": shown}


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.text(max_size=30), max_size=3)))
def test_no_field_crashes_on_any_text(values: dict[str, list[str]]) -> None:
    form = Everything(MultiDict([(name, value) for name, several in values.items() for value in several]))
    form.validate()
    for field in form:
        assert (
            field.errors
            or field.data in (None, "", [], False)
            or not plain_text.has_unsavable(str(field.data))
        )


def test_everything_may_be_absent() -> None:
    form = Everything(MultiDict())
    assert form.validate()
    assert form.data == {
        "line": None,
        "text": None,
        "email": None,
        "url": None,
        "count": None,
        "money": None,
        "day": None,
        "one": None,
        "pick": None,
        "many": [],
        "tick": False,
    }


def test_line_is_one_tidy_line() -> None:
    assert (
        sent(forms.LineField("Name"), "  Falls\r\nhuddles \t on\u2028wards\ufeff ").data
        == "Falls huddles on wards"
    )
    assert sent(forms.LineField("Name"), "Cafe\u0301").data == "Café"


def test_marks_without_end_are_parted_and_stay() -> None:
    """Or putting them in order takes minutes: its time grows with the square of the marks on one letter."""
    marks = "\u0327\u0301" * 50_000
    data = sent(forms.TextField("Need", enforced=False), "e" + marks[:-1]).data
    assert max(len(run) for run in data.split("\u034f")) <= 31
    assert sum(data.count(mark) for mark in "\u0327\u0301") >= 99_000
    assert sent(forms.LineField("Name"), "e" + marks[:30]).data == normalize("NFC", "e" + marks[:30])


def test_line_over_its_limit_says_how_long_it_is() -> None:
    field = sent(forms.LineField("Name", limit=5), "sixsix")
    assert field.errors == ["Name must be 5 characters or fewer. It has 6"]
    assert sent(forms.LineField("Name", limit=5), "fives").errors == []


def test_line_over_its_limit_is_kept_where_not_enforced() -> None:
    assert sent(forms.LineField("Name", limit=5, enforced=False), "sixsix").errors == []
    assert sent(forms.LineField("Name", limit=5, enforced=False), "x" * 1_001).errors == [
        "Name must be 1,000 characters or fewer. It has 1,001"
    ]


def test_text_keeps_its_paragraphs() -> None:
    field = sent(forms.TextField("Need"), "\r\nOne.\r\n\r\n\tTwo.\x0bThree.\r ")
    assert field.data == "One.\n\n\tTwo.\nThree."
    assert field._value() == "\r\nOne.\r\n\r\n\tTwo.\x0bThree.\r "


@pytest.mark.parametrize("count", [60, 61])
def test_text_counts_words_as_the_page_does(count: int) -> None:
    field = sent(forms.TextField("Summary", words=60), " word–word\n" * count)
    assert field.errors == ([] if count == 60 else ["Summary must be 60 words or fewer. It has 61"])
    assert sent(forms.TextField("Summary", words=60, enforced=False), " word" * count).errors == []


def test_text_has_an_end() -> None:
    field = sent(forms.TextField("Summary", words=60, enforced=False), "x" * 30_001)
    assert field.errors == ["Summary must be 30,000 characters or fewer. It has 30,001"]


@pytest.mark.parametrize("lost", ["\0", "\x08", "\x1b", "\x7f", "\x9f", "\ud83d"])
def test_text_with_what_cannot_be_kept_shows_where_it_is(lost: str) -> None:
    field = sent(forms.TextField("Need"), f"one{lost}two")
    assert field.errors == ["Remove the characters shown as � from “Need”"]
    assert field._value() == "one�two"
    assert field.data is None


def test_text_keeps_emoji_and_other_writings() -> None:
    written = "👩🏽‍⚕️ Ymgyrch ŵ — नमस्ते — עברית"
    assert sent(forms.TextField("Need"), written).data == written


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12", 12),
        (" 1,200 ", 1200),
        ("1 200", 1200),
        ("0", 0),
        ("007", 7),
        ("", None),
        ("-0", 0),
        ("1\u00a0200", 1200),
    ],
)
def test_count_reads_whole_numbers(typed: str, value: int | None) -> None:
    field = sent(forms.CountField("Organisations"), typed)
    assert (field.errors, field.data) == ([], value)


@pytest.mark.parametrize(
    "typed", ["1.5", "1e5", "1,20", "12,0000", "twelve", "１２", "٣", "£12", "1/2", "0x1", "1_0"]
)
def test_count_asks_for_whole_numbers(typed: str) -> None:
    field = sent(
        forms.CountField("Organisations", message="Enter the number of organisations, like 12"), typed
    )
    assert (field.errors, field.data) == (["Enter the number of organisations, like 12"], None)
    assert sent(forms.CountField("Organisations"), typed).errors == [
        "Enter “Organisations” as a whole number, like 12"
    ]


@pytest.mark.parametrize("typed", ["-1", "501", "9" * 16, "9" * 5_000])
def test_count_stays_within_its_bounds(typed: str) -> None:
    assert sent(forms.CountField("Organisations", largest=500), typed).errors == [
        "Enter “Organisations” from 0 to 500"
    ]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("£45,000", 45_000),
        ("45000", 45_000),
        ("45,000.00", 45_000),
        ("£ 45 000", 45_000),
        ("0", 0),
        ("£0.0", 0),
        ("", None),
    ],
)
def test_money_reads_whole_pounds(typed: str, value: int | None) -> None:
    field = sent(forms.MoneyField("Investment"), typed)
    assert (field.errors, field.data) == ([], value)


@pytest.mark.parametrize("typed", ["45k", "£45,000.50", "1e5", "$5", "45,00", "four", "£"])
def test_money_asks_for_whole_pounds(typed: str) -> None:
    assert sent(forms.MoneyField("Investment"), typed).errors == [
        "Enter “Investment” in whole pounds, like 45,000"
    ]


@pytest.mark.parametrize("typed", ["-£5", "10000001", "9" * 400])
def test_money_stays_within_its_bounds(typed: str) -> None:
    field = sent(forms.MoneyField("Investment", largest=10_000_000), typed)
    assert field.errors == ["Enter “Investment” from £0 to £10,000,000"]
    assert field._value() == typed


@given(st.integers(0, 10**9))
def test_money_reads_what_it_writes(pounds: int) -> None:
    class Budget(forms.Form):
        answer = forms.MoneyField("Investment")

    written = Budget(None, data={"answer": pounds}).answer._value()
    assert sent(forms.MoneyField("Investment"), written).data == pounds


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("https://www.example.org/a b".replace(" b", "?q=b#c"), "https://www.example.org/a?q=b#c"),
        ("example.org", "https://example.org"),
        (" www.example.org:8080/x ", "https://www.example.org:8080/x"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("https://münchen.example", "https://münchen.example"),
        ("", ""),
    ],
)
def test_url_reads_web_addresses(typed: str, value: str) -> None:
    field = sent(forms.UrlField("Website"), typed)
    assert (field.errors, field.data) == ([], value)


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "JAVASCRIPT://example.org/%0aalert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "mailto:me@example.org",
        "https://user:secret@example.org",
        "https://example",
        "https://-a.org",
        "https://a..org",
        "https://example.org/a b",
        "https://exa\nmple.org",
        "https://[::1",
        "https://example.org:port",
        "https://example.org\\@evil.org",
        'https://example.org/"onclick',
        "https://example.org/" + "x" * 2_000,
        "not an address",
        "https://",
    ],
)
def test_url_refuses_what_is_no_web_address(typed: str) -> None:
    field = sent(forms.UrlField("Website"), typed)
    assert field.errors == ["Enter “Website” as a web address, like https://www.example.org"]
    assert field._value() == typed


def test_email_is_read_tidily() -> None:
    assert sent(forms.EmailField("E-mail"), " Ann.Lee@EXAMPLE.org ").data == "Ann.Lee@example.org"
    for typed in (
        "ann",
        "ann@",
        "@example.org",
        "a b@example.org",
        "ann@example",
        "ann@example.org\nbcc:x@example.org",
    ):
        assert sent(forms.EmailField("E-mail"), typed).errors == [
            "Enter an e-mail address, like name@example.nhs.uk"
        ]


def in_parts(day: str, month: str, year: str, field: Any = None) -> Any:
    parts = {"answer-day": day, "answer-month": month, "answer-year": year}
    return sent(field or forms.DayField("Due date"), **parts)


@pytest.mark.parametrize("month", ["11", "nov", "Nov.", "NOVEMBER", " 11 "])
def test_day_reads_three_parts(month: str) -> None:
    field = in_parts("5", month, "2026")
    assert (field.errors, field.data) == ([], date(2026, 11, 5))


def test_day_reads_one_iso_date() -> None:
    field = sent(forms.DayField("Due date"), "2026-12-04")
    assert (field.errors, field.data) == ([], date(2026, 12, 4))
    assert field.typed == {"day": "04", "month": "12", "year": "2026"}


@pytest.mark.parametrize(
    "typed", ["2026-02-30", "4 December", "2026-12-04T00:00", "0000-01-01", "２０２６-12-04"]
)
def test_day_refuses_what_is_no_iso_date(typed: str) -> None:
    field = sent(forms.DayField("Due date"), typed)
    assert field.data is None
    assert len(field.errors) == 1


@pytest.mark.parametrize(
    ("day", "month", "year", "message", "to_mend"),
    [
        ("", "11", "2026", "“Due date” must have a day", {"day"}),
        ("5", "", "", "“Due date” must have a month and a year", {"month", "year"}),
        ("5", "11", "26", "Enter the year of “Due date” with 4 numbers, like 2027", {"year"}),
        ("31", "2", "2026", "Enter “Due date” as a real date, like 27 3 2027", set()),
        ("5", "13", "2026", "Enter “Due date” as a real date, like 27 3 2027", set()),
        ("5", "Brumaire", "2026", "Enter “Due date” as a real date, like 27 3 2027", {"month"}),
        ("１", "11", "2026", "Enter “Due date” as a real date, like 27 3 2027", {"day"}),
        ("5", "11", "0000", "Enter “Due date” as a real date, like 27 3 2027", set()),
    ],
)
def test_day_says_which_part_to_mend(
    day: str, month: str, year: str, message: str, to_mend: set[str]
) -> None:
    field = in_parts(day, month, year)
    assert (field.errors, field.to_mend, field.data) == ([message], to_mend, None)
    assert field.typed == {"day": day, "month": month, "year": year}


def test_day_stays_within_its_bounds() -> None:
    field = forms.DayField("Due date", earliest=lambda: date(2026, 11, 23), latest=date(2027, 1, 31))
    assert in_parts("22", "11", "2026", field).errors == ["“Due date” must be 23 November 2026 or later"]
    assert in_parts("1", "2", "2027", field).errors == ["“Due date” must be 31 January 2027 or earlier"]
    assert in_parts("23", "11", "2026", field).errors == []


def test_day_absent_keeps_what_was_there() -> None:
    class Dated(forms.Form):
        due = forms.DayField("Due date")

    form = Dated(MultiDict({"other": "x"}), data={"due": date(2026, 12, 4)})
    assert form.validate()
    assert form.due.data == date(2026, 12, 4)
    assert form.due.typed == {"day": "4", "month": "12", "year": "2026"}


@given(st.dates(min_value=date(1000, 1, 1)))
def test_day_reads_every_date_both_ways(day: date) -> None:
    assert in_parts(str(day.day), str(day.month), str(day.year)).data == day
    assert sent(forms.DayField("Due date"), day.isoformat()).data == day


COLOURS = [
    forms.Choice("red", "Red"),
    forms.Choice("blue", "Blue"),
    forms.Choice("none", "No colour", alone=True),
]


@pytest.mark.parametrize("kind", [forms.OneField, forms.PickField])
def test_one_takes_what_is_offered(kind: type[forms.OneField]) -> None:
    assert sent(kind("Colour", choices=COLOURS), "blue").data == "blue"
    assert sent(kind("Colour", choices=COLOURS), "").data is None
    assert sent(kind("Colour", choices=COLOURS), "green").errors == ["Select from the list for “Colour”"]


def test_many_takes_what_is_offered_once_and_in_order() -> None:
    field = sent(forms.ManyField("Colours", choices=COLOURS), "blue", "red", "blue")
    assert (field.errors, field.data) == ([], ["red", "blue"])
    assert sent(forms.ManyField("Colours", choices=COLOURS), "red", "green").errors == [
        "Select from the list for “Colours”"
    ]


def test_many_does_not_take_none_and_another() -> None:
    assert sent(forms.ManyField("Colours", choices=COLOURS), "none").errors == []
    assert sent(forms.ManyField("Colours", choices=COLOURS), "none", "red").errors == [
        "Select “No colour” on its own, or the ones that apply"
    ]


def test_many_unticked_is_empty_whatever_was_there() -> None:
    class Coloured(forms.Form):
        answer = forms.ManyField("Colours", choices=COLOURS)

    assert Coloured(MultiDict(), data={"answer": ["red"]}).answer.data == []
    assert Coloured(None, data={"answer": ["red"]}).answer.data == ["red"]


@pytest.mark.parametrize(
    ("value", "ticked"), [("yes", True), ("on", True), ("1", True), ("", False), ("False", False)]
)
def test_tick(value: str, ticked: bool) -> None:
    assert sent(forms.TickField("I agree"), value).data is ticked


REQUIRED = [forms.Required("Enter it")]


@pytest.mark.parametrize(
    "field",
    [
        forms.LineField("Name", REQUIRED),
        forms.TextField("Need", REQUIRED),
        forms.CountField("Sites", REQUIRED),
        forms.MoneyField("Cost", REQUIRED),
        forms.UrlField("Website", REQUIRED),
        forms.EmailField("E-mail", REQUIRED),
        forms.DayField("Due", REQUIRED),
        forms.OneField("Colour", REQUIRED, choices=COLOURS),
        forms.ManyField("Colours", REQUIRED, choices=COLOURS),
        forms.TickField("I agree", REQUIRED),
    ],
    ids=lambda field: field.field_class.__name__,
)
def test_required_says_what_to_do(field: Any) -> None:
    assert sent(field).errors == ["Enter it"]
    assert sent(field, "").errors == ["Enter it"]
    assert not sent(field).optional


def test_required_takes_nought_for_an_answer() -> None:
    assert sent(forms.MoneyField("Cost", REQUIRED), "0").errors == []


def test_required_leaves_one_message_where_it_cannot_be_read() -> None:
    assert len(sent(forms.CountField("Sites", REQUIRED), "many").errors) == 1
    assert len(in_parts("5", "", "2026", forms.DayField("Due", REQUIRED)).errors) == 1


def test_label_says_optional_unless_required_or_told() -> None:
    assert sent(forms.LineField("Name")).optional
    assert not sent(forms.LineField("Name", optional=False)).optional


class Supplied(forms.Form):
    supplier = forms.OneField(
        "Supplier", choices=[("none", "None"), forms.Choice("other", "Another", reveals=("supplier_name",))]
    )
    supplier_name = forms.LineField("Name", [forms.Required("Enter the name")])


def test_revealed_field_is_required_only_once_revealed() -> None:
    assert Supplied(MultiDict({"supplier": "none"})).validate()
    form = Supplied(MultiDict({"supplier": "other"}))
    assert not form.validate()
    assert form.errors == {"supplier_name": ["Enter the name"]}


def test_revealed_field_is_drawn_by_its_choice() -> None:
    assert [field.name for field in Supplied(None).shown_fields] == ["supplier"]


def test_error_of_a_service_stands_beside_its_field() -> None:
    form = Supplied(MultiDict({"supplier": "none"}))
    assert form.validate()
    form.add_error("supplier", "Nobody can supply it")
    form.add_error("", "Try again")
    assert form.errors == {"supplier": ["Nobody can supply it"], "": ["Try again"]}


def test_form_reads_what_was_sent_even_when_that_is_nothing(app: Flask) -> None:
    class Ticked(forms.Form):
        agreed = forms.TickField("I agree")

    with app.test_request_context(method="POST"):
        form = Ticked(data={"agreed": True})
        assert form.validate_on_submit()
        assert form.agreed.data is False
    with app.test_request_context():
        form = Ticked(data={"agreed": True})
        assert not form.validate_on_submit()
        assert form.agreed.data is True


def test_files_are_files_and_texts_are_texts(app: Flask) -> None:
    class Attached(forms.Form):
        title = forms.LineField("Title")
        papers = forms.FilesField("Papers", [forms.Required("Add a file")], multiple=True)

    several = {
        "title": (BytesIO(b"x"), "title.txt"),
        "papers": [(BytesIO(b"1"), "a.pdf"), (BytesIO(b""), "")],
    }
    with app.test_request_context(method="POST", data=several):
        form = Attached()
        assert form.validate_on_submit()
        assert [file.filename for file in form.papers.data] == ["a.pdf"]
        assert form.title.data is None
    with app.test_request_context(method="POST", data={"papers": "not a file"}):
        form = Attached()
        assert not form.validate_on_submit()
        assert form.errors == {"papers": ["Add a file"]}
    assert Attached(None).has_files
    assert not Supplied(None).has_files


def test_choices_can_be_set_after_the_form_is_made() -> None:
    class Chosen(forms.Form):
        theme = forms.OneField("Theme")

    form = Chosen(MultiDict({"theme": "safety"}))
    form.theme.choices = [("safety", "Patient safety")]
    assert form.validate()
    assert isinstance(form.theme, wtforms.Field)
