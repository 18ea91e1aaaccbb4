"""The rules beside a replay: every fact is judged, and each record gets the evidence that it stands on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from callcenter.ami.wire import Wire
from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.numbers import PLAIN, Numbering
from callcenter.reports.replay.recorded import TAPE_BITS, place_of
from callcenter.rules.detection.judge import Judge
from callcenter.rules.records.violation import Violation, violation_shape
from callcenter.rules.regulations.edition import Mode, Rulebook
from callcenter.staff.duty import Roster, Stretch
from callcenter.tape import read_chunks


class Judging:
    """One judge told of a whole replay.

    Args:
        rulebook: What is forbidden.
        roster: Who is on duty; None: nothing is proposed.
        tapes: Where the frames were read from, to hash those that a record stands on.
        numbering: How numbers are read.
    """

    def __init__(
        self, rulebook: Rulebook, roster: Roster | None, tapes: Iterable[Path], numbering: Numbering = PLAIN
    ) -> None:
        self.rulebook = rulebook
        self._judge = Judge(rulebook, roster, numbering)
        self._tapes = tuple(tapes)
        self._found: list[Violation] = []

    def see(self, fact: fx.Fact) -> None:
        """Let the judge know what became true."""
        self._judge.see(fact)

    def finish(
        self,
        at: Micros | None,
        *,
        graded: bool,
        doubted: Iterable[str],
        own_calls: Iterable[fx.OwnCall],
        compared: Stretch | None = None,
    ) -> None:
        """The input is over: decide everything.

        Args:
            at: The last moment seen.
            graded: Whether every login was evidence-grade and its times were known.
            doubted: Uniqueids of calls that queue_log tells otherwise.
            own_calls: Agents' own lines that are still taken.
            compared: From when to when queue_log was held against what was seen; None: it was not.
        """
        self._judge.graded = graded
        for uniqueid in doubted:
            self._judge.doubt(uniqueid, "queue_log")
        if compared is not None:
            self._judge.compared(compared[1], since=compared[0])
        found = self._judge.finish(at, tuple(own_calls))
        self._found = sorted((v for v in found if v.mode is Mode.ON), key=lambda v: v.order)

    def shapes(self) -> list[dict[str, Any]]:
        """Show every record with its evidence: the tape, the byte where the frame begins, the SHA-256 of the frame."""
        hashes = self._hashes({pos for violation in self._found for pos in violation.frames})
        shapes = []
        for violation in self._found:
            shape = violation_shape(violation)
            shape["evidence"] = [self._evidence(pos, hashes.get(pos)) for pos in sorted(set(violation.frames))]
            shapes.append(shape)
        return shapes

    def _evidence(self, pos: int, digest: str | None) -> dict[str, Any]:
        tape, offset = place_of(pos)
        return {"file": str(self._tapes[tape]), "offset": offset, "hash": digest}

    def _hashes(self, wanted: set[int]) -> dict[int, str]:
        """Read the tapes that are named once more, for the frames alone."""
        found: dict[int, str] = {}
        for index in sorted({place_of(pos)[0] for pos in wanted}):
            wire = Wire(start=index << TAPE_BITS, markers=True)
            for chunk in read_chunks(self._tapes[index]):
                for frame, raw in zip(wire.feed(chunk), wire.raw, strict=True):
                    if frame.pos in wanted:
                        found[frame.pos] = hashlib.sha256(raw).hexdigest()
        return found
