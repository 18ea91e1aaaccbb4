"""The `[attachments]` table of the settings file: where files lie, how large and how many they are, who scans them."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class AttachmentsSettings(BaseModel):
    """Files of cases and enquiries; the figures are ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path = Field(default=Path("var/attachments"), description="Folder of the files; only the service reads it.")
    megabytes: float = Field(default=10, gt=0, le=30, description="A file has at most so many MB (1,000,000 bytes).")
    most: int = Field(default=20, ge=1, le=1_000, description="A case or an enquiry has at most so many files.")
    scanner: tuple[str, ...] = Field(
        default=(),
        description="Command that looks for viruses, the file's path behind it: it exits with 0 (clean) or 1 (found).",
    )
    scanner_seconds: float = Field(
        default=60, gt=0, le=600, description="So long it may take; a file that was not scanned is not served."
    )

    @property
    def most_bytes(self) -> int:
        """How large a file may be."""
        return round(self.megabytes * 1_000_000)
