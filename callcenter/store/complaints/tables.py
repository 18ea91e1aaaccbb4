"""The tables of complaints. What people wrote stands in the steps' fields alone; the audit log holds none of it."""

from __future__ import annotations

from sqlalchemy import Boolean, ColumnElement, Index, Integer, String, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.record.models import Base

_ID = 32
_HASH = 64
_NAME = 64
IS_OPEN: ColumnElement[bool] = literal_column("state <> 'archived'", Boolean)
"""A case is open; word for word, so that the indexes of open cases serve."""
_RUNS = text("stopped_at IS NULL")


class CaseRow(Base):
    """A complaint: `body` is the whole case as the machine keeps it (JSON), the other columns are what lists ask for.

    `next_at` is when a warning or the breach comes by itself; `remedies` counts what is proposed.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index(None, "number", unique=True),
        Index(None, "state", "due"),
        Index(None, "owner", "state", "due"),
        Index(None, "opened_at", "id"),
        Index(None, "next_at"),
        Index(None, "customer", "opened_at"),
        Index(None, "call"),
        Index(None, "department", "state"),
        Index(None, "owner", "opened_at", "id"),
        Index(None, "state", "opened_at", "id"),
        Index(None, "department", "opened_at", "id"),
        Index(None, "nature", "opened_at", "id"),
        Index(None, "case_class", "opened_at", "id"),
        Index(None, "upheld", "opened_at", "id"),
        Index(None, "kept", "opened_at", "id"),
        Index(None, "due", "id"),
        Index(None, "owner", "due", "id"),
        Index(None, "department", "due", "id"),
        Index(None, "nature", "due", "id"),
        Index(None, "case_class", "due", "id"),
        Index("ix_cases_open_due", "due", "id", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("ix_cases_open_opened_at", "opened_at", "id", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("ix_cases_runs_due", "due", "id", sqlite_where=_RUNS, postgresql_where=_RUNS),
        Index("ix_cases_runs_opened_at", "opened_at", "id", sqlite_where=_RUNS, postgresql_where=_RUNS),
    )

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    number: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    owner: Mapped[str] = mapped_column(String(_NAME))
    opened_at: Mapped[int]
    due: Mapped[int]
    stopped_at: Mapped[int | None]
    archived_at: Mapped[int | None]
    next_at: Mapped[int | None]
    kept: Mapped[bool | None]
    level: Mapped[int] = mapped_column(Integer)
    channel: Mapped[str] = mapped_column(String(16))
    customer: Mapped[str | None] = mapped_column(String(_ID))
    call: Mapped[str | None]
    queue: Mapped[str | None]
    recording: Mapped[str | None]
    case_class: Mapped[str | None] = mapped_column(String(_ID))
    about: Mapped[str | None]
    department: Mapped[str | None] = mapped_column(String(_NAME))
    nature: Mapped[str | None] = mapped_column(String(16))
    upheld: Mapped[bool | None]
    follows: Mapped[str | None] = mapped_column(String(_ID))
    remedies: Mapped[int | None] = mapped_column(Integer)
    changed_at: Mapped[int]
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[str]


class CaseStepRow(Base):
    """The n-th line of a case, from 1: who did what when, and the line's own fields as JSON.

    `place` is the account that is away, where a deputy made the move. `seq` orders the lines of all cases.
    """

    __tablename__ = "case_steps"
    __table_args__ = (Index(None, "seq", unique=True), Index(None, "at"), Index(None, "move", "at"))

    case: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    seq: Mapped[int]
    at: Mapped[int]
    by: Mapped[str] = mapped_column(String(_NAME))
    place: Mapped[str | None] = mapped_column(String(_NAME))
    move: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    fields: Mapped[str]


class CaseWarningRow(Base):
    """A warning that was told; `seq` orders those of all cases, as they were told."""

    __tablename__ = "case_warnings"
    __table_args__ = (Index(None, "at"), Index(None, "seq", unique=True))

    case: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    percent: Mapped[float]
    at: Mapped[int]
    owner: Mapped[str] = mapped_column(String(_NAME))
    seq: Mapped[int | None]


class CaseRecordRow(Base):
    """The n-th record that a case raised, from 0; `violation` is what people decide on.

    `seq` orders the steps of the ladder, `year` is the one, in the site's zone, in whose ladder it counts.
    """

    __tablename__ = "case_records"
    __table_args__ = (Index(None, "agent", "year", "seq"), Index(None, "violation"), Index(None, "seq"))

    case: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    seq: Mapped[int]
    rule: Mapped[str] = mapped_column(String(32))
    agent: Mapped[str]
    at: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(16))
    year: Mapped[int | None] = mapped_column(Integer)
    step: Mapped[int | None] = mapped_column(Integer)
    violation: Mapped[str | None] = mapped_column(String(_ID))


class CaseReportRow(Base):
    """A case was reported to an account; `at` when first."""

    __tablename__ = "case_reports"
    __table_args__ = (Index(None, "account"),)

    case: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    account: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    at: Mapped[int]


class CaseLinkRow(Base):
    """A link by which a department answers the notice of one case; the token is kept as its hash."""

    __tablename__ = "case_links"
    __table_args__ = (Index(None, "id", unique=True), Index(None, "case"))

    token: Mapped[str] = mapped_column(String(_HASH), primary_key=True)
    id: Mapped[str] = mapped_column(String(_ID))
    case: Mapped[str] = mapped_column(String(_ID))
    department: Mapped[str] = mapped_column(String(_NAME))
    made_by: Mapped[str] = mapped_column(String(_NAME))
    made_at: Mapped[int]
    expires_at: Mapped[int]
    withdrawn_by: Mapped[str | None] = mapped_column(String(_NAME))
    withdrawn_at: Mapped[int | None]


class CaseNumberRow(Base):
    """The last number given in a month, under a lock of the same transaction."""

    __tablename__ = "case_numbers"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class DeputyRow(Base):
    """Who stands in for an account, and whether it is away."""

    __tablename__ = "deputies"

    account: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    deputy: Mapped[str | None] = mapped_column(String(_NAME))
    away: Mapped[bool]
    changed_by: Mapped[str] = mapped_column(String(_NAME))
    changed_at: Mapped[int]


class DepartmentRow(Base):
    """Another department of the company, which answers notices by a link; `closed_at`: it gets none any more."""

    __tablename__ = "departments"

    name: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    full_name: Mapped[str]
    contact: Mapped[str | None]
    changed_by: Mapped[str] = mapped_column(String(_NAME))
    changed_at: Mapped[int]
    closed_at: Mapped[int | None]
