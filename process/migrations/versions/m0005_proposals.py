"""A proposal may be to revoke a version; a notification may be about a process."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("version_proposal", sa.Column("revokes", sa.Integer(), nullable=True))
    op.add_column("notification", sa.Column("process", sa.Text(), nullable=True))
