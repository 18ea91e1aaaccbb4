"""Visits: one caller's stay in one queue, from joining to the end of the agent's part.

Story: waiting → left, or talking → the agent's part ended → told (the table is in `phases`). Leaving alone says
nothing: the reason comes just before (the caller's hang-up), just after (QUEUESTATUS, the dialplan's word, the
connection) or a second later (the switch stops), so a visit that left is settled when its channel is gone or after
`SETTLE`. The end of an agent's part is told several times over; the strongest word within `SETTLE` counts: a
transfer, then the party's own hang-up, then the queue's or the channel's end. What was told is closed: a late word of
the queue about it finds it in its call, and opens no other.
"""

from __future__ import annotations

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.phases import VISIT, VisitWord
from callcenter.domain.state import Channel, OpenVisit, Part, State
from callcenter.domain.visits.callbook import CallBook
from callcenter.domain.visits.offers import record as offer_record
from callcenter.domain.visits.outcomes import answering, visit_outcome
from callcenter.domain.vocabulary import EndedBy, VisitOutcome

SETTLE: Micros = SECOND
"""How long after a visit left, or an agent's part ended, a stronger word about it may still come."""

RANK_TRANSFER, RANK_PARTY, RANK_QUEUE = 3, 2, 1


class Visits:
    """Opening, finding and telling visits."""

    def __init__(self, state: State, book: CallBook, out: list[fx.Fact]) -> None:
        self._state = state
        self._book = book
        self._out = out

    def open(self, channel: Channel, queue: str | None, at: Micros | None, pos: int) -> OpenVisit:
        """Begin a visit of this caller; `at` None where the join was not seen."""
        call = self._book.of(channel)
        key = f"{channel.uid} {queue}"
        n = call.counts[key] = call.counts.get(key, 0) + 1
        visit = OpenVisit(
            self._state.serial,
            call.id,
            channel.uid,
            channel.uid,
            queue,
            n,
            channel.number,
            channel.dialled or None,
            at,
        )
        while visit.id in self._state.visits:
            visit.id += 1
        visit.frames.append(pos)
        self._state.visits[visit.id] = visit
        call.open.append(visit.id)
        channel.visit = visit.id
        if queue is not None:
            self._out.append(fx.VisitJoined(at=at, uniqueid=channel.uid, queue=queue, n=n, caller=visit.caller))
        return visit

    def of(self, channel: Channel | None, queue: str | None = None) -> OpenVisit | None:
        """Return the visit that this caller is in now; if a queue is asked, the one there that is not told."""
        if channel is None:
            return None
        visit = None if channel.visit is None else self._state.visits.get(channel.visit)
        if visit is not None and (queue is None or visit.queue in {queue, None}):
            return visit
        return None if queue is None else self._earlier(channel, queue)

    def _earlier(self, channel: Channel, queue: str) -> OpenVisit | None:
        """Find a stay that the caller has left for another one, and that is still open."""
        call = self._book.known(channel)
        open_here = [] if call is None else [self._state.visits[key] for key in call.open]
        mine = [v for v in open_here if channel.uid in {v.uid, v.carrier} and v.queue == queue]
        return mine[-1] if mine else None

    def carried(self, channel: Channel) -> OpenVisit | None:
        """Return the visit whose caller is on this channel now, not merely was when they joined."""
        visit = self.of(channel)
        return visit if visit is not None and visit.carrier == channel.uid else None

    def carry(self, visit: OpenVisit, channel: Channel) -> None:
        """Its caller is on this channel from now on."""
        if visit.carrier == channel.uid:
            return
        former = self._state.channels.get(visit.carrier)
        visit.carrier, channel.visit, visit.exit.gone = channel.uid, visit.id, False
        if former is not None and channel.number is None:
            channel.number = former.number
        if channel.number is not None:
            visit.caller = channel.number
        self._book.move(visit, channel)

    def talk_before(self, visit: OpenVisit) -> OpenVisit | None:
        """Find the caller's talk in the same queue that the queue has not told the end of."""
        mine = (self._state.visits[key] for key in self._state.calls[visit.call].open)
        before = (v for v in mine if (v.carrier, v.queue) == (visit.carrier, visit.queue))
        return next((v for v in before if v.part is not None and not v.part.completed), None)

    def leave(self, visit: OpenVisit, at: Micros | None, pos: int) -> None:
        """The caller no longer waits; why is decided later."""
        visit.left, visit.left_at = True, at
        self._move(visit, VisitWord.LEFT_QUEUE)
        visit.frames.append(pos)
        self._out.append(fx.VisitLeft(at=at, uniqueid=visit.uid, queue=visit.queue or "", n=visit.n))

    def slip(self, visit: OpenVisit, pos: int) -> None:
        """The caller is found to wait no longer: since when and why was not seen."""
        visit.exit.slipped = True
        self.leave(visit, None, pos)

    def refuse(self, visit: OpenVisit, queue: str | None, at: Micros | None) -> None:
        """The caller was turned away at the door: it never waited."""
        visit.queue, visit.exit.refused, visit.exit.refused_at, visit.left = queue, True, at, True
        self._move(visit, VisitWord.LEFT_QUEUE)

    def answer(self, visit: OpenVisit, part: Part, pos: int) -> None:
        """Caller and agent are connected."""
        visit.part, visit.outcome = part, VisitOutcome.ANSWERED
        self._move(visit, VisitWord.CONNECTED)
        visit.frames.append(pos)
        offer = answering(visit)
        if offer is not None:
            offer.connected_at = part.answered_at
        self._out.append(
            fx.CallAnswered(
                at=part.answered_at, agent=part.agent, queue=visit.queue or "", uniqueid=visit.uid, caller=visit.caller
            )
        )

    def hung_up(self, visit: OpenVisit, at: Micros | None) -> tuple[Micros | None, EndedBy] | None:
        """Tell who hung up first in a talk that nobody knew of then: its beginning was not seen.

        Where even the answer was not, the channels tell, and `at` is when the queue says that it is over.
        """
        part, offer = visit.part, answering(visit)
        if part is None or offer is None:
            return None
        if part.answered_at is None:
            sides = ((visit.carrier, EndedBy.CALLER), (part.uid, EndedBy.AGENT))
            here = ((self._state.channels.get(uid), by) for uid, by in sides)
            return next(((at, by) for side, by in here if side is not None and side.hung_up), None)
        ends = [(visit.exit.hangup_at, EndedBy.CALLER), (offer.signs.hangup_at, EndedBy.AGENT)]
        return min(((seen, by) for seen, by in ends if seen is not None and seen >= part.answered_at), default=None)

    @staticmethod
    def hold(visit: OpenVisit, event: ev.HoldSet) -> None:
        """The agent holds the caller, or takes the call back."""
        part = visit.part
        assert part is not None
        visit.frames.append(event.pos)
        if event.on and part.held_at is None and not visit.ended:
            part.held_at = event.at
        elif not event.on and part.held_at is not None and event.at is not None:
            part.hold += max(0, event.at - part.held_at)
            part.held_at = None

    def end_part(self, visit: OpenVisit, at: Micros | None, by: EndedBy, rank: int, pos: int) -> bool:
        """Note the end of the agent's part unless a stronger or an earlier word stands; True for the first word."""
        part = visit.part
        assert part is not None
        visit.frames.append(pos)
        first = not visit.ended
        earlier = at is not None and part.ended_at is not None and at < part.ended_at
        if first or rank > part.rank or (rank == part.rank and earlier):
            self._move(visit, VisitWord.PART_ENDED)
            part.ended_at, part.rank, part.ended_by = at, rank, by
        return first

    def cut_part(self, visit: OpenVisit) -> None:
        """The switch is down: the part is over, since when is not known."""
        assert visit.part is not None
        self._move(visit, VisitWord.PART_ENDED)
        visit.part.ended_by = EndedBy.SWITCH

    def decide(self, visit: OpenVisit, *, alive: bool | None) -> bool:
        """Try to decide a visit that left; `alive` tells whether its channel lives on, None: not yet to be asked."""
        if visit.outcome is not None:
            return True
        visit.outcome = visit_outcome(visit)
        if visit.outcome is None and alive is not None:
            caller = self._state.channels.get(visit.carrier)
            # one not heard of since a gap is not known to live on
            elsewhere = alive and not visit.exit.slipped and caller is not None and not caller.stale
            visit.outcome = VisitOutcome.REDIRECTED if elsewhere else VisitOutcome.UNKNOWN
        return visit.outcome is not None

    def tell(self, visit: OpenVisit) -> None:
        """Tell a visit's account, once, and let go of it."""
        self._move(visit, VisitWord.SETTLED)
        account = record(visit)
        del self._state.visits[visit.id]
        for uid in {visit.uid, visit.carrier}:
            channel = self._state.channels.get(uid)
            if channel is not None and channel.visit == visit.id:
                channel.visit = None
        self._book.told(visit, account)
        at = account.ended_at if account.ended_at is not None else visit.left_at
        self._out.append(fx.VisitEnded(at=at if at is not None else self._state.now, visit=account))

    @staticmethod
    def _move(visit: OpenVisit, word: VisitWord) -> None:
        """Move a visit on, where the word says anything new of it."""
        visit.phase = VISIT.after(visit.phase, word) or visit.phase


