"""Lists that still read more rows than they show: talks that no queue made, records by verdict or team, parked keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_TALK_BEGAN = "coalesce(started_at, ended_at, 0)"


def upgrade() -> None:
    """Go to 0036."""
    op.drop_index("ix_talks_queue_began", "talks")
    for name, of in {"unmade": "queue IS NULL", "in_gap": "in_gap"}.items():
        _create_partial(f"ix_talks_{name}_began", "talks", [sa.text(_TALK_BEGAN), "id"], of)
    op.create_index("ix_violations_verdict_sort_at_id", "violations", ["verdict", "sort_at", "id"])
    op.create_index("ix_violations_team_rule_sort_at_id", "violations", ["team", "rule", "sort_at", "id"])
    _create_partial("ix_violations_team_due", "violations", ["team", "due_at", "id"], "due_at IS NOT NULL")
    _create_partial(
        "ix_outbox_progress_parked", "outbox_progress", ["parked_at", "sink", "kind", "key"], "parked_at IS NOT NULL"
    )


def _create_partial(name: str, table: str, columns: list[str | sa.TextClause], of: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(of), postgresql_where=sa.text(of))
