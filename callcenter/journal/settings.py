"""How a journal is kept: where, how much may wait, how much disk stays free."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from callcenter.domain.frame import SECOND, Micros
from callcenter.staff.site.retention import JOURNAL_DAYS

_DAY: Micros = 86_400 * SECOND
_CUTS = 32
"""Into so many parts the time that is kept is divided; it is exceeded by at most one of them."""


class JournalSettings(BaseModel):
    """The `[journal]` table of the settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path = Field(default=Path("var/journal.sqlite"), description="The journal's own SQLite file.")
    batch: int = Field(default=1000, ge=1, le=10_000, description="Entries in one commit at most; fewer when idle.")
    queue_entries: int = Field(
        default=50_000, ge=1, description="Entries that may wait for the disk before reading stops."
    )
    queue_bytes: int = Field(
        default=64_000_000, ge=1, description="Bytes that may wait for the disk before reading stops."
    )
    min_free_bytes: int = Field(
        default=256_000_000, ge=0, description="Free disk below which nothing more is accepted."
    )
    snapshot_every: int = Field(
        default=100_000,
        ge=1,
        description="Entries between two saved states; a restart replays at most these.",
    )
    keep_days: int = Field(
        default=0,
        ge=JOURNAL_DAYS.least,
        le=JOURNAL_DAYS.most,
        description="Entries older than this are cut, once a saved state covers them; 0 keeps all.",
    )

    @property
    def apart(self) -> Micros | None:
        """How far apart states are kept for old entries to be cut at; None where none are cut."""
        return self.keep_days * _DAY // _CUTS if self.keep_days else None
