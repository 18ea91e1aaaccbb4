"""Visits: one caller's stay in one queue, from joining to the end of the agent's part.

Story: joined → waiting → left → answered and talking → part ended → told; or left → told. Leaving alone says
nothing: the reason comes just before (the caller's hang-up), just after (QUEUESTATUS, the dialplan's word, the
connection) or a second later (the switch stops), so a visit that left is settled when its channel is gone or after
`SETTLE`. The end of an agent's part is told several times over; the strongest word within `SETTLE` counts: a
transfer, then the party's own hang-up, then the queue's or the channel's end.
"""

from __future__ import annotations

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.facts import EndedBy, VisitOutcome
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.offers import record as offer_record
from callcenter.domain.outcomes import visit_outcome
from callcenter.domain.state import Channel, OpenCall, OpenVisit, State

SETTLE: Micros = SECOND
"""How long after a visit left, or an agent's part ended, a stronger word about it may still come."""

RANK_TRANSFER, RANK_PARTY, RANK_QUEUE = 3, 2, 1


class Visits:
    """Opening, finding and telling visits, and the calls they belong to."""

    def __init__(self, state: State, out: list[fx.Fact]) -> None:
        self._state = state
        self._out = out

    def open(self, channel: Channel, queue: str | None, at: Micros | None, pos: int) -> OpenVisit:
        """Begin a visit of this caller; `at` None where the join was not seen."""
        call = self._call(channel)
        key = f"{channel.uid} {queue}"
        n = call.counts[key] = call.counts.get(key, 0) + 1
        visit = OpenVisit(
            self._state.serial, call.id, channel.uid, queue, n, channel.number, channel.dialled or None, at
        )
        while visit.id in self._state.visits:
            visit.id += 1
        visit.frames.append(pos)
        self._state.visits[visit.id] = visit
        call.open.append(visit.id)
        channel.visit = visit.id
        if queue is not None:
            self._out.append(fx.VisitJoined(at=at, uniqueid=channel.uid, queue=queue, n=n))
        return visit

    def of(self, channel: Channel | None, queue: str | None = None) -> OpenVisit | None:
        """Return the visit that this caller is in now (and, if asked, in this queue)."""
        if channel is None or channel.visit is None:
            return None
        visit = self._state.visits.get(channel.visit)
        if visit is None or (queue is not None and visit.queue not in {queue, None}):
            return None
        return visit

    def talk_before(self, visit: OpenVisit) -> OpenVisit | None:
        """Find the caller's talk in the same queue that the queue has not told the end of."""
        before = (v for v in self._state.visits.values() if (v.uid, v.queue) == (visit.uid, visit.queue))
        return next((v for v in before if v.answered is not None and not v.completed), None)

    def leave(self, visit: OpenVisit, at: Micros | None, pos: int) -> None:
        """The caller no longer waits; why is decided later."""
        if visit.left:
            return
        visit.left, visit.left_at = True, at
        visit.frames.append(pos)
        self._out.append(fx.VisitLeft(at=at, uniqueid=visit.uid, queue=visit.queue or "", n=visit.n))

    def slip(self, visit: OpenVisit, pos: int) -> None:
        """The caller is found to wait no longer: since when and why was not seen."""
        visit.slipped = True
        self.leave(visit, None, pos)

    def answer(self, visit: OpenVisit, index: int, at: Micros | None, pos: int) -> None:
        """Caller and agent are connected."""
        visit.answered, visit.answered_at = index, at
        visit.frames.append(pos)
        offer = visit.offers[index]
        offer.connected_at = at
        self._out.append(fx.CallAnswered(
            at=at, agent=offer.agent, queue=visit.queue or "", uniqueid=visit.uid, caller=visit.caller
        ))  # fmt: skip

    @staticmethod
    def hung_up(visit: OpenVisit) -> tuple[Micros, EndedBy] | None:
        """Tell who hung up first in a talk that nobody knew of then: its beginning was not seen."""
        if visit.answered is None:
            return None
        ends = [(visit.hangup_at, EndedBy.CALLER), (visit.offers[visit.answered].hangup_at, EndedBy.AGENT)]
        seen = [(at, by) for at, by in ends if at is not None and at >= (visit.answered_at or at)]
        return min(seen, default=None)

    @staticmethod
    def hold(visit: OpenVisit, event: ev.HoldSet) -> None:
        """The agent holds the caller, or takes him back."""
        visit.frames.append(event.pos)
        if event.on and visit.held_at is None and not visit.ended:
            visit.held_at = event.at
        elif not event.on and visit.held_at is not None and event.at is not None:
            visit.hold += max(0, event.at - visit.held_at)
            visit.held_at = None

    @staticmethod
    def end_part(visit: OpenVisit, at: Micros | None, by: EndedBy, rank: int, pos: int) -> bool:
        """Note the end of the agent's part unless a stronger or an earlier word stands; True for the first word."""
        visit.frames.append(pos)
        first = not visit.ended
        earlier = at is not None and visit.ended_at is not None and at < visit.ended_at
        if first or rank > visit.end_rank or (rank == visit.end_rank and earlier):
            visit.ended, visit.ended_at, visit.end_rank = True, at, rank
            if not (by is EndedBy.UNKNOWN and visit.ended_by is EndedBy.SWITCH):
                visit.ended_by = by
        return first

    def decide(self, visit: OpenVisit, *, alive: bool | None) -> bool:
        """Try to decide a visit that left; `alive` tells whether its channel lives on, None: not yet to be asked."""
        if visit.outcome is not None:
            return True
        visit.outcome = visit_outcome(visit)
        if visit.outcome is None and alive is not None:
            caller = self._state.channels.get(visit.uid)
            # one not heard of since a gap is not known to live on
            elsewhere = alive and not visit.slipped and caller is not None and not caller.stale
            visit.outcome = VisitOutcome.REDIRECTED if elsewhere else VisitOutcome.UNKNOWN
        return visit.outcome is not None

    def tell(self, visit: OpenVisit) -> None:
        """Tell a visit's account, once, and let go of it."""
        account = record(visit)
        del self._state.visits[visit.id]
        channel = self._state.channels.get(visit.uid)
        if channel is not None and channel.visit == visit.id:
            channel.visit = None
        call = self._state.calls[visit.call]
        call.open.remove(visit.id)
        call.told.append(account)
        at = visit.ended_at if visit.ended_at is not None else visit.left_at
        self._out.append(fx.VisitEnded(at=at if at is not None else self._state.now, visit=account))

    def close_call(self, call: OpenCall, *, over: bool = False) -> None:
        """Tell a call when no visit of it is open and no channel of it lives, or when the input is over."""
        if not over and (call.open or call.linked in self._state.linked or self._lives(call)):
            return
        del self._state.calls[call.id]
        visits = tuple(sorted(call.told, key=_first_seen))
        account = fx.Call(call=call.id, order=call.order, visits=visits)
        self._out.append(fx.CallEnded(at=self._state.now, call=account))

    def _lives(self, call: OpenCall) -> bool:
        return any(v.uniqueid in self._state.channels for v in call.told)

    def _call(self, channel: Channel) -> OpenCall:
        calls = self._state.calls
        if channel.call is None:
            channel.call = channel.linked
        call = calls.get(channel.call)
        if call is None:
            first = self._state.channels.get(channel.linked, channel)
            order = min(first.order, channel.order)
            call = calls[channel.call] = OpenCall(channel.call, channel.linked, order)
        return call


