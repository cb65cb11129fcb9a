"""Words as the text index keeps them and as a query asks for them: one set of rules, whatever the database.

A text is kept as terms of small plain letters and digits: without accents, letters apart from digits, every English
word as its stem. What is typed without a space between ("30-day", "12.5mg") asks for its parts side by side.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from snowballstemmer.english_stemmer import EnglishStemmer

# The number of these rules. Whoever changes what `kept` gives adds one; `db upgrade` then renews what older rules made.
FORM = 1

MOST_TERMS = 20
LONGEST_QUERY = 1_000
LONGEST_WORD = 60
# PostgreSQL refuses a vector of over a megabyte; no record that keeps to its limits comes near.
LONGEST_TEXT = 200_000

# No text yields it, so that no phrase goes on from one answer into the next.
BREAK = "x0"

Phrase: TypeAlias = tuple[str, ...]

# Left out of a query that asks for anything else, and kept in texts, where a phrase may need them.
_THE_MOST_COMMON = """
    a an and are as at be been but by can do does for from had has have he her his how i if in into is it its me my no nor
    not of on or our she so than that the their them then there these they this those to us was we were what when where
    which who why will with would you your
"""
STOP_WORDS = frozenset(_THE_MOST_COMMON.split())
# Letters that have no accent to take off, and yet are typed without it.
_PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "μ": "u"}
)
_MARKED = r"[^\W_][\u0300-\u036f]*"
_WORD = re.compile(rf"[0-9]{{1,3}}(?:,[0-9]{{3}})+(?!,?[0-9])|(?:{_MARKED})+(?:['’ʼ](?:{_MARKED})+)*|&")
_PART = re.compile(r"[^\W\d_]+|\d+")
_QUOTED = re.compile(r'"([^"]*)"|“([^“”]*)”')
HYPHENS = frozenset("-‐‑‒–")
_BINDING = HYPHENS | {"", ".", "@", "_"}
_REFERENCE = re.compile(
    r"(?:([a-z]+|[a-z0-9]{1,8}(?=-\d{4}-))-?)?(?:(\d{4})(?:-|(?=\d{4,8}$)))?(\d{1,8})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Word:
    """Where a word stands in a text, and its terms."""

    start: int
    end: int
    terms: Phrase


@dataclass(frozen=True)
class Query:
    """What was asked: every term, each in any of its phrases; or the proposal with this reference. `whole` is all of it
    as it was typed, with the stop words."""

    terms: tuple[tuple[Phrase, ...], ...] = ()
    whole: Phrase = ()
    reference: str = ""

    def __bool__(self) -> bool:
        return bool(self.terms)


def kept(*texts: str) -> str:
    """What the index keeps of these texts: their terms in order, and each word with hyphens as one word too."""
    terms: list[str] = []
    for text in texts:
        found = words(text)
        terms += [BREAK, *(term for word in found for term in word.terms)]
        terms += [term for _, _, joined in hyphened(text, found) for term in (BREAK, *joined)]
    whole = " ".join(terms[1:])
    return whole if len(whole) <= LONGEST_TEXT else whole[:LONGEST_TEXT].rpartition(" ")[0]


def kept_reference(reference: str) -> str:
    """The terms by which a reference such as AB-2026-0042 is found: whole, and as people shorten it."""
    prefix, year, number = reference.lower().split("-")
    forms = [(prefix, year), ("", year), (prefix, ""), ("", "")]
    return " ".join((BREAK, *(_reference_term(*form, number) for form in forms)))


def asked(typed: str) -> Query:
    """What someone typed, as a query. Whatever it is, nothing in it is a command."""
    text = unicodedata.normalize("NFC", typed[:LONGEST_QUERY])
    terms = [*_terms_asked(text)]
    telling = [term for term, is_telling in terms if is_telling] or [term for term, _ in terms]
    whole = tuple(term for word in words(text) for term in word.terms)
    return Query(tuple(dict.fromkeys(telling[:MOST_TERMS])), whole, reference_asked(text))


def reference_asked(typed: str) -> str:
    """The term of the reference that this is, if it may be one: "AB-2026-0042", "ab 2026 42", "0042"."""
    parts = _REFERENCE.fullmatch("-".join(re.findall(r"[a-z0-9]+", typed.lower())))
    return _reference_term(*(part or "" for part in parts.groups())) if parts else ""


def words(text: str) -> list[Word]:
    return [
        Word(found.start(), found.end(), _terms(found.group()[:LONGEST_WORD]))
        for found in _WORD.finditer(text)
    ]


def plain(text: str) -> str:
    """As it is typed without accents or capitals."""
    return text.translate(_PLAIN)


def hyphened(text: str, found: Sequence[Word]) -> Iterator[tuple[int, int, Phrase]]:
    """Words with hyphens as one ("e-mail" is "email"), and where they stand."""
    for group in _groups(text, found):
        gaps = {text[one.end : other.start] for one, other in pairwise(group)}
        if gaps and gaps <= HYPHENS:
            spelt = "".join(text[word.start : word.end] for word in group)
            if spelt.isalpha():
                yield group[0].start, group[-1].end, _terms(spelt[:LONGEST_WORD])


def _terms_asked(text: str) -> Iterator[tuple[tuple[Phrase, ...], bool]]:
    """Each term, and whether it tells more than a stop word."""
    end = 0
    for quoted in _QUOTED.finditer(text):
        yield from _loose_terms(text[end : quoted.start()])
        if phrase := tuple(term for word in words(quoted.group()) for term in word.terms):
            yield (phrase,), True
        end = quoted.end()
    yield from _loose_terms(text[end:])


def _loose_terms(text: str) -> Iterator[tuple[tuple[Phrase, ...], bool]]:
    for group in _groups(text, words(text)):
        phrases = [tuple(term for word in group for term in word.terms)]
        spelt = text[group[0].start : group[-1].end]
        phrases += [joined for _, _, joined in hyphened(spelt, words(spelt))]
        if len(group) > 2 and (reference := reference_asked(spelt)):
            phrases.append((reference,))
        if phrases[0]:
            yield tuple(dict.fromkeys(phrases)), spelt.lower() not in STOP_WORDS and spelt != "&"


def _groups(text: str, found: Sequence[Word]) -> Iterator[list[Word]]:
    """Words that stand together: "30-day", "12.5mg", "A&E"."""
    group: list[Word] = []
    for index, word in enumerate(found):
        if group and not _is_bound(text, found, index):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _is_bound(text: str, found: Sequence[Word], index: int) -> bool:
    """Whether the word stands together with the one before it."""
    before, word = found[index - 1], found[index]
    if "&" in (text[before.start : before.end], text[word.start : word.end]):
        middle = index if text[word.start : word.end] == "&" else index - 1
        around = found[max(middle - 1, 0) : middle + 2]
        return (
            len(around) == 3
            and around[2].end - around[0].start <= len("A & E")
            and all(around[side].end - around[side].start == 1 for side in (0, 2))
        )
    return text[before.end : word.start] in _BINDING


@lru_cache(maxsize=2**15)
def _terms(word: str) -> Phrase:
    if word == "&":
        return ("and",)
    bare = re.sub(r"['ʼ’]s$", "", plain(word).replace(",", ""))
    return tuple(_term(part) for part in _PART.findall(re.sub(r"['ʼ’]", "", bare)))


def _term(part: str) -> str:
    if not part.isascii():
        # An index knows the letters of its own Unicode; these it knows always.
        return "".join(letter if letter.isascii() else f"u{ord(letter):x}" for letter in part)
    if part.isdigit():
        return part
    stem: str = EnglishStemmer().stemWord(part)
    # "organize" is "organise".
    return f"{stem[:-1]}s" if stem.endswith("iz") and len(stem) > 4 else stem


def _reference_term(prefix: str, year: str, number: str) -> str:
    """Letters and digits in one, as no word of a text is kept."""
    return f"r{prefix}y{year}n{int(number)}"


class _PlainLetters(dict[int, str]):
    """Every character as it is typed without accents, worked out once."""

    def __missing__(self, code: int) -> str:
        letters = unicodedata.normalize("NFKD", chr(code)).casefold().translate(_PLAIN_LETTERS)
        self[code] = "".join(letter for letter in letters if not unicodedata.combining(letter))
        return self[code]


_PLAIN = _PlainLetters()
