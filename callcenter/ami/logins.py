"""One switch's history over several logins: what lies between two of them is a gap, and perhaps a restart."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.ami.decode import decode
from callcenter.domain import events as ev
from callcenter.domain.frame import SECOND, Frame, Micros


class Logins:
    """Turn the frames of one login after another into events, with each gap between them admitted.

    A gap was a restart when Shutdown was seen before it, when sequence numbers start anew after it, or when the
    switch has been up for less than the gap lasted. The beginning and the end of the whole are no gaps.
    """

    def __init__(self) -> None:
        self._last_at: Micros | None = None
        self._last_seq: int | None = None
        self._shutdown = False
        self._fresh = True
        self._later = False
        self._uptime: int | None = None
        self._held: list[Frame] = []

    def opened(self) -> None:
        """Another login begins: what follows was sent to it."""
        self._later = self._later or self._last_at is not None
        self._fresh, self._uptime = True, None
        self._held = []

    def finish(self) -> Iterator[ev.Event]:
        """Yield the last gap, where a login ended without one timed event: how long it was is unknown."""
        if self._fresh and self._later and self._held:
            last = self._held[-1].pos
            yield ev.LinkLost(self._last_at, last)
            yield ev.LinkRestored(None, last, self._shutdown or self._uptime == 0)

    def events(self, frame: Frame) -> Iterator[ev.Event]:
        """Yield what a frame means, after the gap that it closes."""
        if self._fresh:
            if self._waits_for_time(frame):
                self._held.append(frame)
                return
            self._fresh = False
            if self._later:
                yield ev.LinkLost(self._last_at, frame.pos)
                yield ev.LinkRestored(frame.at, frame.pos, self._restarted(frame))
                self._shutdown = False
            for held in self._held:
                yield from self._decoded(held)
            self._held.clear()
        yield from self._decoded(frame)

    def _decoded(self, frame: Frame) -> Iterator[ev.Event]:
        if frame.at is not None and not frame.answer:
            self._last_at = frame.at if self._last_at is None else max(self._last_at, frame.at)
            self._last_seq = frame.seq if frame.seq is not None else self._last_seq
        event = decode(frame)
        if event is None:
            return
        self._shutdown = self._shutdown or isinstance(event, ev.SwitchStopping)
        yield event

    def _waits_for_time(self, frame: Frame) -> bool:
        if frame.name == "FullyBooted":
            uptime = frame.headers.get("Uptime", "")
            self._uptime = int(uptime) if uptime.isascii() and uptime.isdigit() and len(uptime) < _DIGITS else None
        return frame.at is None and (frame.answer or frame.name in {"", "FullyBooted"})

    def _restarted(self, first: Frame) -> bool:
        if self._shutdown:
            return True
        if first.seq is not None and self._last_seq is not None and first.seq <= self._last_seq:
            return True
        if self._uptime is None or first.at is None or self._last_at is None:
            return False
        return self._uptime * SECOND < first.at - self._last_at


_DIGITS = 12
