"""The doctor's line on the calendar: is every day known by which deadlines are counted and shifts were planned."""

from __future__ import annotations

from callcenter.clock import wall_clock
from callcenter.config import Settings
from callcenter.doctor.inspect import Check
from callcenter.doctor.own import judge_calendar
from callcenter.domain.frame import Micros
from callcenter.errors import CallcenterError


def inspect_calendar(settings: Settings, at: Micros | None = None) -> Check:
    """Say whether a deadline given now, or the roster, reaches into days that nobody has announced."""
    try:
        in_force = settings.in_force()
    except CallcenterError as error:
        return Check("calendar", "unknown", f"rulebook or roster cannot be read: {error}")
    now = wall_clock() if at is None else at
    return judge_calendar(settings.web.terms(in_force.rulebook.zone), in_force.roster, now)
