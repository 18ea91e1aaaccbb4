"""A visit that was lost, and what became of it."""

from __future__ import annotations

import msgspec

from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import FollowUpBy, FollowUpState


class LostCall(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A visit that was lost, and what became of it.

    Attributes:
        n: Of the caller's visits to the queue.
        key: Whose number it came from; None: nobody's.
        lost_at: The latest moment known of it.
        tries: Agents' own calls in vain since.
        by: What closed it, `closed_at` when that became true.
    """

    uniqueid: str
    queue: str | None
    n: int
    call: str
    caller: str | None
    key: str | None
    lost_at: Micros | None
    state: FollowUpState
    tries: int
    by: FollowUpBy | None
    closed_at: Micros | None
