"""Members that are reached by a hint or a Local channel, and the phones behind them."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.agents.directory import Tenure
from callcenter.domain.snapshot import HintState, Snapshot
from callcenter.domain.vocabulary import AgentState as S
from tests.unit.domain.switch import Switch, micros

NOON = 100.0
SHIFTS = {"PJSIP/1001": (Tenure("Alice", None, micros(NOON)), Tenure("Bob", micros(NOON), micros(300)))}


def members(switch: Switch) -> dict[str, dict[str, list[str]]]:
    people = switch.floor.state.people.values()
    return {p.name: {q: list(ms) for q, ms in p.queues.items()} for p in people if p.queues}


def hints(switch: Switch, at: float, **devices: str) -> None:
    told = tuple(HintState(hint=f"hint:{hint}@ext-local", device=device) for hint, device in devices.items())
    snapshot = Snapshot(None, None, "22", "", "", (), (), (), (), None, None, told)
    switch.tell(ev.Resynced, at, snapshot=snapshot)


# hints and Local members


def test_hint_stands_for_the_phone_that_the_switch_says() -> None:
    switch = Switch()
    hints(switch, 0, **{"1001": "PJSIP/1001"})
    switch.member(1, "Alice", "Local/1001@from-queue/n", device="hint:1001@ext-local")
    assert switch.floor.state.people["Alice"].interface == "PJSIP/1001"
    switch.takes(2, phone="PJSIP/1001")
    assert [fact.own.agent for fact in switch.found(fx.OwnCallBegan)] == ["Alice"]


def test_hint_that_the_switch_does_not_explain_is_the_one_phone_of_the_number_that_the_roster_knows() -> None:
    switch = Switch(seats={"PJSIP/1001": (Tenure("Alice"),)})
    switch.member(1, "x", "Local/1001@from-queue/n", device="hint:1001@ext-local")
    assert switch.floor.state.people["Alice"].interface == "PJSIP/1001"


def test_phone_that_a_local_member_dials_is_learnt_and_rings_as_her_own() -> None:
    switch = Switch()
    switch.member(0, "Alice", "Local/1001@agents/n", device="hint:1001@ext-local")
    switch.local(1, 5)
    offer = switch.floor.state.visits
    assert [o.interface for v in offer.values() for o in v.offers] == ["PJSIP/1001"]
    assert switch.floor.state.people["Alice"].interface == "PJSIP/1001"
    switch.member(6, "Alice", "Local/1001@agents/n", device="hint:1001@ext-local", queue="sales")
    assert members(switch) == {"Alice": {"support": ["Local/1001@agents/n"], "sales": ["Local/1001@agents/n"]}}


def test_device_of_a_local_member_that_is_told_after_a_call_is_hers() -> None:
    switch = Switch()
    switch.joins(1)
    switch.calls(1, "l1", "Alice", "Local/77@agents/n")
    switch.member(2, "Alice", "Local/77@agents/n", device="PJSIP/1001")
    assert switch.floor.state.people["Alice"].interface == "PJSIP/1001"


def test_second_phone_that_is_learnt_by_its_number_leaves_the_first_where_it_is() -> None:
    switch = Switch()
    switch.member(0, "Alice", "PJSIP/2001")
    switch.member(0, "Alice", "Local/1001@agents/n", device="hint:1001@ext-local")
    switch.local(1, 5)
    person = switch.floor.state.people["Alice"]
    assert (person.interface, "PJSIP/1001" in person.interfaces) == ("PJSIP/2001", True)


def test_own_call_from_the_phone_of_a_local_member_is_hers_by_its_number() -> None:
    switch = Switch()
    switch.member(0, "Alice", "Local/1001@agents/n", device="hint:1001@ext-local")
    switch.takes(1, phone="PJSIP/1001")
    assert [fact.own.agent for fact in switch.found(fx.OwnCallBegan)] == ["Alice"]


def test_phone_of_another_number_is_not_the_local_members() -> None:
    switch = Switch()
    switch.member(0, "Alice", "Local/1001@agents/n", device="hint:1001@ext-local")
    switch.joins(1)
    switch.pairs(1, "l1", "l2")
    switch.calls(1, "l1", "Alice", "Local/1001@agents/n")
    switch.starts(1, "m1", "PJSIP/trunk-m1", linked="c1")
    switch.dials(1, "m1", uid="l2", string="13800000009@trunk")
    switch.rings(2, "m1")
    (rang,) = switch.found(fx.PhoneRang)
    assert rang.interface == "Local/1001@agents/n"
    assert "PJSIP/trunk" not in switch.floor.state.who


def test_phone_that_is_somebody_elses_is_not_the_local_members() -> None:
    switch = Switch()
    switch.member(0, "Bob", "PJSIP/1001")
    switch.member(0, "Alice", "Local/1001@agents/n", device="hint:1001@ext-local")
    switch.takes(1, phone="PJSIP/1001")
    assert [fact.own.agent for fact in switch.found(fx.OwnCallBegan)] == ["Bob"]


def test_member_with_a_phone_of_its_own_is_not_asked_by_number() -> None:
    switch = Switch()
    switch.member(0, "Alice", "Local/1001@agents/n", device="PJSIP/2001")
    switch.takes(1, phone="PJSIP/1001")
    assert switch.found(fx.OwnCallBegan) == []


@pytest.mark.parametrize("order", ["halves first", "queue first"])
def test_offer_names_the_phone_that_rang_whichever_word_comes_first(order: str) -> None:
    switch = Switch()
    switch.member(0, "Alice", "Local/1001@agents/n", device="PJSIP/1001")
    switch.joins(1)
    switch.pairs(1, "l1", "l2")
    if order == "queue first":
        switch.calls(1, "l1", "Alice", "Local/1001@agents/n")
    switch.starts(1, "a1", "PJSIP/1001-a1", linked="c1")
    switch.dials(1, "a1", uid="l2", string="1001")
    switch.rings(1.5, "a1")
    if order == "halves first":
        switch.calls(1.6, "l1", "Alice", "Local/1001@agents/n")
    switch.ends(16, "a1")
    switch.ends(16, "l1")
    switch.ticks(18)
    offer = switch.offer()
    assert (offer.interface, offer.rang_at, offer.ended_at, offer.outcome) == (
        "PJSIP/1001",
        micros(1.5),
        micros(16),
        "timed_out",
    )


def test_offer_of_an_agent_with_two_phones_names_the_one_that_rang() -> None:
    switch = Switch()
    switch.member(0, "Alice", "PJSIP/1001")
    switch.member(0, "Alice", "PJSIP/2001")
    switch.joins(1)
    switch.calls(1, "a1", "Alice", "PJSIP/2001")
    switch.rings(1, "a1")
    switch.ends(9, "a1")
    switch.ticks(12)
    assert switch.offer().interface == "PJSIP/2001"


def test_channels_of_a_phone_are_its_agents_as_soon_as_she_is_known() -> None:
    switch = Switch()
    switch.takes(1, "o1", phone="PJSIP/1001")
    switch.starts(1, "a9", "PJSIP/1001-a9")
    switch.picks_up(2, "a9")
    switch.phone(2, reachable=True)
    switch.member(3)
    assert switch.state("Alice") is S.TALKING
    switch.ends(4, "a9")
    assert switch.state("Alice") is S.OUTBOUND


def test_phone_that_was_lost_before_anybody_knew_whose_it_is_is_lost() -> None:
    switch = Switch()
    switch.phone(1, reachable=False)
    switch.member(2, status=0)
    assert switch.state("Alice") is S.OFFLINE
