"""What follows complaints: calls back drawn by chance, measures, reviews, discipline, registers, customers' care."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0020."""
    _caller_registers()
    _care_contacts()
    _care_plans()
    _case_discipline()
    _case_follow_ups()
    _case_measures()
    _case_reviews()
    _customer_ratings()
    _follow_up_draws()
    op.create_index("ix_case_steps_move_at", "case_steps", ["move", "at"])


def _caller_registers() -> None:
    op.create_table(
        "caller_registers",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("signed_by", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_by", sa.String(length=64), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("agent", "day", name="pk_caller_registers"),
    )
    op.create_index("ix_caller_registers_day", "caller_registers", ["day"])


def _care_contacts() -> None:
    op.create_table(
        "care_contacts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("planned_by", sa.String(length=64), nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("done_by", sa.String(length=64), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("evaluation", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_care_contacts"),
    )
    op.create_index("ix_care_contacts_customer_day", "care_contacts", ["customer", "day"])
    op.create_index("ix_care_contacts_day_state", "care_contacts", ["day", "state"])


def _care_plans() -> None:
    op.create_table(
        "care_plans",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("cost", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("filed_by", sa.String(length=64), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("endorsed_by", sa.String(length=64), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_care_plans"),
    )
    op.create_index("ix_care_plans_customer_year", "care_plans", ["customer", "year"])
    op.create_index("ix_care_plans_year_state", "care_plans", ["year", "state"])


def _case_discipline() -> None:
    op.create_table(
        "case_discipline",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.String(length=64), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case", "n", name="pk_case_discipline"),
    )


def _case_follow_ups() -> None:
    op.create_table(
        "case_follow_ups",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=True),
        sa.Column("recorded_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("month", "case", name="pk_case_follow_ups"),
    )
    op.create_index("ix_case_follow_ups_case", "case_follow_ups", ["case"])


def _case_measures() -> None:
    op.create_table(
        "case_measures",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("responsible", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("effect", sa.Text(), nullable=True),
        sa.Column("checked_by", sa.String(length=64), nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case", "n", name="pk_case_measures"),
    )


def _case_reviews() -> None:
    op.create_table(
        "case_reviews",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=64), nullable=False),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "case", name="pk_case_reviews"),
    )


def _customer_ratings() -> None:
    op.create_table(
        "customer_ratings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=False),
        sa.Column("credit", sa.String(length=1), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customer_ratings"),
    )
    op.create_index("ix_customer_ratings_customer_at", "customer_ratings", ["customer", "at"])


def _follow_up_draws() -> None:
    op.create_table(
        "follow_up_draws",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("committed_at", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("drawn_at", sa.BigInteger(), nullable=True),
        sa.Column("candidates", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("month", name="pk_follow_up_draws"),
    )
