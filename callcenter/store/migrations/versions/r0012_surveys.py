"""What callers were asked after a call, and said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0012."""
    op.create_table(
        "surveys",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("uniqueid", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("interface", sa.Text(), nullable=True),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("agreed_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("service", "product", "platform", "handling")),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("hung_up", sa.Boolean(), nullable=True),
        sa.Column("in_gap", sa.Boolean(), nullable=False),
        sa.Column("frames", sa.Text(), nullable=False),
        sa.Column("ended_position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_surveys"),
    )
    op.create_index("ix_surveys_asked_at", "surveys", ["asked_at"])
    op.create_index("ix_surveys_agent_asked_at", "surveys", ["agent", "asked_at"])
    op.create_index("ix_surveys_uniqueid", "surveys", ["uniqueid"])
