"""Merges of proposals, with the ledger of what moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

KEY = "fk_proposal_merged_into_id_proposal"


def upgrade() -> None:
    # Written by hand: SQLite would have to rebuild the table for a foreign key, and lose the indexes over expressions.
    op.execute(
        f"ALTER TABLE proposal ADD COLUMN merged_into_id INTEGER CONSTRAINT {KEY} REFERENCES proposal (id)"
    )
    op.add_column("proposal", sa.Column("merged_from", sa.String(length=40), nullable=True))
    op.create_index(op.f("ix_proposal_merged_into_id"), "proposal", ["merged_into_id"], unique=False)

    op.create_table(
        "proposal_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_agreed_id", sa.Integer(), nullable=True),
        sa.Column("target_agreed_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{to}.id"], name=op.f(f"fk_proposal_merge_{name}_id_{to}")
            )
            for name, to in (
                ("source", "proposal"),
                ("target", "proposal"),
                ("proposed_by", "person"),
                ("source_agreed", "person"),
                ("target_agreed", "person"),
                ("ended_by", "person"),
                ("undone_by", "person"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_merge")),
    )
    op.create_index("ix_proposal_merge_proposed_by_id", "proposal_merge", ["proposed_by_id", "proposed_at"])
    op.create_index(op.f("ix_proposal_merge_source_id"), "proposal_merge", ["source_id"], unique=False)
    op.create_index(op.f("ix_proposal_merge_target_id"), "proposal_merge", ["target_id"], unique=False)
    for name, condition in (
        ("waiting", "outcome IS NULL"),
        ("standing", "outcome = 'done' AND undone_at IS NULL"),
    ):
        op.create_index(
            f"uq_proposal_merge_{name}",
            "proposal_merge",
            ["source_id"],
            unique=True,
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )

    op.create_table(
        "moved_voice",
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("voice", sa.String(length=40), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.String(length=60), nullable=True),
        sa.Column("stood_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_brought", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["proposal_merge.id"], name=op.f("fk_moved_voice_merge_id_proposal_merge")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_moved_voice_person_id_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_moved_voice_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("merge_id", "person_id", "voice", name=op.f("pk_moved_voice")),
    )
    op.create_table(
        "moved_comment",
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["proposal_merge.id"], name=op.f("fk_moved_comment_merge_id_proposal_merge")
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_moved_comment_comment_id_comment")
        ),
        sa.PrimaryKeyConstraint("merge_id", "comment_id", name=op.f("pk_moved_comment")),
    )
    op.create_index(op.f("ix_moved_comment_comment_id"), "moved_comment", ["comment_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
