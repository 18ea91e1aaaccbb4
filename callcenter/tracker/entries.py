"""What the loop journals, and how a replay reads it: frames as the wire's own bytes, its own events as JSON."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import msgspec

from callcenter.ami.decode import decode
from callcenter.ami.wire import Wire
from callcenter.domain import events as ev
from callcenter.domain.frame import Frame, Micros
from callcenter.errors import JournalDamaged
from callcenter.journal import Entry, Kind, Stored
from callcenter.tracker.inputs import Input

_events = msgspec.json.Decoder(ev.Event)
_inputs: msgspec.json.Decoder[Input] = msgspec.json.Decoder(Input)
_encode = msgspec.json.Encoder().encode
T = TypeVar("T")


class Step(NamedTuple):
    """One journal entry and what it means; the event gets its position when the journal has given one."""

    entry: Entry
    frame: Frame | None = None
    event: ev.Event | None = None
    said: Input | None = None


class Reread(NamedTuple):
    """What a replay makes of one entry."""

    frame: Frame | None = None
    event: ev.Event | None = None
    said: Input | None = None


def frame_step(node: str, recorded_at: Micros, raw: bytes, frame: Frame, event: ev.Event | None) -> Step:
    """Journal a frame by its bytes."""
    return Step(Entry(Kind.FRAME, node, recorded_at, raw), frame, event)


def event_step(node: str, recorded_at: Micros, event: ev.Event) -> Step:
    """Journal an event of our own: a gap, a snapshot."""
    return Step(Entry(Kind.EVENT, node, recorded_at, _encode(event)), None, event)


def input_step(node: str, recorded_at: Micros, said: Input) -> Step:
    """Journal what people or files say and rules read."""
    return Step(Entry(Kind.INPUT, node, recorded_at, _encode(said)), said=said)


def mark_step(node: str, recorded_at: Micros, **words: str) -> Step:
    """Journal a note to ourselves, which means nothing to the floor."""
    return Step(Entry(Kind.MARK, node, recorded_at, _encode(words)))


def timed(frame: Frame, recorded_at: Micros) -> Frame:
    """Give a frame of a login without Timestamps our own clock's time; it is no evidence.

    FullyBooted has none even on an evidence-grade login, and there the two clocks must not mix.
    """
    if frame.at is not None or frame.name == "FullyBooted":
        return frame
    return msgspec.structs.replace(frame, at=recorded_at)


def reread(stored: Stored) -> Reread:
    """Read an entry as the live loop read it.

    Raises:
        JournalDamaged: It was sealed whole and yet means nothing: written by another version.
    """
    match stored.kind:
        case Kind.FRAME:
            frames = Wire().feed(stored.payload + b"\n")
            if len(frames) != 1:
                raise _foreign(stored)
            frame = timed(msgspec.structs.replace(frames[0], pos=stored.position), stored.recorded_at)
            return Reread(frame, decode(frame))
        case Kind.EVENT:
            return Reread(event=msgspec.structs.replace(_decoded(stored, _events), pos=stored.position))
        case Kind.INPUT:
            return Reread(said=_decoded(stored, _inputs))
        case _:
            return Reread()


def _decoded(stored: Stored, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(stored.payload)
    except msgspec.MsgspecError as error:
        raise _foreign(stored) from error


def _foreign(stored: Stored) -> JournalDamaged:
    return JournalDamaged(
        f"journal entry {stored.position} is whole but cannot be read; was it written by another version of callcenter?"
    )
