"""Acts that are about one offer, and what speaks for the agent in it."""

from __future__ import annotations

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import AgentState, OfferOutcome
from callcenter.rules.detection.acts import DetectedAct, Favour
from callcenter.rules.detection.context import RuleContext
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Point, StateSince, Verdict, points
from callcenter.rules.regulations.edition import RulebookFigures

NOT_SEEN = "not seen"
"""Whether the agent was available was not seen."""

_STATES = 2
"""So many states before an offer are told: the agent's own then, and what it followed."""


def offer_act(context: RuleContext, rule: str, kind: str, fact: fx.OfferEnded) -> DetectedAct:
    """Return the act that an offer came to."""
    offer = fact.offer
    begun = offer.rang_at if offer.rang_at is not None else offer.offered_at
    agent = context.agent_at(offer.agent, offer.interface, _called(offer) or offer.ended_at)
    return DetectedAct(
        rule=rule,
        kind=kind,
        known_as=offer.agent,
        interface=offer.interface,
        agent=agent,
        at=offer.ended_at,
        start=begun,
        end=offer.ended_at,
        subject=f"{fact.uniqueid} {fact.queue} {fact.visit} {offer.interface} {begun}",
        uniqueids=(fact.uniqueid,),
        frames=offer.frames,
        measured=offer.ringing,
        params=_rings(context.figures(offer.ended_at), offer.ringing),
        favours=_favours(context, offer),
        timeline=_timeline(offer),
        queue=fact.queue,
        before=_before(context, offer) if agent == offer.agent else (),
    )


def _rings(figures: RulebookFigures | None, ringing: Micros | None) -> dict[str, str]:
    """Say how many rings had begun, and within how many a phone is answered."""
    if figures is None:
        return {}
    return {"rings": "?" if ringing is None else str(figures.rings_begun(ringing)), "most": str(figures.rings)}


def _before(context: RuleContext, offer: fx.Offer) -> tuple[StateSince, ...]:
    """Return what the agent was doing when the offer came, and what before that."""
    begun = _called(offer)
    states = () if begun is None else context.agent(offer.agent).states_before(begun, _STATES)
    return tuple(StateSince(state, since) for since, state in states)


def _favours(context: RuleContext, offer: fx.Offer) -> tuple[Favour, ...]:
    found: list[Favour] = []
    # a busy switch tells the ring before the queue's word of it: what the agent did then is not what came of the ring
    begun = _called(offer)
    figures = context.figures(begun)
    if begun is not None and figures is not None:
        agent, doubt = context.agent(offer.agent), context.uncertainty(figures)
        if AgentState.WRAP_UP in {agent.state_before(begun), agent.state_before(begun - doubt)}:
            found.append(Favour(Verdict.EXCUSED, Reason("wrap_up")))
        free = agent.free_since(begun) if figures.grace else None
        if free is not None and begun - free < figures.grace + doubt:
            found.append(Favour(Verdict.EXCUSED, Reason("grace")))
    if context.seat_changed(offer.interface, begun, offer.ended_at):
        found.append(Favour(Verdict.UNDETERMINED, Reason("seat_changed")))
    if offer.refuted == NOT_SEEN and offer.outcome is not OfferOutcome.ANSWERED:
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
