"""Who talked with whom: talks, however they came about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0008."""
    op.create_table(
        "talks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("uniqueid", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("interface", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("in_gap", sa.Boolean(), nullable=False),
        sa.Column("frames", sa.Text(), nullable=False),
        sa.Column("began_position", sa.BigInteger(), nullable=True),
        sa.Column("ended_position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_talks"),
    )
    op.create_index("ix_talks_node_ended_position", "talks", ["node", "ended_position"])
    op.create_index("ix_talks_agent_started_at", "talks", ["agent", "started_at"])
    op.create_index("ix_talks_uniqueid", "talks", ["uniqueid"])
