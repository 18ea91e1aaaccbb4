"""Every frame the decoder wants, durable before any record is derived from it."""

from __future__ import annotations

from callcenter.journal.entries import Entry, Kind, Stored
from callcenter.journal.journal import Journal
from callcenter.journal.reader import JournalInfo, JournalReader
from callcenter.journal.settings import JournalSettings
from callcenter.journal.states import SavedState
from callcenter.journal.verify import Report, verify

__all__ = [
    "Entry",
    "Journal",
    "JournalInfo",
    "JournalReader",
    "JournalSettings",
    "Kind",
    "Report",
    "SavedState",
    "Stored",
    "verify",
]
