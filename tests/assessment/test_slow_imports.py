from __future__ import annotations

import sys
from subprocess import run


def test_what_takes_long_to_import_waits_for_a_calculation() -> None:
    lines = "import sys, exchange.assessment.allocation, exchange.assessment.leniency\nprint({'numpy', 'scipy'} & {*sys.modules})"
    done = run([sys.executable, "-c", lines], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
