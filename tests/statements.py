"""What a page asks of the database, to show that it does not grow with rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from exchange.accounts.models import Person
from exchange.extensions import db
from tests.pages import Client


@contextmanager
def statements_of(app: Flask) -> Iterator[list[str]]:
    """The statements made inside the block, without those that only begin and set up."""
    made: list[str] = []

    def note(connection: object, cursor: object, statement: str, *more: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            made.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(engine, "before_cursor_execute", note)


def counted_queries(app: Flask, client: Client, person: Person | None, path: str) -> int:
    """How many statements a page takes, asked for the second time."""
    browser = client.visitor() if person is None else client.as_(person)
    browser.get(path)
    with statements_of(app) as made:
        browser.get(path)
    return len(made)
