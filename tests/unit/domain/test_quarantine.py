"""Frames that were not believed: a gap of their moment, and nobody is held free who may not be."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.vocabulary import AgentState
from tests.unit.domain.switch import Switch, micros

ALICE, BOB = "PJSIP/1001", "PJSIP/1002"
AVAILABLE, UNKNOWN = AgentState.AVAILABLE, AgentState.UNKNOWN


def member(switch: Switch, at: float, agent: str, phone: str, queue: str, **more: object) -> None:
    known = {"device": phone, "status": 1, "paused": False, "reason": ""}
    switch.tell(ev.MemberSeen, at, queue=queue, interface=phone, member=agent, **known | more)


def refuse(switch: Switch, at: float | None, *, alone: bool = False, **hints: tuple[str, ...]) -> None:
    named = dict.fromkeys(("uniqueids", "channels", "queues", "members"), ()) | hints
    switch.tell(ev.FrameRefused, at, alone=alone, **named)


def device(switch: Switch, at: float, phone: str, state: str) -> None:
    switch.tell(ev.DeviceSeen, at, device=phone, state=state)


def two_agents() -> Switch:
    switch = Switch()
    member(switch, 0, "Alice", ALICE, "support")
    member(switch, 0, "Bob", BOB, "sales")
    return switch


def states(switch: Switch) -> tuple[AgentState, AgentState]:
    return switch.state("Alice"), switch.state("Bob")


def test_a_refused_frame_is_a_gap_of_its_moment_and_its_pieces_are_one() -> None:
    switch = two_agents()

    refuse(switch, 5)
    refuse(switch, 5, queues=("nowhere",))
    refuse(switch, 6)

    assert switch.found(fx.GapSeen) == [
        fx.GapSeen(at=micros(at), start=micros(at), cause="quarantined") for at in (5, 6)
    ]


def test_a_frame_whose_time_cannot_be_believed_is_a_gap_of_now() -> None:
    switch = two_agents()

    refuse(switch, None)

    assert switch.found(fx.GapSeen) == [fx.GapSeen(at=micros(0), start=micros(0), cause="quarantined")]


def test_before_any_time_was_known_the_gap_has_none() -> None:
    switch = Switch()

    refuse(switch, None)

    assert switch.found(fx.GapSeen) == [fx.GapSeen(at=None, start=None, cause="quarantined")]


@pytest.mark.parametrize(
    ("hints", "told"),
    [
        ({"channels": (f"{ALICE}-00000007",)}, (UNKNOWN, AVAILABLE)),
        ({"members": ("Alice",)}, (UNKNOWN, AVAILABLE)),
        ({"members": (ALICE,)}, (UNKNOWN, AVAILABLE)),
        ({"members": (BOB,), "queues": ("support",)}, (AVAILABLE, UNKNOWN)),
        ({"queues": ("support", "nowhere")}, (UNKNOWN, AVAILABLE)),
        ({"queues": ("nowhere",)}, (UNKNOWN, UNKNOWN)),
        ({"channels": ("PJSIP/trunk-1",), "uniqueids": ("9.9",)}, (UNKNOWN, UNKNOWN)),
        ({}, (UNKNOWN, UNKNOWN)),
    ],
)
def test_agents_whom_a_refused_frame_may_concern_are_unknown(
    hints: dict[str, tuple[str, ...]], told: tuple[AgentState, AgentState]
) -> None:
    switch = two_agents()

    refuse(switch, 5, alone=False, **hints)

    assert states(switch) == told


def test_a_frame_of_a_line_outside_alone_puts_no_agent_in_doubt() -> None:
    switch = two_agents()

    refuse(switch, 5, alone=True, channels=("PJSIP/trunk-1",), queues=("support",))

    assert states(switch) == (AVAILABLE, AVAILABLE)


def test_a_phone_that_is_in_use_by_nothing_that_was_seen_leaves_its_agent_unknown_until_it_is_idle() -> None:
    switch = two_agents()
    refuse(switch, 5, members=(ALICE,))

    device(switch, 6, ALICE, "RINGING")
    member(switch, 6, "Alice", ALICE, "support", status=6)
    device(switch, 7, ALICE, "INUSE")
    member(switch, 7, "Alice", ALICE, "support", status=2)
    device(switch, 8, BOB, "NOT_INUSE")
    assert states(switch) == (UNKNOWN, AVAILABLE)

    device(switch, 90, ALICE, "NOT_INUSE")
    assert states(switch) == (AVAILABLE, AVAILABLE)


def test_a_queue_that_holds_the_phone_idle_clears_the_doubt() -> None:
    switch = two_agents()
    refuse(switch, 5)

    member(switch, 6, "Alice", ALICE, "support")

    assert states(switch) == (AVAILABLE, UNKNOWN)


def test_of_two_phones_both_must_be_idle() -> None:
    switch = Switch(names={ALICE: "Alice", BOB: "Alice"})
    member(switch, 0, "Alice", ALICE, "support")
    member(switch, 0, "Alice", BOB, "support")
    refuse(switch, 5, members=(ALICE,))

    device(switch, 6, BOB, "NOT_INUSE")
    assert switch.state("Alice") is UNKNOWN

    device(switch, 7, ALICE, "NOT_INUSE")
    assert switch.state("Alice") is AVAILABLE


def test_who_is_seen_ringing_talking_paused_or_gone_is_what_is_seen() -> None:
    switch = two_agents()
    switch.joins(1)
    switch.calls(2)
    switch.rings(3, "a1")
    member(switch, 3, "Bob", BOB, "sales", paused=True, reason="tea")

    refuse(switch, 4)
    assert states(switch) == (AgentState.RINGING, AgentState.PAUSED)

    switch.connects(5)
    switch.tell(ev.PhoneSeen, 5, device=BOB, reachable=False)
    refuse(switch, 6)
    assert states(switch) == (AgentState.TALKING, AgentState.OFFLINE)


def test_an_offer_to_somebody_in_doubt_is_no_proof_that_she_was_free() -> None:
    switch = two_agents()
    refuse(switch, 5)

    switch.joins(10)
    switch.calls(10)
    switch.ends(20, "a1")
    switch.over()

    assert (switch.offer().available, switch.offer().refuted) == (False, "not seen")


def test_what_it_names_is_marked_and_what_it_does_not_is_not() -> None:
    switch = two_agents()
    switch.joins(1, "c1")
    switch.joins(1, "c2", "sales")
    switch.calls(2)

    refuse(switch, 3, uniqueids=("c1",))
    switch.over()

    assert [(visit.uniqueid, visit.in_gap) for visit in switch.visits()] == [("c1", True), ("c2", False)]
    assert switch.offer().in_gap


@pytest.mark.parametrize(("queues", "marked"), [((), [True, True]), (("sales", "x"), [False, True])])
def test_where_it_names_no_channel_that_is_known_its_queues_are_marked_or_all(
    queues: tuple[str, ...], marked: list[bool]
) -> None:
    switch = two_agents()
    switch.joins(1, "c1")
    switch.joins(1, "c2", "sales")

    refuse(switch, 3, uniqueids=("c9",), queues=queues)
    switch.over()

    assert [visit.in_gap for visit in switch.visits()] == marked


@pytest.mark.parametrize("hints", [{"uniqueids": ("c1",)}, {"channels": (f"{ALICE}-a1",)}, {"queues": ("support",)}])
def test_the_talk_that_it_names_is_marked_and_no_other(hints: dict[str, tuple[str, ...]]) -> None:
    switch = two_agents()
    switch.talking(1, 5)
    switch.joins(6, "c2", "sales")
    switch.calls(6, "b1", "Bob", BOB, uid="c2", queue="sales")
    switch.picks_up(8, "b1")
    switch.leaves(8, "c2", "sales")
    switch.connects(8, "b1", "Bob", BOB, uid="c2", queue="sales")
    switch.meet(8, "b1", "c2", bridge="b2")

    refuse(switch, 9, alone=False, **hints)
    switch.part(20, "a1", "c1")
    switch.part(20, "b1", "c2", bridge="b2")
    switch.ticks(22)

    assert {talk.agent: talk.in_gap for talk in switch.talks_told()} == {"Alice": True, "Bob": False}


def test_the_beginning_of_a_channel_is_of_nothing_that_is_open() -> None:
    switch = two_agents()
    switch.joins(1)

    refuse(switch, 3, alone=True, channels=("PJSIP/trunk-9",), uniqueids=("c9",), queues=("support",))
    switch.over()

    assert not switch.visit().in_gap


def test_an_own_call_that_it_names_is_marked() -> None:
    switch = two_agents()
    switch.starts(1, "o1", f"{ALICE}-1", calling=True)

    refuse(switch, 2, channels=(f"{ALICE}-1",))
    switch.ends(3, "o1")

    assert [own.in_gap for own in switch.own()] == [True]


def test_an_agent_whose_hang_up_was_not_believed_is_free_once_her_phone_is() -> None:
    switch = two_agents()
    switch.joins(1)
    switch.calls(2)
    switch.connects(5)

    refuse(switch, 9, channels=(f"{ALICE}-a1",), alone=True)
    assert switch.state("Alice") is AgentState.TALKING

    device(switch, 9, ALICE, "NOT_INUSE")
    assert switch.state("Alice") is AVAILABLE


def test_nothing_is_learnt_from_a_hint() -> None:
    switch = Switch()
    local = "Local/1001@agents/n"
    member(switch, 0, "Alice", local, "support", device="hint:1001@ext")
    before = switch.floor.state.who.copy(), switch.floor.state.behind.copy()

    refuse(switch, 5, members=("EVIL/1001",), channels=("EVIL/1001-1",))

    assert (switch.floor.state.who, switch.floor.state.behind) == before
    assert switch.state("Alice") is UNKNOWN


def test_doubt_outlives_a_restart_of_the_service() -> None:
    switch = two_agents()
    refuse(switch, 5, members=(ALICE,))

    switch.floor = Floor.restore(switch.floor.save())
    device(switch, 6, ALICE, "INUSE")

    assert states(switch) == (UNKNOWN, AVAILABLE)
