"""Whether a queue_log's times that are text were read in their own zone: the ids of its calls tell the epoch.

A channel's id has the second of its birth, and its call joins a queue soon after. Text that was read in another zone
is off by what lies between the two zones, for almost every call.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from callcenter.domain.frame import SECOND, Micros

_BORN = re.compile(r"(?:.*-)?(\d{9,11})\.\d{1,10}", re.ASCII)
_STEP = 900
"""Seconds: zones lie whole quarters of an hour apart."""
_EARLY = 60
"""Seconds that a call may seem to join before its channel was born."""
_LATE = 180
"""Seconds after which a call that joined so long after its birth may have been in a menu all the time."""
_FARTHEST = 27 * 3600
"""Seconds between the two zones that are farthest apart, and a little more."""


class Off(msgspec.Struct, frozen=True):
    """By how much the times that were read are later than they were, and a zone in which they fit."""

    seconds: int
    zone: str


class TextClock:
    """Compare each join's time with its channel's birth; which difference most of them have counts.

    Args:
        zone: In which the times are read.
    """

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._steps: Counter[int] = Counter()
        self._at: Micros = 0

    def note(self, call_id: str, at: Micros) -> None:
        """Take in a join whose time was text and named no zone."""
        born = born_at(call_id)
        if born is None:
            return
        later = (at - born) // SECOND
        if abs(later) <= _FARTHEST:
            step, rest = divmod(later + _EARLY, _STEP)
            self._steps[0 if later > 0 and rest > _LATE else step] += 1
            self._at = born

    def off(self) -> Off | None:
        """Tell how far off the times are; None where they fit, or no zone is as far away."""
        if not self._steps:
            return None
        most = max(self._steps, key=lambda step: (self._steps[step], -abs(step)))
        moment = datetime.fromtimestamp(self._at / SECOND, UTC)
        read_in = moment.astimezone(self._zone).utcoffset() or timedelta()
        found = _zone_of(read_in + timedelta(seconds=most * _STEP), moment) if most else None
        return None if found is None else Off(most * _STEP, found)


def born_at(call_id: str) -> Micros | None:
    """Tell when a call's channel was born, by its id; None where who originated it chose another."""
    born = _BORN.fullmatch(call_id)
    return int(born[1]) * SECOND if born else None


def _zone_of(offset: timedelta, moment: datetime) -> str | None:
    """Name a zone that lay so far from UTC then, a plain one before a city's."""
    names = (name for name in available_timezones() if moment.astimezone(ZoneInfo(name)).utcoffset() == offset)
    return min(names, key=lambda name: (name != "Etc/UTC", not name.startswith("Etc/"), name), default=None)
