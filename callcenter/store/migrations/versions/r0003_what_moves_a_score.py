"""What moves a month's score beside violations: marks, bonuses, adjustments; and since when somebody is there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go from 0002 to 0003."""
    op.add_column("accounts", sa.Column("joined", sa.Date(), nullable=True))
    op.create_table(
        "given",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("points", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("given_by", sa.String(length=64), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_given"),
    )
    op.create_index("ix_given_agent_day", "given", ["agent", "day"])
    op.create_index("ix_given_day_id", "given", ["day", "id"])
    standing = sa.text("kind = 'mark' AND withdrawn_at IS NULL")
    op.create_index(
        "ix_given_day_assessed_once",
        "given",
        ["agent", "day"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
