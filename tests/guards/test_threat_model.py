"""The threat model promises nothing that no test shows."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
LINES = [
    line
    for line in (TESTS.parent / "docs" / "threat-model.md").read_text().splitlines()
    if line.startswith("|") and not re.match(r"\|\s*(id\s*\||-)", line)
]
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def cells_of(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_every_line_has_an_id_of_its_own_and_all_its_cells() -> None:
    assert len(LINES) > 40
    assert [line for line in LINES if len(cells_of(line)) != 4 or "" in cells_of(line)] == []
    ids = [cells_of(line)[0] for line in LINES]
    assert [id_ for id_ in ids if not re.fullmatch(r"T\d\d", id_)] == []
    assert ids == sorted(set(ids))


def test_every_line_names_tests_that_there_are() -> None:
    unproven, gone = [], []
    for line in LINES:
        named = NAMED.findall(cells_of(line)[-1])
        if not named:
            unproven.append(cells_of(line)[0])
        gone += [f"{file}::{name}" for file, name in named if name not in collected_in(TESTS / file)]
    assert unproven == []
    assert gone == []


def collected_in(path: Path) -> set[str]:
    """What pytest collects there by name."""
    if not path.exists() or not path.name.startswith("test_"):
        return set()
    return {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}
