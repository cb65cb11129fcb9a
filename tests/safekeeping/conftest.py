"""Exchanges that these tests copy from and to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from exchange.proposals import services
from tests.conftest import Committed
from tests.databases import make_app
from tests.guards.world import make_world
from tests.proposals.arrange import attach, make_champion, make_draft
from tests.safekeeping.arrange import another_database, record_some

AWKWARD = "“Naïve” 😀 \U0001f9d1‍⚕️ \\ ' \" % :x \r\n\t\x7f\u2028"


@pytest.fixture
def full(app: Flask, committed: Committed) -> Flask:
    """A proposal at every stage with documents, awkward words, and a draft that was deleted."""
    with committed():
        make_world()
        record_some()
        champion = make_champion()
        awkward = make_draft(champion, title=AWKWARD, summary=AWKWARD)
        awkward.answers = awkward.answers | {
            "population": 0,
            "website": None,
            "large": 2**53 + 1,
            "part": 0.1,
        }
        attach(awkward, champion, AWKWARD[:9] + ".pdf")
        gone = make_draft(champion)
        services.delete_draft(gone, champion)
    return app


@pytest.fixture
def other(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """Another exchange, whose database, of the same kind, has no tables yet."""
    with another_database(app, str(tmp_path)) as url:
        yield make_app(url, STORAGE_URL=f"file:{tmp_path / 'other files'}")
