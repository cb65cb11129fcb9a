"""What every heading speaks of, and requests to join a team.

`env.py` keeps the concepts of the headings that are there once all migrations have run.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heading_concept",
        sa.Column("concept", sa.String(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_heading_concept_proposal_id_proposal")
        ),
        sa.PrimaryKeyConstraint("concept", "proposal_id", name=op.f("pk_heading_concept")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_heading_concept_proposal_id", "heading_concept", ["proposal_id"], unique=False)
    op.create_table(
        "join_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_join_request_person_id_person")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_join_request_proposal_id_proposal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
    )
    op.create_index("ix_join_request_person_id", "join_request", ["person_id", "asked_at"], unique=False)
    op.create_index(op.f("ix_join_request_proposal_id"), "join_request", ["proposal_id"], unique=False)
    is_standing = sa.text("outcome IS NULL OR outcome = 'declined'")
    op.create_index(
        "uq_join_request_standing",
        "join_request",
        ["proposal_id", "person_id"],
        unique=True,
        sqlite_where=is_standing,
        postgresql_where=is_standing,
    )


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
