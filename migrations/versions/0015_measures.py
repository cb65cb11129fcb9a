"""Measures of programmes, the figures of each month, and where limits are computed anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=True),
        sa.Column("target", sa.String(length=20), nullable=True),
        sa.Column("combined", sa.String(length=40), nullable=False),
        sa.Column("defined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("defined_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["defined_by_id"], ["person.id"], name=op.f("fk_measure_defined_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_measure_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_measure_programme_id_number")),
    )
    op.create_table(
        "figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=60), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("value", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["person.id"], name=op.f("fk_figure_entered_by_id_person")
        ),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_figure_measure_id_measure")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_figure_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure")),
    )
    op.create_index(
        "ix_figure_measure_id_organisation_id_month",
        "figure",
        ["measure_id", "organisation_id", "month", "id"],
    )
    op.create_table(
        "rebasing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=60), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("rebased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rebased_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_rebasing_measure_id_measure")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_rebasing_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["rebased_by_id"], ["person.id"], name=op.f("fk_rebasing_rebased_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rebasing")),
    )
    op.create_index("ix_rebasing_measure_id", "rebasing", ["measure_id"])


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
