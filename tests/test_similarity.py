"""What headings speak of, and how similar that makes them: the rules, without a database."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange import concepts, similarity
from exchange.similarity import FLOOR, Collection, Heading, ranked, shared, worth

WORDS = [
    "falls",
    "huddle",
    "ward",
    "nurse",
    "sepsis",
    "timer",
    "A&E",
    "ring",
    "the",
    "12",
    "ulcer",
    "bed-side",
    "Łódź",
]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
HEADINGS = st.builds(Heading, TEXTS, TEXTS)


def collection_of(headings: list[Heading]) -> Collection:
    return Collection(len(headings), Counter(each for heading in headings for each in heading.concepts))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A&E", "the emergency department"),
        ("telephone", "rings"),
        ("pressure ulcers", "bed sores"),
        ("Older people", "geriatric"),
        ("post-natal", "postnatal"),
        ("organised", "organizing"),
        ("ICU", "intensive care"),
        ("kidney injury", "AKI"),
    ],
)
def test_words_that_stand_for_each_other_are_one_concept(one: str, other: str) -> None:
    assert set(concepts.of(one)) & set(concepts.of(other))


def test_words_that_tell_nothing_are_no_concepts() -> None:
    assert concepts.of("The new service of our hospital: 12 patients, every day, with staff") == []


def test_a_concept_says_where_it_stands() -> None:
    text = "From the emergency department, by phone"
    assert [(text[each.start : each.end], each.concept) for each in concepts.spoken(text)] == [
        ("emergency department", "a_and_e"),
        ("phone", "phone"),
    ]


def test_a_heading_has_no_more_concepts_than_are_kept() -> None:
    words = [chr(97 + n % 26) * 2 + chr(97 + n // 26) * 3 + "q" for n in range(300)]
    assert len(concepts.of(" ".join(words))) == concepts.MOST_CONCEPTS


def test_no_two_lines_of_the_table_have_the_same_word() -> None:
    """Or which of the concepts it is would depend on their order."""
    phrases = [phrase for group in concepts._groups() for phrase in set(group)]
    assert {phrase for phrase, count in Counter(phrases).items() if count > 1} == set()


@given(HEADINGS, HEADINGS, st.lists(HEADINGS, max_size=5))
def test_similarity_does_not_depend_on_the_order_of_the_two(
    one: Heading, other: Heading, more: list[Heading]
) -> None:
    collection = collection_of([one, other, *more])
    assert similarity.similarity(one, other, collection) == similarity.similarity(other, one, collection)


@given(HEADINGS, st.lists(HEADINGS, max_size=5))
def test_a_heading_is_most_similar_to_itself(one: Heading, others: list[Heading]) -> None:
    collection = collection_of([one, *others])
    most = similarity.similarity(one, one, collection)
    assert most == pytest.approx(1.0 if one.counts else 0.0)
    assert all(0 <= similarity.similarity(one, each, collection) <= most + 1e-9 for each in others)


@given(HEADINGS, st.lists(HEADINGS, max_size=12))
def test_what_is_shown_is_bounded_above_the_floor_and_in_order(one: Heading, others: list[Heading]) -> None:
    collection = collection_of([one, *others])
    keyed = dict(enumerate(others))
    found = ranked(one, keyed, collection)
    assert len(found) <= similarity.SHOWN
    values = [similarity.similarity(one, keyed[key], collection) for key in found]
    assert values == sorted(values, reverse=True)
    assert all(value >= similarity.FLOOR for value in values)
    assert found == ranked(one, dict(reversed(keyed.items())), collection)
    assert all(len(shared(one, keyed[key])) >= 2 for key in found)


def test_of_equally_similar_ones_the_newest_comes_first() -> None:
    one = Heading("Sepsis timer in the huddle", "Nurses ring.")
    assert ranked(one, {4: one, 9: one, 7: one}, collection_of([one])) == [9, 7, 4]


def test_rare_words_weigh_more_than_common_ones() -> None:
    collection = Collection(1_000, {"ward": 400, "sepsi": 3})
    assert collection.weight("sepsi") > 4 * collection.weight("ward") > 0
    assert collection.weight("unheard") > collection.weight("sepsi")


def test_a_small_collection_shows_what_a_large_one_does() -> None:
    one = Heading(
        "Falls huddles on wards", "After a fall the nurses meet at the bedside and agree what changes."
    )
    same = Heading(
        "Bedside huddle after a fall", "Ward nurses meet when somebody has fallen, and agree on a change."
    )
    other = Heading("Sepsis timer", "A clock on the trolley starts when the score rises.")
    for collection in (
        collection_of([same]),
        Collection(90_000, {"fall": 900, "nurs": 1_001, "ward": 1_001}),
    ):
        assert worth(one, same, collection) >= FLOOR
        assert worth(one, other, collection) < FLOOR


def test_a_name_alone_needs_less_in_common() -> None:
    kept = Heading("Falls huddles", "Nurses meet at the board.")
    collection = collection_of([kept])
    assert worth(Heading("Huddle about falls"), kept, collection) >= FLOOR
    assert worth(Heading("Huddle about ulcers"), kept, collection) == 0
    assert worth(Heading("Huddle about falls", "A kiosk in the foyer."), kept, collection) == 0
