"""A session knows when its owner typed the password last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0031."""
    op.add_column("sessions", sa.Column("proven_at", sa.BigInteger(), nullable=True))
