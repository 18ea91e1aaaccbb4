"""Where the exporter listens, and how much it may show."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class ExporterSettings(BaseModel):
    """The `[exporter]` table of the settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(default=9464, ge=0, le=65535, description="Port of /metrics, /healthz, /readyz; 0: a free one.")
    per_agent: bool = Field(default=True, description="Give each agent series of its own (at most 30).")
    max_queues: int = Field(default=500, ge=1, description="Queues with series of their own; later ones share one.")
    max_agents: int = Field(default=5000, ge=1, description="Agents with series of their own; later ones have none.")
    lost_call_minutes: float = Field(default=60.0, gt=0, description="A lost call open for longer raises an alert.")
    stale_seconds: float = Field(default=15.0, gt=0, description="Not ready when the switch was not heard for this.")
    max_store_lag_seconds: float = Field(default=60.0, gt=0, description="Not ready when the record is so far behind.")
    certificates: tuple[Path, ...] = Field(
        default=(), description="Certificates (PEM) whose end is watched, as the proxy's; the switch's own is anyway."
    )
