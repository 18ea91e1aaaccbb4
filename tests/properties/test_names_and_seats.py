"""Whoever signs in where, under whatever name, and whenever seats change hands: each phone is one agent's."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain import facts as fx
from callcenter.domain.agents.directory import Tenure
from callcenter.domain.frame import SECOND
from callcenter.domain.state import State
from tests.unit.domain.switch import Switch, micros

NAMES = ("Alice", "Bob", "", "PJSIP/1001")
PHONES = ("PJSIP/1001", "PJSIP/1002", "Local/1001@agents/n", "Local/1003@agents")
DEVICES = ("", "PJSIP/1001", "hint:1001@ext-local", "PJSIP/1002")
QUEUES = ("support", "sales")
SEATS: tuple[dict[str, tuple[Tenure, ...]], ...] = (
    {},
    {"PJSIP/1001": (Tenure("Alice", None, micros(200)), Tenure("Carol", micros(300), None))},
    {"PJSIP/1001": (Tenure("Bob", micros(100), micros(400)),), "PJSIP/1002": (Tenure("Alice"),)},
)
MOVES = ("in", "out", "calls", "connects", "ends", "own", "pause", "lost")

Move = tuple[str, int, int, int, int, int]
moves = st.lists(
    st.tuples(
        st.sampled_from(MOVES),
        st.integers(0, 60),
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(0, 1),
    ),
    max_size=25,
)


def play(switch: Switch, day: Sequence[Move]) -> None:
    now, calls = 0.0, 0
    for kind, pause, which, phone, device, queue in day:
        now += pause
        name, at, of = NAMES[which], PHONES[phone], QUEUES[queue]
        uid, dest = f"c{calls}", f"a{calls}"
        match kind:
            case "in" | "pause":
                switch.member(now, name, at, queue=of, device=DEVICES[device], paused=kind == "pause", reason="tea")
            case "out":
                switch.leaves_queue(now, of, at)
            case "calls":
                calls += 1
                uid, dest = f"c{calls}", f"a{calls}"
                switch.joins(now, uid, of)
                switch.calls(now, dest, name, at, uid=uid, queue=of)
            case "connects":
                switch.leaves(now, uid, of)
                switch.connects(now, dest, name, at, uid=uid, queue=of)
                switch.meet(now, dest, uid, bridge=uid)
            case "ends":
                switch.hangs_up(now, uid)
                switch.completes(now, name, at, uid=uid, dest=dest, queue=of)
                switch.part(now, dest, uid, bridge=uid)
            case "own":
                switch.takes(now, f"o{now}{phone}", phone=PHONES[phone % 2])
            case _:
                switch.phone(now, reachable=bool(queue), device=PHONES[phone])


def consistent(state: State) -> bool:
    """Tell whether each interface is one agent's, and each agent's places, parts and channels are known."""
    owners = {one: name for name, p in state.people.items() for one in p.interfaces}
    listed = sum(len(p.interfaces) for p in state.people.values())
    places = all(state.who[one] == name for name, p in state.people.items() for ms in p.queues.values() for one in ms)
    parts = all(key in state.visits for p in state.people.values() for key in p.parts)
    lines = all(uid in state.channels for p in state.people.values() for uid in p.channels)
    return owners == state.who and listed == len(owners) and places and parts and lines


@given(moves, st.sampled_from(SEATS))
def test_each_phone_is_one_agents_whatever_happens(day: list[Move], seats: dict[str, tuple[Tenure, ...]]) -> None:
    switch = Switch(seats=seats, wrap_up={"support": 30 * SECOND}, permitted=())
    play(switch, day)
    assert consistent(switch.floor.state)
    switch.ticks(5000)
    assert consistent(switch.floor.state)
    joined = [fact.queue for fact in switch.found(fx.VisitJoined)]
    assert len(joined) == len(switch.over().visits())


@given(moves, st.sampled_from(SEATS))
def test_the_same_day_twice_has_the_same_agents(day: list[Move], seats: dict[str, tuple[Tenure, ...]]) -> None:
    one, other = Switch(seats=seats), Switch(seats=seats)
    for switch in (one, other):
        play(switch, day)
    assert (one.facts, one.floor.state.digest()) == (other.facts, other.floor.state.digest())
