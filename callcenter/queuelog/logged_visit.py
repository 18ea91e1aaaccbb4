"""What queue_log alone says of one visit, at whole seconds."""

from __future__ import annotations

from typing import Literal

import msgspec

from callcenter.domain.frame import SECOND, Micros

Outcome = Literal[
    "answered", "abandoned", "timed_out", "queue_empty", "key_pressed", "withdrawn", "switch_down", "unknown"
]
EndedBy = Literal["caller", "agent", "transfer", "unknown"]

LASTS: Micros = 12 * 3600 * SECOND
"""No call lasts longer; what stays open for longer was forged, or its end was not written."""


class RingAttempt(msgspec.Struct, frozen=True):
    """One ring that was not answered; `ring` is the log's own figure, `at` when it ended."""

    agent: str | None
    ring: Micros | None
    at: Micros
    event: Literal["RINGNOANSWER", "RINGCANCELED"]


class LoggedVisit(msgspec.Struct):
    """One stay of a call in a queue as logged; None is what the log does not say.

    Attributes:
        call_id: The channel that joined.
        moved_to: The channel that the customer is on since an attended transfer into the queue.
        visit: 1, 2, ... for the same call in the same queue.
        position: Place in the queue when it was entered.
        talk: The log's own whole seconds, hold included.
        doubtful: Its lines contradict each other.
    """

    call_id: str
    queue: str | None
    visit: int
    caller: str | None = None
    joined_at: Micros | None = None
    left_at: Micros | None = None
    outcome: Outcome = "unknown"
    agent: str | None = None
    position: int | None = None
    attempts: list[RingAttempt] = []
    answered_at: Micros | None = None
    ended_at: Micros | None = None
    ended_by: EndedBy | None = None
    talk: Micros | None = None
    transferred: Literal["blind", "attended"] | None = None
    doubtful: bool = False
    moved_to: str | None = None

    @property
    def over(self) -> bool:
        """Whether the caller has left the queue, as far as the log says."""
        return self.left_at is not None or self.ended_at is not None

    @property
    def owner(self) -> str:
        """The channel that the customer is on, by which the visit's call is known."""
        return self.moved_to or self.call_id

    def is_of(self, call_id: str) -> bool:
        """Tell whether the visit is that channel's, before or after it was moved."""
        return call_id in {self.call_id, self.moved_to}


def plainly(visit: LoggedVisit) -> LoggedVisit:
    """Return of a visit that contradicts itself only that it was; any other as it is."""
    if not visit.doubtful:
        return visit
    return msgspec.structs.replace(
        visit,
        outcome="unknown",
        ended_by="unknown",
        agent=None,
        talk=None,
        left_at=None,
        answered_at=None,
        ended_at=None,
        transferred=None,
    )
