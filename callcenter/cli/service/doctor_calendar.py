"""The doctor's line on the calendar: is every day known by which deadlines are counted and shifts were planned."""

from __future__ import annotations

import time

from callcenter.config import Settings
from callcenter.doctor.inspect import Check
from callcenter.domain.frame import Micros
from callcenter.errors import CallcenterError
from callcenter.rules.records.provisional import reached

_NAME = "calendar"


def inspect_calendar(settings: Settings, at: Micros | None = None) -> Check:
    """Say whether a deadline given now, or the roster, reaches into days that nobody has announced."""
    try:
        court = settings.court()
    except CallcenterError as error:
        return Check(_NAME, "unknown", f"rulebook or roster cannot be read: {error}")
    now = time.time_ns() // 1000 if at is None else at
    first = reached(settings.web.terms(court.rulebook.zone), court.roster, now)
    if first is None:
        return Check(_NAME, "ok", "every day that deadlines and the roster reach is known")
    return Check(
        _NAME,
        "warn",
        f"from {first} on days are provisional (weekday and statutory holiday); deadlines or the roster reach there",
        "update the package chinesecalendar, or give those days as web.worked_days and web.free_days",
    )
