"""How a journal is kept: where, how much may wait, how much disk stays free."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


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
