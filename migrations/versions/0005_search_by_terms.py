"""Search by terms, made alike for both databases.

The rows keep their old texts, marked as of no form: `env.py` renews them once all migrations have run.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OLD_ON_SQLITE = (
    "DROP TRIGGER search_text_added",
    "DROP TRIGGER search_text_removed",
    "DROP TRIGGER search_text_changed",
    "DROP TABLE search_index",
)
NEW_ON_SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5(title, summary, body, content='search_text', content_rowid='id', tokenize='unicode61')",
    # What a row's change takes out of the index must be in it.
    "INSERT INTO search_index(search_index) VALUES ('rebuild')",
    "CREATE TRIGGER search_text_added AFTER INSERT ON search_text BEGIN INSERT INTO search_index(rowid, title, summary, body) VALUES (new.id, new.title, new.summary, new.body); END",
    "CREATE TRIGGER search_text_removed AFTER DELETE ON search_text BEGIN INSERT INTO search_index(search_index, rowid, title, summary, body) VALUES ('delete', old.id, old.title, old.summary, old.body); END",
    "CREATE TRIGGER search_text_changed AFTER UPDATE OF id, title, summary, body ON search_text BEGIN INSERT INTO search_index(search_index, rowid, title, summary, body) VALUES ('delete', old.id, old.title, old.summary, old.body); INSERT INTO search_index(rowid, title, summary, body) VALUES (new.id, new.title, new.summary, new.body); END",
)
OLD_ON_POSTGRESQL = ("ALTER TABLE search_text DROP COLUMN vector",)  # and its index with it
NEW_ON_POSTGRESQL = (
    # 'x0' stands in no query, so that no phrase goes on from one column into the next.
    "ALTER TABLE search_text ADD COLUMN vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', title || ' x0 ' || summary || ' x0 ' || body)) STORED",
    "ALTER TABLE search_text ADD COLUMN heading tsvector GENERATED ALWAYS AS (setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', 'x0 ' || summary), 'B')) STORED",
    "CREATE INDEX ix_search_text_vector ON search_text USING gin (vector)",
)


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    _run(OLD_ON_SQLITE if is_sqlite else OLD_ON_POSTGRESQL)
    op.add_column("search_text", sa.Column("summary", sa.String(), nullable=False, server_default=""))
    op.add_column("search_text", sa.Column("form", sa.Integer(), nullable=False, server_default="0"))
    _run(NEW_ON_SQLITE if is_sqlite else NEW_ON_POSTGRESQL)


def downgrade() -> None:
    raise NotImplementedError("The texts of before are gone: put back a copy of the database.")


def _run(statements: tuple[str, ...]) -> None:
    for statement in statements:
        op.execute(sa.text(statement.replace(":", r"\:")))
