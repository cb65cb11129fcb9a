"""Rounds that rest while changes are requested, questions of a director, and where a proposal was submitted from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN on both databases: no table is rebuilt, so no trigger and no row is touched.
    op.add_column("proposal", sa.Column("submitted_from", sa.String(length=40), nullable=True))
    op.add_column("round", sa.Column("questions", sa.String(), nullable=False, server_default=""))
    op.add_column("round", sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("round", sa.Column("days_left", sa.Integer(), nullable=True))
    op.add_column(
        "reader", sa.Column("reads_next_version", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("review", sa.Column("version_number", sa.Integer(), nullable=False, server_default="1"))
    op.execute(
        "UPDATE review SET version_number = (SELECT round.version_number FROM round "
        "JOIN assignment ON assignment.round_id = round.id WHERE assignment.id = review.assignment_id)"
    )
    op.execute(
        "UPDATE proposal SET submitted_from = CASE WHEN version_number > 1 THEN 'changes-requested' ELSE 'draft' END "
        "WHERE submitted_at IS NOT NULL"
    )


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
