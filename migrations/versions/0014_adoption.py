"""Adoption: where each organisation stands with each programme, and the steps that led there.

Programmes of before are for nobody until their manager says for whom they are.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adoption",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=60), nullable=False),
        sa.Column("is_eligible", sa.Boolean(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_adoption_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_adoption_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("programme_id", "organisation_id", name=op.f("pk_adoption")),
    )
    op.create_index("ix_adoption_organisation_id", "adoption", ["organisation_id", "programme_id"])
    op.create_table(
        "adoption_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=60), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id", "organisation_id"],
            ["adoption.programme_id", "adoption.organisation_id"],
            name="fk_adoption_step_adoption",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_adoption_step_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption_step")),
    )
    op.create_index(
        "ix_adoption_step_programme_id_organisation_id",
        "adoption_step",
        ["programme_id", "organisation_id"],
    )


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
