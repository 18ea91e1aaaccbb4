"""One at a time, and only so many in line: what costs memory and time is refused before it piles up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from callcenter.errors import CallcenterError

_IN_LINE = 8
_OF_ONE = 2


class Busy(CallcenterError):
    """Too many stand in line; it can be tried again in `seconds`."""

    seconds = 1


class Lane:
    """One at a time; of one event loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._line: list[str] = []

    @asynccontextmanager
    async def turn(self, who: str = "") -> AsyncIterator[None]:
        """Stand in line, then be the only one; whoever is named has no more than their share of the places.

        Raises:
            Busy: The line is too long, or too many of the same stand in it.
        """
        if len(self._line) > _IN_LINE or (who and self._line.count(who) >= _OF_ONE):
            raise Busy("too many passwords are being checked at this moment; try again")
        self._line.append(who)
        try:
            async with self._turn:
                yield
        finally:
            self._line.remove(who)
