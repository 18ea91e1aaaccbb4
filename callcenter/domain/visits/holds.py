"""That a customer is on hold, as live views are told of it; how long it lasted is in the visit's account."""

from __future__ import annotations

import msgspec

from callcenter.domain.frame import Micros


class CallHeld(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """An agent holds whom they talk with, or (`held` false) takes them back; `at` None: not known since when."""

    at: Micros | None
    agent: str
    queue: str | None
    uniqueid: str
    held: bool
