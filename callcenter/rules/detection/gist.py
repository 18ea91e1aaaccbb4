"""What the judge reads of a fact, and no more of it: small enough that every one can be kept.

A gist is a fact of the same kind without what no rule asks for: positions of frames, numbers of callers who were not
answered, offers that were not answered, the state that ended. A judge told of gists gives the records that it gives
when told of the facts, with the same ids; only `frames` are empty, so a record from gists is a figure and never
evidence.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import assert_never

import msgspec

from callcenter.domain import facts as fx
from callcenter.domain.agents.pages import PageWitnessed
from callcenter.domain.visits.holds import CallHeld, CallListened
from callcenter.domain.vocabulary import AgentState, EndedBy, OfferOutcome, PageWord
from callcenter.rules.detection.witness import SPEAKS_FOR

_without = msgspec.structs.replace
_TALKED = frozenset({EndedBy.AGENT, EndedBy.CALLER})


def gist(fact: fx.Fact) -> fx.Fact | None:
    """Return what the judge reads of a fact, None where it reads nothing."""
    match fact:
        case fx.VisitJoined() | fx.VisitLeft() | fx.CallAnswered() | fx.MembershipChanged() | fx.GapSeen():
            return fact
        case fx.OfferEnded():
            return _without(fact, offer=_without(fact.offer, frames=()))
        case fx.VisitEnded():
            return _without(fact, visit=_visit(fact.visit))
        case fx.AgentStateChanged():
            return _without(fact, ended=None, queues=(), frames=())
        case fx.OwnCallBegan() | fx.OwnCallEnded():
            return _without(fact, own=_without(fact.own, frames=()))
        case fx.PhoneLost() | fx.PhoneUnregistered() | fx.PhoneFound():
            return _without(fact, frames=())
        case PageWitnessed():
            return _without(fact, device=None, detail=None, frames=()) if fact.what in SPEAKS_FOR else None
        case (
            fx.CallOffered()
            | fx.PhoneRang()
            | fx.TalkBegan()
            | fx.TalkEnded()
            | CallHeld()
            | CallListened()
            | fx.SurveyEnded()
            | fx.VisitFilled()
            | fx.CallEnded()
            | fx.LineBlocked()
            | fx.CallBackDialled()
            | fx.LostCallChanged()
            | fx.OutOfOrder()
        ):
            return None
        case _:
            assert_never(fact)


def gists(facts: Iterable[fx.Fact]) -> list[fx.Fact]:
    """Return the gists of those facts that have one."""
    return [found for fact in facts if (found := gist(fact)) is not None]


class Lasting:
    """The newest facts of everything that lasts: told first, they let a judge begin in the middle.

    Of each agent the state, and the last one that showed the phone reachable or unknown; of each agent and queue
    whether it is served; of each phone whether it is there, and whether it is in a page.
    """

    def __init__(self, facts: Iterable[fx.Fact] = ()) -> None:
        self._newest: dict[Hashable, tuple[int, fx.Fact]] = {}
        self._count = 0
        self.see(facts)

    def see(self, facts: Iterable[fx.Fact]) -> None:
        """Take in gists, in order."""
        for fact in facts:
            self._count += 1
            for key in _keys(fact):
                self._newest[key] = (self._count, fact)

    def facts(self) -> list[fx.Fact]:
        """Return what lasts, in the order in which it became true."""
        return [fact for _, fact in sorted(dict(self._newest.values()).items())]


def _keys(fact: fx.Fact) -> Iterator[Hashable]:
    match fact:
        case fx.AgentStateChanged():
            yield "state", fact.agent, fact.interface
            if fact.state is not AgentState.OFFLINE:
                yield "reached", fact.interface
        case fx.MembershipChanged():
            yield "serves", fact.agent, fact.queue
        case fx.PhoneLost() | fx.PhoneFound():
            yield "phone", fact.interface
        case PageWitnessed(what=PageWord.REGISTERED):
            yield "page", fact.agent
        case _:
            pass


def _visit(visit: fx.Visit) -> fx.Visit:
    """Keep the answered offer alone, and that only where its agent ended with the customer."""
    told = visit.offers if visit.ended_by in _TALKED else ()
    offers = tuple(_without(o, frames=()) for o in told if o.outcome is OfferOutcome.ANSWERED)
    return _without(visit, call="", caller=None, did=None, position=None, offers=offers, frames=(), filled=())
