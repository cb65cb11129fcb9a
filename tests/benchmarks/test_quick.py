"""The quick benchmark runs from filling a database to its table, and no request of it fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    "home",
    "list, visitor",
    "list, member",
    "list, filtered",
    "search, rare word",
    "search, common word",
    "proposal, public",
    "proposal, staff",
    "review form",
    "worklist, 50 reviews",
    "worklist, 250 reviews",
    "triage",
    "my work, manager",
    "decisions",
    "dashboard",
    "post a review",
    "submit a proposal",
]


@pytest.mark.only_on("sqlite")  # which it fills, whatever the other tests run on
def test_quick_benchmark_runs(tmp_path: Path) -> None:
    out = tmp_path / "table"
    command = [sys.executable, "-m", "benchmarks.run", "--quick", "--databases", "sqlite", "--out", str(out)]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    table = out.read_text().splitlines()
    assert table[0] == "sqlite"
    assert [line.split("  ")[0] for line in table[3 : table.index("")]] == PAGES
    assert table[-1].startswith("leniency: 2,000 proposals, 200 reviewers, 6,000 reviews: ")
    assert table[-3].startswith("sqlite: who adopts what, 60 programmes and 200 organisations: ")