def _first_seen(visit: fx.Visit) -> int:
    return visit.frames[0] if visit.frames else 0


def record(visit: OpenVisit) -> fx.Visit:
    """Make the finished account of a visit."""
    outcome = visit.outcome or VisitOutcome.UNKNOWN
    answered = outcome is VisitOutcome.ANSWERED
    offer = visit.offers[visit.answered] if visit.answered is not None else None
    hold = visit.hold
    if visit.held_at is not None and visit.ended_at is not None:
        hold += max(0, visit.ended_at - visit.held_at)
    return fx.Visit(
        call=visit.call,
        uniqueid=visit.uid,
        queue=visit.queue,
        n=visit.n,
        caller=visit.caller,
        did=visit.did,
        joined_at=visit.joined_at,
        left_at=visit.left_at,
        position=visit.position,
        outcome=outcome,
        agent=offer.agent if offer is not None else None,
        answered_at=visit.answered_at,
        ended_at=visit.ended_at if answered else None,
        hold=hold if answered else None,
        transferred=visit.transferred,
        ended_by=_ended_by(visit, outcome),
        refused_at=visit.refused_at,
        offers=tuple(offer_record(o) for o in visit.offers),
        in_gap=visit.in_gap,
        frames=tuple(sorted(set(visit.frames))),
    )


def _ended_by(visit: OpenVisit, outcome: VisitOutcome) -> EndedBy | None:
    match outcome:
        case VisitOutcome.ANSWERED:
            return visit.ended_by or EndedBy.UNKNOWN
        case VisitOutcome.ABANDONED:
            return EndedBy.CALLER
        case VisitOutcome.SWITCH_DOWN:
            return EndedBy.SWITCH
        case VisitOutcome.UNKNOWN if visit.teardown_at is not None:
            return EndedBy.SWITCH
        case _:
            return None
