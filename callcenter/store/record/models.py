"""The tables of the record: calls, visits, offers, talks, states and gaps, each under an id that replay finds.

Moments are whole microseconds since 1970 (UTC), durations whole microseconds; NULL is unknown. Ids are hashes of what
names a thing on its switch, so that the same journal gives the same rows. `frames` are journal positions, as JSON.
A row that is still open has no `ended_position`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    func,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_ID = 32
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


Row = dict[str, Any]


class Base(DeclarativeBase):
    """Every table of the record."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {int: BigInteger, str: Text, bool: Boolean, bytes: LargeBinary}  # noqa: RUF012 - SQLAlchemy reads it by name


class CallRow(Base):
    """One call: all its visits and talks have ended; it may have talks alone."""

    __tablename__ = "calls"
    __table_args__ = (Index(None, "node", "call"),)

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    node: Mapped[str]
    call: Mapped[str]
    visits: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[int | None]
    last_at: Mapped[int | None]
    ended_position: Mapped[int]


class VisitRow(Base):
    """One stay of one caller in one queue.

    `outcome` is NULL while it lasts; `filled` names the columns that queue_log told, NULL where it told none.
    `caller_key` is the caller's number as it is compared, empty where it is nobody's; NULL: nobody has read it yet, or
    the visit lasts.
    """

    __tablename__ = "visits"
    __table_args__ = (
        Index(None, "node", "ended_position"),
        Index(None, "queue", "joined_at"),
        Index(None, "node", "call"),
        Index(None, "uniqueid"),
        Index(None, "agent", "answered_at"),
        Index(None, "caller_key", "ended_position"),
    )

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    node: Mapped[str]
    call: Mapped[str | None]
    uniqueid: Mapped[str]
    queue: Mapped[str | None]
    n: Mapped[int] = mapped_column(Integer)
    caller: Mapped[str | None]
    caller_key: Mapped[str | None] = mapped_column(String(32))
    did: Mapped[str | None]
    position: Mapped[int | None] = mapped_column(Integer)
    joined_at: Mapped[int | None]
    left_at: Mapped[int | None]
    refused_at: Mapped[int | None]
    answered_at: Mapped[int | None]
    ended_at: Mapped[int | None]
    agent: Mapped[str | None]
    hold: Mapped[int | None]
    transferred: Mapped[str | None]
    outcome: Mapped[str | None]
    ended_by: Mapped[str | None]
    in_gap: Mapped[bool | None]
    frames: Mapped[str | None]
    filled: Mapped[str | None]
    joined_position: Mapped[int | None]
    ended_position: Mapped[int | None]


VISIT_BEGAN = func.coalesce(
    VisitRow.joined_at,
    VisitRow.refused_at,
    VisitRow.left_at,
    VisitRow.answered_at,
    VisitRow.ended_at,
    literal_column("0"),
)
"""When a visit began, or the first that is known of it; 0: nothing is. Lists are sorted by it, word for word."""
VISIT_WAITED = VisitRow.left_at - VisitRow.joined_at
"""How long a caller waited; NULL: it lasts, or nobody saw."""
for _name, _columns in {
    "began": (VISIT_BEGAN, VisitRow.id),
    "queue_began": (VisitRow.queue, VISIT_BEGAN, VisitRow.id),
    "agent_began": (VisitRow.agent, VISIT_BEGAN, VisitRow.id),
    "outcome_began": (VisitRow.outcome, VISIT_BEGAN, VisitRow.id),
    "in_gap_began": (VisitRow.in_gap, VISIT_BEGAN, VisitRow.id),
    "waited": (VISIT_WAITED, VisitRow.id),
}.items():
    Index(f"ix_visits_{_name}", *_columns)


class OfferRow(Base):
    """One attempt of a queue to reach one agent for one visit."""

    __tablename__ = "offers"
    __table_args__ = (Index(None, "visit_id"), Index(None, "agent", "offered_at"))

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    visit_id: Mapped[str] = mapped_column(String(_ID))
    agent: Mapped[str]
    interface: Mapped[str]
    queue: Mapped[str]
    offered_at: Mapped[int | None]
    rang_at: Mapped[int | None]
    connected_at: Mapped[int | None]
    ended_at: Mapped[int | None]
    outcome: Mapped[str]
    available: Mapped[bool]
    refuted: Mapped[str | None]
    in_gap: Mapped[bool]
    frames: Mapped[str]
    ended_position: Mapped[int]


