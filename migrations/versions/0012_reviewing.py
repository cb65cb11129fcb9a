"""Reviews as they were, notes to the panel, questions to the team, a panel's discussion, and feedback by criterion."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN on both databases: no table is rebuilt, so no trigger and no row is touched.
    op.add_column("review", sa.Column("note", sa.String(), nullable=False, server_default=""))
    op.add_column("review", sa.Column("saved_from", sa.String(length=22), nullable=True))
    op.add_column("round", sa.Column("feedback_by_criterion", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "earlier_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_earlier_review_review_id_review")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_review")),
    )
    op.create_index(op.f("ix_earlier_review_review_id"), "earlier_review", ["review_id"], unique=False)
    op.create_table(
        "team_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_as", sa.String(), nullable=False),
        sa.Column("declined_reason", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_team_question_round_id_round")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_team_question_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_team_question_settled_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_team_question_answered_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_question")),
    )
    op.create_index(op.f("ix_team_question_round_id"), "team_question", ["round_id"], unique=False)
    op.create_table(
        "panel_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_panel_message_round_id_round")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_panel_message_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_panel_message_author_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_message")),
    )
    op.create_index(op.f("ix_panel_message_round_id"), "panel_message", ["round_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
