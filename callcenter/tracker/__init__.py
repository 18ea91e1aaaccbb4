"""The one loop: frame → journal → event → floor → live views at once, the record behind the journal's commit."""

from __future__ import annotations

from callcenter.domain.health import Health
from callcenter.tracker.sink import Sink

__all__ = ["Health", "Sink"]
