"""What a journal holds: entries in one strict order, each sealed to the one before it."""

from __future__ import annotations

import enum
import hashlib
import struct

import msgspec

from callcenter.domain.frame import Micros

MAX_KIND = 255

_OUTLINE = struct.Struct("<QBqI").pack


class EntryKind(enum.IntEnum):
    """What an entry's payload is; stored as a small number that never changes its meaning."""

    FRAME = 1
    """The bytes of one manager frame, as the socket gave them."""
    EVENT = 2
    """An event made by the service: a tick, a snapshot's result, a gap."""
    INPUT = 3
    """Something a person entered that rules read."""
    MARK = 4
    """A note of the service to itself: started, stopped, state saved."""
    REFUSED = 5
    """A manager frame that was needed and is not believed: what can be said of it, then its bytes."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One thing to be made durable.

    Attributes:
        kind: A `EntryKind`, 0 to 255.
        source: The login or node that it came from.
        recorded_at: Our own clock when it arrived.
        payload: The bytes, exactly as they came.
    """

    kind: int
    source: str
    recorded_at: Micros
    payload: bytes


class Stored(msgspec.Struct, frozen=True, gc=False):
    """One durable entry with its place in the order and its seal."""

    position: int
    kind: int
    source: str
    recorded_at: Micros
    payload: bytes
    hash: bytes


class Head(msgspec.Struct, frozen=True):
    """A place in the chain: the last position passed, and its seal; 0 and empty before the first entry."""

    position: int
    hash: bytes


def seal(previous: bytes, position: int, entry: Entry | Stored) -> bytes:
    """Hash an entry together with the seal before it.

    The position, kind, clock and the source's length go in at a fixed width, so that no two different
    entries are the same bytes to the hash, and a changed clock is found as surely as a changed payload.
    """
    source = entry.source.encode("utf-8", "surrogateescape")
    outline = _OUTLINE(position, entry.kind, entry.recorded_at, len(source))
    return hashlib.sha256(b"".join((previous, outline, source, entry.payload))).digest()
