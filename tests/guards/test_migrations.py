"""What Alembic's own comparison does not see, asserted after all migrations have run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DatabaseError

from exchange import events
from exchange.audience import Audience
from exchange.extensions import Base, db
from exchange.region.queries import current
from exchange.spread import conditions
from exchange.spread.conditions import Asked
from tests.conftest import Committed
from tests.databases import MIGRATIONS, make_app

TRIGGERS = {
    "sqlite": {
        "event_refuses_update",
        "event_refuses_delete",
        "event_text_refuses_delete",
        "event_text_refuses_update",
        "ledger_entry_refuses_update",
        "ledger_entry_refuses_delete",
        "search_text_added",
        "search_text_heading_added",
        "search_text_heading_changed",
        "search_text_heading_removed",
        "search_text_changed",
        "search_text_removed",
    },
    "postgresql": {
        "event_refuses_rows",
        "event_refuses_truncate",
        "event_text_refuses_rows",
        "event_text_refuses_truncate",
        "event_text_refuses_update",
        "ledger_entry_refuses_rows",
        "ledger_entry_refuses_truncate",
    },
}
TRIGGERS_OF = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}
BY_HAND = {"vector", "heading", *(f"ix_search_text_{of}" for of in ("vector", "heading", "title"))}


def test_migrations_leave_every_trigger(committed: Committed) -> None:
    with committed() as session:
        dialect = db.engine.dialect.name
        assert set(session.scalars(text(TRIGGERS_OF[dialect]))) == TRIGGERS[dialect]


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_migrations_make_what_the_models_say(committed: Committed) -> None:
    with committed() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "include_object": _is_ours}
        )
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET kind = 'other'",
        "DELETE FROM event",
        "DELETE FROM event_text",
        "UPDATE event_text SET content = 'Other.'",
        "UPDATE event_text SET audience = 'public'",
        "UPDATE event_text SET audience = 'public', redacted_at = CURRENT_TIMESTAMP",
        "UPDATE ledger_entry SET digest = ''",
        "DELETE FROM ledger_entry",
    ],
)
def test_database_refuses_to_change_what_happened(committed: Committed, change: str) -> None:
    refuses_to_change(committed, change)


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("table", ["event", "event_text", "ledger_entry"])
def test_database_refuses_to_empty_what_happened(committed: Committed, table: str) -> None:
    refuses_to_change(committed, f"TRUNCATE {table} CASCADE")


def test_database_refuses_to_write_over_a_redacted_text(committed: Committed) -> None:
    with committed() as session:
        events.record(
            None, "try_out", current(), Audience.TEAM, {"reason": events.Text("Because.", Audience.TEAM)}
        )
        events.redact(session.scalars(select(events.EventText)).one(), "A name.")
    with pytest.raises(DatabaseError, match="events are never changed"), committed() as session:
        session.execute(text("UPDATE event_text SET content = 'Other.', redacted_at = CURRENT_TIMESTAMP"))


def refuses_to_change(committed: Committed, change: str) -> None:
    with committed():
        entry = {"reason": events.Text("Because.", Audience.TEAM)}
        events.record(None, "try_out", current(), Audience.ADMINISTRATORS, entry)
    with committed() as session:  # what points to them must not be what refuses
        session.execute(text("DELETE FROM new_event"))
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


@pytest.mark.only_on("sqlite")
def test_the_number_of_a_deleted_draft_is_not_given_again_by_a_rebuilt_table(tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with app.app_context():
        upgrade(directory=str(MIGRATIONS), revision="0001")
        with db.engine.begin() as connection:
            put_drafts(connection, 7, 9)
            connection.exec_driver_sql("DELETE FROM proposal WHERE id = 9")
        db.engine.dispose()
        upgrade(directory=str(MIGRATIONS))
        with db.engine.begin() as connection:
            kept = connection.exec_driver_sql("SELECT id, reference, title FROM proposal").all()
            last = connection.exec_driver_sql(
                "SELECT seq FROM sqlite_sequence WHERE name = 'proposal'"
            ).scalar()
    assert [tuple(row) for row in kept] == [(7, "TV-2026-0007", "Falls")]
    assert last == 9


@pytest.mark.only_on("sqlite")
def test_conditions_that_were_lines_are_taken_apart(tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with app.app_context():
        upgrade(directory=str(MIGRATIONS), revision="0009")
        with db.engine.begin() as connection:
            put_drafts(connection, 1, 2)
            for number, lines in ((1, "A data  agreement\n\nLATER : Yearly figures"), (2, "")):
                connection.exec_driver_sql(
                    "INSERT INTO decision (id, proposal_id, kind, prepared_by_id, prepared_at, statement, conditions, "
                    "approving_body, minute_reference, must_show, talk_to, reason_code, feedback, override_reason) "
                    "VALUES (?, ?, 'approve_spread', 1, '2026-01-01', '', ?, '', '', '', '', '', '', '')",
                    (number, number, lines),
                )
        db.engine.dispose()
        upgrade(directory=str(MIGRATIONS))
        with db.engine.begin() as connection:
            kept = connection.exec_driver_sql("SELECT conditions FROM decision ORDER BY id").scalars().all()
    assert [conditions.read(json.loads(each)) for each in kept] == [
        [Asked("A data agreement", True), Asked("Yearly figures", False)],
        [],
    ]


def put_drafts(connection: Connection, *numbers: int) -> None:
    """Of one person, as the first tables had them."""
    connection.exec_driver_sql(
        "INSERT INTO person (id, email, name, job, active, fs_uniquifier, create_datetime, update_datetime, "
        "is_lay, claimed_organisation_name) VALUES (1, 'a@example.org', 'A', '', 1, 'a', 0, 0, 0, '')"
    )
    for number in numbers:
        connection.exec_driver_sql(
            "INSERT INTO proposal (id, reference, stage, stage_since, champion_id, created_at, edited_at, answers, "
            "schema_version, version_number, changes_sections, title, summary) "
            f"VALUES ({number}, 'TV-2026-000{number}', 'draft', 0, 1, 0, 0, '{{}}', 1, 0, '[]', 'Falls', '')"
        )


def _is_ours(thing: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    return not (reflected and name is not None and (name.startswith("search_index") or name in BY_HAND))
