"""Files that are sent: received whole before they are anybody's turn, and one list read at a time, it is said whose."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from fastapi import Request
from starlette.types import Message

from callcenter.listening import Bounds
from callcenter.store.conflicts import Conflict
from callcenter.web.limits import Turns
from callcenter.web.problems import RequestRefused

_BOUNDS = Bounds(0, 0)
SECONDS = _BOUNDS.body_seconds - 5
"""Within them a file is here as a whole, and within a second more for so many of its bytes as a slow line takes in one:
sooner than its connection is cut off, so that whoever sends it is told."""
UNTOUCHED_SECONDS = 5.0
"""For so long no file makes room for another."""


class ReadingTurn:
    """Whose list is being read; somebody else may want it to stop.

    Attributes:
        by: The account; None: nobody's.
        stopping: Whether it is to stop.
    """

    def __init__(self) -> None:
        self.by: str | None = None
        self.stopping = False
        self._turns = 0

    @property
    def turn(self) -> int | None:
        """Which turn it is; None: nobody's."""
        return None if self.by is None else self._turns

    def stop(self, turn: int) -> bool:
        """Let a turn stop, unless it is over; tells whether it stops."""
        stops = self.turn == turn
        self.stopping |= stops
        return stops

    def go_on(self, refusal: str) -> None:
        """Pass unless somebody wants what is read to stop.

        Raises:
            Conflict: Somebody does.
        """
        if self.stopping:
            raise Conflict(refusal)

    def require_free(self) -> None:
        """Pass if no list is being read.

        Raises:
            RequestRefused: One is.
        """
        if self.by is not None:
            raise RequestRefused(
                "too-many", f"a list of {self.by} is being read; try again when it is done", Retry_After="30"
            )

    @contextmanager
    def of(self, account: str) -> Iterator[None]:
        """Read an account's list.

        Raises:
            RequestRefused: Another one is being read.
        """
        self.require_free()
        self.by, self.stopping = account, False
        self._turns += 1
        try:
            yield
        finally:
            self.by = None


class ComingFile:
    """A file on its way, of which each byte that has come gives it more time."""

    def __init__(self, ends: asyncio.Timeout) -> None:
        self._ends = ends
        self._begun = asyncio.get_running_loop().time()
        self._size = 0

    def came(self, count: int) -> None:
        """So many bytes more are there."""
        self._size += count
        when = self._ends.when()
        assert when is not None
        self._ends.reschedule(when + count / _BOUNDS.body_rate)

    @property
    def seconds(self) -> float:
        """For how long it has been coming."""
        return asyncio.get_running_loop().time() - self._begun

    @property
    def rate(self) -> float:
        """How many of its bytes have come in a second."""
        return self._size / max(self.seconds, 1.0)

    def give_up(self) -> None:
        """Wait for no more of it."""
        self._ends.reschedule(self._begun)


class FileTurns(Turns):
    """Turns of files: where all are taken, the one that comes slowest by now makes room for the next."""

    def __init__(self, most: int, each: int, refusal: str) -> None:
        super().__init__(most, each, refusal)
        self._coming: set[ComingFile] = set()

    @asynccontextmanager
    async def sent_in_time(self) -> AsyncIterator[ComingFile]:
        """Receive the file of a turn; as the function of the same name."""
        async with sent_in_time() as file:
            self._coming.add(file)
            try:
                yield file
            finally:
                self._coming.discard(file)

    def _has_room(self) -> bool:
        if super()._has_room():
            return True
        slow = [one for one in self._coming if one.seconds >= UNTOUCHED_SECONDS]
        if not slow:
            return False
        slowest = min(slow, key=lambda one: one.rate)
        self._coming.discard(slowest)  # or it would make room for many
        slowest.give_up()
        return True


@asynccontextmanager
async def sent_in_time() -> AsyncIterator[ComingFile]:
    """Receive a file.

    Raises:
        RequestRefused: It does not come to an end, or too slowly.
    """
    try:
        async with asyncio.timeout(SECONDS) as ends:
            yield ComingFile(ends)
    except TimeoutError:
        raise RequestRefused("malformed", "the file was not sent in time: send it again") from None


async def sent_file(request: Request) -> bytes:
    """Receive a file as a whole.

    Raises:
        RequestRefused: It does not come to an end.
    """
    async with sent_in_time() as file:
        receive = request.receive

        async def counted() -> Message:
            message = await receive()
            file.came(len(message.get("body", b"")))
            return message

        request._receive = counted  # noqa: SLF001 - the body is kept by `body` alone, for whoever reads it next
        return await request.body()
