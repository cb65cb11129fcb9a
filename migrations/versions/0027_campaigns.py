"""Campaigns, and which of them a proposal answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("need", sa.String(), nullable=False),
        sa.Column("who_for", sa.String(), nullable=False),
        sa.Column("theme_id", sa.String(length=60), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("questions_asked", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opening_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("results", sa.String(), nullable=False),
        sa.Column("thanks", sa.String(), nullable=False),
        sa.Column("results_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_campaign_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_campaign_theme_id_theme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_index("ix_campaign_closes_at", "campaign", ["closes_at", "id"])
    op.create_index("ix_campaign_theme_id", "campaign", ["theme_id", "closes_at"])
    op.create_index(op.f("ix_campaign_created_by_id"), "campaign", ["created_by_id"])
    for other in ("priority", "theme"):
        table, column = f"campaign_{other}", f"{other}_id"
        op.create_table(
            table,
            sa.Column("campaign_id", sa.String(length=60), nullable=False),
            sa.Column(column, sa.String(length=60), nullable=False),
            sa.ForeignKeyConstraint(
                ["campaign_id"], ["campaign.id"], name=op.f(f"fk_{table}_campaign_id_campaign")
            ),
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")),
            sa.PrimaryKeyConstraint("campaign_id", column, name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    # Within the column on SQLite, which cannot add a constraint without rebuilding the table and losing its indexes.
    points_to = sa.ForeignKey("campaign.id", name=op.f("fk_proposal_campaign_id_campaign"))
    op.add_column(
        "proposal",
        sa.Column("campaign_id", sa.String(length=60), points_to, nullable=True),
        inline_references=op.get_bind().dialect.name == "sqlite",
    )
    op.create_index("ix_proposal_campaign_id", "proposal", ["campaign_id", "stage", "id"])


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
