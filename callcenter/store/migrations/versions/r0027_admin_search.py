"""The audit log and the log of cards that were shown are searched by who, what and when."""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0027."""
    op.create_index("ix_audit_actor_seq", "audit", ["actor", "seq"])
    op.create_index("ix_audit_action_seq", "audit", ["action", "seq"])
    op.create_index("ix_audit_kind_subject_seq", "audit", ["kind", "subject", "seq"])
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_card_looks_at", "card_looks", ["at"])
