"""Stand-ins, who sees to conditions, and letters that directors change."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stand_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["named_by_id"], ["person.id"], name=op.f("fk_stand_in_named_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stand_in_person_id_person")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_stand_in_proposal_id_proposal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
    )
    op.create_index("ix_stand_in_person_id_ended_at", "stand_in", ["person_id", "ended_at"], unique=False)
    op.create_index("ix_stand_in_proposal_id", "stand_in", ["proposal_id"], unique=False)
    op.create_index(
        "uq_stand_in_acting",
        "stand_in",
        ["proposal_id", "role"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.add_column("condition", sa.Column("owner", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("condition", sa.Column("due", sa.Date(), nullable=True))
    op.add_column("condition", sa.Column("evidence", sa.String(), nullable=False, server_default=""))
    op.add_column("decision", sa.Column("letter_text", sa.String(), nullable=False, server_default=""))
    op.add_column("decision", sa.Column("letter_edited_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("decision", sa.Column("would_change", sa.String(), nullable=False, server_default=""))
    _take_conditions_apart()


def _take_conditions_apart() -> None:
    """Decisions kept one condition a line. Those to be met while the programme runs began with "later:"."""
    op.add_column("decision", sa.Column("asked", sa.JSON(), nullable=False, server_default="[]"))
    decisions = sa.table("decision", sa.column("id"), sa.column("conditions"), sa.column("asked", sa.JSON()))
    connection = op.get_bind()
    for id_, typed in connection.execute(sa.select(decisions.c.id, decisions.c.conditions)).all():
        if asked := [_condition(line) for line in typed.splitlines() if line.strip()]:
            connection.execute(decisions.update().where(decisions.c.id == id_).values(asked=asked))
    op.drop_column("decision", "conditions")
    op.execute("ALTER TABLE decision RENAME COLUMN asked TO conditions")


def _condition(line: str) -> dict[str, object]:
    words = " ".join(line.split())
    later = re.match(r"later\s*:\s*", words, re.IGNORECASE)
    text = words[later.end() :] if later else words
    return {"text": text, "is_blocking": later is None, "owner": "", "due": None, "evidence": ""}


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
