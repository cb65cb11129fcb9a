"""The table at the end: what was measured, and which goals were missed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.run import Measuring

LIST_SHARE = 0.5  # of the bare page's throughput, for lists and worklists
MOST_GROWTH = 1.5  # of the median, from the smallest database to the largest

HEAD = (
    "page",
    "proposals",
    "req/s",
    "p50 ms",
    "p95 ms",
    "queries",
    "CPU ms",
    "db CPU ms",
    "kB",
    "of bare",
    "growth",
    "",
)
MISSED_SHARE = f"below {LIST_SHARE:g} of bare"
MISSED_GROWTH = f"grows by more than {MOST_GROWTH:g}"
MISSED_ANSWER = "requests failed"


@dataclass(frozen=True)
class Measured:
    """One page on one database. Figures are for each visit, which is one request unless it is a whole journey; `share` is
    its throughput in requests against the bare page's."""

    database: str
    page: str
    is_list: bool
    proposals: int
    visits: int
    a_second: float
    p50: float
    p95: float
    queries: float
    cpu: float
    database_cpu: float
    kilobytes: float
    share: float
    failures: tuple[str, ...] = ()


def measured(database: str, proposals: int, of: Measuring) -> Measured:
    page, bare = of.of_page, of.of_bare
    times = sorted(page.times) or [0.0]
    visits = max(page.visits, 1)
    bare_rate = bare.requests / bare.seconds if bare.requests else 0.0
    return Measured(
        database=database,
        page=of.page.name,
        is_list=of.page.is_list,
        proposals=proposals,
        visits=page.visits,
        a_second=page.visits / page.seconds if page.seconds else 0.0,
        p50=statistics.median(times) * 1000,
        p95=times[min(len(times) - 1, int(len(times) * 0.95))] * 1000,
        queries=page.queries / visits,
        cpu=of.cpu / visits * 1000,
        database_cpu=of.database_cpu / visits * 1000,
        kilobytes=page.size / visits / 1000,
        share=page.requests / page.seconds / bare_rate if bare_rate and page.seconds else 0.0,
        failures=(*page.failures, *bare.failures),
    )


def growth(one: Measured, all_: Sequence[Measured]) -> float | None:
    """Its median against that of the smallest database of the same kind; None for the smallest itself."""
    alike = [each for each in all_ if (each.database, each.page) == (one.database, one.page)]
    smallest = min(alike, key=lambda each: each.proposals)
    return None if one is smallest or not smallest.p50 else one.p50 / smallest.p50


def missed(one: Measured, all_: Sequence[Measured]) -> list[str]:
    """The goals that it misses, in words."""
    found = []
    if one.failures:
        found.append(MISSED_ANSWER)
    if one.is_list and one.share < LIST_SHARE:
        found.append(MISSED_SHARE)
    if (growth(one, all_) or 0) > MOST_GROWTH:
        found.append(MISSED_GROWTH)
    return found


def drawn(all_: Sequence[Measured], *, seconds: float) -> str:
    parts = [_of_one(name, all_) for name in dict.fromkeys(each.database for each in all_)]
    failures = [f"{each.page}: {failure}" for each in all_ for failure in each.failures[:1]]
    return "\n\n".join([*parts, *failures, f"Measured in {seconds / 60:.1f} minutes."])


def _of_one(database: str, all_: Sequence[Measured]) -> str:
    rows = [_row(each, all_) for each in all_ if each.database == database]
    widths = [max(len(row[column]) for row in [HEAD, *rows]) for column in range(len(HEAD))]
    lines = [_line(HEAD, widths), "-" * (sum(widths[:-1]) + 2 * len(widths) - 2)]
    return "\n".join([database, *lines, *(_line(row, widths) for row in rows)])


def _row(one: Measured, all_: Sequence[Measured]) -> tuple[str, ...]:
    grown = growth(one, all_)
    figures = (one.a_second, one.p50, one.p95, one.queries, one.cpu, one.database_cpu, one.kilobytes)
    return (
        one.page,
        f"{one.proposals:,}",
        *(f"{figure:,.1f}" for figure in figures),
        f"{one.share:.2f}",
        "" if grown is None else f"{grown:.2f}",
        "; ".join(f"MISSED: {goal}" for goal in missed(one, all_)),
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        row[0].ljust(widths[0]),
        *(cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1], strict=True)),
    ]
    return "  ".join([*cells, row[-1]]).rstrip()
