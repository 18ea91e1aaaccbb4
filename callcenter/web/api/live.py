"""What happens now, as a stream of server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, status
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from callcenter.staff.rights import Right
from callcenter.staff.roles import Principal, reach
from callcenter.web.auth import TheSession, allowed
from callcenter.web.live.feed import LiveFeed
from callcenter.web.live.reader import LiveReader
from callcenter.web.live.words import Topic
from callcenter.web.problems import RequestRefused
from callcenter.web.service import TheService

router = APIRouter(prefix="/live", tags=["live"])

Seeing = Annotated[Principal, Depends(allowed(Right.SEE, Right.WORK_ON_CASES))]

_LONGEST_NUMBER = 18


class EventStream(StreamingResponse):
    """One reader's stream, given up when the connection is."""

    media_type = "text/event-stream"

    def __init__(self, feed: LiveFeed, reader: LiveReader, frames: AsyncIterator[bytes]) -> None:
        super().__init__(frames, headers={"X-Accel-Buffering": "no"})
        self._feed, self._reader = feed, reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the stream ends or nobody reads any more."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._feed.leave(self._reader)


@router.get("", status_code=status.HTTP_200_OK, response_class=EventStream)
async def follow(
    session: TheSession,
    person: Seeing,
    service: TheService,
    topics: Annotated[list[Topic], Query(description="What to be told of; everything where nothing is named.")] = [],  # noqa: B006 - FastAPI copies it
    last_event_id: Annotated[str, Header(description="Go on after this event; EventSource sends it itself.")] = "",
) -> EventStream:
    """Follow what happens: a snapshot, then changes; the data's age every few seconds."""
    feed = service.ports.live
    if feed is None:
        raise RequestRefused("unavailable", "this service follows no switch")
    told = last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) <= _LONGEST_NUMBER
    asked = set(topics or Topic) & (set(Topic) if reach(person.role, Right.SEE) else {Topic.CASES})
    reader = feed.open(person, session.id, asked, int(last_event_id) if told else None)
    return EventStream(feed, reader, feed.frames(reader))
