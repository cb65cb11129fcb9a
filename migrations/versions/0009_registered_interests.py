"""The register of interests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("interests_checked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "registered_interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=60), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_registered_interest_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_registered_interest_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registered_interest")),
    )
    op.create_index(
        "ix_registered_interest_person_id_until", "registered_interest", ["person_id", "until"], unique=False
    )


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
