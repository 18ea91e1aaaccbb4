"""A needed frame that is not believed: something happened there, and what it was is not known.

What such a frame names are hints at most: a caller may have written them. They say whom the gap of that moment may
concern, and never what happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from callcenter.ami.gate import OPENING, Reason
from callcenter.ami.names import OF_A_CHANNEL
from callcenter.domain import events as ev
from callcenter.domain.frame import Micros
from callcenter.text import read_value

_HINTS = 8
_HINT_LENGTH = 128
_KINDS = {"niqueid": 0, "inkedid": 0, "Channel": 1, "Queue": 2, "Interface": 3, "MemberName": 3, "Device": 3}


Part = Literal["frame", "rest", "rest_of_believed"]
"""The frame, or its beginning; what came behind a beginning that was refused just before; or what came behind a frame
that was handed out, or passed over, just before: somebody's line break ended that one, and it cannot be believed."""


class Hints(msgspec.Struct, frozen=True):
    """What a frame names that nobody vouches for, each once and a few at most."""

    uniqueids: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    @property
    def filled(self) -> bool:
        """Whether it may have named more than is kept."""
        return any(len(kind) == _HINTS for kind in (self.uniqueids, self.channels, self.queues, self.members))


class LostFrame(msgspec.Struct, frozen=True):
    """One needed frame that was lost to quarantine, in its place among the others.

    Attributes:
        name: The event that the frame says it is, of a rest the one that it belongs to.
        reason: Why it is not believed.
        at: The frame's Timestamp where that can be believed; None where it cannot.
        pos: Where it begins: byte offset in its tape, or its journal position.
        part: What of the frame this is.
        hints: Whom it may concern.
        raw: Its bytes, whole lines.
    """

    name: str
    reason: Reason
    at: Micros | None
    pos: int
    part: Part
    hints: Hints
    raw: bytes


class _Note(msgspec.Struct):
    name: str
    reason: Reason
    at: Micros | None
    part: Part
    hints: Hints


_note = msgspec.json.Decoder(_Note)


def hints_of(pairs: Iterator[tuple[str, str]]) -> Hints:
    """Collect what headers name."""
    found: list[dict[str, None]] = [{}, {}, {}, {}]
    for header, value in pairs:
        kind = next((kind for ending, kind in _KINDS.items() if header.endswith(ending)), None)
        if kind is not None and value and len(found[kind]) < _HINTS:
            found[kind][value[:_HINT_LENGTH]] = None
    return Hints(*map(tuple, found))


def named_in(block: bytes, charset: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield every header of a block, repeated ones too."""
    for line in block.split(b"\n"):
        name, _, value = line.removesuffix(b"\r").partition(b":")
        yield read_value(name, charset), read_value(value.removeprefix(b" "), charset)


def stamp_of(block: bytes) -> Micros | None:
    """Return the Timestamp of the opening, which no caller writes."""
    opening = OPENING.match(block)
    return None if opening is None else int(opening[2].replace(b".", b""))


def pack(refused: LostFrame) -> bytes:
    """Make the payload of a journal entry: one line of JSON, then the bytes as they came."""
    note = _Note(refused.name, refused.reason, refused.at, refused.part, refused.hints)
    return msgspec.json.encode(note) + b"\n" + refused.raw


def unpack(payload: bytes, pos: int) -> LostFrame:
    """Read what `pack` made.

    Raises:
        msgspec.MsgspecError: It is something else.
    """
    line, _, raw = payload.partition(b"\n")
    note = _note.decode(line)
    return LostFrame(note.name, note.reason, note.at, pos, note.part, note.hints, raw)


def decode_refused(refused: LostFrame) -> ev.FrameRefused:
    """Turn a frame that is not believed into the event that something happened there.

    Where it names more than is kept, somebody filled it: then what it names counts for nothing.
    """
    hints = Hints() if refused.hints.filled else refused.hints
    return ev.FrameRefused(
        refused.at,
        refused.pos,
        hints.uniqueids,
        hints.channels,
        hints.queues,
        hints.members,
        alone=refused.name in OF_A_CHANNEL,
    )
