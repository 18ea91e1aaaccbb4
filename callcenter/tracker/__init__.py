"""The one loop: frame → journal → event → floor → live views at once, the record behind the journal's commit."""

from __future__ import annotations

from callcenter.domain.health import Health
from callcenter.tracker.enacting import Rules
from callcenter.tracker.entries import reread
from callcenter.tracker.follower import Followed, Follower
from callcenter.tracker.inputs import Court
from callcenter.tracker.loop import Source, Tracker
from callcenter.tracker.record import Record
from callcenter.tracker.recovery import recover
from callcenter.tracker.sink import Sink
from callcenter.tracker.switch_log.gap_filler import GapFiller
from callcenter.tracker.switch_log.log_watch import LogWatch

__all__ = [
    "Court",
    "Followed",
    "Follower",
    "GapFiller",
    "Health",
    "LogWatch",
    "Record",
    "Rules",
    "Sink",
    "Source",
    "Tracker",
    "recover",
    "reread",
]
