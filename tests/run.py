"""Runs all tests as `make test` does: on SQLite and on PostgreSQL, each in a browser too. Arguments go to pytest.

A part whose programs are missing is left out and named in the last lines; REQUIRE_ALL=1 makes that an error.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
# Only a part itself chooses the database; the service's other settings would change what the tests see.
SETTINGS = {"TEST_DATABASE_URL", "DATABASE_URL", "ENVIRONMENT", "REGION", "MAIL_URL", "STORAGE_URL"}
NO_TESTS = 5  # pytest's exit code when it found none
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class LeftOut(Exception):
    """A part cannot run on this machine; the text says why."""


def on_sqlite(arguments: list[str]) -> int:
    return pytest(["-n", "auto", *arguments], {})


def in_a_browser(arguments: list[str]) -> int:
    return journeys(arguments, {})


def on_postgresql(arguments: list[str]) -> int:
    with postgresql() as url:
        return pytest(["-n", "auto", *arguments], {"TEST_DATABASE_URL": url})


def in_a_browser_on_postgresql(arguments: list[str]) -> int:
    with postgresql() as url:
        return journeys(arguments, {"TEST_DATABASE_URL": url})


PARTS: dict[str, Callable[[list[str]], int]] = {
    "SQLite": on_sqlite,
    "Browser, SQLite": in_a_browser,
    "PostgreSQL": on_postgresql,
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


def journeys(arguments: list[str], settings: dict[str, str]) -> int:
    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), "")
    if not browser:
        raise LeftOut("Chromium is not installed")
    # pytest-playwright itself warns of a deprecation: only here warnings are no errors.
    return pytest(
        ["tests/journeys", "-W", "default", "-p", "no:randomly", *arguments],
        {**settings, "CHROMIUM": browser},
    )


def pytest(arguments: list[str], settings: dict[str, str]) -> int:
    """pytest's exit code, in an environment with these settings and no others that would change the tests."""
    environment = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**environment, **settings}, check=False).returncode


def main(arguments: list[str]) -> int:
    """Run every part, whatever the others gave; 0 when none failed."""
    said, failed = [], False
    for name, part in PARTS.items():
        print(f"\n== {name}", flush=True)
        started = time.monotonic()
        try:
            code = part(arguments)
            if code == NO_TESTS and arguments:
                outcome = "no test is meant by " + " ".join(arguments)
            else:
                failed |= code != 0
                outcome = "passed" if code == 0 else "FAILED"
        except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
            failed = True
            outcome = f"FAILED to start: {error}"
        except LeftOut as reason:
            required = os.environ.get("REQUIRE_ALL") == "1"
            failed |= required
            outcome = f"LEFT OUT{', an error as REQUIRE_ALL=1' if required else ''}: {reason}"
        said.append(f"{name:20}  {time.monotonic() - started:4.0f} s  {outcome}")
    print("\n" + "\n".join(said), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
