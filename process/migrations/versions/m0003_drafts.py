"""Drafts of processes, proposed versions; and which version wrote what, for instances that were moved.

`user_task.version` and `document_version.version` stay null until the instance moves on: null means the instance's own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("user_task", sa.Column("version", _KEY, nullable=True))
    op.add_column("document_version", sa.Column("version", _KEY, nullable=True))
    op.create_table(
        "process_draft",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner_unit", sa.Text(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_unit"], ["unit.code"], name=op.f("fk_process_draft_owner_unit")),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_process_draft")),
    )
    op.create_table(
        "draft_state",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("diagram", sa.LargeBinary(), nullable=False),
        sa.Column("forms", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", _KEY, nullable=True),
        sa.Column("saved_name", sa.Text(), nullable=False),
        sa.Column("aside", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["process"], ["process_draft.process"], name=op.f("fk_draft_state_process")),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"], name=op.f("fk_draft_state_saved_by")),
        sa.PrimaryKeyConstraint("process", "number", name=op.f("pk_draft_state")),
    )
    op.create_table(
        "draft_form",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["process"], ["process_draft.process"], name=op.f("fk_draft_form_process")),
        sa.PrimaryKeyConstraint("process", "digest", name=op.f("pk_draft_form")),
    )
    op.create_table(
        "version_proposal",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner_unit", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("diagram", sa.LargeBinary(), nullable=False),
        sa.Column("forms", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.BigInteger(), nullable=True),
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", _KEY, nullable=True),
        sa.Column("proposed_name", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", _KEY, nullable=True),
        sa.Column("decided_name", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_version_proposal_decided_by")),
        sa.ForeignKeyConstraint(["owner_unit"], ["unit.code"], name=op.f("fk_version_proposal_owner_unit")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_version_proposal_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_proposal")),
    )
    op.create_index(
        "ix_version_proposal_waiting",
        "version_proposal",
        ["process"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
