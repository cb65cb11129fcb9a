"""The ledger: one chain over the events of all subjects; and a text that changes only by being redacted.

Events that are there already are entered by their ids, as they stand: from here on they are watched.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BATCH = 1000

ON_SQLITE = (
    "CREATE TRIGGER ledger_entry_refuses_update BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
    "CREATE TRIGGER ledger_entry_refuses_delete BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
    "CREATE TRIGGER event_text_refuses_update BEFORE UPDATE ON event_text WHEN old.redacted_at IS NOT NULL OR new.redacted_at IS NULL OR (old.id, old.event_id, old.name, old.audience) IS NOT (new.id, new.event_id, new.name, new.audience) BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
)
ON_POSTGRESQL = (
    "CREATE TRIGGER ledger_entry_refuses_rows BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER ledger_entry_refuses_truncate BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER event_text_refuses_update BEFORE UPDATE ON event_text FOR EACH ROW WHEN (old.redacted_at IS NOT NULL OR new.redacted_at IS NULL OR (old.id, old.event_id, old.name, old.audience) IS DISTINCT FROM (new.id, new.event_id, new.name, new.audience)) EXECUTE FUNCTION refuse_change()",
)

event = sa.table("event", *(sa.column(name) for name in ("id", "subject", "position", "digest")))


def upgrade() -> None:
    entry = op.create_table(
        "ledger_entry",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_ledger_entry_event_id_event")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("event_id", name=op.f("uq_ledger_entry_event_id")),
    )
    end = op.create_table(
        "ledger_end",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_end")),
    )
    connection = op.get_bind()
    number, seal = 0, seal_on(0, "")
    last_id = 0
    while events := connection.execute(
        sa.select(event).where(event.c.id > last_id).order_by(event.c.id).limit(BATCH)
    ).all():
        entries = []
        for row in events:
            number += 1
            digest = keyed_digest([number, row.id, row.subject, row.position, row.digest, seal])
            seal = seal_on(number, digest)
            entries.append(
                {
                    "number": number,
                    "event_id": row.id,
                    "subject": row.subject,
                    "position": row.position,
                    "digest": digest,
                }
            )
        connection.execute(sa.insert(entry), entries)
        last_id = events[-1].id
    connection.execute(sa.insert(end).values(id=1, number=number, seal=seal))

    for statement in ON_SQLITE if connection.dialect.name == "sqlite" else ON_POSTGRESQL:
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")


def seal_on(number: int, digest: str) -> str:
    return keyed_digest(["end of the ledger", number, digest])


def keyed_digest(said: list[Any]) -> str:
    message = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(current_app.config["AUDIT_KEY"].encode(), message.encode(), hashlib.sha256).hexdigest()
