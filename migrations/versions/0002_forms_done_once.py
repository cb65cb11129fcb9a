"""Forms that were done, so that one sent twice is done once; proposals no longer keep the mark of theirs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "done_form",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_done_form")),
    )
    with op.batch_alter_table("done_form") as table:
        table.create_index(table.f("ix_done_form_at"), ["at"], unique=False)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    last = _last_number() if is_sqlite else None
    with op.batch_alter_table("proposal", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_constraint(op.f("uq_proposal_form_token"), type_="unique")
        table.drop_column("form_token")
    if last is not None:
        # The rebuilt table would count on from its highest row, and give the number of a deleted draft again.
        op.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'proposal'"))
        op.execute(
            sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('proposal', :seq)").bindparams(seq=last)
        )


def _last_number() -> int | None:
    last: int | None = (
        op.get_bind().execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'proposal'")).scalar()
    )
    return last


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
