"""Customers are found by a rare part of their name without a walk through all names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

FILL = """
INSERT INTO customer_name_tails (tail, folded, customer)
WITH RECURSIVE parts(rest, folded, id) AS (
  SELECT folded, folded, id FROM customers WHERE merged_into IS NULL AND folded <> ''
  UNION ALL SELECT substr(rest, 2), folded, id FROM parts WHERE length(rest) > 1
)
SELECT substr(rest, 1, 16), folded, id FROM parts WHERE true ORDER BY 1, 2, 3
ON CONFLICT DO NOTHING
"""
"""Gives each customer that is no alias what a write of its card does; in order, for an index grows fastest so."""


def upgrade() -> None:
    """Go to 0033."""
    op.create_table(
        "customer_name_tails",
        sa.Column("tail", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("customer", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("tail", "folded", "customer"),
        sqlite_with_rowid=False,
    )
    op.execute(FILL)
