"""What a snapshot tells of people, bridges and talks, and what a saved floor is."""

from __future__ import annotations

import msgspec
import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.snapshot import ChannelState, QueueState, Snapshot, WaitingState
from callcenter.domain.state import State
from callcenter.domain.vocabulary import AgentState as S
from callcenter.domain.vocabulary import EndedBy
from callcenter.shape import shape_of
from tests.unit.domain.switch import Switch, micros


def snapshot(
    channels: tuple[ChannelState, ...] = (), waiting: tuple[WaitingState, ...] = (), queues: tuple[QueueState, ...] = ()
) -> Snapshot:
    return Snapshot(None, None, "22", "", "", queues, (), waiting, channels, None, None)


def there(uid: str, name: str, *, bridge: str = "", state: int = 6) -> ChannelState:
    return ChannelState(name, uid, uid, state, "s", "138", "", bridge, "", 10)


# gaps


def test_channel_that_ended_while_the_switch_was_asked_does_not_come_back() -> None:
    switch = Switch()
    switch.starts(1, "c1", "PJSIP/trunk-c1", calling=True)
    switch.ends(5, "c1")
    switch.tell(ev.Resynced, 5, snapshot=snapshot((there("c1", "PJSIP/trunk-c1"),)))
    assert switch.floor.state.channels == {}


def test_agent_who_was_talking_before_the_first_frame_is_talking_and_nothing_is_held_against_her() -> None:
    switch = Switch(permitted=())
    switch.member(0)
    lines = (there("c1", "PJSIP/trunk-1", bridge="b1"), there("a1", "PJSIP/1001-1", bridge="b1"))
    switch.tell(ev.Resynced, 1, snapshot=snapshot(lines))
    assert switch.state("Alice") is S.TALKING
    (began,) = switch.found(fx.TalkBegan)
    assert (began.talk.agent, began.talk.start, began.talk.in_gap) == ("Alice", None, True)
    switch.takes(2, "o1", "999", phone="PJSIP/1001")
    switch.ticks(500)
    assert switch.found(fx.LineBlocked) == []


def test_snapshot_that_shows_a_channel_in_no_bridge_has_it_in_none() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.tell(ev.LinkLost, 10)
    switch.tell(ev.LinkRestored, 20, restarted=False)
    lines = (there("c1", "PJSIP/trunk-c1"), there("a1", "PJSIP/1001-a1", bridge="b1", state=5))
    switch.tell(ev.Resynced, 21, snapshot=snapshot(lines))
    assert switch.floor.state.bridges == {"b1": ["a1"]}


def test_snapshot_leaves_who_events_tell_of_where_they_are() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.tell(ev.Resynced, 6, snapshot=snapshot((there("c1", "PJSIP/trunk-c1"),)))
    assert switch.floor.state.bridges == {"b1": ["a1", "c1"]}


def test_talk_that_ended_in_a_gap_has_no_end_that_is_known() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.tell(ev.LinkLost, 10)
    switch.tell(ev.LinkRestored, 20, restarted=False)
    switch.tell(ev.Resynced, 21, snapshot=snapshot())
    switch.ticks(30)
    assert [(talk.start, talk.end, talk.in_gap) for talk in switch.talks_told()] == [(micros(5), None, True)]


@pytest.mark.parametrize("by", [EndedBy.CALLER, EndedBy.AGENT])
@pytest.mark.parametrize("told_first", ["hang-up", "completion"])
def test_who_hangs_up_in_a_talk_whose_beginning_a_gap_hid_has_ended_it_in_whatever_order_that_is_told(
    by: EndedBy, told_first: str
) -> None:
    switch = Switch()
    switch.member(0)
    lines = (there("c1", "PJSIP/trunk-1", bridge="b1"), there("a1", "PJSIP/1001-1", bridge="b1"))
    switch.tell(ev.Resynced, 1, snapshot=snapshot(lines))
    hang_up = ("c1" if by is EndedBy.CALLER else "a1",)
    if told_first == "hang-up":
        switch.hangs_up(5, *hang_up)
    switch.completes(5)
    if told_first == "completion":
        switch.hangs_up(5, *hang_up)
    switch.part(5, "c1", "a1")
    switch.ticks(20)
    assert (switch.visit().ended_by, switch.visit().ended_at) == (by, micros(5))


def test_nobody_is_known_to_have_ended_a_talk_whose_beginning_a_gap_hid_where_nobody_was_seen_to_hang_up() -> None:
    switch = Switch()
    switch.member(0)
    switch.completes(5)
    switch.ticks(20)
    assert switch.visit().ended_by is EndedBy.UNKNOWN


def test_two_who_wait_when_the_switch_is_asked_have_a_visit_each() -> None:
    switch = Switch()
    waiting = tuple(WaitingState("support", n, f"PJSIP/trunk-{n}", f"c{n}", "138", n) for n in (1, 2))
    switch.tell(ev.Resynced, 5, snapshot=snapshot(waiting=waiting))
    assert [visit.uid for visit in switch.floor.waiting()["support"]] == ["c1", "c2"]


def test_agent_whose_visit_is_told_by_force_is_free() -> None:
    switch = Switch()
    switch.member(0, phone="Local/1001@agents", device="PJSIP/1001")
    switch.local(1, 5, interface="Local/1001@agents")
    switch.completes(6, "Alice", "Local/1001@agents")  # too early: the two talk on
    assert switch.floor.state.people["Alice"].parts != []
    switch.joins(9, "c1", "sales")  # of the transfer that led there nothing was seen
    assert switch.floor.state.people["Alice"].parts == []


def test_saved_floor_of_another_shape_is_refused() -> None:
    saved = msgspec.msgpack.encode(("channels-1", State()))
    with pytest.raises(msgspec.ValidationError, match=shape_of(State)):
        Floor.restore(saved)
