"""What calls were like in agents' pages, as their browsers measured it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0022."""
    op.create_table(
        "call_qualities",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("uniqueid", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("lasted", sa.BigInteger(), nullable=False),
        sa.Column("loss", sa.Float(53), nullable=False),
        sa.Column("worst_loss", sa.Float(53), nullable=False),
        sa.Column("jitter_ms", sa.Float(53), nullable=True),
        sa.Column("round_trip_ms", sa.Float(53), nullable=True),
        sa.Column("codec", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_call_qualities"),
    )
    op.create_index("ix_call_qualities_uniqueid_agent", "call_qualities", ["uniqueid", "agent"])
    op.create_index("ix_call_qualities_agent_at", "call_qualities", ["agent", "at"])
