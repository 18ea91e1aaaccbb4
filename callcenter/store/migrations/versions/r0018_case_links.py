"""Links by which departments answer notices, whom a case was reported to, what lists of cases and the stream ask."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0018."""
    op.create_table(
        "case_links",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("department", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("token", name="pk_case_links"),
    )
    op.create_index("ix_case_links_id", "case_links", ["id"], unique=True)
    op.create_index("ix_case_links_case", "case_links", ["case"])
    op.create_table(
        "case_reports",
        sa.Column("case", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case", "account", name="pk_case_reports"),
    )
    op.create_index("ix_case_reports_account", "case_reports", ["account"])
    op.add_column("cases", sa.Column("remedies", sa.Integer(), nullable=True))
    op.create_index("ix_cases_owner_opened_at_id", "cases", ["owner", "opened_at", "id"])
    op.create_index("ix_cases_state_opened_at_id", "cases", ["state", "opened_at", "id"])
    op.create_index("ix_cases_department_opened_at_id", "cases", ["department", "opened_at", "id"])
    op.add_column("case_warnings", sa.Column("seq", sa.BigInteger(), nullable=True))
    op.create_index("ix_case_warnings_seq", "case_warnings", ["seq"], unique=True)
    op.create_index("ix_case_records_seq", "case_records", ["seq"])