def record(visit: OpenVisit) -> fx.Visit:
    """Make the finished account of a visit."""
    outcome = visit.outcome or VisitOutcome.UNKNOWN
    answered = outcome is VisitOutcome.ANSWERED
    part = visit.part
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
        agent=part.agent if part is not None else None,
        answered_at=part.answered_at if part is not None else None,
        ended_at=part.ended_at if part is not None and answered else None,
        hold=_held(part) if part is not None and answered else None,
        transferred=part.transferred if part is not None else None,
        ended_by=_ended_by(visit, outcome),
        refused_at=visit.exit.refused_at,
        offers=tuple(offer_record(o) for o in visit.offers),
        in_gap=visit.in_gap,
        frames=tuple(sorted(set(visit.frames))),
        past_queue=part is not None and answered and _past_queue(part),
    )


def _past_queue(part: Part) -> bool:
    """Tell whether the queue did not see when the agent's part ended."""
    if part.talked_on:
        return True
    if part.transferred is None or part.ended_at is None:
        return False
    return part.completed_at is None or part.completed_at > part.ended_at + SETTLE


def _held(part: Part) -> Micros:
    if part.held_at is None or part.ended_at is None:
        return part.hold
    return part.hold + max(0, part.ended_at - part.held_at)


def _ended_by(visit: OpenVisit, outcome: VisitOutcome) -> EndedBy | None:
    match outcome:
        case VisitOutcome.ANSWERED:
            return (visit.part.ended_by if visit.part is not None else None) or EndedBy.UNKNOWN
        case VisitOutcome.ABANDONED:
            return EndedBy.CALLER
        case VisitOutcome.SWITCH_DOWN:
            return EndedBy.SWITCH
        case VisitOutcome.UNKNOWN if visit.exit.teardown_at is not None:
            return EndedBy.SWITCH
        case _:
            return None
