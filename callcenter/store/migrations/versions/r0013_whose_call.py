"""The key of each caller's number, and which customer people say a call is of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0013; keys of the visits that are there are read by the service, a few at a time."""
    op.add_column("visits", sa.Column("caller_key", sa.String(length=32), nullable=True))
    op.create_index("ix_visits_caller_key_ended_position", "visits", ["caller_key", "ended_position"])
    op.create_table(
        "visit_picks",
        sa.Column("uniqueid", sa.Text(), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("picked_by", sa.String(length=64), nullable=False),
        sa.Column("picked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uniqueid", name="pk_visit_picks"),
    )
    op.create_index("ix_visit_picks_customer", "visit_picks", ["customer"])
