"""What a screen on a wall is told: all that it shows, again when it changes, and how old the data is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from callcenter.web.live.reader import LiveReader
from callcenter.web.live.words import Said, framed

_LOOKS_SECONDS = 1.0
_MOVES_BY_ITSELF = frozenset({"now", "data_age_seconds"})

Look = Callable[[bool], Awaitable[Said | None]]
"""Gives what a wall shows now, None where it was withdrawn; told whether that is to be asked anew."""


async def wall_frames(reader: LiveReader, look: Look) -> AsyncIterator[bytes]:
    """Yield what a wall is sent until it is withdrawn, or the stream ends."""
    shown: Said | None = None
    while reader.over is None:
        reader.news.clear()
        beat, reader.beat = reader.beat, False
        said = await look(beat)
        if said is None:
            reader.end("withdrawn")
            break
        now = {name: value for name, value in said.items() if name not in _MOVES_BY_ITSELF}
        if beat or now != shown:
            shown = now
            yield framed("wall", said)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOKS_SECONDS):
                await reader.news.wait()
    yield framed("end", {"why": reader.over})
