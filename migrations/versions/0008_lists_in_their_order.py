"""The orders of the lists, so that a page of one is read without the rest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LISTED = sa.text("coalesce(submitted_at, created_at)")


def upgrade() -> None:
    op.create_index("ix_proposal_listed", "proposal", [LISTED, "id"])
    op.create_index("ix_proposal_stage_listed", "proposal", ["stage", LISTED, "id"])
    op.create_index("ix_proposal_lower_title", "proposal", [sa.text("lower(title)"), "id"])
    op.create_index("ix_programme_approved_at", "programme", ["approved_at", "id"])


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
