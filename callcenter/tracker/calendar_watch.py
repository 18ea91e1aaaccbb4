"""Which days the department itself says are worked, and whether anything reaches into days that nobody knows yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date

import structlog

from callcenter.domain.frame import Micros
from callcenter.rules.records.provisional import reached
from callcenter.rules.records.steps import Terms
from callcenter.staff.duty import Roster
from callcenter.staff.workdays import days_said, laid_over
from callcenter.store import DecisionStore, StoreAway
from callcenter.store.decisions.changes import calendar_changes

EVERY_SECONDS = 3600.0
OWN_SECONDS = 5.0
"""A change that was approved holds this much later at the latest."""

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


class OwnDays:
    """What two people agreed on, laid over the settings' days.

    Args:
        decisions: Where changes are approved.
        terms: By which deadlines are counted, with the days as settings have them.
    """

    def __init__(self, decisions: DecisionStore, terms: Terms) -> None:
        self.terms = terms
        self._decisions = decisions
        self._filed = terms.days.own

    @classmethod
    async def begun(cls, decisions: DecisionStore, terms: Terms) -> OwnDays:
        """Look before anybody counts by these days."""
        days = cls(decisions, terms)
        await days.look()
        return days

    async def look(self) -> None:
        """Look once; what was approved counts from now on."""
        async with self._decisions.reading() as connection:
            changes = await calendar_changes(connection)
        own = laid_over(self._filed, (days_said(one.content) for one in changes))
        if own != self.terms.days.own:
            self.terms.days.own = own
            log.info("calendar_enacted", days=len(own), change=changes[-1].id if changes else None)

    async def keep(self, every: float = OWN_SECONDS) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except StoreAway as error:
                log.warning("calendar_unread", reason=str(error))
            await asyncio.sleep(every)
