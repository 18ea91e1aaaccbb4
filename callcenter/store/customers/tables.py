"""The tables of customers. All that is personal stands in plain rows that go when the customer is deleted.

A customer that was merged into another keeps its row as an alias: `merged_into` names the other. Numbers and the
company's own number belong to cards that stand alone, so that a key finds no alias.
"""

from __future__ import annotations

from sqlalchemy import Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.record.models import Base

_ID = 32
_NAME = 64
_IS_ALIAS = text("merged_into IS NOT NULL")
"""Nearly no card is: by an index over all, a planner would look up those that are none."""


class CustomerRow(Base):
    """A customer's card but for its numbers; `folded` is the name as it is searched for."""

    __tablename__ = "customers"
    __table_args__ = (
        Index(None, "reference", unique=True),
        Index(None, "folded", "id"),
        Index(None, "changed_at", "id", "folded"),
        Index("ix_customers_merged_into", "merged_into", sqlite_where=_IS_ALIAS, postgresql_where=_IS_ALIAS),
        Index(None, "owner", "folded", "id"),
        Index(None, "customer_class", "folded", "id"),
        Index(None, "customer_class", "changed_at", "id"),
        Index(None, "key_account", "folded", "id"),
    )

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    name: Mapped[str]
    folded: Mapped[str]
    reference: Mapped[str | None] = mapped_column(String(64))
    address: Mapped[str | None]
    credit: Mapped[str | None]
    dealings: Mapped[str | None]
    situation: Mapped[str | None]
    customer_class: Mapped[str | None] = mapped_column(String(32))
    key_account: Mapped[bool]
    queue: Mapped[str | None]
    group: Mapped[str | None]
    owner: Mapped[str | None]
    merged_into: Mapped[str | None] = mapped_column(String(_ID))
    version: Mapped[int] = mapped_column(Integer)
    created_by: Mapped[str] = mapped_column(String(_NAME))
    created_at: Mapped[int]
    changed_by: Mapped[str] = mapped_column(String(_NAME))
    changed_at: Mapped[int]


class CustomerNameTailRow(Base):
    """A folded name from one of its characters on; compared by code points on every database, to be found by range."""

    __tablename__ = "customer_name_tails"
    __table_args__ = ({"sqlite_with_rowid": False},)

    tail: Mapped[str] = mapped_column(Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True)
    folded: Mapped[str] = mapped_column(primary_key=True)
    customer: Mapped[str] = mapped_column(String(_ID), primary_key=True)


class CustomerNumberRow(Base):
    """The n-th number of a customer; `ending` is the last four digits of its key."""

    __tablename__ = "customer_numbers"
    __table_args__ = (Index(None, "key", "customer"), Index(None, "ending", "customer"))

    customer: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    raw: Mapped[str]
    key: Mapped[str | None] = mapped_column(String(32))
    ending: Mapped[str | None] = mapped_column(String(4))
    kind: Mapped[str]
    extension: Mapped[str | None]
    label: Mapped[str | None]


class CustomerNoteRow(Base):
    """What somebody wrote of a customer."""

    __tablename__ = "customer_notes"
    __table_args__ = (Index(None, "customer", "at"),)

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    customer: Mapped[str] = mapped_column(String(_ID))
    at: Mapped[int]
    by: Mapped[str] = mapped_column(String(_NAME))
    words: Mapped[str]


class CustomerHistoryRow(Base):
    """How a field became another with a version of a card; both values as JSON.

    Where the card was made, `field` is empty, and `before` names whom it was split from, if anyone.
    """

    __tablename__ = "customer_history"

    customer: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    field: Mapped[str] = mapped_column(String(32), primary_key=True)
    action: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]
    at: Mapped[int]
    by: Mapped[str] = mapped_column(String(_NAME))


class CustomerMergeRow(Base):
    """One customer went into another: both cards before and what became of them, as JSON, so that it can be undone.

    `version` is the kept card's by the merge.
    """

    __tablename__ = "customer_merges"
    __table_args__ = (Index(None, "kept", "version"), Index(None, "merged"))

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    kept: Mapped[str] = mapped_column(String(_ID))
    merged: Mapped[str] = mapped_column(String(_ID))
    kept_before: Mapped[str]
    merged_before: Mapped[str]
    result: Mapped[str]
    version: Mapped[int] = mapped_column(Integer)
    at: Mapped[int]
    by: Mapped[str] = mapped_column(String(_NAME))
    undone_at: Mapped[int | None]
    undone_by: Mapped[str | None] = mapped_column(String(_NAME))


class VisitPickRow(Base):
    """Whose call somebody says that it is; `uniqueid` is the caller's channel."""

    __tablename__ = "visit_picks"
    __table_args__ = (Index(None, "customer"),)

    uniqueid: Mapped[str] = mapped_column(primary_key=True)
    customer: Mapped[str] = mapped_column(String(_ID))
    picked_by: Mapped[str] = mapped_column(String(_NAME))
    picked_at: Mapped[int]


class CustomerClassRow(Base):
    """A class of customers, the company's criteria of it, and how long one is kept of whom nothing is heard."""

    __tablename__ = "customer_classes"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    criteria: Mapped[str]
    keep_days: Mapped[int | None] = mapped_column(Integer)
    changed_by: Mapped[str] = mapped_column(String(_NAME))
    changed_at: Mapped[int]


class CustomerImportRow(Base):
    """A file of customers that was brought in; `done` is the row that it has come to, of `last_row`."""

    __tablename__ = "customer_imports"

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    file: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[int]
    by: Mapped[str] = mapped_column(String(_NAME))
    done: Mapped[int] = mapped_column(Integer)
    last_row: Mapped[int] = mapped_column(Integer)
    finished_at: Mapped[int | None]
    undone_at: Mapped[int | None]
    undone_by: Mapped[str | None] = mapped_column(String(_NAME))


class ImportedCustomerRow(Base):
    """A row of a file made or changed a customer; `before` is the card that it changed, as JSON."""

    __tablename__ = "customer_import_rows"
    __table_args__ = (Index(None, "customer"),)

    imported: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    row: Mapped[int] = mapped_column(Integer, primary_key=True)
    customer: Mapped[str] = mapped_column(String(_ID))
    before: Mapped[str | None]
    version: Mapped[int] = mapped_column(Integer)
