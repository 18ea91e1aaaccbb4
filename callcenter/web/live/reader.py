"""Who reads the live stream: what waits for a reader, bounded, and what that reader may see."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from callcenter.domain.frame import Micros
from callcenter.staff.roles import Principal
from callcenter.web.live.words import LiveEvent, Topic

MOST_UNREAD = 500
"""Events that wait for one reader."""

Lasting = Callable[[set[str]], Awaitable[set[str]]]
"""Tells which of some sessions last."""


class LiveTerms(NamedTuple):
    """What the site says of it.

    Attributes:
        open_for: How long an agent may read the number of a call of their own in full.
        tell_listening: An agent is told who listens.
    """

    open_for: Micros = 0
    tell_listening: bool = True


AS_USUAL = LiveTerms()


class LiveReader:
    """One open stream; ends when its session does.

    Attributes:
        pending: What is still to be sent.
        stale: A snapshot is to be sent first.
        over: Why the stream ends; None while it does not.
        desk: The agent's desk has changed, by another session.
    """

    def __init__(self, person: Principal, session: str, topics: frozenset[Topic]) -> None:
        self.person = person
        self.session = session
        self.topics = topics
        self.pending: deque[LiveEvent] = deque()
        self.stale = True
        self.beat = True
        self.desk = False
        self.over: str | None = None
        self.news = asyncio.Event()

    def sees(self, event: LiveEvent) -> bool:
        """Tell whether an event is for this reader."""
        return event.topic in self.topics and event.concerns(self.person)

    def take(self, event: LiveEvent) -> None:
        """Put an event in line; where the line is full a snapshot takes its place."""
        if len(self.pending) >= MOST_UNREAD:
            self.pending.clear()
            self.stale = True
        if not self.stale:
            self.pending.append(event)
        self.news.set()

    def next(self) -> LiveEvent | None:
        """Take the next event out of line; None: there is none, or something else comes first."""
        return self.pending.popleft() if self.pending and not self.stale and self.over is None else None

    def end(self, why: str) -> None:
        """Let the stream end at once."""
        self.over = why
        self.news.set()
