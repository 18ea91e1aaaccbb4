"""What a phone did and saw, by its own clock: the other side of the story that the switch tells."""

from __future__ import annotations

import threading
from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from callcenter.clock import steady_clock
from callcenter.errors import PhoneError
from callcenter.untrusted import escaped

if TYPE_CHECKING:
    from callcenter.domain.frame import Micros

KEPT = 10_000
"""Entries kept; older ones go, so that a phone left alone for months does not grow."""

LONGEST = 80
"""Characters shown of anything that came from a caller; Asterisk itself cuts numbers at 79."""


class Did(StrEnum):
    """Everything that can happen on a phone."""

    REGISTERED = "registered"
    REGISTRATION_LOST = "registration_lost"
    UNREGISTERED = "unregistered"
    VANISHED = "vanished"
    RANG = "rang"
    ANSWERED = "answered"
    DECLINED = "declined"
    SAID_BUSY = "said_busy"
    CALLER_LEFT = "caller_left"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    DIALLED = "dialled"
    PEER_RANG = "peer_rang"
    PEER_ANSWERED = "peer_answered"
    PEER_REFUSED = "peer_refused"
    GAVE_UP = "gave_up"
    HELD = "held"
    RESUMED = "resumed"
    TRANSFERRED = "transferred"
    HUNG_UP = "hung_up"
    PEER_HUNG_UP = "peer_hung_up"
    STEP_FAILED = "step_failed"


class PhoneState(StrEnum):
    """What a phone is doing; with two calls, what the one in the foreground does."""

    OFFLINE = "offline"
    IDLE = "idle"
    RINGING = "ringing"
    DIALING = "dialing"
    TALKING = "talking"
    HOLDING = "holding"


class DiaryEntry(msgspec.Struct, frozen=True):
    """One thing that happened.

    Attributes:
        at: When, by the phone's clock.
        did: What.
        call: Call-ID of the call it belongs to, else "".
        number: The other party's number, control characters made visible.
        name: The other party's name, the same.
        ring: For `rang`: which ring, from 1; the first is the start of ringing. Else 0.
        detail: What the switch said, or where to.
    """

    at: Micros
    did: Did
    call: str = ""
    number: str = ""
    name: str = ""
    ring: int = 0
    detail: str = ""


def inert(text: str) -> str:
    """Make text from a caller safe to print: what is not printable is escaped; cut to 80 characters."""
    return escaped(text[:LONGEST])


class PhoneDiary:
    """Entries in order, readable and awaitable from any thread."""

    def __init__(self) -> None:
        self._entries: deque[DiaryEntry] = deque(maxlen=KEPT)
        self._written = 0
        self._news = threading.Condition()
        self.now = steady_clock()

    def write(self, entry: DiaryEntry) -> None:
        """Add an entry and wake whoever waits for it."""
        with self._news:
            self._entries.append(entry)
            self._written += 1
            self._news.notify_all()

    def read(self) -> list[DiaryEntry]:
        """Copy what is kept."""
        with self._news:
            return list(self._entries)

    def wait(self, did: Did, timeout_seconds: float, after: Micros = 0, ring: int = 0) -> DiaryEntry:
        """Return the first such entry later than `after`, waiting for it if need be.

        With `ring`, the entry of that ring. Raises PhoneError when the time is over.
        """
        found: list[DiaryEntry] = []

        def seen() -> bool:
            found.extend(e for e in self._entries if e.did is did and e.at > after and e.ring >= ring)
            return bool(found)

        with self._news:
            if not self._news.wait_for(seen, timeout_seconds):
                raise PhoneError(f"nothing like {did.value!r} happened on the phone within {timeout_seconds:g} s")
        return found[0]
