"""What the wire said: one manager frame, checked and parsed once."""

from __future__ import annotations

import msgspec

Micros = int
"""A moment, in whole microseconds since the Unix epoch (UTC), by the switch's clock; or a span of them.

Whole numbers keep every boundary exact (15.000000 s is 15_000_000) and every replay the same to the byte.
Seconds and aware datetimes are made at the edges: JSON, SQL, screens.
"""

SECOND: Micros = 1_000_000


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One event or answer from a manager login.

    Attributes:
        name: Value of `Event`, or "" for a plain `Response`.
        headers: Every header once, as text (invalid UTF-8 replaced); empty is not missing.
        at: `Timestamp` in microseconds, None where the frame has none.
        seq: `SequenceNumber`, None where the frame has none.
        pos: Where the frame begins: byte offset in its tape, or its journal position.
        answer: True when the frame answers an action (it carries an ActionID and no evidence-grade opening).
    """

    name: str
    headers: dict[str, str]
    at: Micros | None
    seq: int | None
    pos: int
    answer: bool = False
