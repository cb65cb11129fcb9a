"""Find the newest proposals without sorting all of them."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0001"
branch_labels = None
depends_on = None

NAME = "ix_proposal_listed_at"


def upgrade() -> None:
    # By hand, as Alembic does not compare what an index computes; `proposals.listing` sorts by the same words.
    op.execute(f"CREATE INDEX {NAME} ON proposal (coalesce(submitted_at, created_at), id)")


def downgrade() -> None:
    op.drop_index(NAME, "proposal")
