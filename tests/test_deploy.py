"""The files in deploy/ name what is there."""

from __future__ import annotations

import re
from configparser import RawConfigParser
from pathlib import Path

import pytest

from config import from_environment
from tests.test_config import GOOD

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"


def unit(name: str) -> RawConfigParser:
    """Its sections; a setting that is there twice counts once."""
    found = RawConfigParser(strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string((DEPLOY / f"exchange-{name}.service").read_text())
    return found


@pytest.mark.parametrize("name", ["web", "worker"])
def test_units_start_what_the_installation_makes(name: str) -> None:
    service = unit(name)["Service"]
    assert service["WorkingDirectory"] == "/srv/exchange"
    program, *arguments = service["ExecStart"].removeprefix("/srv/exchange/").split()
    assert program in {".venv/bin/gunicorn", ".venv/bin/flask"}
    assert [word for word in arguments if "/" in word and not (ROOT / word).exists()] == []
    guide = (ROOT / "docs" / "operating.md").read_text()
    assert service["EnvironmentFile"] in guide
    assert f"deploy/exchange-{name}.service" in guide


def test_units_keep_the_service_to_the_same_bounds() -> None:
    ours = {"Type", "ExecStart", "ExecReload", "Environment", "RuntimeDirectory", "TimeoutStopSec"}
    web, worker = ({k: v for k, v in unit(n)["Service"].items() if k not in ours} for n in ("web", "worker"))
    assert web == worker


def test_nginx_takes_what_the_service_takes() -> None:
    site = (DEPLOY / "nginx.conf").read_text()
    [megabytes] = re.findall(r"client_max_body_size (\d+)m;", site)
    assert int(megabytes) * 1024 * 1024 == from_environment(GOOD)["MAX_CONTENT_LENGTH"]
    [bound] = re.findall(r"server 127\.0\.0\.1:(\d+)", site)
    assert f"'PORT', '{bound}'" in (DEPLOY / "gunicorn.conf.py").read_text()
