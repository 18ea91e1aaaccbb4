"""Links between calls: which repeats an earlier one, and what became of those that were lost (pure).

Story of a lost call: open → closed, by whatever became true first: a later stay of the same call was answered, the
same number called again and was answered, an agent called it back and was answered, or agents tried often enough in
vain. A call from nobody's number can be closed by its own later stays alone: else it is unreachable.

What is not known to be later, or not known to have been answered or not, closes nothing: a lost call that stays open
costs one call-back too many, one that is closed wrongly is forgotten.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator

import msgspec

from callcenter.cases.owners import CustomerMatch, MatchKind, NumberOwners, match_of
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.visits.lost import LostCall
from callcenter.domain.vocabulary import FollowUpBy, FollowUpState, How, VisitOutcome
from callcenter.numbers import PLAIN, Numbering, NumberKind, read_number

LOST = frozenset(
    {
        VisitOutcome.ABANDONED,
        VisitOutcome.TIMED_OUT,
        VisitOutcome.QUEUE_EMPTY,
        VisitOutcome.KEY_PRESSED,
        VisitOutcome.REFUSED,
        VisitOutcome.WITHDRAWN,
        VisitOutcome.SWITCH_DOWN,
    }
)
"""How a visit ends that is owed a call-back."""

_DAY: Micros = 86_400 * SECOND
_KEPT = _DAY
"""So long after a lost call was closed, something earlier may be told that closed it: a talk is told at its end."""


_RANK = {by: rank for rank, by in enumerate(FollowUpBy)}


class FollowUp(msgspec.Struct, frozen=True):
    """What became of a lost call: `at` is when that became true, None where it was not seen or has not."""

    state: FollowUpState
    by: FollowUpBy | None = None
    at: Micros | None = None


class LinkSettings(msgspec.Struct, frozen=True):
    """Figures that the regulations leave open.

    Attributes:
        repeat_days: A call within so many days after an answered one is a repeat.
        tries: So many calls in vain close a lost one.
        most_lost: Lost calls that are kept in mind; the oldest go first. None: all.
    """

    repeat_days: int = 7
    tries: int = 3
    most_lost: int | None = 100_000


USUAL = LinkSettings()
"""What holds where nothing else is said."""


class LostVisit(msgspec.Struct):
    """A visit that was lost.

    Attributes:
        id: From `visit_id`.
        n: Of the caller's visits to the queue.
        caller: The number as it came.
        key: Whose number it came from; None: nobody's.
        came_at: When it joined, or was refused.
        lost_at: The latest moment known of it; None: none is.
        tries: Calls in vain since.
    """

    id: str
    call: str
    uniqueid: str
    queue: str | None
    n: int
    caller: str | None
    key: str | None
    came_at: Micros | None
    lost_at: Micros | None
    tries: int = 0
    by: FollowUpBy | None = None
    at: Micros | None = None

    @property
    def followed_up(self) -> FollowUp:
        """What became of it."""
        if self.by is not None:
            return FollowUp(FollowUpState.CLOSED, self.by, self.at)
        return FollowUp(FollowUpState.UNREACHABLE if self.key is None else FollowUpState.OPEN)

    def told(self) -> LostCall:
        """Return it as a fact tells of it."""
        return LostCall(
            uniqueid=self.uniqueid,
            queue=self.queue,
            n=self.n,
            call=self.call,
            caller=self.caller,
            key=self.key,
            lost_at=self.lost_at,
            state=self.followed_up.state,
            tries=self.tries,
            by=self.by,
            closed_at=self.at,
        )


class AnsweredVisit(msgspec.Struct, array_like=True):
    """A visit that was answered and has ended."""

    ended_at: Micros
    uniqueid: str
    call: str


class DialledLine(msgspec.Struct, array_like=True):
    """An agent's own line on which a customer's number was dialled."""

    key: str
    reached: bool = False


class LinkMemory(msgspec.Struct):
    """What linking remembers.

    Attributes:
        answered: Key → what was answered of late, by its end.
        lost: Lost visits by id, as they were told.
        stays: Call → its lost visits, until the call is over.
        open: Key → those that nothing has closed.
        closed: Key → those that were closed of late, by when.
        lines: Uniqueid → an agent's own line while it lasts.
        dropped: Lost visits that had to give way to newer ones.
    """

    answered: dict[str, list[AnsweredVisit]] = {}
    lost: dict[str, LostVisit] = {}
    stays: dict[str, list[str]] = {}
    open: dict[str, dict[str, None]] = {}
    closed: dict[str, list[str]] = {}
    lines: dict[str, DialledLine] = {}
    dropped: int = 0


def visit_id(visit: fx.Visit) -> str:
    """Name a visit; no other has the same name."""
    return f"{visit.uniqueid} {visit.queue} {visit.n}"


class Linking:
    """Told of facts in the order in which they become true; asked at any time.

    Args:
        owners: Which customers have which numbers now.
        numbering: How numbers are read.
        settings: The figures.
        memory: What was remembered before; it is changed.
    """

    reads = (
        fx.VisitEnded,
        fx.VisitFilled,
        fx.CallEnded,
        fx.OwnCallBegan,
        fx.CallBackDialled,
        fx.TalkBegan,
        fx.OwnCallEnded,
    )
    """The kinds of fact that it is told."""

    def __init__(
        self,
        owners: NumberOwners,
        numbering: Numbering = PLAIN,
        settings: LinkSettings | None = None,
        memory: LinkMemory | None = None,
    ) -> None:
        self._owners = owners
        self._numbering = numbering
        self._settings = settings or LinkSettings()
        self.memory = memory or LinkMemory()

    def see(self, fact: fx.Fact) -> list[LostVisit]:
        """Take in what became true; returns the lost visits that are new, were tried, or whose state has changed."""
        match fact:
            case fx.VisitEnded() | fx.VisitFilled():
                return [*self._ended(fact.visit)]
            case fx.CallEnded():
                for lost in self.memory.stays.pop(fact.call.call, ()):
                    if self.memory.lost[lost].key is None:
                        del self.memory.lost[lost]  # nothing can close it any more
            case fx.OwnCallBegan() | fx.CallBackDialled():
                key = self._key(fact.own.calls_back or fact.own.dialled)
                if key is not None:
                    self.memory.lines[fact.own.uniqueid] = DialledLine(key)
            case fx.TalkBegan():
                return [*self._reached(fact.talk)]
            case fx.OwnCallEnded():
                return [*self._hung_up(fact.own)]
            case _:
                pass
        return []

    def match(self, caller: str | None) -> CustomerMatch:
        """Tell whose call it is."""
        return match_of(read_number(caller or "", self._numbering), self._owners)

    def repeat_of(self, caller: str | None, call: str, joined_at: Micros | None) -> str | None:
        """Return the uniqueid of the latest answered visit that a caller's new one repeats, None where it repeats none.

        Args:
            caller: The number as it came.
            call: The call of the new visit: its other stays are no other visits.
            joined_at: When the new visit joined.
        """
        if joined_at is None:
            return None
        since = joined_at - self._settings.repeat_days * _DAY
        found: list[AnsweredVisit] = []
        for key in self._told_apart(caller):
            known = self.memory.answered.get(key, [])
            for n in range(bisect_right(known, joined_at, key=_ended_at) - 1, -1, -1):
                if known[n].call != call or known[n].ended_at < since:
                    found.append(known[n])
                    break
        latest = max(found, key=lambda one: (one.ended_at, one.uniqueid), default=None)
        return None if latest is None or latest.ended_at < since else latest.uniqueid

    def followed_up(self, visit: fx.Visit) -> FollowUp | None:
        """Tell what became of a visit; None where it was not lost, came from inside, or is no longer in mind."""
        lost = self.memory.lost.get(visit_id(visit))
        return None if lost is None else lost.followed_up

    def open_visits(self) -> Iterator[LostVisit]:
        """Yield the lost visits that wait for a call-back, as they were told."""
        return (lost for lost in self.memory.lost.values() if lost.followed_up.state is FollowUpState.OPEN)

    def forget(self, now: Micros) -> None:
        """Let go of what nothing can ask for any more."""
        memory, since = self.memory, now - self._settings.repeat_days * _DAY
        for key, answered in [*memory.answered.items()]:
            del answered[: bisect_right(answered, since - 1, key=_ended_at)]
            if not answered:
                del memory.answered[key]
        for lost in [*memory.lost.values()]:
            over = lost.at if lost.by is not None else lost.lost_at
            if (lost.by is not None or lost.key is None) and (over is None or over < now - _KEPT):
                self._drop(lost)

    def _key(self, number: str | None) -> str | None:
        return read_number(number or "", self._numbering).key

    def _told_apart(self, caller: str | None) -> Iterable[str]:
        """Return the numbers whose calls are those of whoever calls; none where nobody can say who does."""
        number = read_number(caller or "", self._numbering)
        who = match_of(number, self._owners)
        if who.id is not None:  # calls from a shared number may be another's
            return [key for key in self._owners.keys_of(who.id) if len(self._owners.customers_of(key)) == 1]
        return [number.key] if who.match is MatchKind.NONE and number.key is not None else []

    def _ended(self, visit: fx.Visit) -> Iterator[LostVisit]:
        number = read_number(visit.caller or "", self._numbering)
        if visit.outcome is VisitOutcome.ANSWERED:
            yield from self._answered(visit, number.key)
        elif visit.outcome in LOST and number.kind is not NumberKind.INTERNAL:
            name = visit_id(visit)
            if name not in self.memory.lost:
                yield self._lost(name, visit, number.key)

    def _lost(self, name: str, visit: fx.Visit, key: str | None) -> LostVisit:
        memory, most = self.memory, self._settings.most_lost
        came = visit.joined_at if visit.joined_at is not None else visit.refused_at
        where = (visit.uniqueid, visit.queue, visit.n)
        lost = LostVisit(name, visit.call, *where, visit.caller, key, came, _latest(visit))
        memory.lost[name] = lost
        memory.stays.setdefault(visit.call, []).append(name)
        if key is not None:
            memory.open.setdefault(key, {})[name] = None
        if most is not None and len(memory.lost) > most:
            self._drop(next(iter(memory.lost.values())))
            memory.dropped += 1
        return lost

    def _answered(self, visit: fx.Visit, key: str | None) -> Iterator[LostVisit]:
        at, joined = visit.answered_at, visit.joined_at
        if key is not None and visit.ended_at is not None:
            found = AnsweredVisit(visit.ended_at, visit.uniqueid, visit.call)
            insort(self.memory.answered.setdefault(key, []), found, key=_ended_at)
        for name in self.memory.stays.get(visit.call, ()):
            lost = self.memory.lost[name]
            earlier = joined is not None and lost.came_at is not None and joined < lost.came_at
            if not earlier and self._close(lost, FollowUpBy.SAME_CALL, at):
                yield lost
        if joined is not None:
            for lost in self._of_number(key, at):
                if _before(lost, joined) and self._close(lost, FollowUpBy.CALLED_AGAIN, at):
                    yield lost

    def _reached(self, talk: fx.Talk) -> Iterator[LostVisit]:
        """An agent and a customer hear each other; of an own line, the call of both is named after it."""
        line = self.memory.lines.get(talk.call)
        if line is None or talk.how is not How.OUTBOUND:
            return
        line.reached = True
        for lost in self._of_number(line.key, talk.start):
            if _before(lost, talk.start) and self._close(lost, FollowUpBy.CALLED_BACK, talk.start):
                yield lost

    def _hung_up(self, own: fx.OwnCall) -> Iterator[LostVisit]:
        """An agent's own line is free again: if it was for a number and in vain, that was a try."""
        line = self.memory.lines.pop(own.uniqueid, None)
        unknown = own.in_gap or (own.unseen and own.up_at is not None)
        if line is None or line.reached or unknown or own.ended_at is None:
            return
        for lost in self._of_number(line.key, own.ended_at):
            if _before(lost, own.started_at):
                lost.tries += 1
                if lost.tries == self._settings.tries:
                    self._close(lost, FollowUpBy.TRIED, own.ended_at)
                yield lost

    def _of_number(self, key: str | None, at: Micros | None) -> list[LostVisit]:
        """List what something at a moment may close: what is open, and what was closed later than that."""
        memory = self.memory
        found = [memory.lost[name] for name in memory.open.get(key or "", ())]
        for name in reversed(memory.closed.get(key or "", []) if at is not None else []):
            lost = memory.lost[name]
            if at is None or lost.at is None or lost.at < at:
                break
            found.append(lost)
        return found

    def _close(self, lost: LostVisit, by: FollowUpBy, at: Micros | None) -> bool:
        """Close a lost visit, unless something earlier has; tells whether that changed anything."""
        former = lost.by
        if former is not None and (at is None or lost.at is None or (at, _RANK[by]) >= (lost.at, _RANK[former])):
            return False
        lost.by, lost.at = by, at
        if lost.key is None:
            return True
        if former is None:
            _take(self.memory.open, lost.key, lost.id)
        else:
            self.memory.closed[lost.key].remove(lost.id)
        if at is not None:
            insort(
                self.memory.closed.setdefault(lost.key, []), lost.id, key=lambda name: self.memory.lost[name].at or 0
            )
        return True

    def _drop(self, lost: LostVisit) -> None:
        memory = self.memory
        del memory.lost[lost.id]
        for index, name in ((memory.stays, lost.call), (memory.closed, lost.key)):
            names = index.get(name or "", [])
            if lost.id in names:
                names.remove(lost.id)
                if not names:
                    del index[name or ""]
        _take(memory.open, lost.key or "", lost.id)


def _take(open_: dict[str, dict[str, None]], key: str, name: str) -> None:
    names = open_.get(key, {})
    names.pop(name, None)
    if not names:
        open_.pop(key, None)


def _ended_at(visit: AnsweredVisit) -> Micros:
    return visit.ended_at


def _before(lost: LostVisit, at: Micros | None) -> bool:
    """Tell whether a visit was lost before a moment; what is not known is not before."""
    return lost.lost_at is not None and at is not None and lost.lost_at < at


def _latest(visit: fx.Visit) -> Micros | None:
    """Return when a visit was lost, or the latest moment known of it."""
    if visit.left_at is not None:
        return visit.left_at
    if visit.refused_at is not None:
        return visit.refused_at
    offers = (at for offer in visit.offers for at in (offer.offered_at, offer.rang_at, offer.ended_at))
    return max((at for at in (visit.joined_at, *offers) if at is not None), default=None)
