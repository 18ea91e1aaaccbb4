"""A password that somebody else gave is known as such until its owner has changed it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0029."""
    op.add_column("accounts", sa.Column("password_given_at", sa.BigInteger(), nullable=True))
