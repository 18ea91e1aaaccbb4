"""What people see of an agent's state: what goes on over a gap has not begun anew."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.agents.shown import shown
from callcenter.domain.frame import Micros
from callcenter.domain.snapshot import ContactState, DeviceState, MemberState, QueueState, Snapshot
from callcenter.domain.vocabulary import AgentState as S
from tests.unit.domain.switch import Switch, micros


def seen(switch: Switch, agent: str = "Alice") -> tuple[S, str | None, Micros | None]:
    now = shown(switch.floor.state.people[agent])
    return now.state, now.reason, now.since


def gap(switch: Switch, lost: float, back: float, *members: MemberState, state: str = "NOT_INUSE") -> None:
    """The login is lost and back; the switch is asked who is a member, and how their phones are."""
    switch.tell(ev.LinkLost, lost)
    switch.tell(ev.LinkRestored, back, restarted=False)
    devices = tuple(DeviceState(one.interface, state) for one in members)
    reach = "Unreachable" if state == "UNAVAILABLE" else "Reachable"
    contacts = tuple(ContactState(one.interface.removeprefix("PJSIP/"), "sip:a", reach) for one in members)
    queues = (QueueState("support", "rrmemory", 0),)
    told = Snapshot(None, None, "22", "", "", queues, members, (), (), devices, contacts)
    switch.tell(ev.Resynced, back + 1, snapshot=told)


def member(*, paused: bool = False, reason: str = "", status: int = 1) -> MemberState:
    return MemberState("support", "Alice", "PJSIP/1001", "PJSIP/1001", status, paused, reason)


@pytest.mark.parametrize(("before", "after", "since"), [("tea", "tea", 5), ("tea", "training", 21), ("", "", 0)])
def test_state_that_is_the_same_before_and_after_a_gap_goes_on_and_no_phone_was_lost(
    before: str, after: str, since: int
) -> None:
    switch = Switch()
    switch.member(0)
    if before:
        switch.member(5, paused=True, reason=before)
    gap(switch, 10, 20, member(paused=bool(after), reason=after))
    assert seen(switch) == (S.PAUSED if after else S.AVAILABLE, after or None, micros(since))
    assert switch.found(fx.PhoneLost) == []


@pytest.mark.parametrize(("back", "since"), [(309, 5), (311, 312)])
def test_state_goes_on_over_a_short_gap_alone(back: float, since: float) -> None:
    switch = Switch()
    switch.member(0)
    switch.member(5, paused=True, reason="tea")
    gap(switch, 10, back, member(paused=True, reason="tea"))
    assert seen(switch) == (S.PAUSED, "tea", micros(since))


def test_record_of_the_same_agent_admits_the_gap() -> None:
    switch = Switch()
    switch.member(0, paused=True, reason="tea")
    gap(switch, 10, 20, member(paused=True, reason="tea"))
    assert switch.states("Alice") == [S.PAUSED, S.UNKNOWN, S.PAUSED]
    assert [one.at for one in switch.found(fx.AgentStateChanged)] == [micros(0), micros(10), micros(21)]


def test_phone_that_is_gone_after_a_gap_was_not_seen_to_be_lost() -> None:
    switch = Switch()
    switch.member(0)
    gap(switch, 10, 20, member(status=5), state="UNAVAILABLE")
    assert seen(switch) == (S.OFFLINE, "phone lost", micros(21))
    assert switch.found(fx.PhoneLost) == []


@pytest.mark.parametrize(("paused", "since"), [(True, 5), (False, 12)])
def test_pause_goes_on_while_the_phone_is_lost_and_readiness_begins_anew(paused: bool, since: int) -> None:
    switch = Switch()
    switch.member(0)
    if paused:
        switch.member(5, paused=True, reason="tea")
    switch.phone(10, reachable=False)
    assert seen(switch) == (S.OFFLINE, "phone lost", micros(10))
    switch.phone(12, reachable=True)
    assert seen(switch)[2] == micros(since)


def test_gap_while_the_phone_is_lost_does_not_end_the_pause_either() -> None:
    switch = Switch()
    switch.member(5, paused=True, reason="tea")
    switch.phone(7, reachable=False)
    gap(switch, 10, 20, member(paused=True, reason="tea", status=5), state="UNAVAILABLE")
    switch.phone(30, reachable=True)
    assert seen(switch) == (S.PAUSED, "tea", micros(5))


def test_agent_whom_a_queue_lost_in_a_gap_is_signed_out() -> None:
    switch = Switch()
    switch.member(0)
    gap(switch, 10, 20)
    assert switch.state("Alice") is S.OFFLINE
    assert seen(switch) == (S.OFFLINE, "signed out", micros(21))


def test_member_of_whom_was_told_since_the_gap_is_one_whatever_the_snapshot_says() -> None:
    switch = Switch()
    switch.member(0)
    switch.tell(ev.LinkLost, 10)
    switch.tell(ev.LinkRestored, 20, restarted=False)
    switch.member(20)
    queues = (QueueState("support", "rrmemory", 0),)
    switch.tell(ev.Resynced, 21, snapshot=Snapshot(None, None, "22", "", "", queues, (), (), (), None, None))
    assert switch.state("Alice") is S.AVAILABLE


def test_agent_of_whom_only_a_phone_was_seen_is_signed_out() -> None:
    switch = Switch(names={"PJSIP/1001": "Alice"})
    for at, reachable in ((1, True), (2, False), (3, True)):
        switch.phone(at, reachable=reachable)
        assert switch.state("Alice") is (S.UNKNOWN if reachable else S.OFFLINE)
        assert seen(switch) == (S.OFFLINE, "signed out", None)
