"""The floor, its judge, lost calls, and what was last seen of the switch: all that a restart must find again."""

from __future__ import annotations

from typing import NamedTuple, Self

import msgspec

from callcenter.domain import events as ev
from callcenter.domain.facts import Fact, Visit, VisitFilled
from callcenter.domain.floor import Floor
from callcenter.domain.frame import Frame, Micros
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.records.violation import Violation
from callcenter.tracker.governed import Governed
from callcenter.tracker.inputs import GapFilled, Input, LagSeen, QueueLogRead, RulesInForce
from callcenter.tracker.lost_calls.following import LostCalls


class Followed(NamedTuple):
    """What an event made true, what was decided meanwhile, whether the stream is evidence, and by which rules."""

    facts: list[Fact]
    violations: list[Violation]
    graded: bool
    in_force: RulesInForce | None


class LastSeen(msgspec.Struct):
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
    seen: LastSeen
    lost_calls: bytes
    judge: bytes | None = None
    graded: bool = False
    in_force: RulesInForce | None = None


class Follower:
    """Applies events in the journal's order, live and in replay alike: both leave the same state.

    Args:
        in_force: What to judge by until the journal says otherwise; None: nothing is judged.

    Attributes:
        in_force: By what is judged.
        enacted: The same, where the journal says so.
    """

    def __init__(self, in_force: RulesInForce | None = None) -> None:
        self.in_force = in_force
        self.enacted: RulesInForce | None = None
        self._governed = Governed(in_force)
        self.judge = None if in_force is None else in_force.judge()
        self.seen = LastSeen()
        self._graded = False
        self._lost_calls = LostCalls(in_force)

    @property
    def floor(self) -> Floor:
        """The floor as it is now, to be read."""
        return self._governed.floor

    @property
    def due(self) -> Micros | None:
        """When a verdict can be known with no more facts; None: none waits, or nothing is seen."""
        return None if self.judge is None or self.seen.lost else self.judge.due()

    def follow(self, frame: Frame | None, event: ev.Event | None, said: Input | None = None) -> Followed:
        """Let an event happen, and note the frame that it came from, or what people said."""
        if said is not None:
            self._hear(said)
        if frame is not None and frame.at is not None:
            seen = self.seen
            seen.at = frame.at if seen.at is None else max(seen.at, frame.at)
            seen.seq = seen.seq if frame.seq is None else frame.seq
            if not frame.answer:
                # the wire holds a login that showed the evidence-grade opening to it, frame by frame
                self._graded = frame.seq is not None
        facts = self._happen(event)
        if isinstance(said, GapFilled):
            facts += [VisitFilled(at=_last_of(visit), visit=visit) for visit in said.visits]
        if facts:
            facts += self._lost_calls.changed(facts, self.floor.state.now)
        return Followed(facts, self._judged(facts), self._graded, self.in_force)

    def _hear(self, said: Input) -> None:
        judge = self.judge
        match said:
            case RulesInForce():
                self._enact(said)
            case QueueLogRead(since, until, differing) if judge is not None:
                for uniqueid in differing:
                    judge.doubt(uniqueid, "queue_log")
                judge.compared(until, since=since)
            case LagSeen(lag) if judge is not None:
                judge.lagging(lag)
            case Disposition() if judge is not None:
                judge.disposed(said)
            case _:
                pass

    def _enact(self, in_force: RulesInForce) -> None:
        """Judge by this from now on; what is remembered stays."""
        if self.judge is not None:
            self.judge = self.judge.under(in_force.rulebook, in_force.roster, in_force.numbering)
        self._governed.enact(in_force)
        self._lost_calls = self._lost_calls.under(in_force)
        self.in_force = self.enacted = in_force

    def _judged(self, facts: list[Fact]) -> list[Violation]:
        if self.judge is None:
            return []
        self.judge.graded = self._graded
        for fact in facts:
            self.judge.see(fact)
        now = self.floor.state.now
        # while the login is down a gap has not been told yet, and what lies in it is not known
        return [] if now is None or self.seen.lost else self.judge.decide(now)

    def _happen(self, event: ev.Event | None) -> list[Fact]:
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
        return self._governed.apply(event)

    def save(self) -> bytes:
        """Pack everything, to be given to `restore`."""
        judge = self.judge
        judged = None if judge is None else judge.save()
        saved = _Saved(self.floor.save(), self.seen, self._lost_calls.save(), judged, self._graded, self.enacted)
        return msgspec.msgpack.encode(saved)

    @classmethod
    def restore(cls, blob: bytes, in_force: RulesInForce | None = None) -> Self:
        """Make the follower that `save` packed.

        Raises:
            msgspec.MsgspecError: Packed by a version with another idea of the floor: replay the journal instead.
        """
        saved = msgspec.msgpack.decode(blob, type=_Saved)
        follower = cls(saved.in_force or in_force)
        follower._governed = Governed(follower.in_force, Floor.restore(saved.floor).state)
        follower.seen, follower.enacted, follower._graded = saved.seen, saved.in_force, saved.graded
        follower._lost_calls = LostCalls.restore(saved.lost_calls, follower.in_force)
        if follower.in_force is not None:
            follower.judge = follower.in_force.judge(saved.judge)
            follower.judge.graded = saved.graded
        return follower


def _last_of(visit: Visit) -> Micros | None:
    return max((at for at in (visit.joined_at, visit.left_at, visit.ended_at) if at is not None), default=None)
