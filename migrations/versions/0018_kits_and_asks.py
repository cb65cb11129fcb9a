"""Adoption kits, and asks to adopt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=60), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_ask_asked_by_id_person")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_ask_ended_by_id_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ask_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_ask_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask")),
    )
    op.create_index("ix_ask_asked_by_id", "ask", ["asked_by_id", "asked_at"])
    op.create_index("ix_ask_ended_at", "ask", ["ended_at", "programme_id"])
    op.create_index("ix_ask_organisation_id", "ask", ["organisation_id", "id"])
    op.create_index(
        "uq_ask_programme_id_organisation_id_waiting",
        "ask",
        ["programme_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "barrier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=60), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=False),
        sa.Column("met", sa.String(), nullable=False),
        sa.Column("passed", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_barrier_added_by_id_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_barrier_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_barrier_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barrier")),
    )
    op.create_index("ix_barrier_programme_id_id", "barrier", ["programme_id", "id"])
    op.create_table(
        "kit",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("steps", sa.String(), nullable=False),
        sa.Column("setup_cost", sa.Integer(), nullable=True),
        sa.Column("yearly_cost", sa.Integer(), nullable=True),
        sa.Column("staff_time", sa.String(length=200), nullable=False),
        sa.Column("costs_note", sa.String(), nullable=False),
        sa.Column("lessons", sa.String(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edited_by_id"], ["person.id"], name=op.f("fk_kit_edited_by_id_person")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_kit_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("programme_id", name=op.f("pk_kit")),
    )
    op.create_table(
        "kit_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=100), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_kit_contact_added_by_id_person")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_kit_contact_person_id_person")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_kit_contact_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kit_contact")),
    )
    op.create_index("ix_kit_contact_programme_id", "kit_contact", ["programme_id"])
    op.create_table(
        "kit_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=32), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_kit_file_added_by_id_person")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_kit_file_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kit_file")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_kit_file_stored_as")),
    )
    op.create_index("ix_kit_file_programme_id", "kit_file", ["programme_id"])
    op.create_table(
        "ask_member",
        sa.Column("ask_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ask_id"], ["ask.id"], name=op.f("fk_ask_member_ask_id_ask")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ask_member_person_id_person")),
        sa.PrimaryKeyConstraint("ask_id", "person_id", name=op.f("pk_ask_member")),
    )
    op.create_index("ix_ask_member_person_id", "ask_member", ["person_id"])
    op.create_table(
        "ask_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ask_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("written_as", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ask_id"], ["ask.id"], name=op.f("fk_ask_message_ask_id_ask")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_ask_message_author_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask_message")),
    )
    op.create_index("ix_ask_message_ask_id_id", "ask_message", ["ask_id", "id"])
    op.create_index("ix_ask_message_author_id_at", "ask_message", ["author_id", "at"])


def downgrade() -> None:
    raise NotImplementedError("Go back by restoring a backup.")
