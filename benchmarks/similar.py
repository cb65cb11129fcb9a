"""How well similar proposals are found: several ways of comparing, on headings that somebody wrote to be alike or not.

python -m benchmarks.similar                                            # which are found, by each way
python -m benchmarks.similar --sizes 1000,100000 --databases sqlite     # and how long it takes on full databases
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import log, sqrt
from pathlib import Path

from benchmarks import databases
from exchange import concepts, similarity, terms
from exchange.similarity import Collection, Heading

HERE = Path(__file__).parent
DEMO = HERE.parent / "exchange" / "demo" / "proposals"
FALSE_ALARMS = (
    1  # of those that are about what nothing else is about: each way has the floor that lets so many through
)
ROUNDS = 5

Bag = Callable[[str], tuple[str, ...]]
Score = Callable[[Heading, Heading], float]
STOP_WORDS = frozenset(term for word in terms.STOP_WORDS for term in terms.kept(word).split())


@dataclass(frozen=True)
class Pairs:
    """What is there; and who comes: the same idea again, another about the same matter, and what is about something else. The
    first two are in the order of what is there."""

    there: Sequence[Heading]
    again: Sequence[Heading]
    near: Sequence[Heading]
    alone: Sequence[Heading]

    def with_names_alone(self) -> Pairs:
        again, near, alone = (
            [Heading(each.name) for each in some] for some in (self.again, self.near, self.alone)
        )
        return Pairs(self.there, again, near, alone)


@dataclass(frozen=True)
class Way:
    name: str
    score: Score


def pairs() -> Pairs:
    told = tomllib.loads((HERE / "similar.toml").read_text())
    kept, again, near = (
        [Heading(*topic[which]) for topic in told["topics"]] for which in ("kept", "again", "near")
    )
    demo = [tomllib.loads(path.read_text())["answers"] for path in sorted(DEMO.glob("*.toml"))]
    others = [Heading(each["title"], each["summary"].strip()) for each in demo]
    return Pairs([*kept, *near, *others], again, near, [Heading(*each["text"]) for each in told["alone"]])


# ---- What a text is made of


@cache
def words(text: str) -> tuple[str, ...]:
    """Stems, without the most common words."""
    return tuple(
        each
        for each in terms.kept(text).split()
        if each not in STOP_WORDS and not each.isdigit() and each != terms.BREAK
    )


@cache
def grams(text: str) -> tuple[str, ...]:
    """Four letters that stand together, of stems."""
    joined = f" {' '.join(words(text))} "
    return tuple(joined[at : at + 4] for at in range(len(joined) - 3))


@cache
def twos(text: str) -> tuple[str, ...]:
    """Stems, and each two that stand together."""
    return (*words(text), *(f"{one} {other}" for one, other in pairwise(words(text))))


@cache
def meant(text: str) -> tuple[str, ...]:
    return tuple(each.concept for each in concepts.spoken(text))


# ---- How two are compared


def overlap(bag: Bag, there: Sequence[Heading]) -> Score:
    """Jaccard: what both have, of all that they have."""

    def score(one: Heading, other: Heading) -> float:
        left, right = (set(bag(each.name)) | set(bag(each.summary)) for each in (one, other))
        return len(left & right) / (len(left | right) or 1)

    return score


def bm25(bag: Bag, there: Sequence[Heading], k: float = 1.2, b: float = 0.5) -> Score:
    """Robertson and Zaragoza's, as a part of what the text would have with itself."""
    weight, counts = _weight(bag, there), _counts(bag)
    usual = statistics.mean(sum(counts(each).values()) for each in there)

    def of(one: Heading, other: Heading) -> float:
        found, length = counts(other), sum(counts(other).values())
        return sum(
            weight(each) * found[each] * (k + 1) / (found[each] + k * (1 - b + b * length / usual))
            for each in counts(one)
            if each in found
        )

    return lambda one, other: of(one, other) / (of(one, one) or 1)


def cosine(bag: Bag, there: Sequence[Heading]) -> Score:
    weight, counts = _weight(bag, there), _counts(bag)

    @cache
    def weighed(heading: Heading) -> dict[str, float]:
        made = {each: (1 + log(count)) * weight(each) for each, count in counts(heading).items()}
        length = sqrt(sum(value**2 for value in made.values())) or 1
        return {each: value / length for each, value in made.items()}

    def score(one: Heading, other: Heading) -> float:
        right = weighed(other)
        return sum(value * right.get(each, 0.0) for each, value in weighed(one).items())

    return score


def chosen(there: Sequence[Heading]) -> Score:
    """As the exchange does it."""
    collection = collection_of(there)
    return lambda one, other: similarity.worth(one, other, collection)


def collection_of(there: Sequence[Heading]) -> Collection:
    return Collection(len(there), Counter(each for heading in there for each in heading.concepts))


