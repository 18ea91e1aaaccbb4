"""What an agent's page says of the phone in it: a witness of what the switch cannot see.

A page knows whether sound was really played, whether the microphone is there, whether it was closed in a call. It is
journalled in its place among the frames. It speaks for an agent, never against one: no word of a page, as from a desk
phone, makes nothing worse.
"""

from __future__ import annotations

import msgspec

from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import PageWord


class PageWitnessed(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """An agent's page said something of the phone in it; a fact.

    Attributes:
        at: When it was heard, by the switch's time: a page's own clock is not believed.
        interface: The agent's phone, empty where it has not been seen.
        uniqueid: The caller's channel that it is about; None: of none, or nobody knows which.
        device: On which sound was played, or heard; as the browser calls it.
    """

    at: Micros | None
    agent: str
    interface: str
    what: PageWord
    uniqueid: str | None
    device: str | None
    detail: str | None
    frames: tuple[int, ...]
