"""When a visit, its offers and its call are told: as soon as nothing that could change the account can come."""

from __future__ import annotations

import heapq

from callcenter.domain import events as ev
from callcenter.domain.agents.states import AgentStates
from callcenter.domain.channels.registry import is_half
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.state import Channel, OpenVisit, State, Timer
from callcenter.domain.visits.callbook import CallBook
from callcenter.domain.visits.offers import Offers
from callcenter.domain.visits.outcomes import CUT
from callcenter.domain.visits.talks import Talks
from callcenter.domain.visits.visits import RANK_PARTY, RANK_QUEUE, SETTLE, Visits
from callcenter.domain.vocabulary import EndedBy

STOPPING: Micros = 5 * SECOND
"""A teardown by the switch was a restart if the switch stops within this long (seen: 1.1 s)."""


def sides_of(visit: OpenVisit) -> list[str]:
    """List the channels of the agent who answered a visit, the connected one first."""
    part = visit.part
    sides = [] if part is None or part.offer is None else visit.offers[part.offer].sides
    return list(dict.fromkeys(([] if part is None else [part.uid]) + sides))


class Settling:
    """Decides, waits and tells; the deadlines of the call side are made here."""

    def __init__(
        self, state: State, visits: Visits, offers: Offers, people: AgentStates, talks: Talks, book: CallBook
    ) -> None:
        self._state = state
        self._visits = visits
        self._offers = offers
        self._people = people
        self._talks = talks
        self._book = book

    def settle_offer(self, visit: OpenVisit, index: int) -> None:
        """The ring ended a while ago and the visit goes on: the offer's outcome is plain now."""
        offer, going = visit.offers[index], visit.exit
        picked_up = any(o.picked_up for o in visit.offers)
        stays = not visit.left and going.hangup_at is None and going.teardown_at is None
        if offer.over and stays and not picked_up:
            self._offers.settle(visit, offer)

    def settle(self, visit: OpenVisit, *, alive: bool | None, force: bool = False) -> None:
        """Decide what can be decided of a visit, and tell it when nothing of it is open.

        Args:
            visit: One that left, or is to be ended by force.
            alive: Whether the caller's channel lives on; None while that is not yet to be asked.
            force: Tell it now, whatever is still open of it.
        """
        if visit.exit.teardown_at is not None and not visit.exit.down and not force:
            self.timer(visit.exit.teardown_at, STOPPING, "stop", str(visit.id))
            return
        picking_up = visit.part is None and any(o.picked_up for o in visit.offers)
        if alive and picking_up and not force:
            self.timer(self._state.now, SETTLE, "visit", str(visit.id))
            return
        if not (visit.left or visit.exit.gone or force):
            return
        if not self._visits.decide(visit, alive=alive):
            return
        for offer in visit.offers:
            if offer.over or force:
                self._offers.settle(visit, offer)
        if force or alive is True:
            self.tell(visit)
        else:
            self._try_tell(visit)

    def _try_tell(self, visit: OpenVisit) -> None:
        """Tell a visit as soon as no stronger word can come."""
        part, gone = visit.part, visit.exit.gone
        if part is None:
            if visit.outcome is not None and not visit.refused:
                if all(o.outcome is not None for o in visit.offers):
                    self.tell(visit)
                else:
                    self.timer(self._state.now, SETTLE, "part", str(visit.id))
            elif visit.refused and gone:
                self.tell(visit)
            return
        if part.completed and part.rank >= RANK_PARTY and gone and all(o.over for o in visit.offers):
            self.tell(visit)

    def tell(self, visit: OpenVisit) -> None:
        """Tell a visit with all its offers, and its call if that was the last of it."""
        for offer in visit.offers:
            self._offers.settle(visit, offer)
        if visit.id in self._state.visits:
            if visit.part is not None and not visit.ended:
                self.part_over(visit, None)
            self._visits.tell(visit)
            self._talks.of_visit(visit)
        call = self._state.calls.get(visit.call)
        if call is not None:
            self._book.close(call)

    def end_part(self, visit: OpenVisit, at: Micros | None, by: EndedBy, rank: int, pos: int) -> None:
        """The answering agent's part ended, by this word for it; wrap-up begins with the first word.

        A word that names nobody ends nothing while the two are seen to talk on: a Local channel that was optimised
        away ends for the queue, not for them.
        """
        if rank <= RANK_QUEUE and not visit.ended and self._talks.lasts(visit):
            visit.frames.append(pos)
            if visit.part is not None and visit.part.completed:
                visit.part.talked_on = True
            return
        if self._visits.end_part(visit, at, by, rank, pos):
            self.part_over(visit, at)
            self.timer(at, SETTLE, "part", str(visit.id))
        self._try_tell(visit)

    def part_over(self, visit: OpenVisit, at: Micros | None) -> None:
        """The agent is free of the call and wraps up."""
        assert visit.part is not None
        person = self._state.people[visit.part.person]
        if visit.id in person.parts:
            person.parts.remove(visit.id)
        for uid in sides_of(visit):  # halves that stay stand for whoever comes next
            side = self._state.channels.get(uid)
            if side is not None and is_half(side.name):
                self._people.release(side)
        until = self._people.wrap_up(person, visit.queue or "", at)
        if until is not None:
            self.timer(until, 0, "wrap", person.name)
        self._people.refresh(person, at)

    def timer(self, at: Micros | None, after: Micros, kind: str, key: str) -> None:
        """Ask to be woken a while after a moment, or after the latest known where that one was not seen."""
        start = at if at is not None else self._state.now
        if start is not None:
            self._state.serial += 1
            heapq.heappush(self._state.timers, Timer(start + after, self._state.serial, kind, key))

    def lives_on(self, visit: OpenVisit) -> None:
        """The same channel goes on to another stay: whatever was open of this one is decided now.

        A talk that the queue has not told the end of, and a ring whose end has not been heard, are told a moment
        later: under load the next stay begins before the words for the transfer or the timeout that led there.
        """
        part = visit.part
        if part is None and visit.left and any(not offer.over for offer in visit.offers):
            self.timer(self._state.now, CUT, "overflowed", str(visit.id))
        elif part is None or part.completed:
            self.settle(visit, alive=visit.left, force=True)
        elif not visit.ended:
            self.end_part(visit, None, EndedBy.UNKNOWN, 0, visit.frames[0])

    def caller_gone(self, visit: OpenVisit, event: ev.ChannelEnded) -> None:
        """The caller's channel ended: nothing more can come but what is on its way."""
        visit.exit.gone = True
        visit.frames.append(event.pos)
        if visit.part is not None:
            self.end_part(visit, event.at, EndedBy.UNKNOWN, RANK_QUEUE, event.pos)
        elif visit.left:
            self.settle(visit, alive=False)
        else:
            self.timer(event.at, SETTLE, "visit", str(visit.id))

    def side_gone(self, visit: OpenVisit, channel: Channel, event: ev.ChannelEnded) -> None:
        """A channel on the agent's side ended: the attempt may be over, or the agent's part.

        Halves of a Local channel may stay where the agent sent the caller on.
        """
        assert channel.offer is not None
        index, offer = channel.offer, visit.offers[channel.offer]
        if visit.part is not None and visit.part.offer == index:
            if not offer.live or not (is_half(channel.name) or any(map(self._is_phone, offer.live))):
                self.end_part(visit, event.at, EndedBy.UNKNOWN, RANK_QUEUE, event.pos)
            self._try_tell(visit)
        elif offer.over and offer.outcome is None:
            if visit.outcome is not None:
                self.settle(visit, alive=None)
            else:
                self.timer(offer.ended_at, CUT, "offer", f"{visit.id}:{index}")

    def _is_phone(self, uid: str) -> bool:
        channel = self._state.channels.get(uid)
        return channel is not None and not is_half(channel.name)
