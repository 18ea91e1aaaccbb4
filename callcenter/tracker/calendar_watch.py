"""Whether anything reaches into days of which nobody knows yet whether they are worked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date

import structlog

from callcenter.domain.frame import Micros
from callcenter.rules.records.provisional import reached
from callcenter.rules.records.steps import Terms
from callcenter.staff.duty import Roster

EVERY_SECONDS = 3600.0

log = structlog.get_logger()


class CalendarWatch:
    """Watches the calendar.

    Args:
        terms: Those of the workflow.
        roster: Tells which is in force.
        clock: Ours.
    """

    def __init__(self, terms: Terms, roster: Callable[[], Roster | None], clock: Callable[[], Micros]) -> None:
        self._terms = terms
        self._roster = roster
        self._clock = clock
        self._told: date | None = None

    async def watch(self, tell: Callable[[bool], None], every: float = EVERY_SECONDS) -> None:
        """Tell a live view, until cancelled; the log says so when it begins."""
        while True:
            first = await asyncio.to_thread(reached, self._terms, self._roster(), self._clock())
            tell(first is not None)
            if first is not None and self._told is None:
                log.warning("calendar_provisional", since=first.isoformat(), advice="update chinesecalendar")
            self._told = first
            await asyncio.sleep(every)
