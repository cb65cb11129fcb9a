"""Measures the pages of the service on full databases, as `make bench` does: see README.md beside this."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from benchmarks import databases, leniency, matrix, table
from benchmarks.answers import lists
from benchmarks.clients import CLIENTS, Browser, Load, Visit, load
from benchmarks.fill import SMALLEST
from benchmarks.pages import PAGES, Page, Site, site_of
from benchmarks.server import Server, database_cpu_seconds, serving
from benchmarks.table import Measured
from tests import postgres

SIZES = (1_000, 10_000, 100_000)
DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Effort:
    """How long to measure one page of one database: rounds, each of a bare page and of the page in turn."""

    rounds: int
    seconds: float
    most: int
    warming: int


FULL = Effort(rounds=4, seconds=1.0, most=400, warming=3 * CLIENTS)
QUICK = Effort(rounds=1, seconds=1.0, most=CLIENTS, warming=1)


@dataclass
class Measuring:
    """One page on one database: what has been measured until now."""

    page: Page
    server: Server
    visit: Visit
    postmaster: int
    browsers: list[Browser]
    size: int = 0
    of_page: Load = field(default_factory=Load)
    of_bare: Load = field(default_factory=Load)
    cpu: float = 0.0
    database_cpu: float = 0.0

    def warm(self, effort: Effort) -> None:
        """Once in every worker, more or less; and how large the page is."""
        found = load(self.browsers, self.visit, most=effort.warming, seconds=60)
        self.of_page.failures += found.failures
        self.size = found.size // max(found.requests, 1)

    def go_on(self, effort: Effort) -> None:
        path = f"/bare/{self.size}"
        bare = [Browser(self.server, None) for _ in self.browsers]
        self.of_bare += load(
            bare, lambda browser: _get(browser, path), most=effort.most * 4, seconds=effort.seconds / 2
        )
        cpu, database_cpu = self.server.cpu_seconds(), database_cpu_seconds(self.postmaster)
        self.of_page += load(self.browsers, self.visit, most=effort.most, seconds=effort.seconds)
        self.cpu += self.server.cpu_seconds() - cpu
        self.database_cpu += database_cpu_seconds(self.postmaster) - database_cpu


def main(arguments: Sequence[str]) -> int:
    """0 unless a request failed; goals missed are marked, and are no failure."""
    asked = _asked(arguments)
    began = time.monotonic()
    measured: list[Measured] = []
    for database in asked.databases:
        if reason := _why_left_out(database):
            print(f"PostgreSQL is left out: {reason}")
            continue
        measured += _measure(database, asked.sizes, asked.pages, QUICK if asked.quick else FULL)
    parts = [table.drawn(measured, seconds=time.monotonic() - began)]
    parts += [matrix.measured(database) for database in asked.databases if not _why_left_out(database)]
    parts.append(leniency.measured())
    text = "\n\n".join(parts)
    print(f"\n{text}")
    if asked.out:
        asked.out.write_text(f"{text}\n")
    return int(any(each.failures for each in measured))


def _why_left_out(database: str) -> str:
    return postgres.why_not() if database == "postgresql" else ""


def _measure(database: str, sizes: Sequence[int], pages: Sequence[Page], effort: Effort) -> list[Measured]:
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server_url = stack.enter_context(databases.server(database))
        urls = {size: stack.enter_context(databases.copy(server_url, size)) for size in sizes}
        servers = {size: stack.enter_context(serving(url, scratch)) for size, url in urls.items()}
        sites = {size: site_of(url, databases.read(url, lists)) for size, url in urls.items()}
        postmaster = databases.postmaster() if server_url else 0
        found = []
        for page in pages:
            print(f"{database}: {page.name}", flush=True)
            of = {size: _measuring(page, servers[size], sites[size], postmaster) for size in sizes}
            for each in of.values():
                each.warm(effort)
            for _ in range(effort.rounds):
                for each in of.values():  # in turn, so that what else the machine does falls on all alike
                    each.go_on(effort)
            found += [table.measured(database, size, each) for size, each in of.items()]
        return found


def _measuring(page: Page, server: Server, site: Site, postmaster: int) -> Measuring:
    browsers = [Browser(server, person) for person in page.people]
    return Measuring(page, server, page.make(site), postmaster, browsers)


def _get(browser: Browser, path: str) -> None:
    browser.get(path)


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    names = ", ".join(page.name for page in PAGES)
    parser.add_argument("--quick", action="store_true", help=f"{SMALLEST:,} proposals and few requests")
    parser.add_argument("--sizes", type=_sizes, default=None, help="numbers of proposals: 1000,10000")
    parser.add_argument("--databases", type=_one_of(DATABASES), default=DATABASES, help="sqlite,postgresql")
    parser.add_argument(
        "--pages", type=_pages, default=PAGES, help=f"words of their names, as list,search ({names})"
    )
    parser.add_argument("--out", type=Path, help="a file for the table")
    asked = parser.parse_args(arguments)
    asked.sizes = asked.sizes or ((SMALLEST,) if asked.quick else SIZES)
    return asked


def _sizes(given: str) -> tuple[int, ...]:
    sizes = tuple(sorted(int(one) for one in given.split(",")))
    if sizes[0] < SMALLEST:
        raise argparse.ArgumentTypeError(f"{SMALLEST:,} or more, as every worklist is to be full")
    return sizes


def _one_of(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    def chosen(given: str) -> tuple[str, ...]:
        names = tuple(given.split(","))
        if unknown := set(names) - set(known):
            raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown))}")
        return names

    return chosen


def _pages(given: str) -> tuple[Page, ...]:
    words = given.split(",")
    found = tuple(page for page in PAGES if any(word in page.name for word in words))
    if not found:
        raise argparse.ArgumentTypeError("no page has these words in its name")
    return found


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(1)  # so that everything started is stopped


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main(sys.argv[1:]))
