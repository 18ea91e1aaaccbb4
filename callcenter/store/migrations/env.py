"""Alembic's way in: runs the scripts on the connection that the caller gives."""

from __future__ import annotations

from alembic import context

from callcenter.store.record.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
