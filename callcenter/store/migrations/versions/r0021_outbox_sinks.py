"""Who takes what is to leave the service, and how far each has come with every key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_WAITS = sa.text("left_at IS NULL")


def upgrade() -> None:
    """Go to 0021."""
    op.drop_index("ix_outbox_state_made_at", "outbox")
    op.drop_column("outbox", "state")
    op.create_index("ix_outbox_made_at", "outbox", ["made_at"])
    for name, columns in (("ix_outbox_waits", ["made_at"]), ("ix_outbox_waits_by_key", ["kind", "key", "n"])):
        op.create_index(name, "outbox", columns, sqlite_where=_WAITS, postgresql_where=_WAITS)
    op.add_column("outbox_keys", sa.Column("put_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "outbox_progress",
        sa.Column("sink", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("parked_at", sa.BigInteger(), nullable=True),
        sa.Column("parked_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("sink", "kind", "key", name="pk_outbox_progress"),
    )
    op.create_index("ix_outbox_progress_kind_key", "outbox_progress", ["kind", "key"])
    op.create_table(
        "outbox_sinks",
        sa.Column("sink", sa.String(length=128), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.Column("disabled_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("sink", name="pk_outbox_sinks"),
    )
    op.create_table(
        "outbox_wants",
        sa.Column("sink", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("sink", "kind", name="pk_outbox_wants"),
    )
