"""Lists whose first page took long among a million rows: each filter has an index that gives its order, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_LOST_AT = "coalesce(lost_at, 0)"
_MISSED = "outcome = 'timed_out' AND available AND rang_at IS NOT NULL AND NOT in_gap"


def upgrade() -> None:
    """Go to 0028."""
    _calls()
    _cases()
    op.drop_index("ix_customers_merged_into", "customers")
    _partial("ix_customers_merged_into", "customers", ["merged_into"], "merged_into IS NOT NULL")
    op.drop_index("ix_customers_changed_at_id", "customers")
    op.create_index("ix_customers_changed_at_id_folded", "customers", ["changed_at", "id", "folded"])
    op.drop_index("ix_customers_owner", "customers")
    op.drop_index("ix_customers_customer_class", "customers")
    for column in ("owner", "customer_class", "key_account"):
        op.create_index(f"ix_customers_{column}_folded_id", "customers", [column, "folded", "id"])
    op.create_index("ix_customers_customer_class_changed_at_id", "customers", ["customer_class", "changed_at", "id"])
    op.drop_index("ix_enquiries_state_follow_up_at", "enquiries")
    _partial("ix_enquiries_planned", "enquiries", ["received_at", "id"], "follow_up_at IS NOT NULL")
    for column in ("state", "channel", "case_class"):
        op.create_index(f"ix_enquiries_{column}_received_at_id", "enquiries", [column, "received_at", "id"])
    for column in ("rule", "team"):
        op.create_index(f"ix_violations_{column}_sort_at_id", "violations", [column, "sort_at", "id"])
    for column in ("kind", "subject"):
        op.create_index(f"ix_audit_{column}_seq", "audit", [column, "seq"])
    op.drop_index("ix_card_looks_at", "card_looks")
    op.create_index("ix_card_looks_at_id", "card_looks", ["at", "id"])
    op.create_index("ix_card_looks_how_at_id", "card_looks", ["how", "at", "id"])
    op.create_index("ix_sessions_created_at_id", "sessions", ["created_at", "id"])


def _calls() -> None:
    _partial("ix_offers_missed", "offers", ["agent", "visit_id"], _MISSED)
    op.drop_index("ix_lost_calls_state_lost_at", "lost_calls")
    at = sa.text(_LOST_AT)
    op.create_index("ix_lost_calls_lost", "lost_calls", [at, "id"])
    op.create_index("ix_lost_calls_state_lost", "lost_calls", ["state", at, "id"])
    op.create_index("ix_lost_calls_queue_lost", "lost_calls", ["queue", at, "id"])
    op.create_index("ix_lost_calls_entry_lost", "lost_calls", [sa.text("coalesce(key, id)"), at, "id"])


def _cases() -> None:
    for column in ("nature", "case_class", "upheld", "kept"):
        op.create_index(f"ix_cases_{column}_opened_at_id", "cases", [column, "opened_at", "id"])
    op.create_index("ix_cases_due_id", "cases", ["due", "id"])
    for column in ("owner", "department", "nature", "case_class"):
        op.create_index(f"ix_cases_{column}_due_id", "cases", [column, "due", "id"])
    for column in ("due", "opened_at"):
        _partial(f"ix_cases_open_{column}", "cases", [column, "id"], "state <> 'archived'")
        _partial(f"ix_cases_runs_{column}", "cases", [column, "id"], "stopped_at IS NULL")


def _partial(name: str, table: str, columns: list[str], of: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(of), postgresql_where=sa.text(of))
