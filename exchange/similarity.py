"""How similar two headings are, as the cosine between what they speak of: rare concepts weigh more than common ones, those in a
name more than those in a summary. The same texts and counts give the same order anywhere.

Salton and Buckley, Term-weighting approaches in automatic text retrieval, Information Processing & Management 24 (1988). What
else was tried is in docs/decisions/0029.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

from exchange import concepts

IN_NAME = 2  # as often as in a summary
SHOWN = 5
# Below, nothing is shown: measured on benchmarks/similar.toml.
FLOOR = 0.16
# Two texts that have less in common are about different things, whatever the words.
LEAST_SHARED = 3
# But a name alone, which is typed first, is short.
LEAST_SHARED_BY_NAME = 2
# In a collection that is smaller, a word that stands in one proposal is no more common than it would be here.
SMALLEST_COLLECTION = 200


@dataclass(frozen=True)
class Heading:
    """The name and the summary of a proposal, or of something like one."""

    name: str
    summary: str = ""

    @property
    def counts(self) -> Mapping[str, int]:
        """What it speaks of, and how much."""
        return _counts(self.name, self.summary)

    @property
    def concepts(self) -> list[str]:
        return concepts.of(self.name, self.summary)


@dataclass(frozen=True)
class Collection:
    """How many headings there are, and how many speak of each concept; of those that are not named, none does."""

    size: int
    holding: Mapping[str, int]

    def weight(self, concept: str) -> float:
        size = max(self.size, SMALLEST_COLLECTION)
        holding = min(self.holding.get(concept, 0), size)
        return log(1 + (size - holding + 0.5) / (holding + 0.5))


def similarity(one: Heading, other: Heading, collection: Collection) -> float:
    """From 0, nothing in common that tells anything, to 1."""
    left, right = _weighed(one, collection), _weighed(other, collection)
    lengths = sqrt(_sum(value**2 for value in left.values()) * _sum(value**2 for value in right.values()))
    shared = sorted(left.keys() & right.keys())
    return min(_sum(left[each] * right[each] for each in shared) / lengths, 1.0) if lengths else 0.0


def shared(one: Heading, other: Heading) -> frozenset[str]:
    """The concepts of which both speak."""
    return frozenset(one.counts.keys() & other.counts.keys())


def worth(one: Heading, other: Heading, collection: Collection) -> float:
    """How similar the second is to the first, which somebody writes; 0 when they have too little in common, however rare."""
    least = LEAST_SHARED if one.summary else LEAST_SHARED_BY_NAME
    return similarity(one, other, collection) if len(shared(one, other)) >= least else 0.0


def ranked(one: Heading, others: Mapping[int, Heading], collection: Collection) -> list[int]:
    """The keys of those that are worth showing, the most similar first, and of equal ones the highest key."""
    found = {key: worth(one, other, collection) for key, other in others.items()}
    return sorted((key for key in found if found[key] >= FLOOR), key=lambda key: (-found[key], -key))[:SHOWN]


@lru_cache(maxsize=2_048)
def _counts(name: str, summary: str) -> Mapping[str, int]:
    """Kept, as whoever types a summary is compared with the same ones again and again."""
    counts = Counter(each.concept for each in concepts.spoken(name))
    for concept in counts:
        counts[concept] *= IN_NAME
    counts.update(each.concept for each in concepts.spoken(summary))
    return counts


def _weighed(heading: Heading, collection: Collection) -> dict[str, float]:
    return {each: (1 + log(count)) * collection.weight(each) for each, count in heading.counts.items()}


def _sum(values: Iterable[float]) -> float:
    return sum(sorted(values))  # in one order, so that it is the same number whichever text comes first
