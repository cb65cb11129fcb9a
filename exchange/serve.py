"""The supervisor, `python -m exchange.serve`: web server and worker as one, neither outliving the other."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

WEB_SETTINGS = Path(__file__).parents[1] / "deploy" / "gunicorn.conf.py"
POLL_SECONDS = 0.1
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def commands(environ: Mapping[str, str]) -> dict[str, list[str]]:
    """What runs, by name. HOST and PORT are where it is; the rest of the web server's settings are in its file."""
    address = f"{environ.get('HOST', '127.0.0.1')}:{environ.get('PORT', '5000')}"
    web = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", address, "--config", str(WEB_SETTINGS)]
    return {"web": web, "worker": [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]}


def supervise(programs: Mapping[str, Sequence[str]], grace: float = 10.0) -> int:
    """Run the programs until one ends or a signal asks to stop, then stop all.

    A program has `grace` seconds to end after TERM. Returns 0 when asked to stop, else 1. Takes over this
    process's signal handlers.
    """
    asked_to_stop = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked_to_stop
        asked_to_stop = True

    for number in STOPPING:
        signal.signal(number, stop)
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in programs.items():
            # A session of its own: Ctrl-C reaches only the supervisor, which stops both in order.
            running[name] = subprocess.Popen(command, start_new_session=True)
        while not asked_to_stop:
            for name, process in running.items():
                if process.poll() is not None:
                    print(f"{name} ended with {process.returncode}: stopping.", file=sys.stderr, flush=True)
                    return 1
            time.sleep(POLL_SECONDS)
        return 0
    finally:
        _stop_all(list(running.values()), grace)


def _stop_all(processes: list[subprocess.Popen[bytes]], grace: float) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + grace
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        # Also what the program left behind when it was killed, like gunicorn's workers.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        process.wait()


if __name__ == "__main__":
    sys.exit(supervise(commands(os.environ)))
