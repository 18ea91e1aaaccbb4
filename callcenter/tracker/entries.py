"""What the loop journals, and how a replay reads it: frames as the wire's own bytes, its own events as JSON."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import msgspec

from callcenter.ami.decode import decode
from callcenter.ami.refused import LostFrame, decode_refused, pack, unpack
from callcenter.ami.wire import reread_frame
from callcenter.domain import events as ev
from callcenter.domain.frame import Frame, Micros
from callcenter.errors import JournalDamaged
from callcenter.journal import Entry, EntryKind, Stored
from callcenter.text import read_parts
from callcenter.tracker.inputs import Input

_READ_IN = b"#c "
"""Before a frame's bytes, as `#t` stands before one on a tape: the character set in which its names were read."""
_events = msgspec.json.Decoder(ev.Event)
_inputs: msgspec.json.Decoder[Input] = msgspec.json.Decoder(Input)
_encode = msgspec.json.Encoder().encode
T = TypeVar("T")


class EntryMeaning(NamedTuple):
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


def frame_step(
    node: str, recorded_at: Micros, raw: bytes, frame: Frame, event: ev.Event | None, charset: str | None = None
) -> EntryMeaning:
    """Journal a frame by its bytes; where it matters how they were read, a line before them says so."""
    marked = raw if charset is None or raw.isascii() else _READ_IN + charset.encode() + b"\n" + raw
    return EntryMeaning(Entry(EntryKind.FRAME, node, recorded_at, marked), frame, event)


def refused_step(node: str, recorded_at: Micros, refused: LostFrame, event: ev.Event) -> EntryMeaning:
    """Journal a needed frame that is not believed."""
    return EntryMeaning(Entry(EntryKind.REFUSED, node, recorded_at, pack(refused)), event=event)


def event_step(node: str, recorded_at: Micros, event: ev.Event) -> EntryMeaning:
    """Journal an event of our own: a gap, a snapshot."""
    return EntryMeaning(Entry(EntryKind.EVENT, node, recorded_at, _encode(event)), None, event)


def input_step(node: str, recorded_at: Micros, said: Input) -> EntryMeaning:
    """Journal what people or files say and rules read."""
    return EntryMeaning(Entry(EntryKind.INPUT, node, recorded_at, _encode(said)), said=said)


def mark_step(node: str, recorded_at: Micros, **words: str) -> EntryMeaning:
    """Journal a note to ourselves, which means nothing to the floor."""
    return EntryMeaning(Entry(EntryKind.MARK, node, recorded_at, _encode(words)))


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
        case EntryKind.FRAME:
            # what was believed when it came is not judged anew: a replay says what was said then
            charset, raw = _how_read(stored.payload)
            try:
                found = reread_frame(raw, charset)
            except LookupError as error:
                raise _foreign(stored) from error
            if found is None:
                raise _foreign(stored)
            frame = timed(msgspec.structs.replace(found, pos=stored.position), stored.recorded_at)
            return Reread(frame, decode(frame))
        case EntryKind.EVENT:
            return Reread(event=msgspec.structs.replace(_decoded(stored, _events), pos=stored.position))
        case EntryKind.REFUSED:
            return Reread(event=decode_refused(refused_of(stored)))
        case EntryKind.INPUT:
            return Reread(said=_decoded(stored, _inputs))
        case _:
            return Reread()


def refused_of(stored: Stored) -> LostFrame:
    """Read the entry of a frame that was not believed.

    Raises:
        JournalDamaged: It was sealed whole and yet means nothing: written by another version.
    """
    try:
        return unpack(stored.payload, stored.position)
    except msgspec.MsgspecError as error:
        raise _foreign(stored) from error


def words_of(stored: Stored) -> str:
    """Return a frame as text, each line read as it was then."""
    charset, raw = _how_read(stored.payload)
    return "\n".join(read_parts(raw, b"\n", charset))


def _how_read(payload: bytes) -> tuple[str | None, bytes]:
    """Part the character set in which a frame was read from its bytes."""
    if not payload.startswith(_READ_IN):
        return None, payload
    charset, _, raw = payload.removeprefix(_READ_IN).partition(b"\n")
    return charset.decode("latin-1"), raw


def _decoded(stored: Stored, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(stored.payload)
    except msgspec.MsgspecError as error:
        raise _foreign(stored) from error


def _foreign(stored: Stored) -> JournalDamaged:
    return JournalDamaged(
        f"journal entry {stored.position} is whole but cannot be read; was it written by another version of callcenter?"
    )
