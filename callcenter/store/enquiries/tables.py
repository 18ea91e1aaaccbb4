"""The tables of enquiries, classes, reporting systems and attachments. The audit log holds none of their words."""

from __future__ import annotations

from sqlalchemy import Index, Integer, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.record.models import Base

_ID = 32
_NAME = 64
_HASH = 64
_PLANNED = text("follow_up_at IS NOT NULL")


class ClassVersionRow(Base):
    """One version of a class, from 1; the newest is in force. `texts` is JSON."""

    __tablename__ = "class_versions"

    code: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    parent: Mapped[str | None] = mapped_column(String(_ID))
    zh: Mapped[str]
    en: Mapped[str]
    texts: Mapped[str]
    closed: Mapped[bool]
    changed_by: Mapped[str] = mapped_column(String(_NAME))
    changed_at: Mapped[int]


class EnquiryRow(Base):
    """A contact that is no phone call; `turns` is JSON, `case` names the complaint that it became.

    `foreign_id` is the id that the reporting system gave it.
    """

    __tablename__ = "enquiries"
    __table_args__ = (
        Index(None, "system", "foreign_id", unique=True),
        Index(None, "received_at", "id"),
        Index(None, "owner", "state", "received_at"),
        Index(None, "customer", "received_at"),
        Index(None, "state", "received_at", "id"),
        Index(None, "channel", "received_at", "id"),
        Index(None, "case_class", "received_at", "id"),
        Index("ix_enquiries_planned", "received_at", "id", sqlite_where=_PLANNED, postgresql_where=_PLANNED),
        Index(None, "case"),
        Index(None, "address"),
    )

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    system: Mapped[str | None] = mapped_column(String(_NAME))
    foreign_id: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(16))
    owner: Mapped[str | None] = mapped_column(String(_NAME))
    customer: Mapped[str | None] = mapped_column(String(_ID))
    address: Mapped[str | None]
    words: Mapped[str]
    case_class: Mapped[str | None] = mapped_column(String(_ID))
    class_version: Mapped[int | None] = mapped_column(Integer)
    outcome: Mapped[str | None] = mapped_column(String(16))
    solution: Mapped[str | None]
    follow_up_at: Mapped[int | None]
    follow_up: Mapped[str | None]
    satisfaction: Mapped[int | None] = mapped_column(Integer)
    case: Mapped[str | None] = mapped_column(String(_ID))
    received_at: Mapped[int]
    arrived: Mapped[int | None]
    greeted: Mapped[int | None]
    first_answer: Mapped[int | None]
    closed: Mapped[int | None]
    turns: Mapped[str]
    changed_at: Mapped[int]
    version: Mapped[int] = mapped_column(Integer)


_WAITS = "follow_up_at IS NOT NULL OR state = 'open'"
ENQUIRY_WAITS = text(f"({_WAITS})")
"""Somebody has still to do something. Lists ask for it word for word, as for `ENQUIRY_DUE`."""
ENQUIRY_DUE = func.coalesce(EnquiryRow.follow_up_at, EnquiryRow.received_at)
"""When what waits is due: at its follow-up, else since it came."""
Index("ix_enquiries_due", ENQUIRY_DUE, EnquiryRow.id, sqlite_where=text(_WAITS), postgresql_where=text(_WAITS))


class EnquiryStepRow(Base):
    """The n-th step of an enquiry, from 1: who did what when, and the step's own fields as JSON."""

    __tablename__ = "enquiry_steps"

    enquiry: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[int]
    by: Mapped[str] = mapped_column(String(80))
    step: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    fields: Mapped[str]


class ContactSystemRow(Base):
    """A system that reports contacts, by a token that is kept as its SHA-256."""

    __tablename__ = "contact_systems"
    __table_args__ = (Index(None, "token", unique=True),)

    name: Mapped[str] = mapped_column(String(_NAME), primary_key=True)
    token: Mapped[str] = mapped_column(String(_HASH))
    made_by: Mapped[str] = mapped_column(String(_NAME))
    made_at: Mapped[int]
    last_used_at: Mapped[int | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(_NAME))
    withdrawn_at: Mapped[int | None]


class AttachmentRow(Base):
    """A file of a case or an enquiry (`kind` and `subject`); its bytes lie in the folder under their SHA-256.

    `scanned_at` None: nobody has looked for viruses yet. `refused`: the scanner found one, the bytes are gone.
    """

    __tablename__ = "attachments"
    __table_args__ = (Index(None, "kind", "subject", "sha256", unique=True), Index(None, "sha256"))

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(_ID))
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(String(32))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(_HASH))
    added_by: Mapped[str] = mapped_column(String(_NAME))
    added_at: Mapped[int]
    scanned_at: Mapped[int | None]
    refused: Mapped[bool]
