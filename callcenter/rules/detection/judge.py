"""Facts in, records out: each act is told once, when nothing that could change its verdict can come any more.

`see` only remembers: the detectors of the table report acts. `decide` returns what is settled at a moment, `finish` the
rest when the input is over; asking early and often, or only at the end, gives the same records with the same ids. An
act settles when the time has passed in which a gap would count as near, when a declined offer can be part of no run,
and when every customer who waited meanwhile has been answered or has left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.numbers import PLAIN, Numbering
from callcenter.rules.detection.acts import DetectedAct
from callcenter.rules.detection.context import LATE, ContextMemory, RuleContext
from callcenter.rules.detection.detectors.detector import Detector, FactReader, RuleInput
from callcenter.rules.detection.detectors.table import DETECTORS
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.detection.verdicts import Verdicts
from callcenter.rules.detection.waits import WaitMemory, Waits
from callcenter.rules.records.violation import Violation
from callcenter.rules.regulations.edition import Rulebook
from callcenter.shape import shape_of
from callcenter.staff.duty import Roster

_FORGET_EVERY = 256


class JudgeMemory(msgspec.Struct):
    """All that is remembered: what is shared, and of each detector its own by its name in the table."""

    context: ContextMemory
    waits: WaitMemory
    detectors: dict[str, msgspec.Struct]

    @classmethod
    def new(cls, since: Micros = 0) -> JudgeMemory:
        """Return the memory of a judge who has seen nothing; what was over by `since` has no record."""
        return cls(ContextMemory(since=since), WaitMemory(), {row.name: row.memory() for row in DETECTORS})

    def packed(self) -> bytes:
        """Pack it, each detector's part for itself."""
        parts = {name: msgspec.Raw(msgspec.msgpack.encode(part)) for name, part in self.detectors.items()}
        return msgspec.msgpack.encode(_PackedMemory(_form(), self.context, self.waits, parts))

    @classmethod
    def unpacked(cls, saved: bytes) -> JudgeMemory:
        """Read what `packed` wrote.

        Raises:
            msgspec.MsgspecError: Another version wrote it: with another form, or other detectors.
        """
        packed = msgspec.msgpack.decode(saved, type=_PackedMemory)
        if packed.form != _form():
            raise msgspec.ValidationError(f"a memory of the form {packed.form} was saved, not {_form()}")
        parts: dict[str, msgspec.Struct] = {
            row.name: msgspec.msgpack.decode(packed.detectors[row.name], type=row.memory) for row in DETECTORS
        }
        return cls(packed.context, packed.waits, parts)


def _form() -> str:
    """Name the form of what is remembered; where it is not the one that was saved, the journal is read again."""
    shape = shape_of(ContextMemory, WaitMemory, *(row.memory for row in DETECTORS))
    return f"{shape}:{','.join(row.name for row in DETECTORS)}"


class _PackedMemory(msgspec.Struct):
    form: str
    context: ContextMemory
    waits: WaitMemory
    detectors: dict[str, msgspec.Raw]


