"""Indexes of what lists count, of the words of titles alone, and of the figures that wait to be confirmed."""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_proposal_counted",
        "proposal",
        ["stage", "lead_theme_id", "visibility", "champion_id", "supplier_id", "id"],
    )
    op.create_index("ix_benefit_status", "benefit", ["status", "programme_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX ix_search_text_title ON search_text USING gin (ts_filter(heading, '{a}'))")
        op.execute("ANALYZE search_text")


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
