"""Enquiries that wait are listed by what is due: the index that gives this order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0030."""
    due, waits = sa.text("coalesce(follow_up_at, received_at)"), sa.text("follow_up_at IS NOT NULL OR state = 'open'")
    op.create_index("ix_enquiries_due", "enquiries", [due, "id"], sqlite_where=waits, postgresql_where=waits)
