"""What gaps hid: which fields of a visit come from queue_log; and visits are found by channel, and by agent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go from 0005 to 0006."""
    op.add_column("visits", sa.Column("filled", sa.Text(), nullable=True))
    op.create_index("ix_visits_uniqueid", "visits", ["uniqueid"])
    op.create_index("ix_visits_agent_answered_at", "visits", ["agent", "answered_at"])
