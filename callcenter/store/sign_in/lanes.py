"""One at a time, and only so many in line: what costs memory and time is refused before it piles up."""

from __future__ import annotations

import asyncio
from types import TracebackType

from callcenter.errors import CallcenterError

_IN_LINE = 8


class Busy(CallcenterError):
    """Too many stand in line; it can be tried again in a moment."""


class Lane:
    """One at a time; of one event loop."""

    def __init__(self, in_line: int = _IN_LINE) -> None:
        self._lock = asyncio.Lock()
        self._room = in_line + 1

    async def __aenter__(self) -> None:
        """Stand in line.

        Raises:
            Busy: It is too long.
        """
        if self._room == 0:
            raise Busy("too many sign in at this moment; try again")
        self._room -= 1
        try:
            await self._lock.acquire()
        except BaseException:
            self._room += 1
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the next one."""
        self._room += 1
        self._lock.release()
