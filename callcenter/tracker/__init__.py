"""The one loop: frame → journal → event → floor → live views at once, the record behind the journal's commit."""

from __future__ import annotations

from callcenter.exporter.health import Health
from callcenter.tracker.enacting import RulesFiles
from callcenter.tracker.entries import reread
from callcenter.tracker.follower import Followed, Follower
from callcenter.tracker.inputs import RulesInForce
from callcenter.tracker.loop import LiveSource, Tracker
from callcenter.tracker.record import RecordKeeper
from callcenter.tracker.recovery import recover
from callcenter.tracker.sink import Sink
from callcenter.tracker.switch_log.gap_filler import GapFiller
from callcenter.tracker.switch_log.log_watch import LogWatch

__all__ = [
    "Followed",
    "Follower",
    "GapFiller",
    "Health",
    "LiveSource",
    "LogWatch",
    "RecordKeeper",
    "RulesFiles",
    "RulesInForce",
    "Sink",
    "Tracker",
    "recover",
    "reread",
]
