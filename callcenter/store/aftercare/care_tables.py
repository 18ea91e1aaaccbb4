"""The tables of customers' care; all of it goes with the customer."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.record.models import Base

_ID = 32
_NAME = 64


class CarePlanRow(Base):
    """How a customer is cared for in a year, by whom and at what cost (yuan, as text), and who decided so."""

    __tablename__ = "care_plans"
    __table_args__ = (Index(None, "customer", "year"), Index(None, "year", "state"))

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    customer: Mapped[str] = mapped_column(String(_ID))
    year: Mapped[int] = mapped_column(Integer)
    method: Mapped[str]
    owner: Mapped[str] = mapped_column(String(_NAME))
    cost: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    filed_by: Mapped[str] = mapped_column(String(_NAME))
    filed_at: Mapped[int]
    endorsed_by: Mapped[str | None] = mapped_column(String(_NAME))
    decided_by: Mapped[str | None] = mapped_column(String(_NAME))
    decided_at: Mapped[int | None]
    reason: Mapped[str | None]


class CareContactRow(Base):
    """A house call or call-back: planned, approved, done with its evaluation (JSON), or dropped with a reason."""

    __tablename__ = "care_contacts"
    __table_args__ = (Index(None, "customer", "day"), Index(None, "day", "state"))

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    customer: Mapped[str] = mapped_column(String(_ID))
    kind: Mapped[str] = mapped_column(String(16))
    day: Mapped[date]
    owner: Mapped[str] = mapped_column(String(_NAME))
    purpose: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))
    planned_by: Mapped[str] = mapped_column(String(_NAME))
    planned_at: Mapped[int]
    approved_by: Mapped[str | None] = mapped_column(String(_NAME))
    done_by: Mapped[str | None] = mapped_column(String(_NAME))
    done_at: Mapped[int | None]
    evaluation: Mapped[str | None]
    reason: Mapped[str | None]


class CustomerRatingRow(Base):
    """Somebody evaluated a customer: credit, and what there is to say of quality and dealings."""

    __tablename__ = "customer_ratings"
    __table_args__ = (Index(None, "customer", "at"),)

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    customer: Mapped[str] = mapped_column(String(_ID))
    credit: Mapped[str] = mapped_column(String(1))
    words: Mapped[str]
    by: Mapped[str] = mapped_column(String(_NAME))
    at: Mapped[int]
