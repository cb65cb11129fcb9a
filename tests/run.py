"""Runs all tests as `make test` does: on SQLite and on PostgreSQL, each in a browser too. Arguments go to pytest.

A browser keeps one processor busy, so those two parts run at once, and print when they are done.

A part whose programs are missing is left out and named in the last lines; REQUIRE_ALL=1 makes that an error.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
# Only a part itself chooses the database; the service's other settings would change what the tests see.
SETTINGS = {"TEST_DATABASE_URL", "DATABASE_URL", "ENVIRONMENT", "REGION", "MAIL_URL", "STORAGE_URL"}
NO_TESTS = 5  # pytest's exit code when it found none
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class LeftOut(Exception):
    """A part cannot run on this machine; the text says why."""


Part = Callable[[list[str], IO[str]], int]


def on_sqlite(arguments: list[str], out: IO[str]) -> int:
    return pytest(["-n", "auto", "--dist", "loadgroup", *arguments], {}, out)


def in_a_browser(arguments: list[str], out: IO[str]) -> int:
    return journeys(arguments, {}, out)


def on_postgresql(arguments: list[str], out: IO[str]) -> int:
    with postgresql() as url:
        return pytest(["-n", "auto", "--dist", "loadgroup", *arguments], {"TEST_DATABASE_URL": url}, out)


def in_a_browser_on_postgresql(arguments: list[str], out: IO[str]) -> int:
    with postgresql() as url:
        return journeys(arguments, {"TEST_DATABASE_URL": url}, out)


PARTS: dict[str, Part] = {"SQLite": on_sqlite, "PostgreSQL": on_postgresql}
BROWSER_PARTS: dict[str, Part] = {
    "Browser, SQLite": in_a_browser,
    "Browser, PostgreSQL": in_a_browser_on_postgresql,
}


@contextmanager
def postgresql() -> Iterator[str]:
    """The server given, or one of our own. Raises LeftOut where there is none."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    if reason := postgres.why_not():
        raise LeftOut(reason)
    with postgres.running() as url:
        yield url


def journeys(arguments: list[str], settings: dict[str, str], out: IO[str]) -> int:
    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), "")
    if not browser:
        raise LeftOut("Chromium is not installed")
    # pytest-playwright itself warns of a deprecation: only here warnings are no errors.
    return pytest(
        ["tests/journeys", "-W", "default", "-p", "no:randomly", *arguments],
        {**settings, "CHROMIUM": browser},
        out,
    )


def pytest(arguments: list[str], settings: dict[str, str], out: IO[str]) -> int:
    """pytest's exit code, in an environment with these settings and no others that would change the tests."""
    environment = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    environment |= settings
    return subprocess.run(command, cwd=ROOT, env=environment, stdout=out, stderr=out, check=False).returncode


@dataclass(frozen=True)
class Done:
    line: str
    failed: bool


def run(name: str, part: Part, arguments: list[str], out: IO[str]) -> Done:
    started, failed = time.monotonic(), False
    try:
        code = part(arguments, out)
        if code == NO_TESTS and arguments:
            outcome = "no test is meant by " + " ".join(arguments)
        else:
            failed = code != 0
            outcome = "FAILED" if failed else "passed"
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        failed, outcome = True, f"FAILED to start: {error}"
    except LeftOut as reason:
        failed = os.environ.get("REQUIRE_ALL") == "1"
        outcome = f"LEFT OUT{', an error as REQUIRE_ALL=1' if failed else ''}: {reason}"
    return Done(f"{name:20}  {time.monotonic() - started:4.0f} s  {outcome}", failed)


def main(arguments: list[str]) -> int:
    """Run every part, whatever the others gave; 0 when none failed."""
    done = []
    for name, part in PARTS.items():
        print(f"\n== {name}", flush=True)
        done.append(run(name, part, arguments, sys.stdout))
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        outs = {name: stack.enter_context(TemporaryFile("w+")) for name in BROWSER_PARTS}
        running = {
            name: pool.submit(run, name, part, arguments, outs[name]) for name, part in BROWSER_PARTS.items()
        }
        for name, each in running.items():
            done.append(each.result())
            outs[name].seek(0)
            print(f"\n== {name}\n{outs[name].read()}", flush=True)
    print("\n" + "\n".join(each.line for each in done), flush=True)
    return int(any(each.failed for each in done))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