OFFER_RINGING = OfferRow.ended_at - OfferRow.rang_at
"""How long a phone rang; NULL: it never did, or nobody saw."""
Index("ix_offers_ringing", OFFER_RINGING, OfferRow.visit_id)
OFFER_MISSED = text("outcome = 'timed_out' AND available AND rang_at IS NOT NULL AND NOT in_gap")
"""An agent was there and let it ring, as `is_missed` says it; word for word, so that its index serves."""
Index("ix_offers_missed", OfferRow.agent, OfferRow.visit_id, sqlite_where=OFFER_MISSED, postgresql_where=OFFER_MISSED)


class TalkRow(Base):
    """An agent and a customer heard each other from `started_at` to `ended_at`; `ended_by` is NULL while they do.

    `uniqueid` is the customer's channel, of a visit the one that joined; `queue` is NULL where no queue connected them.
    """

    __tablename__ = "talks"
    __table_args__ = (
        Index(None, "node", "ended_position"),
        Index(None, "agent", "started_at"),
        Index(None, "uniqueid"),
    )

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    node: Mapped[str]
    call: Mapped[str]
    uniqueid: Mapped[str]
    agent: Mapped[str]
    interface: Mapped[str]
    how: Mapped[str]
    queue: Mapped[str | None]
    started_at: Mapped[int | None]
    ended_at: Mapped[int | None]
    ended_by: Mapped[str | None]
    in_gap: Mapped[bool]
    frames: Mapped[str]
    began_position: Mapped[int | None]
    ended_position: Mapped[int | None]


TALK_BEGAN = func.coalesce(TalkRow.started_at, TalkRow.ended_at, literal_column("0"))
"""When a talk began, or its end where that alone is known; 0: neither is."""
TALK_IN_GAP = text("talks.in_gap")
"""A part of a talk was not seen; word for word, so that its index serves."""
for _name, _of in {"unmade": "queue IS NULL", "in_gap": "in_gap"}.items():
    _where = text(_of)
    Index(f"ix_talks_{_name}_began", TALK_BEGAN, TalkRow.id, sqlite_where=_where, postgresql_where=_where)


class HoldRow(Base):
    """An agent put whom they talked with on hold, or took them back."""

    __tablename__ = "holds"
    __table_args__ = (Index(None, "uniqueid", "position"),)

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    node: Mapped[str]
    uniqueid: Mapped[str]
    agent: Mapped[str]
    at: Mapped[int | None]
    held: Mapped[bool]
    position: Mapped[int]


class LostCallRow(Base):
    """A visit that was lost, named by `uniqueid`, `queue` and `n`, and what became of it by itself.

    `key` is what numbers are compared by, NULL where the number is nobody's; `by` and `closed_at` say what closed it.
    """

    __tablename__ = "lost_calls"
    __table_args__ = (Index(None, "key"), Index(None, "uniqueid"))

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    node: Mapped[str]
    uniqueid: Mapped[str]
    queue: Mapped[str | None]
    n: Mapped[int] = mapped_column(Integer)
    call: Mapped[str]
    caller: Mapped[str | None]
    key: Mapped[str | None]
    lost_at: Mapped[int | None]
    state: Mapped[str]
    tries: Mapped[int] = mapped_column(Integer)
    by: Mapped[str | None]
    closed_at: Mapped[int | None]
    position: Mapped[int]


