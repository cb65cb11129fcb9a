"""Offers to other networks, and when what everyone reads of a programme last changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("network", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_by_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times_sent", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("organisations", sa.JSON(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["offered_by_id"], ["person.id"], name=op.f("fk_offer_offered_by_id_person")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_offer_programme_id_programme")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_offer_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("programme_id", "network", name=op.f("uq_offer_programme_id_network")),
    )
    op.create_index("ix_offer_offered_at", "offer", ["offered_at", "id"])
    op.create_index("ix_offer_network", "offer", ["network", "sent_at"])

    op.add_column("programme", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    # Its newest public event tells it: of its own chain, or of its proposal's where the programme's changes stand.
    op.execute(
        sa.text(
            "UPDATE programme SET changed_at = coalesce((SELECT max(event.at) FROM event WHERE event.audience = 'public'"
            " AND event.subject IN ('programme:' || programme.id, 'proposal:' || programme.proposal_id)), status_since)"
        )
    )
    with op.batch_alter_table("programme") as batch:
        batch.alter_column("changed_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.create_index("ix_programme_changed_at", "programme", ["changed_at", "id"])


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
