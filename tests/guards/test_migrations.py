"""What Alembic's own comparison does not see, asserted after all migrations have run."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from exchange import events
from exchange.audience import Audience
from exchange.extensions import Base, db
from exchange.region.queries import current
from tests.conftest import Committed

TRIGGERS = {
    "sqlite": {
        "event_refuses_update",
        "event_refuses_delete",
        "event_text_refuses_delete",
        "search_text_added",
        "search_text_changed",
        "search_text_removed",
    },
    "postgresql": {
        "event_refuses_rows",
        "event_refuses_truncate",
        "event_text_refuses_rows",
        "event_text_refuses_truncate",
    },
}
TRIGGERS_OF = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}
BY_HAND = {"vector", "ix_search_text_vector", "ix_proposal_listed_at"}


def test_migrations_leave_every_trigger(committed: Committed) -> None:
    with committed() as session:
        dialect = db.engine.dialect.name
        assert set(session.scalars(text(TRIGGERS_OF[dialect]))) == TRIGGERS[dialect]


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_migrations_make_what_the_models_say(committed: Committed) -> None:
    with committed() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "include_object": _is_ours}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_newest_proposals_are_found_by_an_index(committed: Committed) -> None:
    with committed() as session:
        names = {"sqlite": "SELECT name FROM sqlite_master", "postgresql": "SELECT indexname FROM pg_indexes"}
        assert "ix_proposal_listed_at" in set(session.scalars(text(names[db.engine.dialect.name])))


@pytest.mark.parametrize(
    "change", ["UPDATE event SET kind = 'other'", "DELETE FROM event", "DELETE FROM event_text"]
)
def test_database_refuses_to_change_what_happened(committed: Committed, change: str) -> None:
    with committed():
        entry = {"reason": events.Text("Because.", Audience.TEAM)}
        events.record(None, "try_out", current(), Audience.ADMINISTRATORS, entry)
    with pytest.raises(DatabaseError, match="events are never changed"), committed() as session:
        session.execute(text(change))


def test_foreign_keys_are_watched(app: Flask, committed: Committed) -> None:
    with pytest.raises(DatabaseError), committed() as session:
        session.execute(text("INSERT INTO reader (proposal_id, person_id, level) VALUES (999, 999, 'all')"))


def test_every_foreign_key_of_the_models_is_in_the_database(committed: Committed) -> None:
    with committed() as session:
        found = inspect(session.connection())
        for table in Base.metadata.tables.values():
            wanted = {tuple(key.column_keys) for key in table.foreign_key_constraints}
            assert {
                tuple(key["constrained_columns"]) for key in found.get_foreign_keys(table.name)
            } == wanted, table.name


def _is_ours(thing: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    return not (reflected and name is not None and (name.startswith("search_index") or name in BY_HAND))
