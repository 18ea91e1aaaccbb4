"""Which visit a word is about: found by the caller's channel, by whoever serves it, or by what it was told of."""

from __future__ import annotations

from callcenter.domain import facts as fx
from callcenter.domain.agents.states import People
from callcenter.domain.channels.registry import Lines, is_half, partner_of
from callcenter.domain.frame import Micros
from callcenter.domain.state import Channel, OpenVisit, State
from callcenter.domain.visits.callbook import CallBook
from callcenter.domain.visits.settling import Settling, sides_of
from callcenter.domain.visits.visits import RANK_TRANSFER, Visits
from callcenter.domain.vocabulary import EndedBy


class Parties:
    """Channels and visits, found or made known; what fits nothing is counted."""

    def __init__(
        self,
        state: State,
        lines: Lines,
        people: People,
        visits: Visits,
        settling: Settling,
        book: CallBook,
        out: list[fx.Fact],
    ) -> None:
        self._state = state
        self._lines = lines
        self._people = people
        self._visits = visits
        self._settling = settling
        self._book = book
        self._out = out

    def channel(self, uid: str, name: str = "", linked: str = "") -> Channel | None:
        """Return this channel, made known if it was not; None for one that is known to be gone."""
        known = self._lines.get(uid)
        if known is None and self._lines.ended_lately(uid):
            return None
        channel = self._lines.seen(uid, name, linked)
        if known is None:
            self._people.identity.recognise(channel, self._state.now)
        return channel

    def visit(self, uid: str, name: str, linked: str, queue: str, pos: int) -> OpenVisit | None:
        """Find the visit of this caller in this queue; one whose join was not seen is opened now.

        Returns:
            None where the channel is gone, or the visit was told: the word comes late.
        """
        channel = self.channel(uid, name, linked)
        if channel is None:
            return None
        visit = self._visits.of(channel, queue)
        if visit is None:
            if self._book.is_over(channel, queue):
                return None
            before = self._visits.of(channel)
            if before is not None:
                self._settling.lives_on(before)
            visit = self._visits.open(channel, queue, None, pos)
        return visit

    def served(self, channel: Channel | None) -> OpenVisit | None:
        """Return the visit whose answering agent is on this channel, or behind the Local channel that it is half of."""
        if channel is None:
            return None
        for one in (channel, self._lines.named(partner_of(channel.name)) if is_half(channel.name) else None):
            visit = None if one is None or one.served is None else self._state.visits.get(one.served)
            part = None if visit is None else visit.part
            if one is not None and part is not None and (part.uid == one.uid or part.offer == one.offer):
                return visit
        return None

    def sent_by(self, uid: str, moved: str | None) -> OpenVisit | None:
        """Return the visit whose answering agent sent its caller on; the agent's channel may be gone by then."""
        visit = self.served(self._lines.get(uid))
        if visit is not None:
            return visit
        other = self._lines.get(moved)
        of_moved = (self.served(other), self._visits.of(other))
        return next((v for v in of_moved if v is not None and uid in sides_of(v)), None)

    def part_taken(self, visit: OpenVisit, how: str, at: Micros | None, pos: int) -> None:
        """The agent sent the caller away, blind or after a consultation: the part is over, every side of it free."""
        part = visit.part
        assert part is not None
        part.transferred = how
        for uid in sides_of(visit):
            self._people.release(self._lines.get(uid))
        self._settling.end_part(visit, at, EndedBy.TRANSFER, RANK_TRANSFER, pos)
        self._people.refresh(self._state.people[part.person], at)

    def odd(self, what: str, at: Micros | None, pos: int) -> None:
        """Count a word that fits nothing, or comes too late to change anything."""
        self._out.append(fx.OutOfOrder(at=at, event=what, pos=pos))

    def refresh(self, channel: Channel, at: Micros | None) -> None:
        """Judge anew what the agent on this channel does."""
        person = self._state.people.get(channel.person or "")
        if person is not None:
            self._people.refresh(person, at)
