"""Who vouches for an account, from which devices it signs in, and by which seal the database knows its journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go from 0006 to 0007."""
    op.add_column("accounts", sa.Column("vouched_by", sa.String(length=64), nullable=True))
    op.add_column("accounts", sa.Column("vouched_at", sa.BigInteger(), nullable=True))
    op.add_column("accounts", sa.Column("pending_role", sa.Text(), nullable=True))
    op.add_column("accounts", sa.Column("pending_by", sa.String(length=64), nullable=True))
    op.create_table(
        "devices",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_devices"),
    )
    op.create_index("ix_devices_account_seen_at", "devices", ["account", "seen_at"])
    op.add_column("position", sa.Column("seal", sa.String(length=64), nullable=True))
