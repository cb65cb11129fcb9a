"""Whether a text names somebody: by their full name, or by what may be their surname. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
LEAST_LETTERS = 2  # of a surname


@dataclass(frozen=True)
class Named:
    """`names` stand in the text in full. `surnames` stand there alone, with a capital: many are words of their own, like
    “Ward”, and only who wrote it knows what it means."""

    names: list[str]
    surnames: list[str]


def named_in(text: str, names: Iterable[str]) -> Named:
    """The names, each as it is given here and once, by the alphabet."""
    words = _words(text)
    lowered = [word.casefold() for word in words]
    capitals = {part.casefold() for word in words if word[0].isupper() for part in (word, *word.split("-"))}
    known = {" ".join(name.split()): _words(name) for name in names}
    full = {
        name: own
        for name, own in known.items()
        if len(own) > 1 and _holds(lowered, [w.casefold() for w in own])
    }
    taken = {own[-1].casefold() for own in full.values()}
    surnames = {
        own[-1] for own in known.values() if own and len(own[-1]) >= LEAST_LETTERS and own[-1][0].isalpha()
    }
    alone = {each for each in surnames if each.casefold() in capitals and each.casefold() not in taken}
    return Named(sorted(full), sorted(alone))


def _holds(words: list[str], name: list[str]) -> bool:
    return any(words[start : start + len(name)] == name for start in range(len(words) - len(name) + 1))


def _words(text: str) -> list[str]:
    """With one kind of apostrophe, and without that of a genitive."""
    straight = text.replace("’", "'")
    return [re.sub(r"'[sS]$", "", word) for word in WORD.findall(straight)]
