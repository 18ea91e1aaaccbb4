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
        told = [{"record": row.id, "told": json.loads(row.standing).get("notified_at")} for row in rows]
        if found := [one for one in told if one["told"] is not None]:
            link.execute(change, found)
