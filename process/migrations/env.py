"""Alembic's environment: runs on the connection that `process.migrate` hands over, never on one of its own."""

from __future__ import annotations

from alembic import context

from process.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=False)
with context.begin_transaction():
    context.run_migrations()
