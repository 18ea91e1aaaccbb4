"""A heartbeat goes the whole way: the control login sends it, the events login must see it come back.

The story of one beat: *sent* (the action left us), *confirmed* (the switch answered "Event Sent"), *seen*
(its event arrived on the other login). Sent to seen is the true lag of the event stream. A confirmed beat
that is not seen within the deadline proves the events login dead, though its socket may look alive; an
unconfirmed one proves nothing about it, for the fault may be the control login's. While reading is held
back by our own full queue nothing can come back, so the deadline stands still.

Pure: every method is told the time (any monotonic seconds).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import msgspec

from callcenter.ami.decode import HEARTBEAT

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONCE_BYTES = 16


class _Beat(msgspec.Struct):
    sent: float
    counted_from: float | None = None


class Heartbeat:
    """The beats of one events login; a new login begins a new one with a new nonce."""

    def __init__(self, deadline: float, nonce: str | None = None) -> None:
        self._deadline = deadline
        self._nonce = nonce or secrets.token_hex(_NONCE_BYTES)
        self._count = 0
        self._open: dict[int, _Beat] = {}
        self.held = False
        self.last_round_trip: float | None = None

    @property
    def next_number(self) -> int:
        """The number that the next beat will have."""
        return self._count + 1

    def send(self, now: float) -> tuple[int, dict[str, str]]:
        """Begin a beat; returns its number and the headers of the UserEvent action that carries it."""
        self._count += 1
        self._open[self._count] = _Beat(now)
        return self._count, {"UserEvent": HEARTBEAT, "Nonce": self._nonce, "Count": str(self._count)}

    def confirm(self, count: int, now: float) -> None:
        """Start the deadline of a beat that the switch says it has sent; one already seen is done."""
        beat = self._open.get(count)
        if beat is not None:
            beat.counted_from = now

    def withdraw(self, count: int) -> None:
        """Forget a beat that the switch never confirmed."""
        self._open.pop(count, None)

    def see(self, headers: Mapping[str, str], now: float) -> tuple[int, float] | None:
        """Take the headers of a UserEvent; returns number and round trip, None when it is not ours."""
        if headers.get("UserEvent") != HEARTBEAT or headers.get("Nonce") != self._nonce:
            return None
        count = next((number for number in self._open if str(number) == headers.get("Count")), None)
        if count is None:
            return None
        self.last_round_trip = now - self._open[count].sent
        # Events of one login keep their order: an earlier beat that has not come by now will not come.
        self._open = {number: beat for number, beat in self._open.items() if number > count}
        return count, self.last_round_trip

    def hold(self) -> None:
        """Stop the deadlines: reading is paused."""
        self.held = True

    def release(self, now: float) -> None:
        """Let the deadlines run again, each begun anew: what was held back needs its time to arrive."""
        self.held = False
        for beat in self._open.values():
            if beat.counted_from is not None:
                beat.counted_from = now

    def expired(self, now: float) -> bool:
        """Tell whether a confirmed beat is overdue: the events login is dead."""
        if self.held:
            return False
        return any(
            beat.counted_from is not None and now - beat.counted_from > self._deadline for beat in self._open.values()
        )

    def lag(self, now: float) -> float | None:
        """Return the event lag in seconds: the last round trip, or the age of a beat that takes longer."""
        oldest = max((now - beat.sent for beat in self._open.values()), default=None)
        known = [value for value in (self.last_round_trip, oldest) if value is not None]
        return max(known, default=None)
