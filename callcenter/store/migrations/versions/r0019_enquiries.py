"""Enquiries and their steps, classes with versions, systems that report contacts, attachments; more of dispositions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0019."""
    _dispositions()
    _classes()
    _enquiries()
    _steps()
    _systems()
    _attachments()


def _dispositions() -> None:
    op.add_column("dispositions", sa.Column("case_class", sa.String(length=32), nullable=True))
    op.add_column("dispositions", sa.Column("class_version", sa.Integer(), nullable=True))
    op.add_column("dispositions", sa.Column("outcome", sa.String(length=16), nullable=True))
    op.add_column("dispositions", sa.Column("follow_up_at", sa.BigInteger(), nullable=True))
    op.add_column("dispositions", sa.Column("follow_up", sa.Text(), nullable=True))


def _classes() -> None:
    op.create_table(
        "class_versions",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(length=32), nullable=True),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name="pk_class_versions"),
    )


def _enquiries() -> None:
    op.create_table(
        "enquiries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=True),
        sa.Column("foreign_id", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("customer", sa.String(length=32), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("case_class", sa.String(length=32), nullable=True),
        sa.Column("class_version", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("solution", sa.Text(), nullable=True),
        sa.Column("follow_up_at", sa.BigInteger(), nullable=True),
        sa.Column("follow_up", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("case", sa.String(length=32), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("arrived", sa.BigInteger(), nullable=True),
        sa.Column("greeted", sa.BigInteger(), nullable=True),
        sa.Column("first_answer", sa.BigInteger(), nullable=True),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("turns", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_enquiries"),
    )
    op.create_index("ix_enquiries_address", "enquiries", ["address"])
    op.create_index("ix_enquiries_case", "enquiries", ["case"])
    op.create_index("ix_enquiries_customer_received_at", "enquiries", ["customer", "received_at"])
    op.create_index("ix_enquiries_owner_state_received_at", "enquiries", ["owner", "state", "received_at"])
    op.create_index("ix_enquiries_received_at_id", "enquiries", ["received_at", "id"])
    op.create_index("ix_enquiries_state_follow_up_at", "enquiries", ["state", "follow_up_at"])
    op.create_index("ix_enquiries_system_foreign_id", "enquiries", ["system", "foreign_id"], unique=True)


def _steps() -> None:
    op.create_table(
        "enquiry_steps",
        sa.Column("enquiry", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("enquiry", "n", name="pk_enquiry_steps"),
    )


def _systems() -> None:
    op.create_table(
        "contact_systems",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_contact_systems"),
    )
    op.create_index("ix_contact_systems_token", "contact_systems", ["token"], unique=True)


def _attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("scanned_at", sa.BigInteger(), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
    )
    op.create_index("ix_attachments_kind_subject_sha256", "attachments", ["kind", "subject", "sha256"], unique=True)
    op.create_index("ix_attachments_sha256", "attachments", ["sha256"])
