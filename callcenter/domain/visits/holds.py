"""What live views are told of a talk while it lasts: that the customer is on hold, that a lead listens."""

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


class CallListened(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """Somebody listens to a colleague's call, or (`listens` false) no longer does.

    Attributes:
        line: The channel of whoever listens.
        by: Who that is, where their phone is known.
        agent: Whose call it is; None: nobody's who works here, or no longer known.
    """

    at: Micros | None
    line: str
    by: str | None
    agent: str | None
    listens: bool
