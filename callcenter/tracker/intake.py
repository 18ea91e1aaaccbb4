"""Items of the live client become journal entries with their meaning, each gap between logins in its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from callcenter.ami.items import FramesRead, HeartbeatSeen, Item, LoginLost, LoginOpened, RefusedItem, SnapshotTaken
from callcenter.ami.logins import Logins
from callcenter.ami.refused import decode_refused
from callcenter.domain import events as ev
from callcenter.domain.frame import Frame, Micros
from callcenter.tracker.entries import EntryMeaning, event_step, frame_step, refused_step, timed
from callcenter.tracker.follower import LastSeen


class Intake:
    """Read one switch's items in order; `seen` is kept by whoever applies the steps.

    A lost login is told at once, by the last time that was seen. The gap ends with the first timed frame of the next
    login. Heartbeats come through the event stream as frames and move the floor's time; no other clock does, for a
    tick of ours could overtake an event that is still on its way.
    """

    def __init__(self, node: str, seen: LastSeen) -> None:
        self._node = node
        self._seen = seen
        self._logins = Logins()
        if seen.at is not None:
            # what an earlier process saw last, so that the first login of this one closes the gap after it
            last = Frame("Shutdown" if seen.stopping else "", {}, seen.at, seen.seq, 0)
            for _ in self._logins.events(last):
                pass

    def lost(self, recorded_at: Micros) -> list[EntryMeaning]:
        """From here on nothing is seen; nothing to say when that was said already, or nothing ever was seen."""
        if self._seen.at is None or self._seen.lost:
            return []
        return [event_step(self._node, recorded_at, ev.LinkLost(self._seen.at, 0))]

    def steps(self, item: Item) -> list[EntryMeaning]:
        """Say what to journal for an item, and what it means."""
        match item:
            case FramesRead():
                return [*self._frames(item)]
            case RefusedItem(at=at, refused=refused):
                return [refused_step(self._node, at, refused, decode_refused(refused))]
            case SnapshotTaken(at=at, snapshot=snapshot):
                moment = at if snapshot.before is None else snapshot.before
                return [event_step(self._node, at, ev.Resynced(moment, 0, snapshot))]
            case LoginLost(at=at):
                return self.lost(at)
            case LoginOpened():
                self._logins.opened()
                return []
            case HeartbeatSeen():
                return []
            case _:
                assert_never(item)

    def _frames(self, item: FramesRead) -> Iterator[EntryMeaning]:
        for wired, raw in zip(item.frames, item.raw, strict=True):
            frame = timed(wired, item.at)
            meaning: ev.Event | None = None
            for event in self._logins.events(frame):
                match event:
                    case ev.LinkLost():
                        pass  # told when it happened
                    case ev.LinkRestored():
                        yield event_step(self._node, item.at, event)
                    case _:
                        meaning = event
            yield frame_step(self._node, item.at, raw, frame, meaning, item.charset)
