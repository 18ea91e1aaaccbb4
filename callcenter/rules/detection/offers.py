"""Offers to one agent: answered late, missed, or refused one after the other until the line is as good as blocked.

A declined offer is held until it is plain whether it is one of a run: another outcome, an answer, another shift or a
long pause ends the run. Whatever a run takes in has no record of its own.
"""

from __future__ import annotations

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.vocabulary import AgentState, EndedBy, OfferOutcome, VisitOutcome
from callcenter.rules.detection.law import Law
from callcenter.rules.detection.memory import Act, Favour, Memory, Person, Refusal
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Named, Point, Verdict, points
from callcenter.rules.regulations.edition import Mode

_MISSED = frozenset({OfferOutcome.TIMED_OUT, OfferOutcome.DECLINED})
_REFUSED = frozenset({OfferOutcome.DECLINED, OfferOutcome.BUSY})
_NOT_SEEN = "not seen"

_TOLD_WITHIN: Micros = 5 * SECOND
"""An offer's outcome is told at most this long after it (seen: 0.5 s) unless a call is being picked up."""


class Offers:
    """V-LATE-ANSWER, V-MISSED, V-HANGUP, and V-HOTLINE by refusing."""

    def __init__(self, memory: Memory, law: Law) -> None:
        self._memory = memory
        self._law = law

    def ended(self, fact: fx.OfferEnded) -> None:
        """An offer's outcome is known."""
        offer = fact.offer
        person = self._memory.person(offer.agent)
        if offer.outcome is OfferOutcome.ANSWERED:
            if offer.ended_at is not None:
                self.close(person, offer.ended_at)
            self._answered(fact)
            return
        act = self._act("V-MISSED", offer.outcome.value, fact)
        missed = offer.outcome in _MISSED and (offer.available or offer.refuted == _NOT_SEEN)
        if offer.outcome in _REFUSED and offer.available and self._joins(person, act):
            assert act.at is not None
            begun = act.start if act.start is not None else act.at
            person.run.append(Refusal(act.at, begun, act, missed))
            return
        self.close(person, offer.ended_at)
        if missed:
            self._memory.acts.append(act)

    def connected(self, fact: fx.CallAnswered) -> None:
        """An agent took a call: nothing before it belongs to a run with what comes after."""
        self.close(self._memory.person(fact.agent), fact.at)

    def completed(self, fact: fx.VisitEnded) -> None:
        """A visit is over; who hung up so soon after answering?"""
        visit, figures = fact.visit, self._law.figures(fact.visit.answered_at)
        if visit.outcome is not VisitOutcome.ANSWERED or visit.ended_by is not EndedBy.AGENT or figures is None:
            return
        within, talk, agent = figures.hangup_within, visit.talk, visit.agent
        if (
            not isinstance(within, int)
            or talk is None
            or agent is None
            or talk > within + self._memory.uncertainty(figures)
        ):
            return
        # whoever picked the call up from another phone answered no offer
        offer = next((o for o in visit.offers if o.outcome is OfferOutcome.ANSWERED), None)
        interface = self._interface(agent, visit.answered_at) if offer is None else offer.interface
        rung = () if offer is None else offer.frames
        told = {} if offer is None else {
            "offered": offer.offered_at, "rang": offer.rang_at, "picked_up": offer.ended_at,
        }  # fmt: skip
        self._memory.acts.append(Act(
            rule="V-HANGUP", kind="hung_up", person=agent, interface=interface,
            agent=self._law.agent(agent, interface, told.get("offered") or visit.answered_at),
            at=visit.ended_at, start=visit.answered_at, end=visit.ended_at,
            subject=f"{visit.uniqueid} {visit.queue} {visit.n} {interface}", uniqueids=(visit.uniqueid,),
            frames=tuple(sorted({*visit.frames, *rung})), measured=talk, limit=within,
            timeline=points(**told, connected=visit.answered_at, ended_by_agent=visit.ended_at),
        ))  # fmt: skip

    def _interface(self, agent: str, at: Micros | None) -> str:
        """Name the phone at which the roster has an agent sit."""
        roster = self._law.roster
        return (None if roster is None else roster.interface_of(agent, at)) or ""

    def expire(self, now: Micros | None) -> None:
        """End the runs that nothing can join any more; None: the input is over."""
        if now is not None and now <= self._memory.run_due:
            return
        soonest = None
        for person in self._memory.people.values():
            if not person.run:
                continue
            due = self._expires(person.run[-1].at)
            if now is None or now > due:
                self.close(person, None)
            elif soonest is None or due < soonest:
                soonest = due
        if now is not None:
            # a run that begins later expires later than this
            self._memory.run_due = self._expires(now) if soonest is None else soonest

    def due(self) -> Micros | None:
        """Return when the next run ends with nothing more happening; None: there is no run."""
        lasts = (self._expires(person.run[-1].at) for person in self._memory.people.values() if person.run)
        return min((last + 1 for last in lasts), default=None)

    def _expires(self, last: Micros) -> Micros:
        figures = self._law.figures(last)
        return last if figures is None else last + figures.refused_apart + _TOLD_WITHIN

    def close(self, person: Person, at: Micros | None) -> None:
        """End a run at a moment (None: all of it): it blocked the line, or each refusal stands for itself."""
        if not person.run:
            return
        count = len(person.run) if at is None else sum(refusal.at <= at for refusal in person.run)
        run, person.run = person.run[:count], person.run[count:]
        taken_in = self._blocked(run)
        if not taken_in:
            self._memory.acts += [refusal.act for refusal in run if refusal.missed]

    def _answered(self, fact: fx.OfferEnded) -> None:
        offer, figures = fact.offer, self._law.figures(fact.offer.ended_at)
        ringing = offer.ringing
        if ringing is None or figures is None or ringing < figures.ring - self._memory.uncertainty(figures):
            return
        act = self._act("V-LATE-ANSWER", "late_answer", fact)
        act.measured, act.limit = ringing, figures.ring
        if not offer.available and offer.refuted not in {_NOT_SEEN, None}:
            excuse = Favour(Verdict.EXCUSED, Reason("not_available", {"what": offer.refuted}))
            act.favours = (excuse, *act.favours)
        self._memory.acts.append(act)

    def _joins(self, person: Person, act: Act) -> bool:
        """End the run that a refusal does not continue; tell whether it may begin or continue one."""
        figures = self._law.figures(act.at)
        if act.at is None or figures is None:
            return False
        if person.run:
            last = person.run[-1].at
            apart = act.at - last > figures.refused_apart - self._memory.uncertainty(figures)
            if apart or not self._law.same_shift(act.agent, last, act.at):
                self.close(person, None)
        return self._law.wholly_on_duty(act.agent, act.start if act.start is not None else act.at, act.at)

    def _blocked(self, run: list[Refusal]) -> bool:
        """Make a run that is long enough one record; tell whether that record stands for all of it."""
        figures = self._law.figures(run[-1].at) if run else None
        rule = self._law.rule("V-HOTLINE", run[-1].at) if run else None
        if figures is None or rule is None or len(run) < figures.refusals:
            return False
        lasted = run[-1].at - run[0].at
        if lasted < figures.refused_over - self._memory.uncertainty(figures) or lasted == 0:
            return False
        first = run[0].act
        names = tuple(Named("V-MISSED", r.at, r.act.subject) for r in run if r.missed)
        self._memory.acts.append(Act(
            rule="V-HOTLINE", kind="refused", person=first.person, agent=first.agent, interface=first.interface,
            at=run[0].start, start=run[0].start, end=run[-1].at, subject=f"refused {first.subject}",
            frames=tuple(sorted({pos for r in run for pos in r.act.frames})), measured=lasted,
            limit=figures.refused_over, params={"count": str(len(run))}, names=names,
            uniqueids=tuple(sorted({uid for r in run for uid in r.act.uniqueids})), impact=True,
            timeline=tuple(point for r in run for point in r.act.timeline),
        ))  # fmt: skip
        return rule.mode is Mode.ON

    def _act(self, rule: str, kind: str, fact: fx.OfferEnded) -> Act:
        offer = fact.offer
        begun = offer.rang_at if offer.rang_at is not None else offer.offered_at
        return Act(
            rule=rule, kind=kind, person=offer.agent, interface=offer.interface,
            agent=self._law.agent(offer.agent, offer.interface, _called(offer) or offer.ended_at),
            at=offer.ended_at, start=begun, end=offer.ended_at,
            subject=f"{fact.uniqueid} {fact.queue} {fact.visit} {offer.interface} {begun}",
            uniqueids=(fact.uniqueid,), frames=offer.frames, measured=offer.ringing, favours=self._favours(offer),
            timeline=_timeline(offer),
        )  # fmt: skip

    def _favours(self, offer: fx.Offer) -> tuple[Favour, ...]:
        found: list[Favour] = []
        # a busy switch tells the ring before the queue's word of it: what she did then is not what came of the ring
        begun = _called(offer)
        figures = self._law.figures(begun)
        if begun is not None and figures is not None:
            person = self._memory.person(offer.agent)
            if AgentState.WRAP_UP in {
                person.state_before(begun),
                person.state_before(begun - self._memory.uncertainty(figures)),
            }:
                found.append(Favour(Verdict.EXCUSED, Reason("wrap_up")))
            free = person.free_since(begun) if figures.grace else None
            if free is not None and begun - free < figures.grace + self._memory.uncertainty(figures):
                found.append(Favour(Verdict.EXCUSED, Reason("grace")))
        if self._law.seat_changed(offer.interface, begun, offer.ended_at):
            found.append(Favour(Verdict.UNDETERMINED, Reason("seat_changed")))
        if offer.refuted == _NOT_SEEN and offer.outcome is not OfferOutcome.ANSWERED:
            found.append(Favour(Verdict.UNDETERMINED, Reason("not_seen")))
        return tuple(found)


def _called(offer: fx.Offer) -> Micros | None:
    return min((at for at in (offer.offered_at, offer.rang_at) if at is not None), default=None)


def _timeline(offer: fx.Offer) -> tuple[Point, ...]:
    if offer.outcome is OfferOutcome.ANSWERED:
        return points(
            offered=offer.offered_at, rang=offer.rang_at, picked_up=offer.ended_at, connected=offer.connected_at
        )
    return points(offered=offer.offered_at, rang=offer.rang_at, ring_ended=offer.ended_at)
