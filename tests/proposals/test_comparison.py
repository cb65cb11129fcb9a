from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.proposals import record
from exchange.proposals.comparison import Change, Edition, Piece, compare, word_diff
from exchange.proposals.record import Kind, Question
from tests.proposals.arrange import ANSWERS

SWAPPED = {
    Change.ADDED: Change.REMOVED,
    Change.REMOVED: Change.ADDED,
    Change.CHANGED: Change.CHANGED,
    Change.UNCHANGED: Change.UNCHANGED,
}
# Few words, so that texts have much in common; and whatever people paste.
TEXTS = st.lists(st.sampled_from(["a", "b", "falls.", " ", "\n", "\n\n", "\u00a0"])).map("".join) | st.text()


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Change]:
    return {each.question.id: each.change for each in compare(Edition(before), Edition(after))}


def before_of(pieces: Sequence[Piece]) -> str:
    return "".join(piece.before for piece in pieces)


def after_of(pieces: Sequence[Piece]) -> str:
    return "".join(piece.after for piece in pieces)


@given(TEXTS, TEXTS)
def test_pieces_give_both_texts_back(before: str, after: str) -> None:
    pieces = word_diff(before, after)
    assert (before_of(pieces), after_of(pieces)) == (before, after)


@given(TEXTS)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert word_diff(text, text) == ([Piece(text, text)] if text else [])


@given(TEXTS, TEXTS)
def test_the_other_way_round_pieces_say_the_same(before: str, after: str) -> None:
    assert word_diff(after, before) == [
        Piece(piece.after, piece.before) for piece in word_diff(before, after)
    ]


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", []),
        ("", "New words.", [Piece("", "New words.")]),
        ("Old words.", "", [Piece("Old words.", "")]),
        (
            "Ten wards took part in it.",
            "Twelve wards took part in it.",
            [Piece("Ten ", "Twelve "), Piece(same := "wards took part in it.", same)],
        ),
        (
            "It runs on every ward.",
            "It runs well on every ward.",
            [
                Piece("It runs ", "It runs "),
                Piece("", "well "),
                Piece("on every ward.", "on every ward."),
            ],
        ),
        (
            "One.\n\nTwo.",
            "One. Two.",
            [Piece("One.", "One."), Piece("\n\n", " "), Piece("Two.", "Two.")],
        ),
    ],
)
def test_words_are_told_apart(before: str, after: str, pieces: list[Piece]) -> None:
    assert word_diff(before, after) == pieces


def test_a_word_or_two_that_stayed_between_changes_belongs_to_them() -> None:
    assert word_diff("old and old", "new and new") == [Piece("old and old", "new and new")]
    assert word_diff("old a b c old", "new a b c new") == [
        Piece("old ", "new "),
        Piece("a b c ", "a b c "),
        Piece("old", "new"),
    ]


@pytest.mark.parametrize("word", ["word", "word{}"])
def test_a_text_too_long_to_compare_is_written_anew(word: str) -> None:
    many = " ".join(word.format(number) for number in range(20_000))
    before, after = f"Begin. Old {many} end.", f"Begin. New {many[:-1]} end."
    pieces = word_diff(before, after)
    assert [piece.is_same for piece in pieces] == [True, False, True]
    assert (before_of(pieces), after_of(pieces)) == (before, after)


def test_a_small_change_to_a_long_text_is_found() -> None:
    many = "word " * 10_000
    assert word_diff(f"{many}old {many}", f"{many}new {many}") == [
        Piece(many, many),
        Piece("old ", "new "),
        Piece(many, many),
    ]


def test_the_longest_text_that_can_be_submitted_is_compared() -> None:
    """Of words that come more often than in English, and with another beginning and end."""
    limit = max(question.limit or 0 for question in record.questions() if question.kind is Kind.TEXT)
    words = [f"word{number % 120}" for number in range(limit - 2)]
    before, after = ["old", *words, "old"], ["new", *words[250:], *words[:250], "new"]
    assert any(piece.is_same for piece in word_diff(" ".join(before), " ".join(after)))


def answers_to(question: Question) -> st.SearchStrategy[Any]:
    match question.kind:
        case Kind.MANY:
            return st.none() | st.lists(st.sampled_from(["a", "b", "c"]), unique=True)
        case Kind.FILES:
            return st.none() | st.lists(st.integers(1, 3), unique=True)
        case Kind.MONEY | Kind.COUNT:
            return st.none() | st.integers(0, 2)
    return st.none() | st.sampled_from(["", "other", "none", "One. Two."])


EDITIONS = st.builds(
    Edition,
    st.fixed_dictionaries({question.id: answers_to(question) for question in record.questions()}),
    st.frozensets(st.integers(1, 3)),
)


@given(EDITIONS)
def test_an_edition_is_the_same_as_itself(edition: Edition) -> None:
    assert {each.change for each in compare(edition, edition)} <= {Change.UNCHANGED}


@given(EDITIONS, EDITIONS)
def test_the_other_way_round_every_change_is_turned(before: Edition, after: Edition) -> None:
    forth, back = compare(before, after), compare(after, before)
    assert [(each.question, each.before, each.after, each.change) for each in forth] == [
        (each.question, each.after, each.before, SWAPPED[each.change]) for each in back
    ]


@given(EDITIONS, EDITIONS)
def test_what_is_added_and_changed_makes_the_later_of_the_earlier(before: Edition, after: Edition) -> None:
    made = {
        each.question.id: each.before if each.change is Change.UNCHANGED else each.after
        for each in compare(before, after)
    }
    found = compare(Edition(made, after.shared_files), after)
    assert {each.change for each in found} <= {Change.UNCHANGED}


def test_a_record_is_unchanged_but_for_what_was_changed() -> None:
    after = {**ANSWERS, "title": "Falls huddles on wards", "website": None, "sites_now": 1}
    found = changes(ANSWERS, after)
    assert found.pop("title") is Change.CHANGED
    assert found.pop("website") is Change.REMOVED
    assert found.pop("sites_now") is Change.CHANGED
    assert set(found.values()) == {Change.UNCHANGED}


@pytest.mark.parametrize("nothing", [None, "", [], False])
def test_every_nothing_is_the_same_and_not_counted(nothing: Any) -> None:
    assert changes({"overview": nothing}, {}) == {}
    assert changes({"population": nothing}, {"population": 0}) == {"population": Change.ADDED}


def test_the_order_of_ticks_is_no_change() -> None:
    assert changes({"settings": ["acute", "home"]}, {"settings": ["home", "acute"]}) == {
        "settings": Change.UNCHANGED
    }


def test_an_answer_that_is_no_longer_asked_for_is_removed() -> None:
    before = {"supplier": "other", "supplier_name": "Acme Limited"}
    assert changes(before, {**before, "supplier": "none"}) == {
        "supplier": Change.CHANGED,
        "supplier_name": Change.REMOVED,
    }


def test_for_whom_a_document_is_is_part_of_the_answer() -> None:
    answers = {"evidence_files": [1, 2]}
    shared = compare(Edition(answers, frozenset({1})), Edition(answers, frozenset({1, 2})))
    assert [each.change for each in shared] == [Change.CHANGED]
    no_document = compare(Edition(answers, frozenset({3})), Edition(answers))
    assert [each.change for each in no_document] == [Change.UNCHANGED]
