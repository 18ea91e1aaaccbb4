"""Files that are sent: received whole before they are anybody's turn, and one list read at a time, it is said whose."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from fastapi import Request
from starlette.types import Message

from callcenter.listening import Bounds
from callcenter.store.conflicts import Conflict
from callcenter.web.problems import RequestRefused

_BOUNDS = Bounds(0, 0)
SECONDS = _BOUNDS.body_seconds - 5
"""Within them a file is here as a whole, and within a second more for so many of its bytes as a slow line takes in one:
sooner than its connection is cut off, so that whoever sends it is told."""


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


@asynccontextmanager
async def sent_in_time() -> AsyncIterator[Callable[[int], None]]:
    """Receive a file; yields what is told how many bytes have come, each of which gives it more time.

    Raises:
        RequestRefused: It does not come to an end, or too slowly.
    """
    try:
        async with asyncio.timeout(SECONDS) as ends:

            def came(count: int) -> None:
                when = ends.when()
                assert when is not None
                ends.reschedule(when + count / _BOUNDS.body_rate)

            yield came
    except TimeoutError:
        raise RequestRefused("malformed", "the file was not sent in time: send it again") from None


async def sent_file(request: Request) -> bytes:
    """Receive a file as a whole.

    Raises:
        RequestRefused: It does not come to an end.
    """
    async with sent_in_time() as came:
        receive = request.receive

        async def counted() -> Message:
            message = await receive()
            came(len(message.get("body", b"")))
            return message

        request._receive = counted  # noqa: SLF001 - the body is kept by `body` alone, for whoever reads it next
        return await request.body()
