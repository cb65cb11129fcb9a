"""The version that a draft was about before the one that it is about now."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("review", sa.Column("version_before", sa.Integer(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
