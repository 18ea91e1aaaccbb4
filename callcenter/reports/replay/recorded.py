"""Replay: recorded logins become calls, states, violations and totals; same input, same bytes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from operator import attrgetter
from pathlib import Path

from callcenter.ami.logins import Logins
from callcenter.ami.refused import LostFrame, decode_refused
from callcenter.ami.wire import Wire
from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import Frame, Micros
from callcenter.tape import read_chunks
from callcenter.tracker import RulesInForce
from callcenter.tracker.governed import Governed

TAPE_BITS = 44
"""A frame's position in a replay: which tape (high bits) and the byte offset in it (low 44 bits: 16 TiB)."""


def place_of(pos: int) -> tuple[int, int]:
    """Split a replay position into the tape's index and the byte offset in it."""
    return pos >> TAPE_BITS, pos & ((1 << TAPE_BITS) - 1)


def joined(at: Micros | None, position: int | None) -> bool:
    """Tell a join that was seen: by its time or, on a tape without times, by the place in the queue."""
    return at is not None or position is not None


def first_moment(tape: Path) -> Micros | None:
    """Tell the time of a tape's first timed frame; None if it has none."""
    wire = Wire(markers=True)
    for chunk in read_chunks(tape):
        for frame in wire.feed(chunk):
            if frame.at is not None:
                return frame.at
    return None


class Replay:
    """One run over recorded logins: iterate it for facts, then read what the whole came to.

    Args:
        tapes: The logins, in order.
        in_force: By what the floor runs: each edition's figures from its own first day on, as in the live service.

    Attributes:
        quarantined: Frames refused, by reason.
        graded: Whether every login so far showed the evidence-grade opening; None before the first event.
        first_at: Time of the first event that had one.
        joins: Callers who joined, by queue, as the logins tell it: each must be told of as a visit.
    """

    def __init__(self, tapes: Iterable[Path], in_force: RulesInForce, charset: str | None = None) -> None:
        self._tapes = tuple(tapes)
        self._charset = charset
        self._governed = Governed(in_force)
        self.quarantined: Counter[str] = Counter()
        self.graded: bool | None = None
        self.first_at: Micros | None = None
        self.joins: Counter[str] = Counter()

    @property
    def floor(self) -> Floor:
        """The state of the call centre as far as the input has been read."""
        return self._governed.floor

    def facts(self) -> Iterator[fx.Fact]:
        """Yield every fact in the order it became true, the last ones decided by the end of the input."""
        logins = Logins()
        for index, tape in enumerate(self._tapes):
            logins.opened()
            wire = Wire(start=index << TAPE_BITS, markers=True, charset=self._charset)
            for chunk in read_chunks(tape):
                read: list[Frame | LostFrame] = [*wire.feed(chunk), *wire.refused_needed]
                for found in sorted(read, key=attrgetter("pos")):
                    for event in logins.events(found) if isinstance(found, Frame) else (decode_refused(found),):
                        yield from self._apply(event)
            wire.close()
            self._account(wire)
        for event in logins.finish():
            yield from self._apply(event)
        yield from self.floor.finish()

    def _apply(self, event: ev.Event) -> list[fx.Fact]:
        if self.first_at is None:
            self.first_at = event.at
        if isinstance(event, ev.CallerJoined) and joined(event.at, event.position):
            self.joins[event.queue] += 1
        return self._governed.apply(event)

    def _account(self, wire: Wire) -> None:
        self.quarantined.update({str(reason): count for reason, count in wire.quarantined.items()})
        graded = bool(wire.graded)
        self.graded = graded if self.graded is None else self.graded and graded
