"""Complaints: where each stands, every line that led there, numbers, records, deputies, departments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0017."""
    _case_numbers()
    _case_records()
    _case_steps()
    _case_warnings()
    _cases()
    _departments()
    _deputies()


def _case_numbers() -> None:
    op.create_table(
        "case_numbers",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", name="pk_case_numbers"),
    )


def _case_records() -> None:
    op.create_table(
        "case_records",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("violation", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("case", "n", name="pk_case_records"),
    )
    op.create_index("ix_case_records_agent_year_seq", "case_records", ["agent", "year", "seq"])
    op.create_index("ix_case_records_violation", "case_records", ["violation"])


def _case_steps() -> None:
    op.create_table(
        "case_steps",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=True),
        sa.Column("move", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case", "n", name="pk_case_steps"),
    )
    op.create_index("ix_case_steps_at", "case_steps", ["at"])
    op.create_index("ix_case_steps_seq", "case_steps", ["seq"], unique=True)


def _case_warnings() -> None:
    op.create_table(
        "case_warnings",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Double(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("case", "n", name="pk_case_warnings"),
    )
    op.create_index("ix_case_warnings_at", "case_warnings", ["at"])


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("archived_at", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("kept", sa.Boolean(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("customer", sa.String(length=32), nullable=True),
        sa.Column("call", sa.Text(), nullable=True),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("recording", sa.Text(), nullable=True),
        sa.Column("case_class", sa.String(length=32), nullable=True),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("department", sa.String(length=64), nullable=True),
        sa.Column("nature", sa.String(length=16), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("follows", sa.String(length=32), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
    )
    _case_indexes()


def _case_indexes() -> None:
    op.create_index("ix_cases_call", "cases", ["call"])
    op.create_index("ix_cases_customer_opened_at", "cases", ["customer", "opened_at"])
    op.create_index("ix_cases_department_state", "cases", ["department", "state"])
    op.create_index("ix_cases_next_at", "cases", ["next_at"])
    op.create_index("ix_cases_number", "cases", ["number"], unique=True)
    op.create_index("ix_cases_opened_at_id", "cases", ["opened_at", "id"])
    op.create_index("ix_cases_owner_state_due", "cases", ["owner", "state", "due"])
    op.create_index("ix_cases_state_due", "cases", ["state", "due"])


def _departments() -> None:
    op.create_table(
        "departments",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_departments"),
    )


def _deputies() -> None:
    op.create_table(
        "deputies",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("deputy", sa.String(length=64), nullable=True),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_deputies"),
    )
