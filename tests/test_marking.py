"""The words of a search, marked where a text holds them, and passages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from exchange.marking import LONGEST_PASSAGE, marked, passage
from exchange.terms import asked

LONG = "Nurses meet at the board every morning. " * 20


@pytest.mark.parametrize(
    ("text", "typed", "expected"),
    [
        ("Falls huddles", "huddle", "Falls <mark>huddles</mark>"),
        (
            "Falling, fallen & <b>falls</b>",
            "fall",
            "<mark>Falling</mark>, fallen &amp; &lt;b&gt;<mark>falls</mark>&lt;/b&gt;",
        ),
        ("A 12.5mg dose, 12 mg", "12.5mg", "A <mark>12.5mg</mark> dose, 12 mg"),
        ("In A&E", "a&e", "In <mark>A&amp;E</mark>"),
        ("By E-mail", "email", "By <mark>E-mail</mark>"),
        ("Łukasz’s café", "lukasz cafe", "<mark>Łukasz’s</mark> <mark>café</mark>"),
        ("Safe care, care safe", '"safe care"', "<mark>Safe care</mark>, care safe"),
        ("COVID-19 and covid", "covid covid-19", "<mark>COVID-19</mark> and <mark>covid</mark>"),
        ("The falls of the ward", "the falls", "The <mark>falls</mark> of the ward"),
        ("Falls", "nothing", "Falls"),
        ("Falls", "", "Falls"),
        (
            "<script>alert(1)</script>",
            "script",
            "&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt;",
        ),
    ],
)
def test_marked(text: str, typed: str, expected: str) -> None:
    assert str(marked(text, asked(typed)).text) == expected


@pytest.mark.parametrize(
    ("text", "typed", "expected"),
    [
        ("One fall.\n\nA   huddle.", "huddle fall", "One <mark>fall</mark>. A <mark>huddle</mark>."),
        ("Nothing of it.", "huddle", None),
        (
            f"{LONG}A huddle.",
            "huddle",
            "… every morning. Nurses meet at the board every morning. A <mark>huddle</mark>.",
        ),
        # Where most of the words stand, not where the first does.
        (
            f"A huddle. {LONG}A huddle of two.",
            "huddle two",
            "… every morning. Nurses meet at the board every morning. A <mark>huddle</mark> of <mark>two</mark>.",
        ),
    ],
)
def test_passage(text: str, typed: str, expected: str | None) -> None:
    query = asked(typed)
    found = passage(text, query, range(len(query.terms)))
    assert (None if found is None else str(found.text)) == expected


def test_a_passage_looks_only_for_what_is_wanted() -> None:
    query = asked("huddle fall")
    assert passage("A huddle.", query, {1}) is None
    found = passage("A huddle, a fall.", query, {1})
    assert found is not None
    assert found.terms == {0, 1}


PIECES = st.sampled_from(
    ["fall", "Falls", "<b>", "&amp;", '"', "e-mail", "ü" * 300, "…", " ", "\n", "12.5mg", "word"]
)


@given(st.lists(PIECES, max_size=80).map(" ".join), st.lists(PIECES, max_size=4).map(" ".join))
def test_all_that_is_ours_in_a_passage_is_the_marks(text: str, typed: str) -> None:
    query = asked(typed)
    found = passage(text, query, range(len(query.terms)))
    if found is None:
        return
    plain = Markup(str(found.text).replace("<mark>", "").replace("</mark>", "")).unescape()
    inside = plain.removeprefix("… ").removesuffix(" …")
    assert inside in " ".join(text.split())
    assert len(inside) <= LONGEST_PASSAGE
    assert str(found.text).count("<mark>") == str(found.text).count("</mark>") > 0
    assert escape(plain) == str(found.text).replace("<mark>", "").replace("</mark>", "")


def test_a_text_of_one_word_over_and_over_is_soon_read() -> None:
    query = asked("falls huddle")
    found = passage("falls " * 20_000, query, {0, 1})
    assert found is not None
    assert found.terms == {0}
