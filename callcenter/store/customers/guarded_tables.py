"""The tables of confidentiality: who was shown which cards, what a person must look at, holds, keys of numbers.

Looks are only ever added. They name customers by id and so hold nothing personal when a customer is deleted.
"""

from __future__ import annotations

from sqlalchemy import Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.record.models import Base

_ID = 32
_NAME = 64


class CardLookRow(Base):
    """Cards were shown: one row a request; `CardLookedAtRow` names them."""

    __tablename__ = "card_looks"
    __table_args__ = (Index(None, "actor", "at"), Index(None, "how", "at", "id"), Index(None, "at", "id"))

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    at: Mapped[int]
    actor: Mapped[str] = mapped_column(String(_NAME))
    how: Mapped[str]
    customers: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str | None]
    call: Mapped[str | None]


class CardLookedAtRow(Base):
    """A customer's card was among those that were shown; in the order by which one customer's are found."""

    __tablename__ = "card_looks_at"

    customer: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    look: Mapped[str] = mapped_column(String(_ID), primary_key=True)


class AccessReviewRow(Base):
    """Somebody's reads were out of the ordinary, from the first to the last that were found so."""

    __tablename__ = "access_reviews"
    __table_args__ = (Index(None, "state", "since"), Index(None, "actor", "state"))

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    actor: Mapped[str] = mapped_column(String(_NAME))
    agent: Mapped[str | None]
    what: Mapped[str]
    since: Mapped[int]
    until: Mapped[int]
    state: Mapped[str]
    decided_by: Mapped[str | None] = mapped_column(String(_NAME))
    decided_at: Mapped[int | None]
    reason: Mapped[str | None]
    record: Mapped[str | None] = mapped_column(String(_ID))


class CustomerHoldRow(Base):
    """A customer that must not be deleted: who says so, and why."""

    __tablename__ = "customer_holds"

    customer: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    at: Mapped[int]
    by: Mapped[str] = mapped_column(String(_NAME))
    reason: Mapped[str]


class NumberKeyRow(Base):
    """The data key of one number, wrapped by the master key that `master` names."""

    __tablename__ = "number_keys"
    __table_args__ = (Index(None, "number", unique=True),)

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    number: Mapped[str] = mapped_column(String(64))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    master: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[int]
