"""Records say when somebody must do the next thing with them, so that they are listed by it."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_AT_ONCE = 5_000
_UNTIL = {
    "notified": "explain_until",
    "explained": "explain_until",
    "appealed": "decide_until",
}


def upgrade() -> None:
    """Go to 0024."""
    op.add_column("violations", sa.Column("due_at", sa.BigInteger(), nullable=True))
    records = sa.table(
        "violations",
        sa.column("id", sa.String(32)),
        sa.column("standing", sa.Text),
        sa.column("created_at", sa.BigInteger),
        sa.column("due_at", sa.BigInteger),
    )
    link, last = op.get_bind(), ""
    change = records.update().where(records.c.id == sa.bindparam("record")).values(due_at=sa.bindparam("due"))
    while True:
        rows = link.execute(
            sa.select(records.c.id, records.c.standing, records.c.created_at)
            .where(records.c.id > last)
            .order_by(records.c.id)
            .limit(_AT_ONCE)
        ).all()
        if not rows:
            break
        last = rows[-1].id
        due = [{"record": row.id, "due": _due(json.loads(row.standing), row.created_at)} for row in rows]
        if found := [one for one in due if one["due"] is not None]:
            link.execute(change, found)
    op.create_index("ix_violations_due_at_id", "violations", ["due_at", "id"])


def _due(standing: dict[str, Any], filed_at: int) -> int | None:
    """Say it as the service of this version did."""
    state = standing.get("state", "proposed")
    if standing["verdict"] != "proposed" or (standing["mode"] != "on" and standing.get("reviews")):
        return None
    if state == "proposed":
        return filed_at
    if state in {"confirmed", "reduced"}:
        wanted = 2 * bool(standing.get("fine_yuan")) + 4 * (standing.get("decided_severity") == "dismissal")
        open_checks = standing["mode"] == "on" and len(standing.get("checked") or {}) < wanted
        until = "appeal_until" if standing.get("appealed_at") is None else "decided_at"
        return standing.get(until) if open_checks else None
    return standing.get(_UNTIL.get(state, ""))
