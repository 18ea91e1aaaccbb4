"""Records say whether their agent was notified: those who are judged see no record of theirs before."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_AT_ONCE = 5_000
_MOST = 2**63


def upgrade() -> None:
    """Go to 0032."""
    op.add_column("violations", sa.Column("notified_at", sa.BigInteger(), nullable=True))
    records = sa.table(
        "violations",
        sa.column("id", sa.String(32)),
        sa.column("standing", sa.Text),
        sa.column("notified_at", sa.BigInteger),
    )
    link, last = op.get_bind(), ""
    change = records.update().where(records.c.id == sa.bindparam("record")).values(notified_at=sa.bindparam("told"))
    while True:
        rows = link.execute(
            sa.select(records.c.id, records.c.standing)
            .where(records.c.id > last)
            .order_by(records.c.id)
            .limit(_AT_ONCE)
        ).all()
        if not rows:
            break
        last = rows[-1].id
        told = [{"record": row.id, "told": _told(row.standing)} for row in rows]
        if found := [one for one in told if one["told"] is not None]:
            link.execute(change, found)


def _told(standing: str) -> int | None:
    """Read when its agent was notified; of what cannot be read, which no service shows either, that nobody was."""
    try:
        found = json.loads(standing)
    except (ValueError, RecursionError):
        return None
    told = found.get("notified_at") if isinstance(found, dict) else None
    return told if isinstance(told, int) and abs(told) < _MOST else None
