"""How a customer comes to an agent and goes on to the next: the chain of channels between the two, and its moves.

A chain begins with the customer's channel and ends with the agent's phone; between them stand pairs of halves of Local
channels. Neighbours that are not a pair share a bridge.
"""

from __future__ import annotations

import msgspec

from callcenter.domain import events as ev
from tests.properties.switchboard import MORNING, PARKING, QUEUE, Agent, Heard, Line, Switchboard, Taken, Word

OTHER = "sales"
s = Switchboard


class Talking(msgspec.Struct):
    """A customer and an agent who talk now.

    Attributes:
        pending: What queues say of it when it is over.
        taken: The own line on which the agent talks, for whom it is one; `since` when the customer came.
        known_as: The channels by which records may name the customer.
    """

    agent: Agent
    chain: list[Line]
    heard: Heard
    pending: list[Word] = []
    taken: Taken | None = None
    since: int = 0
    known_as: list[Line] = []

    @property
    def phone(self) -> Line:
        return self.chain[-1]

    @property
    def facing(self) -> Line:
        """What is in the phone's bridge with it: the customer, or a half of a Local channel."""
        return self.chain[-2]


class Chains:
    """Three agents, reached in three ways, and the customers whom they serve one after another."""

    def __init__(self, number: int, at: int = MORNING, prefix: str = "s") -> None:
        self.board = Switchboard(number, at, prefix)
        self.agents = [
            Agent(f"Agent {number}{kind}", f"PJSIP/1{number}0{n}", kind)
            for n, kind in enumerate(("phone", "kept", "loose"))
        ]
        self.board.tell(*(s.member(agent) for agent in self.agents))

    def free(self, talk: Talking, which: int) -> Agent:
        """Choose somebody who does not talk."""
        others = [agent for agent in self.agents if agent is not talk.agent]
        return others[which % len(others)]

    def meet(self, agent: Agent, chain: list[Line], taken: Taken | None = None, *also: Line) -> Talking:
        """Note that a customer and an agent hear each other from now on."""
        heard = self.board.hears(agent, *chain[:-1], *also)
        return Talking(agent, chain, heard, [], taken, self.board.now, list(also))

    # coming in

    def calls_in(self, dialled: str = "400") -> Line:
        caller = self.board.line("PJSIP/trunk")
        self.board.tell(s.starts(caller, calling=True, dialled=dialled), s.up(caller))
        return caller

    def waits(self, queue: str = QUEUE) -> Line:
        caller = self.calls_in()
        self.board.tell(s.joins(caller, queue))
        return caller

    def gives_up(self, caller: Line) -> None:
        self.board.tell(s.asks(caller), s.dropped(caller), s.left(caller), s.ends(caller))

    def rung(self, asked: Line, agent: Agent, queue: str = QUEUE) -> list[Line]:
        """Let the queue ring an agent; returns what will be the end of the chain."""
        board = self.board
        phone = board.line(agent.phone, linked=asked.linked)
        if agent.kind == "phone":
            by_queue = [s.tried(asked, agent, phone, queue), s.dials(asked, phone, agent.phone)]
            board.tell(s.starts(phone), *board.mixed([s.rings(phone)], by_queue))
            return [phone]
        one, two = board.pair(agent.local, linked=asked.linked)
        by_queue = [s.tried(asked, agent, one, queue), s.dials(asked, one, agent.interface)]
        by_half = [s.starts(phone), s.dials(two, phone, agent.number), s.rings(phone), s.rings(one)]
        board.tell(
            s.starts(one, dialled=agent.number),
            s.starts(two, dialled=agent.number, calling=True),
            s.pairs(one, two),
            *board.mixed(by_queue, by_half),
        )
        return [one, two, phone]

    def connected(self, chain: list[Line], agent: Agent, rung: list[Line], queue: str = QUEUE, *also: Line) -> Talking:
        """Let the phone that rings be picked up; the queue takes the chain's last channel for its caller."""
        board = self.board
        asked, dest, phone = chain[-1], rung[0], rung[-1]
        outer, inner = board.bridge(), board.bridge()
        here = [
            s.left(asked, queue),
            s.connects(asked, agent, dest, queue),
            *board.mixed([s.enters(dest, outer)], [s.enters(asked, outer)]),
        ]
        if len(rung) == 1:
            board.tell(s.up(phone), *here)
        else:
            by_half = board.mixed([s.enters(phone, inner)], [s.enters(rung[1], inner)])
            board.tell(s.up(phone), s.up(rung[1]), *board.mixed([s.up(dest), *here], by_half))
        talk = self.meet(agent, [*chain, *rung], None, *also)
        if agent.kind == "loose" and board.rng.random() < 0.7:
            dest = self.optimized(talk, len(chain))
        talk.pending.append(s.completes(asked, agent, dest, queue))
        return talk

    def optimized(self, talk: Talking, place: int) -> Line:
        """Take a pair of halves out of the chain: either neighbour may come over; returns who stands behind it."""
        board, chain = self.board, talk.chain
        board.passes(60_000)
        before, one, two, after = chain[place - 1 : place + 3]
        outer, inner = one.bridge, two.bridge
        if board.rng.random() < 0.5:
            moves = [s.leaves(after), s.leaves(one), s.enters(after, outer, one), s.leaves(two)]
        else:
            moves = [s.leaves(before), s.leaves(two), s.enters(before, inner, two), s.leaves(one)]
        first, last = board.rng.sample([one, two], 2)  # the half that goes first asks the other to hang up
        ends = board.mixed([s.torn(last), s.asks(last), s.ends(last)], [s.torn(first), s.ends(first)])
        board.tell(s.optimizes(one, two), *moves, *ends)
        del chain[place : place + 2]
        return after

    # going away

    def goodbye(self, talk: Talking, *, by_agent: bool) -> None:
        """One of the two hangs up; the news goes from channel to channel to the other one."""
        board = self.board
        way = talk.chain[::-1] if by_agent else talk.chain
        words: list[Word] = [s.asks(way[0]), *(s.leaves(line) for line in way if line.bridge)]
        for line in way:
            last = max((n for n, (_, fields) in enumerate(words) if fields.get("uid") == line.uid), default=0)
            words.insert(board.rng.randint(last + 1, len(words)), s.ends(line))
        for word in talk.pending:
            words.insert(board.rng.randint(1, len(words)), word)
        board.tell(*words)
        self.parted(talk)

    def parted(self, talk: Talking) -> None:
        """Note that the two hear each other no longer, and that the phone's channel is gone."""
        talk.heard.end = self.board.now
        if talk.taken is not None:
            talk.taken.end = self.board.now
            talk.taken.work.append([talk.since, self.board.now])
            talk.taken = None

    def said_at_once(self, talk: Talking) -> list[Word]:
        """Take what queues say now of a talk that is sent on: while halves stay, they say nothing yet."""
        if len(talk.chain) > 2:
            return []
        said, talk.pending = talk.pending, []
        return said

    def own_line(self, agent: Agent, dialled: str, *, excused: bool) -> tuple[Line, Taken]:
        line = self.board.line(agent.phone)
        self.board.tell(s.starts(line, calling=True, dialled=dialled))
        taken = self.board.takes(agent, line, excused=excused)
        self.board.tell(s.up(line))
        return line, taken

    def lays_down(self, line: Line, taken: Taken) -> None:
        asks = [s.asks(line)] if self.board.rng.random() < 0.5 else []
        self.board.tell(*asks, *([s.leaves(line)] if line.bridge else []), s.ends(line))
        taken.end = self.board.now

    # going on

    def answers(self, talk: Talking, line: Line, agent: Agent, taken: Taken | None = None) -> Talking:
        """Somebody is at the end of the chain in place of who was there; what queues have to say remains."""
        board, bridge = self.board, self.board.bridge()
        board.tell(*board.mixed([s.enters(line, bridge)], [s.enters(talk.facing, bridge)]))
        on = self.meet(agent, [*talk.chain[:-1], line], taken, *talk.known_as)
        on.pending = talk.pending
        return on

    def blind(self, talk: Talking, agent: Agent, ringing: int) -> Talking:
        """Send the customer to a colleague's phone, who picks it up."""
        board, moved, phone = self.board, talk.facing, talk.phone
        line = board.line(agent.phone, linked=talk.chain[0].linked)
        away = [s.leaves(phone), s.ends(phone)]
        on = [s.leaves(moved), s.starts(line), s.dials(moved, line, agent.number), s.rings(line)]
        board.tell(s.sent_away(phone, moved, agent.number), *board.mixed(away, on, self.said_at_once(talk)))
        self.parted(talk)
        board.passes(ringing)
        board.tell(s.up(line))
        return self.answers(talk, line, agent)

    def attended(self, talk: Talking, agent: Agent, asking: int, *, linked: bool) -> Talking:
        """Ask a colleague first, then let her have the customer; `linked`: over a Local channel of the switch's."""
        board, phone, moved = self.board, talk.phone, talk.facing
        board.tell((ev.HoldSet, {"uid": phone.uid, "on": True}))
        line, taken = self.own_line(talk.agent, agent.number, excused=True)
        other, bridge, since = board.line(agent.phone, linked=line.linked), board.bridge(), board.now
        board.tell(s.starts(other), s.dials(line, other, agent.number), s.rings(other))
        board.passes(asking // 10)
        board.tell(s.up(other), *board.mixed([s.enters(other, bridge)], [s.enters(line, bridge)]))
        board.passes(asking)
        between: list[Line] = []
        if linked:
            one, two = board.pair("Local/_attended@transfer", linked=talk.chain[0].linked)
            here = phone.bridge
            board.tell(
                s.starts(one),
                s.starts(two, calling=True),
                s.pairs(one, two),
                s.leaves(phone),
                s.enters(one, here, phone),
                s.leaves(line),
                s.enters(two, bridge, line),
            )
            between, told = [one, two], s.handed_over(phone, line, moved, "link")
            away = [s.ends(phone)]
        else:
            board.tell(s.leaves(moved), s.leaves(line), s.enters(moved, bridge, line))
            told = s.handed_over(phone, line, moved, "bridge")
            away = [s.leaves(phone), s.ends(phone)]
        chain = [*talk.chain[:-1], *between, other]
        on = self.meet(agent, chain, None, *talk.known_as)
        board.tell(*board.mixed([told, *self.said_at_once(talk)], away, [s.ends(line)]))
        self.parted(talk)
        board.was_asked(agent, since)
        taken.end, on.pending = board.now, talk.pending
        return on

    def to_queue(self, talk: Talking, agent: Agent, ringing: int) -> Talking:
        """Send the customer into another queue, whose agent answers; with them goes what stands for them."""
        board, moved, phone = self.board, talk.facing, talk.phone
        away, on = [s.leaves(phone), s.ends(phone)], [s.leaves(moved), s.joins(moved, OTHER)]
        board.tell(s.sent_away(phone, moved, "500"), *board.mixed(away, on, self.said_at_once(talk)))
        self.parted(talk)
        rung = self.rung(moved, agent, OTHER)
        board.passes(ringing)
        again = self.connected(talk.chain[:-1], agent, rung, OTHER, *talk.known_as)
        again.pending += talk.pending
        return again

    def attended_to_queue(self, talk: Talking, agent: Agent, ringing: int) -> Talking:
        """Wait in another queue for the customer, and let them have the place while a phone rings there."""
        board, moved, phone = self.board, talk.facing, talk.phone
        line, taken = self.own_line(talk.agent, "500", excused=True)
        board.tell(s.joins(line, OTHER))
        rung, since = self.rung(line, agent, OTHER), board.now
        board.passes(ringing)
        board.was_asked(agent, since)
        board.tell(s.handed_over(phone, line, moved, "app"))
        said = self.said_at_once(talk)
        board.tell(*board.mixed([s.leaves(phone), s.ends(phone)], [s.leaves(moved)], [s.ends(line)], said))
        self.parted(talk)
        taken.end = board.now
        board.passes(ringing)
        again = self.connected(talk.chain[:-1], agent, rung, OTHER, *talk.known_as, line)
        again.pending += talk.pending
        return again

    def park(self, talk: Talking) -> None:
        board, phone, moved = self.board, talk.phone, talk.facing
        put = [s.leaves(moved), s.enters(moved, PARKING), s.parks(moved)]
        away = [s.leaves(phone), s.ends(phone)]
        board.tell(*board.mixed([s.sent_away(phone, moved, "700")], put), *board.mixed(away, self.said_at_once(talk)))
        self.parted(talk)

    def fetched(self, talk: Talking, agent: Agent, parked: int) -> Talking:
        """Park the customer; a colleague fetches them over an own line."""
        self.park(talk)
        self.board.passes(parked)
        line, taken = self.own_line(agent, "701", excused=False)
        self.board.tell(s.fetched(talk.facing), s.leaves(talk.facing))
        return self.answers(talk, line, agent, taken)

    def parked_too_long(self, talk: Talking, parked: int) -> Talking:
        """Park the customer; nobody fetches them, so they come back."""
        board = self.board
        self.park(talk)
        board.passes(parked)
        line = board.line(talk.agent.phone, linked=talk.chain[0].linked)
        board.tell(
            s.fetched(talk.facing),
            s.leaves(talk.facing),
            s.starts(line),
            s.dials(talk.facing, line, talk.agent.number),
            s.rings(line),
        )
        board.passes(parked // 20)
        board.tell(s.up(line))
        return self.answers(talk, line, talk.agent)

    def consulted(self, talk: Talking, asking: int) -> Talking:
        """Call somebody else on a second line, whoever it is, and come back."""
        line, taken = self.own_line(talk.agent, "999", excused=True)
        self.board.passes(asking)
        self.lays_down(line, taken)
        return talk

    def held_by_code(self, talk: Talking, agent: Agent, asking: int) -> Talking:
        """Ask a colleague by a feature code: the customer hears music in the bridge meanwhile."""
        board, line = self.board, talk.phone
        other, bridge, aside = board.line(agent.phone, linked=line.linked), line.bridge, board.bridge()
        since = board.now
        board.tell(s.leaves(line), s.starts(other), s.rings(other), s.up(other))
        board.tell(*board.mixed([s.enters(other, aside)], [s.enters(line, aside)]))
        board.passes(asking)
        board.tell(s.asks(other), s.leaves(other), s.ends(other), s.leaves(line), s.enters(line, bridge))
        board.was_asked(agent, since)
        return talk
