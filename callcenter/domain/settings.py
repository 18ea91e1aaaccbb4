"""What a floor must be told from outside."""

from __future__ import annotations

import msgspec

from callcenter.domain.agents.directory import Tenure
from callcenter.domain.frame import SECOND, Micros


class FloorSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the floor must be told from outside.

    Attributes:
        names: Interface → agent's name; it wins over the queue's member name.
        seats: Interface → who sits there from when to when, from the roster; it wins over `names`.
        wrap_up: Queue → microseconds of wrap-up after each answered visit (Asterisk does not tell them).
        permitted: Extensions and Asterisk patterns (`_10XX`) an agent may dial for work; None: nobody has said.
        blocked_after: An own channel with no permitted number dialled blocks the line after this long.
        silence: While heartbeats come, the stream is silent for no longer than this; None: nobody has said.
    """

    names: dict[str, str] = {}
    seats: dict[str, tuple[Tenure, ...]] = {}
    wrap_up: dict[str, Micros] = {}
    permitted: tuple[str, ...] | None = None
    blocked_after: Micros = 60 * SECOND
    silence: Micros | None = None
