"""Each account has a key under which its browser seals what was typed and not sent yet."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to 0034."""
    op.add_column("accounts", sa.Column("draft_key", sa.String(64), nullable=True))
    accounts = sa.table("accounts", sa.column("name", sa.String(64)), sa.column("draft_key", sa.String(64)))
    link = op.get_bind()
    for name in link.scalars(sa.select(accounts.c.name)).all():
        link.execute(accounts.update().where(accounts.c.name == name).values(draft_key=secrets.token_hex(32)))
    with op.batch_alter_table("accounts") as table:
        table.alter_column("draft_key", existing_type=sa.String(64), nullable=False)
