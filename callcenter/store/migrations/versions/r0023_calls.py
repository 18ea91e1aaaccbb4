"""Calls as a list, whatever it is sorted and narrowed by; and when somebody was put on hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_VISIT_BEGAN = "coalesce(joined_at, refused_at, left_at, answered_at, ended_at, 0)"
_TALK_BEGAN = "coalesce(started_at, ended_at, 0)"


def upgrade() -> None:
    """Go to 0023."""
    op.create_table(
        "holds",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("uniqueid", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
    )
    op.create_index("ix_holds_uniqueid_position", "holds", ["uniqueid", "position"])
    began = sa.text(_VISIT_BEGAN)
    op.create_index("ix_visits_began", "visits", [began, "id"])
    for column in ("queue", "agent", "outcome", "in_gap"):
        op.create_index(f"ix_visits_{column}_began", "visits", [column, began, "id"])
    op.create_index("ix_visits_waited", "visits", [sa.text("(left_at - joined_at)"), "id"])
    op.create_index("ix_talks_queue_began", "talks", ["queue", sa.text(_TALK_BEGAN), "id"])
    op.create_index("ix_offers_ringing", "offers", [sa.text("(ended_at - rang_at)"), "visit_id"])
