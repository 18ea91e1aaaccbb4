"""What people do at a switchboard, one scene after another in each lane, each told honestly."""

from __future__ import annotations

import random

import msgspec
from hypothesis import strategies as st

from callcenter.domain import company as co
from callcenter.domain import events as ev
from tests.properties.chains import Chains, Talking, s
from tests.properties.switchboard import MORNING, PARKING, SECOND, Agent

KINDS = (
    "answered",
    "answered",
    "picked_up",
    "fetched_late",
    "direct",
    "called_back",
    "outside",
    "own",
    "to_colleague",
    "conference",
    "listened",
    "abandoned",
)
MOVES = (
    "blind",
    "attended",
    "linked",
    "to_queue",
    "attended_to_queue",
    "fetched",
    "parked_too_long",
    "consulted",
    "held_by_code",
)


class Scene(msgspec.Struct, frozen=True):
    """One thing that happens in a lane: who, how, where the customer goes on to, and how long each part lasts."""

    kind: str
    first: int
    second: int
    moves: tuple[str, ...]
    spans: tuple[int, int, int]
    by_agent: bool
    seed: int


spans = st.sampled_from((0.4, 3, 20, 45, 59, 61, 75, 100)).map(lambda seconds: round(seconds * SECOND))
scenes = st.builds(
    Scene,
    kind=st.sampled_from(KINDS),
    first=st.integers(0, 2),
    second=st.integers(1, 2),
    moves=st.lists(st.sampled_from(MOVES), max_size=3).map(tuple),
    spans=st.tuples(spans, spans, spans),
    by_agent=st.booleans(),
    seed=st.integers(0, 2**16),
)
lanes = st.lists(st.lists(scenes, min_size=1, max_size=3), min_size=1, max_size=2)


