from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask

from tests.databases import saved
from tests.races.racing import RACES, Rounds


@pytest.fixture
def rounds(app: Flask) -> Iterator[Rounds]:
    """`for _ in rounds():` runs RACES times on the database as it is now: arranging takes longer than a race."""
    with ExitStack() as stack:

        def each(many: int = RACES) -> Iterator[int]:
            put_back = stack.enter_context(saved(app.config["TEST_URL"]))
            for number in range(many):
                if number:
                    put_back()
                yield number

        yield each
