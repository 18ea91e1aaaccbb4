"""Everybody who vouches for an account, each with the moment, not the last one alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0009."""
    op.create_table(
        "vouchers",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("vouched_by", sa.String(length=64), nullable=False),
        sa.Column("vouched_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "vouched_by", name="pk_vouchers"),
    )
    op.execute(
        "INSERT INTO vouchers (account, vouched_by, vouched_at)"
        " SELECT name, vouched_by, vouched_at FROM accounts WHERE vouched_by IS NOT NULL"
    )
    op.drop_column("accounts", "vouched_by")
    op.drop_column("accounts", "vouched_at")