class Judge:
    """Raises violations from facts, for one switch.

    Args:
        rulebook: What is forbidden, and what it costs.
        roster: Who is on duty; None: everything is undetermined.
        numbering: How numbers are read; None: by their last digits, as older journals were judged.
        graded: Whether the stream is evidence; may be set until a record is told.
        memory: What an earlier judge remembered; None: nothing.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        roster: Roster | None,
        numbering: Numbering | None = PLAIN,
        *,
        graded: bool = True,
        memory: JudgeMemory | None = None,
    ) -> None:
        self.graded = graded
        self._memory = memory or JudgeMemory.new()
        self._context = RuleContext(rulebook, roster, numbering, self._memory.context)
        self._waits = Waits(self._context, self._memory.waits)
        memories = self._memory.detectors
        self._detectors: list[Detector] = [row.detector(self._context, memories[row.name]) for row in DETECTORS]
        self._readers = _readers(self._waits, *self._detectors)
        self._verdicts = Verdicts(self._context, self._waits)
        self._asked = 0

    @property
    def now(self) -> Micros | None:
        """The latest time told."""
        return self._context.memory.now

    def see(self, fact: fx.Fact) -> None:
        """Take in one fact, in the order in which the floor tells them."""
        self._context.see(fact)
        for reader in self._readers[type(fact)]:
            reader.see(fact)

    def disposed(self, disposition: Disposition) -> None:
        """Take in what somebody recorded of a call, among the facts by when it was recorded."""
        for reader in self._readers[Disposition]:
            reader.see(disposition)

    def doubt(self, uniqueid: str, what: str) -> None:
        """Note that queue_log tells a call otherwise; nothing of that call is held against anybody."""
        self._context.memory.doubted[uniqueid] = what

    def compared(self, until: Micros, *, since: Micros | None = None) -> None:
        """Note that queue_log was held against what was seen, up to a moment; only then does it speak for a record."""
        memory = self._context.memory
        memory.log_since, memory.log_until = since, until

    def lagging(self, lag: Micros) -> None:
        """Note the heartbeat's lag: the uncertainty of every verdict of this time is at least that."""
        self._context.lagging(lag)

    def decide(self, now: Micros) -> list[Violation]:
        """Return the records that are settled at a moment of the switch's time, in order.

        Ask when all facts up to `now` have been seen, and never while the login is down: a gap that has not been told
        is not known.
        """
        for detector in self._detectors:
            detector.settle(now)
        ready = self._context.memory.acts.settled(now, self._verdicts.due, self._verdicts.open)
        self._asked += 1
        found = self._judged(ready, over=False)
        if self._asked % _FORGET_EVERY == 0:
            self.forget()
        return found

    def due(self) -> Micros | None:
        """Return the earliest moment at which `decide` may find something without new facts; None: at none."""
        moments = (self._context.memory.acts.due, *(detector.due() for detector in self._detectors))
        return min((moment for moment in moments if moment is not None), default=None)

    def finish(self, at: Micros | None, own_calls: Iterable[fx.OwnCall] = ()) -> list[Violation]:
        """Return the records of all that is left, in order: the input is over, and its end is no gap.

        Args:
            at: The last moment seen.
            own_calls: Own calls of agents that last, as the floor knows them.
        """
        end = at if at is not None else self.now
        self._context.lasting = tuple(own_calls)
        for detector in self._detectors:
            detector.finish(end)
        return self._judged(self._context.memory.acts.taken(), over=True)

    def forget(self) -> None:
        """Let go of what nothing undecided can ask for any more."""
        for detector in self._detectors:
            detector.forget()
        memory = self._context.memory
        moments = [act.start for act in memory.acts.every()]
        moments += [detector.needs_since() for detector in self._detectors]
        since = min((moment for moment in moments if moment is not None), default=memory.now)
        if since is not None:
            self._context.forget(since - LATE)
            self._waits.forget(since - LATE)

    def under(self, rulebook: Rulebook, roster: Roster | None, numbering: Numbering | None = PLAIN) -> Judge:
        """Return a judge who remembers the same and judges by another rulebook and roster from now on."""
        return Judge(rulebook, roster, numbering, graded=self.graded, memory=self._memory)

    def save(self) -> bytes:
        """Pack everything remembered."""
        return self._memory.packed()

    @classmethod
    def restore(
        cls,
        saved: bytes,
        rulebook: Rulebook,
        roster: Roster | None,
        numbering: Numbering | None = PLAIN,
        *,
        graded: bool = True,
    ) -> Judge:
        """Return the judge that `save` packed.

        Raises:
            msgspec.MsgspecError: Packed by a version that remembers otherwise: replay the journal instead.
        """
        return cls(rulebook, roster, numbering, graded=graded, memory=JudgeMemory.unpacked(saved))

    def _judged(self, acts: list[DetectedAct], *, over: bool) -> list[Violation]:
        judged = (self._verdicts.judge(act, graded=self.graded, over=over) for act in acts)
        return sorted((one for one in judged if one is not None), key=lambda one: one.order)


def _readers(*readers: FactReader) -> dict[type[RuleInput], list[FactReader]]:
    """Return who is shown facts of each kind, in order."""
    found = defaultdict[type[RuleInput], list[FactReader]](list)
    for reader in readers:
        for kind in reader.reads:
            found[kind].append(reader)
    return found
