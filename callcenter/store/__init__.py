"""The record: calls, visits, offers, agents' states and gaps, rebuilt from the journal to the same rows."""

from __future__ import annotations

from callcenter.store.engine import StoreAway, open_engine
from callcenter.store.record.reads import Account, gaps, ledger
from callcenter.store.record.writer import Filing, Store, Told
from callcenter.store.schema import newest_revision, revision_of, upgrade
from callcenter.store.settings import StoreSettings
from callcenter.store.unit_of_work import Desk, Office

__all__ = [
    "Account",
    "Desk",
    "Filing",
    "Office",
    "Store",
    "StoreAway",
    "StoreSettings",
    "Told",
    "gaps",
    "ledger",
    "newest_revision",
    "open_engine",
    "revision_of",
    "upgrade",
]
