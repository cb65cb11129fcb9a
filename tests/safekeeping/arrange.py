"""What these tests need: the commands, other databases, and an attacker who can write to one but has no key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import URL, select, text
from sqlalchemy.exc import DatabaseError

from exchange import events, storage
from exchange.audience import Audience
from exchange.events import Text
from exchange.extensions import db
from exchange.proposals.models import Attachment
from exchange.search import SearchText
from exchange.transaction import rewriting, transaction
from tests.databases import make_app, run_statements
from tests.proposals.arrange import make_champion, make_draft

PROPOSALS = "SELECT subject FROM event_head WHERE subject LIKE 'proposal:%'"
FOUND = {
    "sqlite": "SELECT count(*) FROM search_index WHERE search_index MATCH 'title OR ward OR fall'",
    "postgresql": "SELECT count(*) FROM search_text WHERE vector @@ to_tsquery('english', 'title | ward | fall')",
}
TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%refuses%'"


@dataclass(frozen=True)
class Thing:
    """Anything may be a subject."""

    event_subject: str


def run(app: Flask, *arguments: str, typed: str = "") -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(arguments), input=typed)
    return result.exit_code, result.output


def record_some() -> None:
    """Three events of one thing, of which the second has two texts; two of another, and one of a third."""
    reason = {"reason": Text("Why.", Audience.TEAM), "note": Text("Between us.", Audience.DIRECTOR)}
    for subject, texts in (
        ("thing:1", None),
        ("thing:2", None),
        ("thing:1", reason),
        ("thing:3", None),
        ("thing:1", None),
        ("thing:2", None),
    ):
        events.record(None, "happen", Thing(subject), Audience.TEAM, texts, number=3)


def tamper(app: Flask, *statements: str) -> None:
    """As one would who may do anything in the database."""
    with app.app_context(), rewriting(db.engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for trigger in connection.scalars(text(TRIGGERS)).all():
                connection.execute(text(f"DROP TRIGGER {trigger}"))
        for statement in statements:
            connection.execute(text(statement.replace(":", "\\:")))


@contextmanager
def another_database(app: Flask, folder: str) -> Iterator[str]:
    """An empty one of the same kind."""
    url: URL = app.config["TEST_URL"]
    if url.get_backend_name() == "sqlite":
        yield f"sqlite:///{folder}/another.sqlite"
        return
    name = f"{url.database}_another"
    run_statements(url, f'CREATE DATABASE "{name}"')
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        run_statements(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def on_sqlite(folder: Path) -> Flask:
    return make_app(f"sqlite:///{folder / 'on.sqlite'}", STORAGE_URL=f"file:{folder / 'files on sqlite'}")


def contents_of(file: Path) -> dict[str, Any]:
    """What a backup holds, but for when it was made."""
    with ZipFile(file) as parts:
        manifest: dict[str, Any] = json.loads(parts.read("manifest.json"))
    return {name: said for name, said in manifest.items() if name not in {"made_at", "last_ids"}}


def done(app: Flask, *arguments: str) -> str:
    code, said = run(app, *arguments)
    assert code == 0, said
    return said


def refused(app: Flask, *arguments: str) -> str:
    code, said = run(app, *arguments)
    assert code == 1, said
    return said


def works(app: Flask) -> None:
    """What was brought here takes new rows, never gives an id again, finds words, guards its events and can be verified."""
    with app.app_context(), transaction():
        ids = [int(head.removeprefix("proposal:")) for head in db.session.scalars(text(PROPOSALS))]
        draft = make_draft(make_champion())
        db.session.flush()
        assert draft.id == max(ids) + 1
        indexed = db.session.scalars(select(SearchText.proposal_id)).all()
        assert found_by_index() == len(indexed) > 0
        files = db.session.scalars(select(Attachment.stored_as)).all()
        assert [name for name in files if not storage.path_of(name).exists()] == []
    with pytest.raises(DatabaseError, match="events are never changed"), app.app_context(), transaction():
        db.session.execute(text("UPDATE event SET kind = 'other'"))
    assert "all as recorded" in done(app, "audit", "verify")


def found_by_index() -> int:
    """How many rows are found by words of which each has one."""
    found: int = db.session.scalar(text(FOUND[db.engine.dialect.name])) or 0
    return found
