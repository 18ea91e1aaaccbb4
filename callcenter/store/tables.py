"""The tables of what people enter and decide: primary, never rebuilt, and so to be backed up.

Moments are whole microseconds since 1970 (UTC). Tokens are kept as SHA-256, passwords as argon2id.
"""

from __future__ import annotations

import secrets
from datetime import date

from sqlalchemy import Float, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.record.models import Base

_HASH = 64
_NAME = 64


class AccountRow(Base):
    """A person who may sign in; `pending_role` waits for a second person.

    `password_given_at`: somebody else gave the password then; null: it is its owner's own. `authenticator_at`: since
    then a code is asked for beside the password; null: none is. `draft_key` (256 bits, hex): the browser seals under it
    what its owner typed and did not send yet.
    """

    __tablename__ = "accounts"
    __table_args__ = (Index(None, "agent", unique=True),)

    name: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    full_name: Mapped[str]
    role: Mapped[str]
    agent: Mapped[str | None]
    team: Mapped[str | None]
    joined: Mapped[date | None]
    password: Mapped[str]
    created_at: Mapped[int]
    disabled_at: Mapped[int | None]
    version: Mapped[int] = mapped_column(Integer)
    pending_role: Mapped[str | None]
    pending_by: Mapped[str | None] = mapped_column(String(_NAME))
    password_given_at: Mapped[int | None]
    authenticator_at: Mapped[int | None]
    draft_key: Mapped[str] = mapped_column(String(_HASH), default=lambda: secrets.token_hex(32))


class AuthenticatorRow(Base):
    """The secret of an account's authenticator, wrapped by the master key that `master` names.

    `last_step`: the latest moment, in steps of 30 s, whose code was used; older ones are worth nothing any more.
    """

    __tablename__ = "authenticators"

    account: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    master: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[int]
    last_step: Mapped[int]


class RecoveryCodeRow(Base):
    """A code that is good once where the authenticator is lost, as its hash."""

    __tablename__ = "recovery_codes"

    account: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    code: Mapped[str] = mapped_column(String(_HASH), primary_key=True)


class VoucherRow(Base):
    """Somebody could act as an account's owner: they made it, or gave it its password or its role; when last."""

    __tablename__ = "vouchers"

    account: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    vouched_by: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    vouched_at: Mapped[int]


class DeviceRow(Base):
    """An account has signed in from this device, whose token is kept as its hash."""

    __tablename__ = "devices"
    __table_args__ = (Index(None, "account", "seen_at"),)

    token: Mapped[str] = mapped_column(String(_HASH), primary_key=True)
    account: Mapped[str] = mapped_column(String(_NAME))
    seen_at: Mapped[int]


class WallRow(Base):
    """A screen on a wall, whose token is kept as its hash; `tiles` and `queues` are lists in JSON."""

    __tablename__ = "walls"
    __table_args__ = (Index(None, "token", unique=True),)

    name: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    token: Mapped[str] = mapped_column(String(_HASH))
    title: Mapped[str]
    tiles: Mapped[str]
    queues: Mapped[str]
    theme: Mapped[str] = mapped_column(String(8))
    version: Mapped[int] = mapped_column(Integer)
    made_by: Mapped[str] = mapped_column(String(_NAME))
    made_at: Mapped[int]
    seen_at: Mapped[int | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(_NAME))
    withdrawn_at: Mapped[int | None]


class AttemptsRow(Base):
    """Passwords that were wrong at the console since the last that was right."""

    __tablename__ = "sign_in_attempts"

    name: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[int]
    blocked_until: Mapped[int | None]


