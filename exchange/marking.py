"""Where a text holds what was asked: the words marked, and a short passage around them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from markupsafe import Markup, escape

from exchange.terms import Phrase, Query, hyphened, words

LONGEST_PASSAGE = 200
LEAD = 60  # characters before the first word found


@dataclass(frozen=True, slots=True)
class Hit:
    """Where one term of the query stands in a text; `term` counts from 0."""

    start: int
    end: int
    term: int


@dataclass(frozen=True)
class Passage:
    """A piece of a text with the words marked, and the terms of the query that it holds."""

    text: Markup
    terms: frozenset[int]


def marked(text: str, asked: Query) -> Passage:
    """The whole text."""
    found = _hits(text, asked)
    return Passage(_marked(text, 0, len(text), found), frozenset(hit.term for hit in found))


def marked_whole(text: str) -> Markup:
    return Markup("<mark>{}</mark>").format(text)


def marked_at(text: str, places: Iterable[tuple[int, int]]) -> Markup:
    """The whole text, marked from the one to the other of each place."""
    return _marked(text, 0, len(text), [Hit(start, end, 0) for start, end in sorted(places)])


def passage(text: str, asked: Query, wanted: Iterable[int]) -> Passage | None:
    """The piece of the text that holds the most of the wanted terms, the first of those that hold as many; None when
    none of them is there."""
    line, wanted = " ".join(text.split()), frozenset(wanted)
    found = _hits(line, asked)
    best, most = 0, 0
    for index, first in enumerate(found):
        reach = first.start + LONGEST_PASSAGE - LEAD
        near = takewhile(lambda hit, reach=reach: hit.end <= reach, found[index : index + LONGEST_PASSAGE])  # type: ignore[misc]
        held = len(wanted.intersection(hit.term for hit in near))
        if held > most:
            best, most = first.start, held
    if not most:
        return None
    start = _beginning(line, best)
    end = _ending(line, start)
    terms = frozenset(hit.term for hit in found if start <= hit.start and hit.end <= end)
    text = _marked(line, start, end, found)
    return Passage(
        Markup("{}{}{}").format("… " if start else "", text, " …" if end < len(line) else ""), terms
    )


def _hits(text: str, asked: Query) -> list[Hit]:
    """Every place, in order; of those that begin together the longest first."""
    if not asked.terms:
        return []
    found = words(text)
    standing = [(term, word.start, word.end) for word in found for term in word.terms]
    places: dict[str, list[int]] = defaultdict(list)
    for index, (term, _, _) in enumerate(standing):
        places[term].append(index)
    joined: dict[Phrase, list[tuple[int, int]]] = defaultdict(list)
    for start, end, phrase in hyphened(text, found):
        joined[phrase].append((start, end))

    def of(phrase: Phrase) -> Iterator[tuple[int, int]]:
        yield from joined.get(phrase, ())
        for first in places.get(phrase[0], ()):
            stretch = standing[first : first + len(phrase)]
            if tuple(term for term, _, _ in stretch) == phrase:
                yield stretch[0][1], stretch[-1][2]

    return sorted(
        (
            Hit(start, end, number)
            for number, phrases in enumerate(asked.terms)
            for phrase in phrases
            for start, end in of(phrase)
        ),
        key=lambda hit: (hit.start, -hit.end),
    )


def _marked(text: str, start: int, end: int, found: list[Hit]) -> Markup:
    """The piece from start to end. All that is ours in it is the marks."""
    drawn = Markup("")
    for hit in found:
        if start <= hit.start and hit.end <= end:
            drawn += escape(text[start : hit.start])
            drawn += marked_whole(text[hit.start : hit.end])
            start = hit.end
    return drawn + escape(text[start:end])


def _beginning(line: str, hit: int) -> int:
    """A little before the word found, where a word begins."""
    if hit <= LEAD:
        return 0
    space = line.find(" ", hit - LEAD, hit)
    return hit if space < 0 else space + 1


def _ending(line: str, start: int) -> int:
    if len(line) - start <= LONGEST_PASSAGE:
        return len(line)
    space = line.rfind(" ", start, start + LONGEST_PASSAGE + 1)
    return start + LONGEST_PASSAGE if space <= start else space
