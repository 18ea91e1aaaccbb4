"""Who was shown which customers, access reviews, legal holds, the key of each number, how long a class is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0015."""
    _looks()
    _reviews()
    _kept()


def _looks() -> None:
    op.create_table(
        "card_looks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("call", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_card_looks"),
    )
    op.create_index("ix_card_looks_actor_at", "card_looks", ["actor", "at"])
    op.create_table(
        "card_looks_at",
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("look", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("customer", "look", name="pk_card_looks_at"),
    )


def _reviews() -> None:
    op.create_table(
        "access_reviews",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("record", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_access_reviews"),
    )
    op.create_index("ix_access_reviews_state_since", "access_reviews", ["state", "since"])
    op.create_index("ix_access_reviews_actor_state", "access_reviews", ["actor", "state"])


def _kept() -> None:
    op.create_table(
        "customer_holds",
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer", name="pk_customer_holds"),
    )
    op.create_table(
        "number_keys",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("master", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_number_keys"),
    )
    op.create_index("ix_number_keys_number", "number_keys", ["number"], unique=True)
    op.add_column("customer_classes", sa.Column("keep_days", sa.Integer(), nullable=True))
