"""Programmes that are paused, refocused, completed or ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("programme", sa.Column("status_since", sa.DateTime(timezone=True), nullable=True))
    op.execute(sa.text("UPDATE programme SET status_since = coalesce(active_since, approved_at)"))
    with op.batch_alter_table("programme") as batch:
        batch.alter_column("status_since", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch.add_column(sa.Column("status_reason", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("lessons", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("refocused_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("refocus", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("review_on", sa.Date(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
