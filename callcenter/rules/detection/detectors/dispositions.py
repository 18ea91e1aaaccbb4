"""Whether calls were recorded and promised callbacks made.

The disposition of a call is owed by the agent who ended with the customer: whoever handed the call on owes none, and
none is owed of a talk that the switch cut off or whose end was not seen. Anybody may record it, from the answer on.

A callback is kept by any call to the number, by anybody, and by the customer who calls again and is answered. A newer
promise for the same call, made before the old one was due, takes its place. Numbers are compared by their keys (see
`callcenter.numbers`); a promise to what is nobody's number can be neither kept nor broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import EndedBy, OfferOutcome, VisitOutcome
from callcenter.numbers import Number, NumberKind, read_number
from callcenter.rules.detection.acts import DetectedAct, Favour
from callcenter.rules.detection.context import LATE
from callcenter.rules.detection.detectors.detector import QuietDetector, RuleInput
from callcenter.rules.detection.inputs import Disposition
from callcenter.rules.records.texts import Reason, in_seconds
from callcenter.rules.records.violation import Verdict, points

_RULE = "V-SKIPPED"
_OWING = frozenset({EndedBy.CALLER, EndedBy.AGENT})
_TOLD_WITHIN: Micros = 5 * SECOND
"""A visit's end is told at most this long after it (seen: 1 s)."""

_DIGITS = 7
"""So many last digits told a number in older journals; now they only tell that two numbers may be one."""

_IN_PART = frozenset({NumberKind.LOCAL, NumberKind.UNUSABLE})
"""Kinds of number before which something may be missing that the site's settings do not say."""

_ENTRIES_OF_A_CALL = 64
_PROMISES = 10_000

_TALKS_KEPT: Micros = 3600 * SECOND
"""A disposition later than this after a talk is of a call that is no longer known."""

_DISPOSED_KEPT: Micros = 86_400 * SECOND


class OwedDisposition(msgspec.Struct):
    """A talk that is over and whose disposition has some time left; `called` is when the agent's phone was."""

    uniqueid: str
    queue: str | None
    n: int
    agent: str
    interface: str
    answered: Micros | None
    ended: Micros
    frames: tuple[int, ...]
    called: Micros | None = None


class SeenTalk(msgspec.Struct, array_like=True):
    """A talk that is over, for promises that name it."""

    ended: Micros
    frames: tuple[int, ...]


class PromisedCallback(msgspec.Struct):
    """A callback that was promised.

    Attributes:
        number: Its last digits.
        called: When it was first dialled or called in.
        key: By what numbers are compared; None: by those last digits, as older journals were judged.
        unclear: A number was dialled or called in that may be this one.
    """

    at: Micros
    by: Micros
    uniqueid: str
    agent: str
    number: str
    talk: SeenTalk | None = None
    called: Micros | None = None
    key: str | None = None
    unclear: bool = False


class DispositionMemory(msgspec.Struct):
    """What is owed, and what was entered.

    Attributes:
        owed: Talks whose disposition is due, in the order in which they were told.
        disposed: Uniqueid → when dispositions were recorded.
        talks: Uniqueid → the talk that ended last.
        callbacks: Uniqueid → callbacks promised in that call; none is due before `callbacks_due`.
    """

    owed: list[OwedDisposition] = []
    disposed: dict[str, list[Micros]] = {}
    talks: dict[str, SeenTalk] = {}
    callbacks: dict[str, list[PromisedCallback]] = {}
    callbacks_due: Micros = 0


