"""The tables of what follows complaints; what customers and colleagues said stands here alone, not in the audit log."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.record.models import Base

_ID = 32
_NAME = 64
_MONTH = 7
_HASH = 64


class FollowUpDrawRow(Base):
    """A month's draw of closed cases: the seed is fixed while the month runs, and shown once it was drawn.

    `candidates` are the numbers of the cases that it was drawn from (JSON), as they stood then.
    """

    __tablename__ = "follow_up_draws"

    month: Mapped[str] = mapped_column(String(_MONTH), primary_key=True)
    seed: Mapped[str] = mapped_column(String(_HASH))
    commitment: Mapped[str] = mapped_column(String(_HASH))
    committed_at: Mapped[int]
    percent: Mapped[int | None] = mapped_column(Integer)
    drawn_at: Mapped[int | None]
    candidates: Mapped[str | None]


class CaseFollowUpRow(Base):
    """A case that was drawn, in its place, and what calling back came to."""

    __tablename__ = "case_follow_ups"
    __table_args__ = (Index(None, "case"),)

    month: Mapped[str] = mapped_column(String(_MONTH), primary_key=True)
    case: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    place: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16))
    satisfaction: Mapped[int | None] = mapped_column(Integer)
    words: Mapped[str | None]
    recorded_by: Mapped[str | None] = mapped_column(String(_NAME))
    recorded_at: Mapped[int | None]


class CaseMeasureRow(Base):
    """How far a corrective measure is, which the case's line `n` names; a line without a row is open, without a date.

    `checked_by` says whether it had an effect; not who said that it is done.
    """

    __tablename__ = "case_measures"

    case: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    due: Mapped[date | None]
    responsible: Mapped[str | None]
    reason: Mapped[str | None]
    effect: Mapped[str | None]
    checked_by: Mapped[str | None] = mapped_column(String(_NAME))
    changed_by: Mapped[str] = mapped_column(String(_NAME))
    changed_at: Mapped[int]
    version: Mapped[int] = mapped_column(Integer)


class CaseReviewRow(Base):
    """Somebody reviewed a case that was closed in a month."""

    __tablename__ = "case_reviews"

    month: Mapped[str] = mapped_column(String(_MONTH), primary_key=True)
    case: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    words: Mapped[str]
    reviewed_by: Mapped[str] = mapped_column(String(_NAME))
    reviewed_at: Mapped[int]


class CaseDisciplineRow(Base):
    """HR noted what came of a record that a case raised."""

    __tablename__ = "case_discipline"

    case: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    words: Mapped[str]
    noted_by: Mapped[str] = mapped_column(String(_NAME))
    noted_at: Mapped[int]


class CallerRegisterRow(Base):
    """An agent's register of callers of a day, as it was signed: `rows` are the calls with a hash each (JSON)."""

    __tablename__ = "caller_registers"
    __table_args__ = (Index(None, "day"),)

    agent: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    rows: Mapped[str]
    hash: Mapped[str] = mapped_column(String(_HASH))
    signed_by: Mapped[str] = mapped_column(String(_NAME))
    signed_at: Mapped[int]
    seen_by: Mapped[str | None] = mapped_column(String(_NAME))
    seen_at: Mapped[int | None]
