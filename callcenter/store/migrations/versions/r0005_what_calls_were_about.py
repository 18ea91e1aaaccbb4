"""What calls were about: dispositions, with the callbacks that were promised."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go from 0004 to 0005."""
    op.create_table(
        "dispositions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("uniqueid", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("callback_to", sa.Text(), nullable=True),
        sa.Column("callback_by", sa.BigInteger(), nullable=True),
        sa.Column("given_by", sa.String(length=64), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dispositions"),
    )
    op.create_index("ix_dispositions_uniqueid_at", "dispositions", ["uniqueid", "at"])
