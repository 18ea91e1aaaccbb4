"""RTP packets, as much as a phone of the lab sends: key presses and voice."""

from __future__ import annotations

import itertools
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def telephone_event(digit: str) -> list[bytes]:
    """Make the RTP packets of one key press (RFC 4733): begin, go on, end three times."""
    code = "0123456789*#".index(digit)
    source, at = secrets.token_bytes(4), secrets.randbelow(2**31).to_bytes(4, "big")
    packets = []
    for number, (end, duration) in enumerate([(0, 160), (0, 480), (0, 800), (1, 960), (1, 960), (1, 960)]):
        marker = 0x80 if number == 0 else 0
        head = bytes([0x80, marker | 101]) + (1000 + number).to_bytes(2, "big") + at + source
        packets.append(head + bytes([code, (end << 7) | 10]) + duration.to_bytes(2, "big"))
    return packets


def voice() -> Iterator[bytes]:
    """Make RTP packets of G.711 for as long as they are asked for, 20 ms each: silence, spoken."""
    source, at = secrets.token_bytes(4), secrets.randbelow(2**31)
    for number in itertools.count():
        head = bytes([0x80, 0]) + (number % 2**16).to_bytes(2, "big") + (at + number * 160).to_bytes(4, "big")
        yield head + source + b"\xff" * 160
