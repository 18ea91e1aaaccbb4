"""Facts in, records out: each act is told once, when nothing that could change its verdict can come any more.

`see` only remembers. `decide` tells what is settled at a moment, `finish` the rest when the input is over; asking early
and often, or only at the end, gives the same records with the same ids. An act settles when the time has passed in
which a gap would count as near, when a declined offer can be part of no run, and when every customer who waited
meanwhile has been answered or has left.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.numbers import PLAIN, Numbering
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.detection.law import Law
from callcenter.rules.detection.lines import Lines
from callcenter.rules.detection.memory import Act, Gap, Memory, Pending
from callcenter.rules.detection.offers import Offers
from callcenter.rules.detection.posts import Posts
from callcenter.rules.detection.shifts import Shifts
from callcenter.rules.detection.skipped import Skipped
from callcenter.rules.detection.verdicts import Verdicts
from callcenter.rules.detection.waits import Waits
from callcenter.rules.records.violation import Violation
from callcenter.rules.regulations.edition import Rulebook
from callcenter.staff.duty import Roster

_FORGET_EVERY = 256
_GAPS_KEPT = 1000
_ONE_GAP: Micros = 10 * SECOND
"""Frames that were not believed within this are one gap: what lies between two of them is near both."""


class Judge:
    """Raises violations from facts, for one switch.

    Args:
        rulebook: What is forbidden, and what it costs.
        roster: Who is on duty; None: everything is undetermined.
        numbering: How numbers are read; None: by their last digits, as older journals were judged.
        graded: Whether the stream is evidence; may be set until a record is told.
        memory: What an earlier judge remembered, from `save`.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        roster: Roster | None,
        numbering: Numbering | None = PLAIN,
        *,
        graded: bool = True,
        memory: Memory | None = None,
    ) -> None:
        self.graded = graded
        self._law = Law(rulebook, roster)
        self._memory = memory or Memory()
        self._waits = Waits(self._memory)
        self._offers = Offers(self._memory, self._law)
        self._lines = Lines(self._memory, self._law)
        self._posts = Posts(self._memory, self._law)
        self._shifts = Shifts(self._memory, self._law)
        self._skipped = Skipped(self._memory, self._law, numbering)
        self._verdicts = Verdicts(self._memory, self._law, self._waits)
        self._asked = 0

    def see(self, fact: fx.Fact) -> None:
        """Take in one fact, in the order in which the floor tells them."""
        if fact.at is not None and (self._memory.now is None or fact.at > self._memory.now):
            self._memory.now = fact.at
        match fact:
            case fx.AgentStateChanged() | fx.MembershipChanged():
                self._changed(fact)  # first, for half of all facts are states
            case fx.OfferEnded():
                self._offers.ended(fact)
            case fx.CallAnswered():
                self._offers.connected(fact)
                self._skipped.answered(fact)
                self._waits.answered(fact)
            case fx.VisitJoined():
                self._waits.joined(fact)
            case fx.VisitLeft():
                self._waits.left(fact)
            case fx.VisitEnded():
                self._waits.ended(fact)
                self._offers.completed(fact)
                self._skipped.completed(fact)
            case fx.GapSeen():
                self._gap(fact)
            case fx.OwnCallBegan() | fx.OwnCallEnded() | fx.PhoneLost() | fx.PhoneUnregistered() | fx.PhoneFound():
                self._line(fact)
            case _:
                pass

    def disposed(self, disposition: Disposition) -> None:
        """Take in what somebody recorded of a call, among the facts by when it was recorded."""
        self._skipped.disposed(disposition)

    def doubt(self, uniqueid: str, what: str) -> None:
        """Note that queue_log tells a call otherwise; nothing of that call is held against anybody."""
        self._memory.doubted[uniqueid] = what

    def compared(self, until: Micros, *, since: Micros | None = None) -> None:
        """Note that queue_log was held against what was seen, up to a moment; only then does it speak for a record."""
        self._memory.log_since, self._memory.log_until = since, until

    def lagging(self, lag: Micros) -> None:
        """Note the heartbeat's lag: the uncertainty of every verdict of this time is at least that."""
        memory = self._memory
        if lag >= memory.lag:
            memory.lag_peak, memory.lag_at = lag, memory.now

    def decide(self, now: Micros) -> list[Violation]:
        """Tell the records that are settled at a moment of the switch's time, in order.

        Ask when all facts up to `now` have been seen, and never while the login is down: a gap that has not been told
        is not known.
        """
        self._offers.expire(now)
        self._shifts.over(now)
        self._skipped.expire(now)
        memory = self._memory
        ready: list[Act] = []
        for act in memory.acts:
            memory.serial += 1
            heapq.heappush(memory.pending, Pending(self._verdicts.due(act), memory.serial, act))
        memory.acts.clear()
        settled, memory.held = memory.held, []
        while memory.pending and memory.pending[0].due <= now:
            settled.append(heapq.heappop(memory.pending).act)
        for act in settled:
            (memory.held if self._verdicts.open(act, now) else ready).append(act)
        self._asked += 1
        told = self._told(ready, over=False)
        if self._asked % _FORGET_EVERY == 0:
            memory.forget()
        return told

    def due(self) -> Micros | None:
        """Return the earliest moment at which `decide` may find something without new facts; None: at none."""
        waiting = self._memory.pending[0].due if self._memory.pending else None
        moments = (waiting, self._offers.due(), self._shifts.due(), self._skipped.due())
        return min((moment for moment in moments if moment is not None), default=None)

    def finish(self, at: Micros | None, own_calls: Iterable[fx.OwnCall] = ()) -> list[Violation]:
        """Tell all that is left, in order: the input is over, and its end is no gap.

        Args:
            at: The last moment seen.
            own_calls: Own calls of agents that last, as the floor knows them.
        """
        end = at if at is not None else self._memory.now
        for own in own_calls:
            self._lines.still_taken(own)
        self._lines.finish(end)
        self._posts.finish(end)
        if end is not None:
            self._shifts.finish(end)
            self._skipped.expire(end)
        self._offers.expire(None)
        ready = self._memory.undecided()
        for acts in (self._memory.acts, self._memory.pending, self._memory.held):
            acts.clear()
        return self._told(ready, over=True)

    def under(self, rulebook: Rulebook, roster: Roster | None, numbering: Numbering | None = PLAIN) -> Judge:
        """Make a judge who remembers the same and judges by another law from now on."""
        return Judge(rulebook, roster, numbering, graded=self.graded, memory=self._memory)

    def save(self) -> bytes:
        """Pack everything remembered."""
        return msgspec.msgpack.encode(self._memory)

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
        """Make the judge that `save` packed."""
        return cls(rulebook, roster, numbering, graded=graded, memory=msgspec.msgpack.decode(saved, type=Memory))

    def _told(self, acts: list[Act], *, over: bool) -> list[Violation]:
        judged = (self._verdicts.judge(act, graded=self.graded, over=over) for act in acts)
        return sorted((one for one in judged if one is not None), key=lambda one: one.order)

    def _changed(self, fact: fx.AgentStateChanged | fx.MembershipChanged) -> None:
        person = self._memory.person(fact.agent)
        if isinstance(fact, fx.MembershipChanged):
            person.serves(fact.queue, fact.at, member=fact.member)
            return
        self._lines.changed(person, fact)
        self._posts.changed(person, fact)
        self._shifts.changed(person, fact)
        if fact.at is not None:
            person.entered(fact.state, fact.at)

    def _line(
        self, fact: fx.OwnCallBegan | fx.OwnCallEnded | fx.PhoneLost | fx.PhoneUnregistered | fx.PhoneFound
    ) -> None:
        match fact:
            case fx.OwnCallBegan():
                self._lines.began(fact)
                self._skipped.dialled(fact.own, fact.at)
            case fx.OwnCallEnded():
                self._lines.ended(fact)
                self._skipped.dialled(fact.own, fact.at)
            case fx.PhoneLost():
                self._lines.lost(fact)
            case fx.PhoneUnregistered():
                self._lines.unregistered(fact)
            case fx.PhoneFound():
                self._lines.found(fact)

    def _gap(self, fact: fx.GapSeen) -> None:
        gaps = self._memory.gaps
        if fact.cause == "quarantined":
            if fact.at is None:
                return  # before any time was known
            last = gaps[-1] if gaps else Gap(None, None)
            if last.refused and last.end is not None and last.end <= fact.at <= last.end + _ONE_GAP:
                gaps[-1] = Gap(last.start, fact.at, refused=True)  # nobody makes an older gap forgotten by many
                return
        gaps.append(Gap(fact.start, fact.at, refused=fact.cause == "quarantined"))
        del gaps[:-_GAPS_KEPT]
        if fact.cause == "restart":
            self._lines.restarted(fact.start)
