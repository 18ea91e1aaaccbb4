"""Complaints go on by themselves: warnings and breaches come at their instants, and whoever follows hears of all.

What is told is read back from the database, in the order in which it was kept: whoever moved a case, this process or
another, it is told once. What came due while the service was down is told when it starts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from callcenter.clock import wall_clock
from callcenter.domain.frame import Micros
from callcenter.errors import CallcenterError
from callcenter.store import DecisionStore
from callcenter.store.complaints.cases import due_cases
from callcenter.store.complaints.news import CaseNews, NewsPlace, newest_place, news_after
from callcenter.store.engine import unbroken
from callcenter.usecases.complaints.move_case import pass_case_time
from callcenter.usecases.complaints.office import CaseOffice

EVERY_SECONDS = 1.0

log = structlog.get_logger()


class CaseWatch:
    """Lets time pass in cases, and tells what happens with them.

    Args:
        decisions: The database.
        office: By what cases are moved now.
        tell: Hears of everything, in order.
        clock: Our clock.
    """

    def __init__(
        self,
        decisions: DecisionStore,
        office: Callable[[], CaseOffice],
        tell: Callable[[CaseNews], None],
        clock: Callable[[], Micros] = wall_clock,
    ) -> None:
        self._decisions = decisions
        self._office = office
        self._tell = tell
        self._clock = clock
        self._place: NewsPlace | None = None
        self._moved = asyncio.Event()

    def look(self) -> None:
        """Look at once: somebody moved a case."""
        self._moved.set()

    async def run(self, every: float = EVERY_SECONDS) -> None:
        """Look now and again, until cancelled; while the database takes nothing, what is due waits."""
        while True:
            try:
                await unbroken(self.round())
            except CallcenterError as error:
                log.warning("cases_not_watched", error=str(error))
            try:
                async with asyncio.timeout(every):
                    await self._moved.wait()
            except TimeoutError:
                pass
            self._moved.clear()

    async def round(self) -> None:
        """Let come what is due, some cases a transaction, and tell what has happened.

        Raises:
            StoreError: The database cannot be used; what was not told is told next time.
        """
        if self._place is None:
            async with self._decisions.reading() as connection:
                self._place = await newest_place(connection)
        while await self._is_due():
            async with self._decisions.writing() as unit:
                await pass_case_time(unit, self._office(), self._clock())
            await self._tell_news()
        await self._tell_news()

    async def _is_due(self) -> bool:
        async with self._decisions.reading() as connection:
            return bool(await due_cases(connection, self._clock(), limit=1))

    async def _tell_news(self) -> None:
        while True:
            assert self._place is not None
            async with self._decisions.reading() as connection:
                news, place = await news_after(connection, self._place)
            if place == self._place:
                return
            self._place = place
            for one in news:
                self._tell(one)
