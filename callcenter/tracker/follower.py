"""The floor and what was last seen of its switch: all that a restart must find again, and nothing else."""

from __future__ import annotations

from typing import Self

import msgspec

from callcenter.domain import events as ev
from callcenter.domain.facts import Fact
from callcenter.domain.floor import Floor
from callcenter.domain.frame import Frame, Micros
from callcenter.domain.state import FloorSettings


class Seen(msgspec.Struct):
    """The end of what was seen of a switch, by which the next login tells a gap from a restart.

    Attributes:
        at: The latest Timestamp.
        seq: The last sequence number.
        stopping: The switch has said that it stops.
        lost: Nothing has been seen since a login ended.
    """

    at: Micros | None = None
    seq: int | None = None
    stopping: bool = False
    lost: bool = False


class _Saved(msgspec.Struct):
    floor: bytes
    seen: Seen


class Follower:
    """Applies events in the journal's order, live and in replay alike: both leave the same state."""

    def __init__(self, floor: Floor, seen: Seen | None = None) -> None:
        self.floor = floor
        self.seen = seen or Seen()

    def follow(self, frame: Frame | None, event: ev.Event | None) -> list[Fact]:
        """Let an event happen, and note the frame that it came from, if from one."""
        if frame is not None and frame.at is not None:
            seen = self.seen
            seen.at = frame.at if seen.at is None else max(seen.at, frame.at)
            seen.seq = seen.seq if frame.seq is None else frame.seq
        if event is None:
            return []
        match event:
            case ev.SwitchStopping():
                self.seen.stopping = True
            case ev.LinkLost():
                self.seen.lost = True
            case ev.LinkRestored():
                self.seen.stopping = self.seen.lost = False
            case _:
                pass
        return self.floor.apply(event)

    def save(self) -> bytes:
        """Pack everything, to be given to `restore`."""
        return msgspec.msgpack.encode(_Saved(self.floor.save(), self.seen))

    @classmethod
    def restore(cls, blob: bytes, settings: FloorSettings) -> Self:
        """Make the follower that `save` packed.

        Raises:
            msgspec.MsgspecError: Packed by a version with another idea of the floor: replay the journal instead.
        """
        saved = msgspec.msgpack.decode(blob, type=_Saved)
        return cls(Floor.restore(saved.floor, settings), saved.seen)
