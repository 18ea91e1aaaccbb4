"""Accounts may have a second factor: an app whose codes change, and codes for when that is lost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0035."""
    op.add_column("accounts", sa.Column("authenticator_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "authenticators",
        sa.Column("account", sa.String(64), primary_key=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("master", sa.String(16), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account", sa.String(64), primary_key=True),
        sa.Column("code", sa.String(64), primary_key=True),
    )
