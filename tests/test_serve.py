"""The supervisor stops everything it started, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exchange.serve import commands

ROOT = Path(__file__).parents[1]
DEADLINE = 20.0

# Writes its own pid and that of a child, as gunicorn has workers, then waits.
PROGRAM = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(sys.argv[1] + ".part", "w") as file:
    file.write(f"{os.getpid()} {child.pid}")
os.rename(sys.argv[1] + ".part", sys.argv[1])
time.sleep(600)
"""
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + PROGRAM
SUPERVISOR = """
import sys
from exchange.serve import supervise
python, program, web, worker = sys.argv[1:]
programs = {"web": [python, "-c", program, web], "worker": [python, "-c", program, worker]}
sys.exit(supervise(programs, grace=1.0))
"""


class Supervised:
    """A running supervisor with its programs' pids: [program, its child] of each."""

    def __init__(self, program: str, folder: Path) -> None:
        files = [folder / "web", folder / "worker"]
        arguments = [sys.executable, "-c", SUPERVISOR, sys.executable, program, *map(str, files)]
        self.process = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        eventually(lambda: all(file.exists() for file in files))
        self.web, self.worker = ([int(pid) for pid in file.read_text().split()] for file in files)

    def orphans(self) -> list[int]:
        return [pid for pid in self.web + self.worker if is_running(pid)]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Supervised]]:
    started: list[Supervised] = []

    def _start(program: str) -> Supervised:
        started.append(Supervised(program, tmp_path))
        return started[-1]

    yield _start
    for supervised in started:
        supervised.process.kill()
        supervised.process.communicate()
        for pid in supervised.orphans():
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_supervisor_told_to_stop(start: Callable[[str], Supervised], name: str) -> None:
    supervised = start(PROGRAM)

    supervised.process.send_signal(signal.Signals[name])

    assert supervised.process.wait(DEADLINE) == 0
    eventually(lambda: not supervised.orphans())


def test_supervisor_program_ignores_term(start: Callable[[str], Supervised]) -> None:
    supervised = start(DEAF)

    supervised.process.terminate()

    assert supervised.process.wait(DEADLINE) == 0
    eventually(lambda: not supervised.orphans())


@pytest.mark.parametrize("name", ["web", "worker"])
def test_supervisor_program_killed(start: Callable[[str], Supervised], name: str) -> None:
    supervised = start(PROGRAM)

    os.kill(getattr(supervised, name)[0], signal.SIGKILL)

    _, said = supervised.process.communicate(timeout=DEADLINE)
    assert (supervised.process.returncode, said) == (1, f"{name} ended with -9: stopping.\n")
    eventually(lambda: not supervised.orphans())


def test_commands_follow_the_environment() -> None:
    found = commands({"HOST": "0.0.0.0", "PORT": "8080"})

    assert found["web"][found["web"].index("--bind") + 1] == "0.0.0.0:8080"
    assert found["worker"][-3:] == ["--app", "wsgi", "worker"]


def eventually(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not is_true():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether this process runs; a zombie that nobody waits for does not."""
    try:
        os.kill(pid, 0)
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # no /proc on this system, or gone between the two lines
        return not Path("/proc/self").exists()
