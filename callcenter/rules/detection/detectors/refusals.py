"""Offers that one agent missed, or refused one after the other until the line is as good as blocked.

A declined offer is held until it is plain whether it is one of a run: another outcome, an answer, another shift or a
long pause ends the run. Whatever a run takes in has no record of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import OfferOutcome
from callcenter.rules.detection.acts import DetectedAct
from callcenter.rules.detection.context import RuleContext
from callcenter.rules.detection.detectors.detector import RuleInput
from callcenter.rules.detection.detectors.offers import NOT_SEEN, offer_act
from callcenter.rules.records.violation import Named
from callcenter.rules.regulations.edition import Mode

_MISSED = frozenset({OfferOutcome.TIMED_OUT, OfferOutcome.DECLINED})
_REFUSED = frozenset({OfferOutcome.DECLINED, OfferOutcome.BUSY})

_TOLD_WITHIN: Micros = 5 * SECOND
"""An offer's outcome is told at most this long after it (seen: 0.5 s) unless a call is being picked up."""


class Refusal(msgspec.Struct):
    """An offer that was declined or met with busy; `act` is its own record unless a run takes it in."""

    at: Micros
    start: Micros
    act: DetectedAct
    missed: bool


class RefusalMemory(msgspec.Struct):
    """Runs of refusals by the floor's name of the agent; none can expire before `due`."""

    runs: dict[str, list[Refusal]] = {}
    due: Micros = 0


class RefusalRuns:
    """V-MISSED, and V-HOTLINE by refusing."""

    reads = (fx.OfferEnded, fx.CallAnswered)

    def __init__(self, context: RuleContext, memory: RefusalMemory) -> None:
        self._context = context
        self._memory = memory

    def see(self, said: RuleInput) -> None:
        """Take in what became of an offer; an agent who takes a call ends the run."""
        match said:
            case fx.OfferEnded() if said.offer.outcome is OfferOutcome.ANSWERED:
                if said.offer.ended_at is not None:
                    self._close(said.offer.agent, said.offer.ended_at)
            case fx.OfferEnded():
                self._unanswered(said)
            case fx.CallAnswered():
                self._close(said.agent, said.at)
            case _:
                pass

    def expire(self, now: Micros | None) -> None:
        """End the runs that nothing can join any more; None: the input is over."""
        if now is not None and now <= self._memory.due:
            return
        for agent, run in [*self._memory.runs.items()]:
            if now is None or now > self._expires(run[-1].at):
                self._close(agent, None)
        if now is not None:
            # a run that begins later expires later than this
            self._memory.due = min(self._lasts(), default=self._expires(now))

    def due(self) -> Micros | None:
        """Return when the next run ends with nothing more happening; None: there is no run."""
        return min((last + 1 for last in self._lasts()), default=None)

    def begun(self) -> Iterator[Micros]:
        """Yield when each run began."""
        yield from (run[0].start for run in self._memory.runs.values())

    def _unanswered(self, fact: fx.OfferEnded) -> None:
        offer = fact.offer
        act = offer_act(self._context, "V-MISSED", offer.outcome.value, fact)
        missed = offer.outcome in _MISSED and (offer.available or offer.refuted == NOT_SEEN)
        if offer.outcome in _REFUSED and offer.available and self._joins(offer.agent, act):
            assert act.at is not None
            begun = act.start if act.start is not None else act.at
            self._memory.runs.setdefault(offer.agent, []).append(Refusal(act.at, begun, act, missed))
            return
        self._close(offer.agent, offer.ended_at)
        if missed:
            self._context.report(act)

    def _lasts(self) -> Iterator[Micros]:
        return (self._expires(run[-1].at) for run in self._memory.runs.values())

    def _expires(self, last: Micros) -> Micros:
        figures = self._context.figures(last)
        return last if figures is None else last + figures.refused_apart + _TOLD_WITHIN

    def _close(self, agent: str, at: Micros | None) -> None:
        """End a run at a moment (None: all of it): it blocked the line, or each refusal stands for itself."""
        every = self._memory.runs.pop(agent, [])
        count = len(every) if at is None else sum(refusal.at <= at for refusal in every)
        if count < len(every):
            self._memory.runs[agent] = every[count:]
        run = every[:count]
        if run and not self._blocked(run):
            self._context.report(*(refusal.act for refusal in run if refusal.missed))

    def _joins(self, agent: str, act: DetectedAct) -> bool:
        """End the run that a refusal does not continue; tell whether it may begin or continue one."""
        context, figures = self._context, self._context.figures(act.at)
        if act.at is None or figures is None:
            return False
        run = self._memory.runs.get(agent)
        if run:
            last = run[-1].at
            apart = act.at - last > figures.refused_apart - context.uncertainty(figures)
            if apart or not context.same_shift(act.agent, last, act.at):
                self._close(agent, None)
        return context.wholly_on_duty(act.agent, act.start if act.start is not None else act.at, act.at)

    def _blocked(self, run: list[Refusal]) -> bool:
        """Report a run that is long enough as one act; return whether that act stands for all of it."""
        figures, rule = self._context.figures(run[-1].at), self._context.rule("V-HOTLINE", run[-1].at)
        if figures is None or rule is None or len(run) < figures.refusals:
            return False
        lasted = run[-1].at - run[0].at
        if lasted < figures.refused_over - self._context.uncertainty(figures) or lasted == 0:
            return False
        first = run[0].act
        names = tuple(Named("V-MISSED", r.at, r.act.subject) for r in run if r.missed)
        self._context.report(
            DetectedAct(
                rule="V-HOTLINE",
                kind="refused",
                known_as=first.known_as,
                agent=first.agent,
                interface=first.interface,
                at=run[0].start,
                start=run[0].start,
                end=run[-1].at,
                subject=f"refused {first.subject}",
                frames=tuple(sorted({pos for r in run for pos in r.act.frames})),
                measured=lasted,
                limit=figures.refused_over,
                params={"count": str(len(run))},
                names=names,
                uniqueids=tuple(sorted({uid for r in run for uid in r.act.uniqueids})),
                impact=True,
                timeline=tuple(point for r in run for point in r.act.timeline),
            )
        )
        return rule.mode is Mode.ON