class DispositionDetector(QuietDetector[DispositionMemory]):
    """V-SKIPPED."""

    codes = frozenset({_RULE})
    reads = (fx.CallAnswered, fx.VisitEnded, fx.OwnCallBegan, fx.OwnCallEnded, Disposition)

    def see(self, said: RuleInput) -> None:
        """Note what is owed of a talk, what was recorded, and who was called."""
        match said:
            case fx.CallAnswered():
                self._answered(said)
            case fx.VisitEnded():
                self._completed(said.visit)
            case fx.OwnCallBegan() | fx.OwnCallEnded():
                self._dialled(said.own, said.at)
            case Disposition():
                self._disposed(said)
            case _:
                pass

    def settle(self, now: Micros) -> None:
        """Report the talks and promises whose time is over, when nothing about it can be told any more."""
        due = takewhile(lambda one: one.ended + (self._within(one.ended) or 0) + _TOLD_WITHIN < now, self._memory.owed)
        for owed in (over := [*due]):
            self._recorded(owed)
        del self._memory.owed[: len(over)]
        if now <= self._memory.callbacks_due + _TOLD_WITHIN:
            return
        left: dict[str, list[PromisedCallback]] = {}
        for promise in self._promises():
            if promise.by + _TOLD_WITHIN < now:
                self._due(promise)
            else:
                left.setdefault(promise.uniqueid, []).append(promise)
        self._memory.callbacks = left
        self._memory.callbacks_due = min((promise.by for promise in self._promises()), default=0)

    def due(self) -> Micros | None:
        """Return when there is next something to judge with nothing more happening; None: nothing is owed."""
        owed = (one.ended + (self._within(one.ended) or 0) for one in self._memory.owed[:1])
        promised = (self._memory.callbacks_due,) if self._memory.callbacks else ()
        return min((due + _TOLD_WITHIN + 1 for due in (*owed, *promised)), default=None)

    def finish(self, at: Micros | None) -> None:
        """The input is over: report what was due until then."""
        if at is not None:
            self.settle(at)

    def forget(self) -> None:
        """Let go of talks that no disposition can name, and of dispositions whose talk was over long ago."""
        memory, now = self._memory, self._context.memory.now
        if now is None:
            return
        owed, since = {one.uniqueid for one in memory.owed}, now - _DISPOSED_KEPT
        memory.talks = {uid: talk for uid, talk in memory.talks.items() if talk.ended + _TALKS_KEPT + LATE >= now}
        memory.disposed = {uid: at for uid, at in memory.disposed.items() if uid in owed or at[-1] >= since}

    def _completed(self, visit: fx.Visit) -> None:
        """A visit is over: a disposition of its talk is owed."""
        if visit.outcome is not VisitOutcome.ANSWERED or visit.agent is None or visit.ended_at is None:
            return
        if self._context.rule(_RULE, visit.ended_at) is None:
            return
        talk = self._memory.talks[visit.uniqueid] = SeenTalk(visit.ended_at, visit.frames)
        for promise in self._memory.callbacks.get(visit.uniqueid, ()):
            in_it = (visit.answered_at or visit.ended_at) <= promise.at <= visit.ended_at
            if visit.ended_at <= promise.by and (in_it or promise.talk is None):
                promise.talk = talk
        if visit.ended_by in _OWING and self._within(visit.ended_at) is not None:
            offer = next((o for o in visit.offers if o.outcome is OfferOutcome.ANSWERED), None)
            self._memory.owed.append(
                OwedDisposition(
                    visit.uniqueid,
                    visit.queue,
                    visit.n,
                    visit.agent,
                    "" if offer is None else offer.interface,
                    visit.answered_at,
                    visit.ended_at,
                    visit.frames,
                    None if offer is None else offer.offered_at,
                )
            )

    def _disposed(self, disposition: Disposition) -> None:
        """Somebody recorded a call, and perhaps promised a callback."""
        if self._context.rule(_RULE, disposition.at) is None:
            return
        times = self._memory.disposed.setdefault(disposition.uniqueid, [])
        times.append(disposition.at)
        del times[:-_ENTRIES_OF_A_CALL]
        by, read = disposition.callback_by, self._read(disposition.callback_to)
        number = _digits(disposition.callback_to if read is None else read.key)[-_DIGITS:]
        if number and by is not None and by > disposition.at:
            self._promised(disposition, number, None if read is None else read.key, by)

    def _read(self, number: str | None) -> Number | None:
        return None if self._context.numbering is None else read_number(number or "", self._context.numbering)

    def _promised(self, disposition: Disposition, number: str, key: str | None, by: Micros) -> None:
        uid, at, callbacks = disposition.uniqueid, disposition.at, self._memory.callbacks
        if len(callbacks) >= _PROMISES and uid not in callbacks:
            return
        talk = self._memory.talks.get(uid)
        if talk is not None and at > talk.ended + _TALKS_KEPT:
            talk = None
        due = [promise for promise in callbacks.get(uid, ()) if promise.by <= at]
        callbacks[uid] = [*due, PromisedCallback(at, by, uid, disposition.agent, number, talk, key=key)]
        self._memory.callbacks_due = min(self._memory.callbacks_due or by, by)

    def _answered(self, fact: fx.CallAnswered) -> None:
        """A caller was answered: perhaps one who waited for a callback."""
        if fact.at is not None and self._memory.callbacks:
            self._reached(fact.caller, fact.at, fact.at, fact.uniqueid)

    def _dialled(self, own: fx.OwnCall, told: Micros | None) -> None:
        """An agent dialled: perhaps a callback."""
        if own.started_at is not None and told is not None and self._memory.callbacks:
            self._reached(own.calls_back or own.dialled, own.started_at, told, None)

    def _within(self, ended: Micros) -> Micros | None:
        """Return how long after a talk its disposition is due, None where nobody has said."""
        figures = self._context.figures(ended)
        within = None if figures is None else figures.disposition_within
        return within if isinstance(within, int) else None

    def _recorded(self, owed: OwedDisposition) -> None:
        """Report a talk whose disposition is due."""
        figures, within = self._context.figures(owed.ended), self._within(owed.ended)
        if figures is None or within is None:
            return
        due = owed.ended + within
        times = self._memory.disposed.get(owed.uniqueid, ())
        recorded = min((at for at in times if owed.answered is None or at >= owed.answered), default=None)
        if recorded is None or recorded >= due - self._context.uncertainty(figures):
            near = recorded is not None and recorded <= due + self._context.uncertainty(figures)
            began = owed.called or owed.answered or owed.ended
            self._context.report(
                DetectedAct(
                    rule=_RULE,
                    kind="unrecorded",
                    known_as=owed.agent,
                    interface=owed.interface,
                    agent=self._context.agent_at(owed.agent, owed.interface, began),
                    at=owed.ended,
                    start=owed.ended,
                    end=due,
                    subject=f"unrecorded {owed.uniqueid} {owed.queue} {owed.n}",
                    uniqueids=(owed.uniqueid,),
                    frames=owed.frames,
                    measured=recorded - owed.ended if near and recorded is not None else within,
                    limit=within if near else None,
                    params={"within": in_seconds(within)},
                    timeline=points(connected=owed.answered, talk_ended=owed.ended, record_due=due),
                )
            )

    def _due(self, promise: PromisedCallback) -> None:
        figures = self._context.figures(promise.by)
        if figures is None:
            return
        called, doubt = promise.called, self._context.uncertainty(figures)
        if called is not None and called < promise.by - doubt:
            return
        near, within = called is not None and called <= promise.by + doubt, promise.by - promise.at
        favours = []
        if self._context.off_duty(promise.agent, promise.by):
            favours.append(Favour(Verdict.EXCUSED, Reason("off_duty")))
        if promise.unclear:
            favours.append(Favour(Verdict.UNDETERMINED, Reason("number_unclear")))
        if promise.talk is None:
            favours.append(Favour(Verdict.UNDETERMINED, Reason("call_not_seen")))
        self._context.report(
            DetectedAct(
                rule=_RULE,
                kind="not_called_back",
                known_as=promise.agent,
                agent=promise.agent,
                interface="",
                at=promise.by,
                start=promise.at,
                end=promise.by,
                subject=f"callback {promise.uniqueid} {promise.at}",
                uniqueids=(promise.uniqueid,),
                frames=() if promise.talk is None else promise.talk.frames,
                measured=called - promise.at if near and called is not None else within,
                limit=within if near else None,
                params={"within": in_seconds(within)},
                favours=tuple(favours),
                timeline=points(promised=promise.at, callback_due=promise.by),
            )
        )

    def _reached(self, number: str | None, at: Micros, told: Micros, uniqueid: str | None) -> None:
        """Note a call with a number; the call in which a promise was made does not keep it."""
        digits, read = _digits(number), self._read(number)
        for promise in self._promises():
            alike = digits.endswith(promise.number)
            if promise.uniqueid == uniqueid or not (promise.at <= at and told <= promise.by + _TOLD_WITHIN):
                continue
            same = alike if read is None or promise.key is None else read.key == promise.key
            if same:
                promise.called = at if promise.called is None else min(at, promise.called)
            elif alike and read is not None and (read.kind in _IN_PART or not (promise.key or "").startswith("+")):
                promise.unclear = True

    def _promises(self) -> Iterator[PromisedCallback]:
        return (promise for promises in self._memory.callbacks.values() for promise in promises)


def _digits(number: str | None) -> str:
    return "".join(sign for sign in number or "" if sign.isascii() and sign.isdigit())
