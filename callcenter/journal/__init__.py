"""Every frame the decoder wants, durable before any record is derived from it."""

from __future__ import annotations

from callcenter.journal.entries import Entry, EntryKind, Stored
from callcenter.journal.journal import Journal
from callcenter.journal.reader import JournalInfo, JournalReader
from callcenter.journal.settings import JournalSettings
from callcenter.journal.states import SavedState
from callcenter.journal.verify import Report, verify

__all__ = [
    "Entry",
    "EntryKind",
    "Journal",
    "JournalInfo",
    "JournalReader",
    "JournalSettings",
    "Report",
    "SavedState",
    "Stored",
    "verify",
]
