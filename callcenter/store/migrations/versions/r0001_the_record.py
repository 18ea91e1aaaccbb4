"""The record: calls, visits, offers, states, own calls, gaps, position."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go from nothing to 0001."""
    _agent_states()
    _calls()
    _gaps()
    _offers()
    _own_calls()
    _position()


def _agent_states() -> None:
    op.create_table(
        "agent_states",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("interface", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("queues", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("began_position", sa.BigInteger(), nullable=False),
        sa.Column("ended_position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_agent_states"),
    )
    op.create_index("ix_agent_states_agent_started_at", "agent_states", ["agent", "started_at"])
    op.create_index("ix_agent_states_node_ended_position", "agent_states", ["node", "ended_position"])


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=True),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )
    op.create_index("ix_calls_node_call", "calls", ["node", "call"])


def _gaps() -> None:
    op.create_table(
        "gaps",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("ended_position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gaps"),
    )
    op.create_index("ix_gaps_node_started_at", "gaps", ["node", "started_at"])


def _offers() -> None:
    op.create_table(
        "offers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("visit_id", sa.String(length=32), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("interface", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.BigInteger(), nullable=True),
        sa.Column("rang_at", sa.BigInteger(), nullable=True),
        sa.Column("connected_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("refuted", sa.Text(), nullable=True),
        sa.Column("in_gap", sa.Boolean(), nullable=False),
        sa.Column("frames", sa.Text(), nullable=False),
        sa.Column("ended_position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_offers"),
    )
    op.create_index("ix_offers_agent_offered_at", "offers", ["agent", "offered_at"])
    op.create_index("ix_offers_visit_id", "offers", ["visit_id"])


def _own_calls() -> None:
    op.create_table(
        "own_calls",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("interface", sa.Text(), nullable=False),
        sa.Column("uniqueid", sa.Text(), nullable=False),
        sa.Column("dialled", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("up_at", sa.BigInteger(), nullable=True),
        sa.Column("blocked_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("in_talk", sa.Boolean(), nullable=False),
        sa.Column("in_gap", sa.Boolean(), nullable=False),
        sa.Column("frames", sa.Text(), nullable=False),
        sa.Column("began_position", sa.BigInteger(), nullable=False),
        sa.Column("ended_position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_own_calls"),
    )
    op.create_index("ix_own_calls_agent_started_at", "own_calls", ["agent", "started_at"])
    op.create_index("ix_own_calls_node_ended_position", "own_calls", ["node", "ended_position"])


def _position() -> None:
    op.create_table(
        "position",
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("journal_position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", name="pk_position"),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("call", sa.Text(), nullable=True),
        sa.Column("uniqueid", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=True),
        sa.Column("did", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("joined_at", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.Column("refused_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("hold", sa.BigInteger(), nullable=True),
        sa.Column("transferred", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("in_gap", sa.Boolean(), nullable=True),
        sa.Column("frames", sa.Text(), nullable=True),
        sa.Column("joined_position", sa.BigInteger(), nullable=True),
        sa.Column("ended_position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
    )
    op.create_index("ix_visits_node_call", "visits", ["node", "call"])
    op.create_index("ix_visits_node_ended_position", "visits", ["node", "ended_position"])
    op.create_index("ix_visits_queue_joined_at", "visits", ["queue", "joined_at"])
