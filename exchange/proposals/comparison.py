"""What is different between two versions of the record: question by question, and in a text word by word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import Any

from exchange.proposals import record
from exchange.proposals.record import Answers, Kind, Question

# Of what is left between the words that two texts begin and end with. Beyond that, finding what stayed takes
# longer than anyone waits, and the text counts as written anew. An answer that was submitted stays far below.
MOST_WORDS = 1_500
MOST_PAIRS = 20_000
# Fewer words than these between two changes belong to them: a text in which every other word is marked cannot be read.
FEWEST_KEPT = 3

_WORD = re.compile(r"(\S*)(\s*)")


class Change(StrEnum):
    UNCHANGED = "unchanged"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Edition:
    """A version, or the working record: the answers, and which of its documents (ids) all its readers read."""

    answers: Answers
    shared_files: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Difference:
    """One question as two editions answer it; None where it is not answered, or not asked."""

    question: Question
    before: Any
    after: Any
    change: Change


@dataclass(frozen=True)
class Piece:
    """A stretch of two texts: what the one has there, and the other."""

    before: str
    after: str

    @property
    def is_same(self) -> bool:
        return self.before == self.after


def compare(before: Edition, after: Edition) -> list[Difference]:
    """Every question that either answers, in the order of the record."""
    found = []
    for question in record.questions(before.answers, after.answers):
        old, new = _given(before.answers, question), _given(after.answers, question)
        if old is not None or new is not None:
            is_same = _mark(question, old, before) == _mark(question, new, after)
            found.append(Difference(question, old, new, _change(old, new, is_same=is_same)))
    return found


def word_diff(before: str, after: str) -> list[Piece]:
    """Both texts in pieces, which joined give each of them back exactly. The other way round it says the same."""
    if after < before:  # the library's answer depends on which comes first
        return [Piece(piece.after, piece.before) for piece in word_diff(after, before)]
    return list(_joined(_with_islands_flooded(list(_joined(_pieces(_words(before), _words(after)))))))


Word = tuple[str, str]


def _words(text: str) -> list[Word]:
    """Each word with the white space after it; what a text begins with follows an empty one."""
    return _WORD.findall(text)[:-1]  # its last match is the end


def _pieces(before: Sequence[Word], after: Sequence[Word]) -> Iterator[Piece]:
    """From word to word; white space that differs between two words that do not is a piece of its own."""
    old, new = [word for word, _ in before], [word for word, _ in after]
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    yield from _kept(before[:start], after[:start])
    middle = slice(start, len(old) - end), slice(start, len(new) - end)
    yield from _between(before[middle[0]], after[middle[1]])
    yield from _kept(before[len(old) - end :], after[len(new) - end :])


def _between(before: Sequence[Word], after: Sequence[Word]) -> Iterator[Piece]:
    old, new = [word for word, _ in before], [word for word, _ in after]
    if _is_too_much(old, new):
        yield Piece(_text(before), _text(after))
        return
    for tag, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from _kept(before[i:i_end], after[j:j_end])
        else:
            yield Piece(_text(before[i:i_end]), _text(after[j:j_end]))


def _kept(before: Sequence[Word], after: Sequence[Word]) -> Iterator[Piece]:
    """The same words in both, with the white space of each."""
    for (word, space), (_, other) in zip(before, after, strict=True):
        if space == other:
            yield Piece(word + space, word + space)
        else:
            yield Piece(word, word)
            yield Piece(space, other)


def _joined(pieces: Iterator[Piece] | Sequence[Piece]) -> Iterator[Piece]:
    """As few as say the same."""
    for is_same, stretch in groupby(pieces, key=lambda piece: piece.is_same):
        several = list(stretch)
        before = "".join(piece.before for piece in several)
        if before or not is_same:
            yield Piece(before, before if is_same else "".join(piece.after for piece in several))


def _with_islands_flooded(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Pieces in which a few words that stayed between two changes are part of the change."""
    for place, piece in enumerate(pieces):
        is_island = piece.is_same and 0 < place < len(pieces) - 1
        if is_island and record.count_words(piece.before) < FEWEST_KEPT:
            yield Piece(piece.before, "")
            yield Piece("", piece.after)
        else:
            yield piece


def _is_too_much(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether comparing these would take long, by how often a word of the one stands in the other."""
    if max(len(old), len(new)) > MOST_WORDS:
        return True
    there = Counter(new)
    return sum(count * there[word] for word, count in Counter(old).items()) > MOST_PAIRS


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words both begin with."""
    length = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        length += 1
    return length


def _text(words: Sequence[Word]) -> str:
    return "".join(word + space for word, space in words)


def _given(answers: Answers, question: Question) -> Any:
    return record.given(answers, question) if question.applies(answers) else None


def _mark(question: Question, value: Any, edition: Edition) -> Any:
    """What makes an answer another one: in what order things were ticked does not, whom documents are for does."""
    if value is None or question.kind not in {Kind.MANY, Kind.FILES}:
        return value
    shared = edition.shared_files if question.kind is Kind.FILES else frozenset()
    return {(one, one in shared) for one in value}


def _change(old: Any, new: Any, *, is_same: bool) -> Change:
    if is_same:
        return Change.UNCHANGED
    if old is None:
        return Change.ADDED
    return Change.REMOVED if new is None else Change.CHANGED
