"""What people enter and rules read beside the facts; journalled like frames, or a replay would differ."""

from __future__ import annotations

import msgspec

from callcenter.domain.frame import Micros


class Disposition(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """Somebody recorded what a call was about.

    Attributes:
        at: When it was recorded, by the switch's time.
        uniqueid: The caller's channel.
        agent: The roster's name of whoever recorded it, and made the promise where there is one.
        callback_to: The number that is to be called back; None: no callback was promised.
        callback_by: Until when.
    """

    at: Micros
    uniqueid: str
    agent: str
    callback_to: str | None = None
    callback_by: Micros | None = None
