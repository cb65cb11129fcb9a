"""Criteria that a reviewer may say they cannot judge, and which pack's rubric was loaded last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN on both databases: no table is rebuilt, so no trigger and no row is touched.
    op.add_column("rubric", sa.Column("pack_digest", sa.String(length=64), nullable=False, server_default=""))
    op.add_column(
        "criterion", sa.Column("cannot_judge", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("score", sa.Column("cannot_judge", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