class Lane(Chains):
    """Plays scenes."""

    def play(self, scene: Scene) -> None:
        self.board.rng = random.Random(scene.seed)
        self.board.passes(3 * SECOND)
        one, two = self.agents[scene.first], self.agents[(scene.first + scene.second) % 3]
        talk = getattr(self, f"_{scene.kind}")(scene, one, two)
        if talk is None:
            return
        self.board.passes(scene.spans[1])
        for move in scene.moves:
            talk = self._goes_on(talk, move, scene)
            self.board.passes(scene.spans[2])
        self.goodbye(talk, by_agent=scene.by_agent)

    def _goes_on(self, talk: Talking, move: str, scene: Scene) -> Talking:
        agent, (ringing, asking, parked) = self.free(talk, scene.second), scene.spans
        match move:
            case "blind":
                return self.blind(talk, agent, ringing // 10)
            case "attended" | "linked":
                return self.attended(talk, agent, asking, linked=move == "linked")
            case "to_queue":
                return self.to_queue(talk, agent, ringing // 10)
            case "attended_to_queue":
                return self.attended_to_queue(talk, agent, ringing // 10)
            case "fetched":
                return self.fetched(talk, agent, parked)
            case "parked_too_long":
                return self.parked_too_long(talk, parked)
            case "consulted":
                return self.consulted(talk, asking)
            case _:
                return self.held_by_code(talk, agent, asking)

    # an agent and a customer meet

    def _answered(self, scene: Scene, one: Agent, _: Agent) -> Talking:
        caller = self.waits()
        rung = self.rung(caller, one)
        self.board.passes(scene.spans[0] // 10)
        return self.connected([caller], one, rung)

    def _picked_up(self, scene: Scene, one: Agent, two: Agent) -> Talking:
        """Another takes the call that rings at a colleague's phone, having thought about it on her own line."""
        board = self.board
        caller = self.waits()
        rung = self.rung(caller, one)
        board.passes(scene.spans[0] // 10)
        line, taken = self.own_line(two, f"**{one.number}", excused=False)
        board.passes(scene.spans[0])
        phone, bridge = rung[-1], board.bridge()
        chain = [caller, *rung[:-1], line]
        dest = chain[1]
        here = [
            s.left(caller),
            s.connects(caller, one, dest),
            *board.mixed([s.enters(dest, bridge)], [s.enters(caller, bridge)]),
        ]
        threads = [[s.ends(phone, 26)], here]
        if len(rung) > 1:
            here.insert(0, s.up(dest))
            inner = board.bridge()
            threads.append(board.mixed([s.enters(line, inner)], [s.enters(rung[1], inner)]))
        board.tell(s.picks_up(line, phone), s.torn(phone), *board.mixed(*threads))
        talk = self.meet(two, chain, taken)
        talk.pending.append(s.completes(caller, one, dest))
        return talk

    def _fetched_late(self, scene: Scene, one: Agent, _: Agent) -> Talking:
        """A parked caller is fetched by who had the line open before."""
        board = self.board
        caller = self.calls_in("1234")
        board.tell(s.enters(caller, PARKING), s.parks(caller))
        line, taken = self.own_line(one, "701", excused=False)
        board.passes(scene.spans[0])
        bridge = board.bridge()
        board.tell(
            s.fetched(caller),
            s.leaves(caller),
            *board.mixed([s.enters(line, bridge)], [s.enters(caller, bridge)]),
        )
        return self.meet(one, [caller, line], taken)

    def _direct(self, scene: Scene, one: Agent, _: Agent) -> Talking:
        board = self.board
        caller = self.calls_in(one.number)
        line, bridge = board.line(one.phone, linked=caller.linked), board.bridge()
        board.tell(s.starts(line), s.dials(caller, line, one.number), s.rings(line))
        board.passes(scene.spans[0] // 10)
        board.tell(s.up(line), *board.mixed([s.enters(line, bridge)], [s.enters(caller, bridge)]))
        return self.meet(one, [caller, line])

    def _called_back(self, scene: Scene, one: Agent, _: Agent) -> Talking:
        """The switch calls a customer over a Local channel whose other half waits in the queue."""
        board = self.board
        inside, outside = board.pair("Local/13900020002@back")
        caller, bridge = board.line("PJSIP/trunk", linked=inside.linked), board.bridge()
        board.tell(
            s.starts(inside),
            s.starts(outside, calling=True),
            s.pairs(inside, outside),
            s.dials(None, inside, "back"),
            s.starts(caller),
            s.dials(outside, caller, "13900020002@trunk"),
            s.rings(caller),
            s.rings(inside),
        )
        board.passes(scene.spans[0] // 20)
        there = board.mixed([s.enters(caller, bridge)], [s.enters(outside, bridge)])
        board.tell(s.up(caller), s.up(outside), *board.mixed([s.up(inside), s.joins(inside)], there))
        rung = self.rung(inside, one)
        board.passes(scene.spans[0] // 20)
        talk = self.connected([caller, outside, inside], one, rung)
        if board.rng.random() < 0.5:
            talk.known_as.append(inside)
            self.optimized(talk, 1)
            if len(talk.chain) == 2:
                board.tell(*self.said_at_once(talk))
        return talk

    def _outside(self, scene: Scene, one: Agent, _: Agent) -> None:
        """An agent calls a customer."""
        board = self.board
        line, taken = self.own_line(one, "013900020002", excused=True)
        other, bridge = board.line("PJSIP/trunk", linked=line.linked), board.bridge()
        board.tell(s.starts(other), s.dials(line, other, "13900020002@trunk"), s.rings(other))
        board.passes(scene.spans[0] // 20)
        board.tell(s.up(other), *board.mixed([s.enters(other, bridge)], [s.enters(line, bridge)]))
        talk = self.meet(one, [other, line])
        talk.heard.shown = "outbound"
        board.passes(scene.spans[1])
        self.goodbye(talk, by_agent=scene.by_agent)
        taken.end = board.now

    # nobody calls, or nobody comes

    def _abandoned(self, scene: Scene, one: Agent, _: Agent) -> None:
        caller = self.waits()
        rung = self.rung(caller, one)
        self.board.passes(scene.spans[0] // 10)
        gone = [s.ends(line) for line in rung]
        self.board.tell(s.asks(caller), *self.board.mixed(gone, [s.dropped(caller), s.left(caller), s.ends(caller)]))

    def _own(self, scene: Scene, one: Agent, _: Agent) -> None:
        """The line lies open, or a number that nobody needs is dialled; meanwhile a customer waits, and gives up."""
        line, taken = self.own_line(one, ("s", "999")[scene.by_agent], excused=False)
        self.board.passes(scene.spans[0] // 2)
        caller = self.waits()
        self.board.passes(scene.spans[0] // 2)
        self.gives_up(caller)
        self.lays_down(line, taken)

    def _to_colleague(self, scene: Scene, one: Agent, two: Agent) -> None:
        board = self.board
        line, taken = self.own_line(one, two.number, excused=True)
        other, bridge, since = board.line(two.phone, linked=line.linked), board.bridge(), board.now
        board.tell(s.starts(other), s.dials(line, other, two.number), s.rings(other), s.up(other))
        board.tell(*board.mixed([s.enters(other, bridge)], [s.enters(line, bridge)]))
        caller = self.waits()
        board.passes(scene.spans[0])
        self.gives_up(caller)
        board.tell(s.asks(other), s.leaves(other), s.ends(other))
        board.was_asked(two, since)
        self.lays_down(line, taken)

    def _conference(self, scene: Scene, one: Agent, two: Agent) -> None:
        """An agent dials a room, alone at first and at last; a customer comes, and a colleague with him."""
        board, room = self.board, self.board.bridge()
        line, taken = self.own_line(one, "800", excused=False)
        board.tell(s.enters(line, room))
        waiter = self.waits()
        board.passes(scene.spans[0])
        caller = self.calls_in("800")
        board.tell(s.enters(caller, room))
        heard, since = board.hears(one, caller), board.now
        other, took = self.own_line(two, "8001", excused=False)
        board.tell(s.enters(other, room))
        beside, joined = board.hears(two, caller), board.now
        board.passes(scene.spans[1])
        board.tell(s.asks(caller), s.leaves(caller), s.ends(caller))
        heard.end = beside.end = board.now
        taken.work, took.work = [[since, board.now]], [[joined, board.now]]
        self.lays_down(other, took)
        board.passes(scene.spans[2])
        self.gives_up(waiter)
        self.lays_down(line, taken)

    def _listened(self, scene: Scene, one: Agent, two: Agent) -> Talking:
        """A lead listens to a colleague's call."""
        board = self.board
        talk = self._answered(scene, one, two)
        line, taken = self.own_line(two, "555", excused=False)
        since = board.now
        board.tell(s.spies(line, talk.phone))
        board.passes(scene.spans[0])
        board.tell(s.spies_no_more(line))
        taken.work = [[since, board.now]]
        self.lays_down(line, taken)
        return talk


def played(plans: list[list[Scene]], at: int = MORNING, prefix: str = "s") -> list[Lane]:
    """Play lanes side by side."""
    found = []
    for number, of_lane in enumerate(plans):
        lane = Lane(number, at, prefix)
        for scene in of_lane:
            lane.play(scene)
        found.append(lane)
    return found


def told_by(found: list[Lane], *, linking: bool = False) -> list[ev.Event]:
    """Order the events of all lanes by time, each with its place.

    Args:
        found: What was played.
        linking: Whether channels in one bridge take the oldest linkedid of them.
    """
    events = sorted((event for lane in found for event in lane.board.events), key=lambda event: event.at or 0)
    placed = [msgspec.structs.replace(event, pos=place) for place, event in enumerate(events)]
    return Linking().done_to(placed) if linking else placed


class Linking:
    """Gives channels that meet the oldest linkedid of theirs, as a switch does."""

    def __init__(self) -> None:
        self._linked: dict[str, str] = {}
        self._order: dict[str, int] = {}
        self._bridges: dict[str, set[str]] = {}

    def done_to(self, events: list[ev.Event]) -> list[ev.Event]:
        return [self._one(event) for event in events]

    def _one(self, event: ev.Event) -> ev.Event:
        match event:
            case ev.ChannelStarted():
                self._order[event.uid] = event.pos
                self._linked[event.uid] = self._linked.get(event.linked, event.linked)
            case co.BridgeEntered() if event.bridge:
                there = self._bridges.setdefault(event.bridge, set())
                there.add(event.uid)
                oldest = min((self._linked[uid] for uid in there), key=lambda linked: self._order[linked])
                self._linked.update(dict.fromkeys(there, oldest))
            case co.BridgeLeft():
                self._bridges.get(event.bridge, set()).discard(event.uid)
            case _:
                pass
        uid = getattr(event, "uid", None)
        if getattr(event, "linked", None) is None or uid not in self._linked:
            return event
        return msgspec.structs.replace(event, linked=self._linked[uid])


boards = st.builds(lambda plans, linking: told_by(played(plans), linking=linking), lanes, st.booleans())