class SessionRow(Base):
    """Somebody is signed in; the token before the present one is good for a moment more."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index(None, "token", unique=True),
        Index(None, "previous"),
        Index(None, "account"),
        Index(None, "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account: Mapped[str] = mapped_column(String(_NAME))
    token: Mapped[str] = mapped_column(String(_HASH))
    previous: Mapped[str | None] = mapped_column(String(_HASH))
    csrf: Mapped[str] = mapped_column(String(_HASH))
    created_at: Mapped[int]
    rotated_at: Mapped[int]
    seen_at: Mapped[int]
    expires_at: Mapped[int]
    proven_at: Mapped[int | None]


_DUE = text("due_at IS NOT NULL")


class ViolationRow(Base):
    """One record: what it says (`dossier`), where it stands (`standing`), and what of both is searched for."""

    __tablename__ = "violations"
    __table_args__ = (
        Index(None, "sort_at", "id"),
        Index(None, "agent", "sort_at"),
        Index(None, "state", "sort_at"),
        Index(None, "rule", "sort_at", "id"),
        Index(None, "team", "sort_at", "id"),
        Index(None, "team", "rule", "sort_at", "id"),
        Index(None, "verdict", "sort_at", "id"),
        Index(None, "due_at", "id"),
        Index("ix_violations_team_due", "team", "due_at", "id", sqlite_where=_DUE, postgresql_where=_DUE),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    rule: Mapped[str]
    agent: Mapped[str]
    team: Mapped[str | None]
    sort_at: Mapped[int]
    due_at: Mapped[int | None]
    notified_at: Mapped[int | None]
    verdict: Mapped[str]
    mode: Mapped[str]
    state: Mapped[str]
    dossier: Mapped[str]
    standing: Mapped[str]
    created_at: Mapped[int]
    version: Mapped[int] = mapped_column(Integer)


class StepRow(Base):
    """The n-th step that somebody took with a record."""

    __tablename__ = "violation_steps"

    violation: Mapped[str] = mapped_column(String(32), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    entry: Mapped[str]


_MARK_STANDS = text("kind = 'mark' AND withdrawn_at IS NULL")


class GivenRow(Base):
    """A day's mark, a bonus or an adjustment that somebody gave an agent; withdrawn, never deleted.

    `day` is what it is for, which decides its month; a day has one mark that stands.
    """

    __tablename__ = "given"
    __table_args__ = (
        Index(None, "day", "id"),
        Index(None, "agent", "day"),
        Index(
            "ix_given_day_assessed_once",
            "agent",
            "day",
            unique=True,
            sqlite_where=_MARK_STANDS,
            postgresql_where=_MARK_STANDS,
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str]
    agent: Mapped[str]
    day: Mapped[date]
    points: Mapped[str | None]
    note: Mapped[str]
    given_by: Mapped[str] = mapped_column(String(_NAME))
    given_at: Mapped[int]
    withdrawn_by: Mapped[str | None] = mapped_column(String(_NAME))
    withdrawn_at: Mapped[int | None]
    withdrawn_why: Mapped[str | None]


class AnswerRow(Base):
    """What a request with an idempotency key was answered."""

    __tablename__ = "answers"
    __table_args__ = (Index(None, "at"),)

    account: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    request: Mapped[str] = mapped_column(String(_HASH))
    status: Mapped[int] = mapped_column(Integer)
    etag: Mapped[str]
    body: Mapped[str]
    at: Mapped[int]


class ChangeRow(Base):
    """A change of a rule or an amount that takes two people."""

    __tablename__ = "changes"
    __table_args__ = (Index(None, "state", "proposed_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    content: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[int]
    decided_by: Mapped[str | None]
    decided_at: Mapped[int | None]
    version: Mapped[int] = mapped_column(Integer)


class DispositionRow(Base):
    """What somebody recorded of a call, its record as an enquiry; `at` is the switch's time, `given_at` ours."""

    __tablename__ = "dispositions"
    __table_args__ = (Index(None, "uniqueid", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    uniqueid: Mapped[str]
    agent: Mapped[str]
    at: Mapped[int]
    words: Mapped[str]
    callback_to: Mapped[str | None]
    callback_by: Mapped[int | None]
    case_class: Mapped[str | None] = mapped_column(String(32))
    class_version: Mapped[int | None] = mapped_column(Integer)
    outcome: Mapped[str | None] = mapped_column(String(16))
    follow_up_at: Mapped[int | None]
    follow_up: Mapped[str | None]
    given_by: Mapped[str] = mapped_column(String(_NAME))
    given_at: Mapped[int]


class CallQualityRow(Base):
    """What a call was like in an agent's page, as its browser measured it; `at` is our time when it was told.

    `lasted` is in microseconds; losses are shares; what the browser did not know is NULL.
    """

    __tablename__ = "call_qualities"
    __table_args__ = (Index(None, "uniqueid", "agent"), Index(None, "agent", "at"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    uniqueid: Mapped[str | None]
    agent: Mapped[str]
    at: Mapped[int]
    direction: Mapped[str] = mapped_column(String(3))
    lasted: Mapped[int]
    loss: Mapped[float] = mapped_column(Float(53))
    worst_loss: Mapped[float] = mapped_column(Float(53))
    jitter_ms: Mapped[float | None] = mapped_column(Float(53))
    round_trip_ms: Mapped[float | None] = mapped_column(Float(53))
    codec: Mapped[str | None] = mapped_column(String(32))


class AgentNoticeRow(Base):
    """What an agent is told of what a lead did, or a lead's message, until they have read it; `words`: message or why.

    `detail` is JSON: the reason of a pause, queues joined and left.
    """

    __tablename__ = "agent_notices"
    __table_args__ = (Index(None, "agent", "read_at", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    agent: Mapped[str]
    at: Mapped[int]
    told_by: Mapped[str] = mapped_column(String(_NAME))
    what: Mapped[str] = mapped_column(String(16))
    words: Mapped[str]
    detail: Mapped[str]
    read_at: Mapped[int | None]


class LostCallClaimRow(Base):
    """Somebody calls a lost caller back until `until`; `entry` is the key of the number, else the lost call's id."""

    __tablename__ = "lost_call_claims"

    entry: Mapped[str] = mapped_column(String(64), primary_key=True)
    claimed_by: Mapped[str] = mapped_column(String(_NAME))
    agent: Mapped[str | None]
    claimed_at: Mapped[int]
    until: Mapped[int]


class LostCallClosingRow(Base):
    """Somebody closed a lost call by hand."""

    __tablename__ = "lost_call_closings"

    lost_call: Mapped[str] = mapped_column(String(32), primary_key=True)
    closed_by: Mapped[str] = mapped_column(String(_NAME))
    closed_at: Mapped[int]
    reason: Mapped[str]


class AuditRow(Base):
    """One entry of the audit log; `hash` covers it and the hash before."""

    __tablename__ = "audit"
    __table_args__ = (
        Index(None, "actor", "seq"),
        Index(None, "action", "seq"),
        Index(None, "kind", "seq"),
        Index(None, "kind", "subject", "seq"),
        Index(None, "subject", "seq"),
        Index(None, "at"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[int]
    actor: Mapped[str]
    action: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[str]
    hash: Mapped[str] = mapped_column(String(_HASH))


class AuditHeadRow(Base):
    """The newest entry's number and hash, in one row that every writer locks first."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(_HASH))
    taken: Mapped[int]
