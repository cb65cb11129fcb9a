"""Rules of the house that the code itself can be asked about."""

import ast
import re
from pathlib import Path

import pytest

from exchange.accounts.models import Person
from exchange.extensions import alias_of

ROOT = Path(__file__).parents[2]
PYTHON = sorted((ROOT / "exchange").rglob("*.py"))
TEMPLATES = sorted((ROOT / "exchange" / "templates").rglob("*.html"))

# The only places that may end a transaction.
MAY_COMMIT = {"exchange/transaction.py"}
LONGEST_MODULE_LINES = 400


def lines_matching(pattern: str, paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_commit_stands_in_one_place() -> None:
    found = {place.rsplit(":", 1)[0] for place in lines_matching(r"\.(commit|rollback)\(\)", PYTHON)}
    assert found == MAY_COMMIT


def test_routes_never_touch_the_session() -> None:
    routes = [path for path in PYTHON if path.name == "routes.py" or path.parent.name == "routes"]
    assert routes
    assert lines_matching(r"db\.session", routes) == []


def test_forms_never_touch_the_session() -> None:
    assert lines_matching(r"db\.session", [path for path in PYTHON if path.name == "forms.py"]) == []


def test_templates_have_no_inline_style_or_handler() -> None:
    assert lines_matching(r"""\sstyle\s*=|\son\w+\s*=\s*["']|javascript:""", TEMPLATES) == []


def test_templates_mark_nothing_as_safe() -> None:
    assert lines_matching(r"\|\s*safe\b", TEMPLATES) == []


def test_markup_is_made_in_named_places_only() -> None:
    found = {place.rsplit(":", 1)[0] for place in lines_matching(r"\bMarkup\(", PYTHON)}
    assert found <= {
        "exchange/adoption/page.py",
        "exchange/design_system.py",
        "exchange/wording.py",
        "exchange/plain_text.py",
        "exchange/marking.py",
    }


# What asks other servers, runs other programs or makes objects of bytes, and the only places that may.
DANGEROUS = {
    "http": set(),
    "urllib.request": set(),
    "requests": set(),
    "httpx": set(),
    "ftplib": set(),
    "smtplib": {"exchange/notifications/transport.py"},
    "subprocess": {"exchange/assets/build.py", "exchange/serve.py"},
    "pickle": set(),
    "marshal": set(),
    "shelve": set(),
    "xml": set(),
    "yaml": set(),
    "csv": {"exchange/sheets.py"},  # which writes no cell that a spreadsheet would compute
}


def test_dangerous_modules_are_imported_in_named_places_only() -> None:
    found: dict[str, set[str]] = {name: set() for name in DANGEROUS}
    for path in PYTHON:
        for name in imported_by(path):
            for module in DANGEROUS:
                if name == module or name.startswith(f"{module}."):
                    found[module].add(str(path.relative_to(ROOT)))
    assert found == DANGEROUS


def imported_by(path: Path) -> set[str]:
    """Full names of all that it imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{each.name}" for each in node.names}
    return names


def test_nothing_is_evaluated() -> None:
    pattern = r"(?<![.\w])(eval|exec|__import__)\(|render_template_string|os\.system"
    assert lines_matching(pattern, PYTHON) == []


def test_tables_get_another_name_in_one_place_only() -> None:
    """An alias that threads share must have its columns before they come: see `alias_of`."""
    [place] = lines_matching(r"\baliased\(|\.alias\(", PYTHON)
    assert "exchange/extensions.py" in place
    assert "_columns" in vars(alias_of(Person))


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_says_what_lives_there_and_is_short(path: Path) -> None:
    text = path.read_text()
    assert text == "" or text.startswith('"""'), "a docstring comes first"
    assert len(text.splitlines()) <= LONGEST_MODULE_LINES
