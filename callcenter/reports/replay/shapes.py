"""The JSON shapes of replay: seconds at the edge, null where unknown."""

from __future__ import annotations

from typing import Any

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.visits.survey import Survey
from callcenter.domain.vocabulary import AgentState
from callcenter.rules.regulations.edition import FiguresAt

Shape = dict[str, Any]

STATES = tuple(state for state in AgentState if state is not AgentState.SYSTEM_PAUSED)
"""Those whose seconds each agent is shown with; those of a pause by the service are, where there was one."""


def seconds(value: Micros | None) -> float | None:
    """Turn microseconds into seconds with six decimals; unknown stays unknown."""
    return None if value is None else value / SECOND


def call_shape(call: fx.Call, figures: FiguresAt) -> Shape:
    """Show a call with its visits, its talks and, where there was one, its survey."""
    shape: Shape = {
        "call": call.call,
        "visits": [visit_shape(v, figures) for v in call.visits],
        "talks": [talk_shape(t) for t in call.talks],
    }
    return shape | ({"survey": survey_shape(call.surveys[-1])} if call.surveys else {})


def survey_shape(survey: Survey) -> Shape:
    """Show what a caller was asked after the call, and said."""
    return {
        "agent": survey.agent,
        "queue": survey.queue,
        "asked_at": seconds(survey.asked_at),
        "agreed_at": seconds(survey.agreed_at),
        "ended_at": seconds(survey.ended_at),
        "result": survey.result.value,
        "hung_up": survey.hung_up,
        "questions": [question.name.lower() for question in survey.asks],
        "answers": {question.name.lower(): answer for question, answer in survey.answers.items()},
        "in_gap": survey.in_gap,
    }


def talk_shape(talk: fx.Talk) -> Shape:
    """Show who really talked with the customer."""
    return {
        "agent": talk.agent,
        "interface": talk.interface,
        "how": talk.how.value,
        "queue": talk.queue,
        "uniqueid": talk.uniqueid,
        "from": seconds(talk.start),
        "to": seconds(talk.end),
        "seconds": seconds(talk.length),
        "ended_by": None if talk.ended_by is None else talk.ended_by.value,
        "in_gap": talk.in_gap,
    }


def visit_shape(visit: fx.Visit, figures: FiguresAt) -> Shape:
    """Show a visit with its offers."""
    return {
        "queue": visit.queue,
        "uniqueid": visit.uniqueid,
        "visit": visit.n,
        "caller": visit.caller,
        "did": visit.did,
        "joined_at": seconds(visit.joined_at),
        "left_at": seconds(visit.left_at),
        "wait_seconds": seconds(visit.wait),
        "position": visit.position,
        "outcome": visit.outcome.value,
        "agent": visit.agent,
        "answered_at": seconds(visit.answered_at),
        "ended_at": seconds(visit.ended_at),
        "talk_seconds": seconds(visit.talk),
        "hold_seconds": seconds(visit.hold),
        "transferred": visit.transferred,
        "ended_by": None if visit.ended_by is None else visit.ended_by.value,
        "refused_at": seconds(visit.refused_at),
        "in_gap": visit.in_gap,
        "filled": list(visit.filled),
        "offers": [offer_shape(o, figures) for o in visit.offers],
    }


def offer_shape(offer: fx.Offer, figures: FiguresAt) -> Shape:
    """Show an offer; `rings` counts the bursts begun, by the cadence that held."""
    ringing = offer.ringing
    return {
        "agent": offer.agent,
        "interface": offer.interface,
        "offered_at": seconds(offer.offered_at),
        "rang_at": seconds(offer.rang_at),
        "ended_at": seconds(offer.ended_at),
        "ring_seconds": seconds(ringing),
        "rings": None if ringing is None else figures(offer.ended_at).rings_begun(ringing),
        "outcome": offer.outcome.value,
        "available": offer.available,
        "refuted": offer.refuted,
    }


def span_shape(span: fx.StateSpan) -> Shape:
    """Show a state span; the queues are those in which a paused agent is paused."""
    return {
        "state": span.state.value,
        "reason": span.reason,
        "queues": list(span.queues),
        "from": seconds(span.start),
        "to": seconds(span.end),
    }
