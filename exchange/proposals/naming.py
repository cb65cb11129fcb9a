"""Whether a text names somebody: by their full name, or by what may be their surname. Pure.

Accents, titles, letters after a name, initials and hyphens make no difference, as few who write of somebody keep to them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exchange.terms import plain


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


MARKED = r"[^\W_][\u0300-\u036f]*"
WORD = re.compile(rf"(?:{MARKED})+(?:['-](?:{MARKED})+)*")
STRAIGHT = str.maketrans({**dict.fromkeys("’‘ʼ`´", "'"), **dict.fromkeys("‐‑‒–", "-")})
UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")  # soft hyphens and spaces without width
LEAST_LETTERS = 2  # of a surname
LEAST_OF_PART = 3  # of one that is only a part
TITLES = _listed(
    "dr doctor prof professor mr mrs ms miss mx sir dame lord lady rev reverend nurse sister matron"
)
# Never written like a name: “MA” ends a name, “Ma” is one.
AFTER_NAMES = _listed(
    "ba bm bmed bn bs bsc bch bpharm cbe cphys csci dbe dm dphil dsc facp fcps ffph fhea fmedsci frcem frcgp frcn frcoa frcog "
    "frcp frcpath frcpch frcpsych frcr frcs frs frsa gbe kbe llb llm ma mb mba mbbs mbchb mbe mcsp md med mfph mpharm mph mphil "
    "mres mrcgp mrcog mrcp mrcpch mrcpsych mrcs mrpharms ms msc obe pgce pgcert pgdip phd qn rgn rm rmn rn rnld rnmh rsw "
    "scphn"
)
PARTICLES = _listed("abu al ben bin bint da de del den der di dos du el ibn la le st ter van von")


@dataclass(frozen=True)
class Named:
    """`names` stand in the text in full. `surnames` stand there alone, with a capital: many are words of their own, like
    “Ward”, and only who wrote it knows what it means. So is it with a first and a middle name."""

    names: list[str]
    surnames: list[str]


@dataclass(frozen=True)
class _Text:
    """Its words one by one, those with hyphens taken apart, and which start with a capital."""

    words: list[str]
    capitals: list[bool]

    def holds(self, wanted: Sequence[str], *, as_name: bool = False) -> bool:
        """Whether these words stand there in this order; `as_name`, with a capital."""
        length = len(wanted)
        return any(
            self.words[start : start + length] == wanted and (not as_name or self.capitals[start])
            for start in range(len(self.words) - length + 1)
        )


def named_in(text: str, names: Iterable[str]) -> Named:
    """The names, each as it is given here and once, by the alphabet."""
    parts = [part for word in _words(text) for part in word.split("-") if not _is_initial(part)]
    read = _Text([plain(part) for part in parts], [part[0].isupper() for part in parts])
    known = {" ".join(name.split()): _own_words(name) for name in names}
    full = [name for name, own in known.items() if any(read.holds(form) for form in _full_forms(name, own))]
    taken = {plain(each) for name in full for each in _surnames(known[name])}
    alone = {word for own in known.values() for word in _alone(read, own) if plain(word) not in taken}
    middle = {
        " ".join(pair)
        for name, own in known.items()
        if name not in full
        for pair in _middle_pairs(own)
        if read.holds(_parts(pair))
    }
    return Named(sorted(full), sorted(alone | middle))


def _full_forms(name: str, own: Sequence[str]) -> list[list[str]]:
    """What names somebody beyond doubt: all of it, the first name with the surname, or with a part of a double one. With a
    title before it a surname alone does, where no more of the name is known."""
    whole = [word for word in _words(name) if not _is_initial(word)]
    forms = [_parts(whole)] if len(whole) > 1 else []
    if len(own) > 1:
        forms += [_parts(own), *(_parts([own[0], each]) for each in _surnames(own))]
    return forms


def _alone(read: _Text, own: Sequence[str]) -> list[str]:
    """The surname where it stands in the text, or else the parts of it that do."""
    surnames = _surnames(own)
    found = [each for each in surnames if read.holds(_parts([each]), as_name=True)]
    return found[:1] if found[:1] == surnames[:1] else found


def _surnames(own: Sequence[str]) -> list[str]:
    """The surname, then each part of a double one."""
    if not own or len(own[-1]) < LEAST_LETTERS or not own[-1][0].isalpha():
        return []
    parts = own[-1].split("-")
    is_double = len(parts) > 1
    return [own[-1], *(part for part in parts if is_double and _tells(part))]


def _middle_pairs(own: Sequence[str]) -> list[tuple[str, str]]:
    return [(own[0], each) for each in own[1:-1] if _tells(each)]


def _tells(part: str) -> bool:
    return len(part) >= LEAST_OF_PART and plain(part) not in PARTICLES


def _own_words(name: str) -> list[str]:
    """A name without titles before it, letters after it, and initials."""
    words = [word for word in _words(name) if not _is_initial(word)]
    while len(words) > 1 and plain(words[0]) in TITLES:
        words = words[1:]
    while len(words) > 2 and not words[-1].istitle() and plain(words[-1]) in AFTER_NAMES:
        words = words[:-1]
    return words


def _parts(words: Iterable[str]) -> list[str]:
    return [plain(part) for word in words for part in word.split("-")]


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isupper()


def _words(text: str) -> list[str]:
    """With one kind of apostrophe and hyphen, and without what a genitive ends in."""
    composed = unicodedata.normalize("NFC", UNSEEN.sub("", text)).translate(STRAIGHT)
    return [re.sub(r"'[sS]$", "", word) for word in WORD.findall(composed)]