LOST_AT = func.coalesce(LostCallRow.lost_at, literal_column("0"))
"""When a call was lost; 0: nobody saw. Lists are sorted by it, word for word."""
LOST_ENTRY = func.coalesce(LostCallRow.key, LostCallRow.id)
"""By what lost calls belong together: the number's key, else the id."""
Index("ix_lost_calls_lost", LOST_AT, LostCallRow.id)
Index("ix_lost_calls_state_lost", LostCallRow.state, LOST_AT, LostCallRow.id)
Index("ix_lost_calls_queue_lost", LostCallRow.queue, LOST_AT, LostCallRow.id)
Index("ix_lost_calls_entry_lost", LOST_ENTRY, LOST_AT, LostCallRow.id)


class SurveyRow(Base):
    """What a caller was asked after an agent had hung up: a column a question, NULL where it was not answered.

    `asks` are the numbers of the questions, as JSON; `hung_up` is NULL where nobody saw how it ended.
    """

    __tablename__ = "surveys"
    __table_args__ = (Index(None, "asked_at"), Index(None, "agent", "asked_at"), Index(None, "uniqueid"))

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    node: Mapped[str]
    call: Mapped[str]
    uniqueid: Mapped[str]
    queue: Mapped[str | None]
    agent: Mapped[str | None]
    interface: Mapped[str | None]
    asks: Mapped[str]
    asked_at: Mapped[int | None]
    agreed: Mapped[bool]
    agreed_at: Mapped[int | None]
    ended_at: Mapped[int | None]
    service: Mapped[int | None] = mapped_column(Integer)
    product: Mapped[int | None] = mapped_column(Integer)
    platform: Mapped[int | None] = mapped_column(Integer)
    handling: Mapped[int | None] = mapped_column(Integer)
    result: Mapped[str]
    hung_up: Mapped[bool | None]
    in_gap: Mapped[bool]
    frames: Mapped[str]
    ended_position: Mapped[int]


class AgentStateRow(Base):
    """An agent was in one state from `started_at` to `ended_at`."""

    __tablename__ = "agent_states"
    __table_args__ = (Index(None, "agent", "started_at"), Index(None, "node", "ended_position"))

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    node: Mapped[str]
    agent: Mapped[str]
    interface: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    queues: Mapped[str]
    started_at: Mapped[int | None]
    ended_at: Mapped[int | None]
    began_position: Mapped[int]
    ended_position: Mapped[int | None]


class OwnCallRow(Base):
    """An agent's own line was taken, by no queue; `blocked_at` says when it was found to block the line."""

    __tablename__ = "own_calls"
    __table_args__ = (Index(None, "agent", "started_at"), Index(None, "node", "ended_position"))

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    node: Mapped[str]
    agent: Mapped[str]
    interface: Mapped[str]
    uniqueid: Mapped[str]
    dialled: Mapped[str]
    started_at: Mapped[int | None]
    up_at: Mapped[int | None]
    blocked_at: Mapped[int | None]
    ended_at: Mapped[int | None]
    in_talk: Mapped[bool]
    in_gap: Mapped[bool]
    frames: Mapped[str]
    began_position: Mapped[int]
    ended_position: Mapped[int | None]


class GapRow(Base):
    """Nothing was seen from `started_at` to `ended_at`; `cause` is link or restart."""

    __tablename__ = "gaps"
    __table_args__ = (Index(None, "node", "started_at"),)

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    node: Mapped[str]
    started_at: Mapped[int | None]
    ended_at: Mapped[int | None]
    cause: Mapped[str]
    ended_position: Mapped[int]


class ArchivedFactsRow(Base):
    """What the rules read of the facts at some positions, packed; `bound` rows hold a whole chapter."""

    __tablename__ = "archived_facts"
    __table_args__ = (Index(None, "node", "first_position"),)

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    node: Mapped[str]
    first_position: Mapped[int]
    last_position: Mapped[int]
    first_at: Mapped[int | None]
    last_at: Mapped[int | None]
    bound: Mapped[bool]
    page: Mapped[bytes]


class PositionRow(Base):
    """How far the record has followed a switch's journal: everything up to `journal_position` is in the rows.

    `seal` is the hash of that entry, by which the journal is known again; NULL: not told yet.
    """

    __tablename__ = "position"

    node: Mapped[str] = mapped_column(primary_key=True)
    journal_position: Mapped[int]
    seal: Mapped[str | None] = mapped_column(String(64))
