"""A talk that the agent ended sooner after the answer than anybody can have been helped."""

from __future__ import annotations

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import EndedBy, OfferOutcome, VisitOutcome
from callcenter.rules.detection.acts import DetectedAct
from callcenter.rules.detection.detectors.detector import Memoryless, QuietDetector, RuleInput
from callcenter.rules.records.violation import points

_RULE = "V-HANGUP"


class HangupDetector(QuietDetector[Memoryless]):
    """V-HANGUP."""

    codes = frozenset({_RULE})
    reads = (fx.VisitEnded,)

    def see(self, said: RuleInput) -> None:
        """Report a visit that its agent ended so soon after answering."""
        if isinstance(said, fx.VisitEnded):
            self._ended(said.visit)

    def _ended(self, visit: fx.Visit) -> None:
        context, figures = self._context, self._context.figures(visit.answered_at)
        if visit.outcome is not VisitOutcome.ANSWERED or visit.ended_by is not EndedBy.AGENT or figures is None:
            return
        within, talk, agent = figures.hangup_within, visit.talk, visit.agent
        if not isinstance(within, int) or talk is None or agent is None or talk > within + context.uncertainty(figures):
            return
        # whoever picked the call up from another phone answered no offer
        offer = next((o for o in visit.offers if o.outcome is OfferOutcome.ANSWERED), None)
        interface = context.interface_of(agent, visit.answered_at) if offer is None else offer.interface
        rung = () if offer is None else offer.frames
        told = (
            {}
            if offer is None
            else {
                "offered": offer.offered_at,
                "rang": offer.rang_at,
                "picked_up": offer.ended_at,
            }
        )
        context.report(
            DetectedAct(
                rule=_RULE,
                kind="hung_up",
                known_as=agent,
                interface=interface,
                agent=context.agent_at(agent, interface, told.get("offered") or visit.answered_at),
                at=visit.ended_at,
                start=visit.answered_at,
                end=visit.ended_at,
                subject=f"{visit.uniqueid} {visit.queue} {visit.n} {interface}",
                uniqueids=(visit.uniqueid,),
                frames=tuple(sorted({*visit.frames, *rung})),
                measured=talk,
                limit=within,
                timeline=points(**told, connected=visit.answered_at, ended_by_agent=visit.ended_at),
            )
        )
