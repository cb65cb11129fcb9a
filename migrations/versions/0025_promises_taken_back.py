"""That a promise was taken back, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("promise", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("promise", sa.Column("withdrawn_because", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