def _counts(bag: Bag) -> Callable[[Heading], Counter[str]]:
    @cache
    def counts(heading: Heading) -> Counter[str]:
        found = Counter(bag(heading.summary))
        for each in bag(heading.name):
            found[each] += similarity.IN_NAME
        return found

    return counts


def _weight(bag: Bag, there: Sequence[Heading]) -> Callable[[str], float]:
    holding = Counter(each for heading in there for each in {*bag(heading.name), *bag(heading.summary)})
    return Collection(len(there), holding).weight


def ways(there: Sequence[Heading]) -> list[Way]:
    return [
        Way("words that both have", overlap(words, there)),
        Way("four letters, cosine", cosine(grams, there)),
        Way("words, BM25", bm25(words, there)),
        Way("words, cosine", cosine(words, there)),
        Way("words and pairs, cosine", cosine(twos, there)),
        Way("concepts that both have", overlap(meant, there)),
        Way("concepts, BM25", bm25(meant, there)),
        Way("concepts, cosine", cosine(meant, there)),
        Way("concepts, cosine, three", chosen(there)),
    ]


# ---- The table


def measured(way: Way, given: Pairs, floor: float | None = None) -> str:
    """A line of the table; the floor that lets FALSE_ALARMS through unless told another."""
    alarms = sorted(
        (max(way.score(each, there) for there in given.there) for each in given.alone), reverse=True
    )
    if floor is None:
        floor = alarms[FALSE_ALARMS] + 1e-9
    found, shown, first, others = 0, 0, 0, 0
    for index, again in enumerate(given.again):
        scores = [way.score(again, there) for there in given.there]
        better = sum(score > scores[index] for score in scores)
        found += better < similarity.SHOWN and scores[index] > 0
        first += better == 0 and scores[index] >= floor
        shown += better < similarity.SHOWN and scores[index] >= floor
        same_matter = {index, index + len(given.again)}
        others += sum(score >= floor for at, score in enumerate(scores) if at not in same_matter)
    near = sum(way.score(each, given.there[index]) >= floor for index, each in enumerate(given.near))
    many = len(given.again)
    figures = (found / many, shown / many, first / many, near / many)
    alarmed = sum(each >= floor for each in alarms)
    return (
        f"{way.name:26}{''.join(f'{100 * each:10.0f}%' for each in figures)}"
        f"{alarmed:9} of {len(given.alone)}{others / many:9.2f}{floor:8.2f}"
    )


HEAD = (
    f"{'':26}{'in five':>11}{'shown':>11}{'first':>11}{'near':>11}{'false':>9}{'':6}{'others':>9}{'floor':>8}"
)


def table() -> str:
    given = pairs()
    tried = ways(given.there)
    ours = Way("as the exchange does it", tried[-1].score)
    names = Way("the same, by name alone", tried[-1].score)
    lines = [HEAD, *(measured(way, given) for way in tried), measured(ours, given, similarity.FLOOR)]
    lines.append(measured(names, given.with_names_alone(), similarity.FLOOR))
    return "\n".join(lines)


def timed(database: str, sizes: Sequence[int]) -> str:
    """How long a member waits for what is similar, in milliseconds of the database and the comparing together."""
    given = pairs()
    lines = [f"{'':26}{'p50 ms':>11}{'p95 ms':>11}"]
    with ExitStack() as stack:
        server_url = stack.enter_context(databases.server(database))
        for size in sizes:
            url = stack.enter_context(databases.copy(server_url, size))
            spent = databases.read(url, lambda: _time_each(given.again))
            middle, most = statistics.median(spent), sorted(spent)[int(len(spent) * 0.95)]
            lines.append(f"{f'{database}, {size:,}':26}{middle * 1000:11.1f}{most * 1000:11.1f}")
    return "\n".join(lines)


def _time_each(asked: Sequence[Heading]) -> list[float]:
    from flask import current_app
    from sqlalchemy import select

    from exchange.accounts.models import Person
    from exchange.extensions import db
    from exchange.proposals.models import Proposal
    from exchange.proposals.similar import similar_to

    on_teams = select(Proposal.champion_id)
    member = db.session.scalars(select(Person).where(Person.id.in_(on_teams)).order_by(Person.id)).first()
    spent = []
    for _ in range(ROUNDS):
        for heading in asked:
            db.session.rollback()
            with current_app.test_request_context():
                began = time.perf_counter()
                similar_to(member, heading)
                spent.append(time.perf_counter() - began)
    return spent[len(asked) :]


def main(arguments: Sequence[str]) -> int:
    asking = argparse.ArgumentParser(prog="python -m benchmarks.similar")
    asking.add_argument("--sizes", default="", help="of filled databases to time it on, like 1000,100000")
    asking.add_argument("--databases", default="sqlite,postgresql")
    asked = asking.parse_args(arguments)
    print(table())
    if asked.sizes:
        for database in asked.databases.split(","):
            print("\n" + timed(database, [int(size) for size in asked.sizes.split(",")]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
