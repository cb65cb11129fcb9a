"""Titles and summaries in an index of their own, so that the best hits of a search are found without the rest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ON_SQLITE = (
    "CREATE VIRTUAL TABLE search_index_headings USING fts5(title, summary, content='search_text', content_rowid='id', tokenize='unicode61')",
    "INSERT INTO search_index_headings(search_index_headings) VALUES ('rebuild')",
    "CREATE TRIGGER search_text_heading_added AFTER INSERT ON search_text BEGIN INSERT INTO search_index_headings(rowid, title, summary) VALUES (new.id, new.title, new.summary); END",
    "CREATE TRIGGER search_text_heading_removed AFTER DELETE ON search_text BEGIN INSERT INTO search_index_headings(search_index_headings, rowid, title, summary) VALUES ('delete', old.id, old.title, old.summary); END",
    "CREATE TRIGGER search_text_heading_changed AFTER UPDATE OF id, title, summary ON search_text BEGIN INSERT INTO search_index_headings(search_index_headings, rowid, title, summary) VALUES ('delete', old.id, old.title, old.summary); INSERT INTO search_index_headings(rowid, title, summary) VALUES (new.id, new.title, new.summary); END",
)
ON_POSTGRESQL = ("CREATE INDEX ix_search_text_heading ON search_text USING gin (heading)",)


def upgrade() -> None:
    for statement in ON_SQLITE if op.get_bind().dialect.name == "sqlite" else ON_POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
