"""What is told outside of a queue's calls, as the record takes it in: queued, answered, abandoned, ended; no number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.untrusted import storable


class CallEvent(StrEnum):
    """What happened with a call."""

    QUEUED = "queued"
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    ENDED = "ended"


class CallEventTold(NamedTuple):
    """What is told of a call, in the order of one key: its first channel's id, as long as it has no other."""

    key: str
    payload: dict[str, Any]


def calls_told(node: str, facts: Sequence[fx.Fact]) -> list[CallEventTold]:
    """Say what facts tell of calls."""
    return [CallEventTold(key, {"node": node, **told}) for fact in facts for key, told in _told(fact)]


def _told(fact: fx.Fact) -> Iterator[tuple[str, dict[str, Any]]]:
    match fact:
        case fx.VisitJoined():
            yield fact.uniqueid, _event(CallEvent.QUEUED, fact, **_place(fact))
        case fx.CallAnswered():
            place = {"uniqueid": storable(fact.uniqueid), "queue": storable(fact.queue)}
            yield fact.uniqueid, _event(CallEvent.ANSWERED, fact, **place, agent=storable(fact.agent))
        case fx.VisitEnded(visit=fx.Visit(outcome=VisitOutcome.ABANDONED) as gone):
            lost = _place(gone) | {"call": storable(gone.call), "wait": gone.wait}
            yield gone.uniqueid, _event(CallEvent.ABANDONED, fact, **lost)
        case fx.CallEnded(call=fx.Call(visits=visits) as call) if visits:
            stays = [_place(one) | {"outcome": one.outcome} for one in visits]
            yield call.call, _event(CallEvent.ENDED, fact, call=storable(call.call), visits=stays)
        case _:
            pass


def _event(event: CallEvent, fact: fx.Fact, **told: Any) -> dict[str, Any]:
    return {"event": event, "at": fact.at, **told}


def _place(stay: fx.VisitJoined | fx.Visit) -> dict[str, Any]:
    queue = None if stay.queue is None else storable(stay.queue)
    return {"uniqueid": storable(stay.uniqueid), "queue": queue, "visit": stay.n}
