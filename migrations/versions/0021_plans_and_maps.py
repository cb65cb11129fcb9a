"""What a programme's manager plans and releases, and where each system stands on the region's map."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("programme") as batch:
        batch.add_column(sa.Column("goal", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("starts_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("target_percent", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("target_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("planned", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_programme_status_review_on", "programme", ["status", "review_on"])
    op.create_table(
        "funding_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("pounds", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_funding_release_programme_id_programme")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_funding_release_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_release")),
    )
    op.create_index("ix_funding_release_programme_id", "funding_release", ["programme_id", "on", "id"])
    with op.batch_alter_table("care_system") as batch:
        batch.add_column(sa.Column("place", sa.JSON(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
