"""The words of a query, and what they find."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from exchange import search
from exchange.extensions import db
from exchange.proposals.models import Proposal
from exchange.search import SearchText, words_of
from tests.conftest import Committed
from tests.proposals.arrange import make_bare, make_champion


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("falls huddles", ["falls", "huddles"]),
        (
            '"falls" AND (huddles OR ward*) NOT NEAR/3 -x',
            ["falls", "AND", "huddles", "OR", "ward", "NOT", "NEAR", "3", "x"],
        ),
        ("title:falls {a b}^2", ["title", "falls", "a", "b", "2"]),
        ("don't", ["don", "t"]),
        ("Łukasz café naïve", ["Lukasz", "cafe", "naive"]),
        ("covid_19", ["covid", "19"]),
        ("!!! ??? --- '; DROP", ["DROP"]),
        ("🏥 💊", []),
        ("\x00\x07\ud800", []),
        ("", []),
        (" ".join(map(str, range(99))), [str(number) for number in range(20)]),
        ("x" * 10_000, ["x" * search.LONGEST_WORD]),
        ("العربية 中文", ["العربية", "中文"]),
    ],
)
def test_words_of(typed: str, words: list[str]) -> None:
    assert words_of(typed) == words


@given(st.text(max_size=300))
def test_words_of_anything_are_words(typed: str) -> None:
    for word in words_of(typed):
        assert 0 < len(word) <= search.LONGEST_WORD
        assert word.isalnum() or any(letter.isalnum() for letter in word)


def found(*words: str) -> list[str]:
    """References in order, best first."""
    query, rank = search.narrowed(select(Proposal.reference), words, SearchText.proposal_id == Proposal.id)
    return [reference[-1] for reference in db.session.scalars(query.order_by(rank))]


def test_found_by_any_form_of_a_word_and_the_title_first(committed: Committed) -> None:
    with committed():
        champion = make_champion()
        for number, (title, body) in enumerate(
            [
                (
                    "Quiet nights",
                    "One fall in passing, among many other words about sleep on busy wards at night.",
                ),
                ("Falls huddles", "A ten-minute huddle."),
                ("Łukasz's café", "Naïve résumé."),
            ],
            start=1,
        ):
            search.put(make_bare(champion, number).id, "public", title=title, body=body)
        db.session.flush()
        assert found("falling") == ["2", "1"]
        assert found("fall", "sleep") == ["1"]
        assert found("lukasz") == ["3"]
        assert found(*words_of("CAFÉ resume")) == ["3"]
        assert found("fall", "cafe") == []
        for operator in ("AND", "OR", "NOT", "NEAR"):
            assert found(operator, "huddle") in ([], ["2"])


def test_put_replaces_and_remove_takes_away(committed: Committed) -> None:
    with committed():
        proposal = make_bare(make_champion(), 1)
        search.put(proposal.id, "public", title="Falls", body="First words")
        search.put(proposal.id, "public", title="Falls", body="Second words")
        db.session.flush()
        assert (found("first"), found("second")) == ([], ["1"])
        search.remove(proposal.id)
        db.session.flush()
        assert found("second") == []


def test_a_text_of_any_length_is_kept(committed: Committed) -> None:
    with committed():
        proposal = make_bare(make_champion(), 1)
        body = " ".join(f"word{number}é" for number in range(60_000)) + "\ud7ff" + "x" * 5_000
        search.put(proposal.id, "public", title="Falls", body=body)
        db.session.flush()
        assert found("word7e") == ["1"]


@given(st.lists(st.text(min_size=1, max_size=20), max_size=5).map(" ".join))
def test_no_query_makes_the_index_fail(typed: str) -> None:
    for word in words_of(typed):
        assert '"' not in word
        assert "\x00" not in word
