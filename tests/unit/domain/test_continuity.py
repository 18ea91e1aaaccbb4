from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.snapshot import (
    ChannelState,
    ContactState,
    DeviceState,
    HintState,
    MemberState,
    QueueState,
    Snapshot,
    WaitingState,
)
from callcenter.domain.vocabulary import AgentState, EndedBy, OfferOutcome, VisitOutcome
from tests.unit.domain.switch import Switch, micros


def snapshot(
    *,
    channels: tuple[ChannelState, ...] = (),
    waiting: tuple[WaitingState, ...] = (),
    members: tuple[MemberState, ...] = (),
    devices: tuple[DeviceState, ...] | None = None,
    contacts: tuple[ContactState, ...] | None = None,
    queues: tuple[str, ...] = ("support", "sales"),
    hints: tuple[HintState, ...] | None = None,
) -> Snapshot:
    return Snapshot(
        after=None,
        before=None,
        version="22",
        system_name="",
        started="",
        queues=tuple(QueueState(queue, "rrmemory", 0) for queue in queues),
        members=members,
        waiting=waiting,
        channels=channels,
        devices=devices,
        contacts=contacts,
        hints=hints,
    )


def channel(uid: str, *, caller: str = "138") -> ChannelState:
    return ChannelState(f"PJSIP/trunk-{uid}", uid, uid, 6, "400", caller, "", "", "Queue", 9)


def member(*, paused: bool = False, status: int = 1) -> MemberState:
    return MemberState("support", "Alice", "PJSIP/1001", "", status, paused, "tea" if paused else "")


def lose(switch: Switch, start: float, end: float) -> None:
    switch.tell(ev.LinkLost, start)
    switch.tell(ev.LinkRestored, end, restarted=False)


def test_caller_who_is_gone_after_a_gap_left_for_a_reason_nobody_saw() -> None:
    switch = Switch()
    switch.joins(0)
    lose(switch, 5, 60)
    switch.tell(ev.Resynced, 61, snapshot=snapshot())
    switch.ticks(70)

    assert (switch.visit().outcome, switch.visit().left_at, switch.visit().in_gap) == (VisitOutcome.UNKNOWN, None, True)


def test_talk_that_is_gone_after_a_gap_ended_when_nobody_saw() -> None:
    switch = Switch()
    switch.answered(0, 3)
    lose(switch, 5, 60)
    switch.tell(ev.Resynced, 61, snapshot=snapshot())
    switch.ticks(70)

    assert (switch.visit().outcome, switch.visit().ended_at) == (VisitOutcome.ANSWERED, None)
    assert switch.visit().ended_by is EndedBy.UNKNOWN
    assert switch.floor.state.calls == {}


def test_caller_who_still_waits_after_a_gap_is_the_same_visit() -> None:
    switch = Switch()
    switch.joins(0)
    lose(switch, 5, 60)
    waits = WaitingState("support", 1, "PJSIP/trunk-c1", "c1", "138", 60)
    switch.tell(ev.Resynced, 61, snapshot=snapshot(channels=(channel("c1"),), waiting=(waits,)))
    switch.hangs_up(70, "c1")
    switch.leaves(70)
    switch.ends(70, "c1")

    assert switch.visit().outcome is VisitOutcome.ABANDONED
    assert (switch.visit().joined_at, switch.visit().wait) == (micros(0), 70_000_000)


def test_caller_who_left_the_queue_in_a_gap_did_not_give_up_when_he_hangs_up_later() -> None:
    switch = Switch()
    switch.joins(0)
    lose(switch, 5, 60)
    switch.tell(ev.Resynced, 61, snapshot=snapshot(channels=(channel("c1"),)))
    assert switch.floor.waiting().get("support", []) == []
    switch.hangs_up(70, "c1")
    switch.ends(70, "c1")
    switch.ticks(80)

    assert (switch.visit().outcome, switch.visit().left_at, switch.visit().ended_by) == (
        VisitOutcome.UNKNOWN,
        None,
        None,
    )


def test_queue_that_the_switch_was_not_asked_about_keeps_who_waits_in_it() -> None:
    switch = Switch()
    switch.joins(0)
    lose(switch, 5, 60)
    switch.tell(ev.Resynced, 61, snapshot=snapshot(channels=(channel("c1"),), queues=("sales",)))
    switch.hangs_up(70, "c1")
    switch.leaves(70)
    switch.ends(70, "c1")

    assert switch.visit().outcome is VisitOutcome.ABANDONED


def test_hang_up_that_was_seen_before_a_gap_is_believed() -> None:
    switch = Switch()
    switch.joins(0)
    switch.hangs_up(5, "c1")
    lose(switch, 5, 60)
    switch.tell(ev.Resynced, 61, snapshot=snapshot())
    switch.ticks(70)

    assert switch.visit().outcome is VisitOutcome.ABANDONED


def test_talk_that_began_in_a_gap_and_ends_after_it_is_answered() -> None:
    switch = Switch()
    switch.joins(0)
    lose(switch, 5, 60)
    switch.tell(ev.Resynced, 61, snapshot=snapshot(channels=(channel("c1"), channel("a1"))))
    switch.completes(70)
    switch.ends(70, "a1")
    switch.ends(70, "c1")
    switch.ticks(80)

    (visit,) = switch.visits()
    assert (visit.outcome, visit.agent, visit.answered_at) == (VisitOutcome.ANSWERED, "Alice", None)


@pytest.mark.parametrize(("queue", "waited"), [("sales", 20), ("support", 20)])
def test_caller_who_joined_again_in_a_gap_is_in_another_stay(queue: str, waited: int) -> None:
    switch = Switch()
    switch.joins(0)
    lose(switch, 5, 60)
    waits = WaitingState(queue, 1, "PJSIP/trunk-c1", "c1", "138", waited)
    switch.tell(ev.Resynced, 61, snapshot=snapshot(channels=(channel("c1"),), waiting=(waits,)))

    (told,) = switch.visits()
    assert (told.queue, told.outcome, told.left_at) == ("support", VisitOutcome.UNKNOWN, None)
    assert {name: len(there) for name, there in switch.floor.waiting().items() if there} == {queue: 1}
    (visit,) = switch.floor.waiting()[queue]
    assert visit.waiting_since == micros(41)


def test_caller_who_came_in_a_gap_waits_with_an_unknown_beginning() -> None:
    switch = Switch()
    lose(switch, 5, 60)
    waits = WaitingState("support", 2, "PJSIP/trunk-c9", "c9", "139", 20)
    switch.tell(ev.Resynced, 61, snapshot=snapshot(channels=(channel("c9"),), waiting=(waits,)))

    (visit,) = switch.floor.waiting()["support"]
    assert (visit.joined_at, visit.waiting_since, visit.position, visit.in_gap) == (None, micros(41), 2, True)
    assert visit.caller == "138"


def test_caller_whose_wait_nobody_can_tell_waits_since_an_unknown_time() -> None:
    switch = Switch()
    waits = WaitingState("support", None, "PJSIP/trunk-c9", "c9", "", None)
    switch.tell(ev.Resynced, 61, snapshot=snapshot(waiting=(waits,)))

    (visit,) = switch.floor.waiting()["support"]
    assert (visit.waiting_since, visit.caller) == (None, None)


def test_snapshot_tells_what_agents_do_after_a_gap() -> None:
    switch = Switch()
    switch.member(0)
    lose(switch, 5, 60)
    assert switch.states("Alice")[-1] is AgentState.UNKNOWN

    switch.tell(ev.Resynced, 61, snapshot=snapshot(members=(member(paused=True),)))

    assert switch.states("Alice")[-1] is AgentState.PAUSED


def test_snapshot_tells_of_a_phone_that_is_lost() -> None:
    switch = Switch()
    lost = DeviceState("PJSIP/1001", "UNAVAILABLE")
    switch.tell(ev.Resynced, 1, snapshot=snapshot(members=(member(status=5),), devices=(lost,)))

    assert switch.states("Alice")[-1] is AgentState.OFFLINE


def test_snapshot_tells_of_a_registration() -> None:
    switch = Switch()
    switch.member(0, status=5)
    contact = ContactState("1001", "sip:1001@x", "Reachable")
    switch.tell(ev.Resynced, 1, snapshot=snapshot(contacts=(contact,)))

    assert switch.states("Alice")[-1] is AgentState.AVAILABLE


def test_stop_before_a_gap_makes_it_a_restart() -> None:
    switch = Switch()
    switch.joins(0)
    switch.calls(1)
    switch.rings(1, "a1")
    switch.tell(ev.SwitchStopping, 5)
    lose(switch, 5, 9)

    assert [gap.cause for gap in switch.found(fx.GapSeen)] == ["restart"]
    assert switch.visit().outcome is VisitOutcome.SWITCH_DOWN
    assert switch.offer().outcome is OfferOutcome.SWITCH_DOWN


def test_channel_renamed_by_a_masquerade_is_found_by_its_new_name() -> None:
    switch = Switch()
    switch.starts(0, "x", "PJSIP/1-x")
    switch.tell(ev.ChannelRenamed, 1, uid="x", name="PJSIP/2-x")
    switch.tell(ev.ChannelRenamed, 1, uid="nobody", name="PJSIP/3-x")

    assert switch.floor.state.names == {"PJSIP/2-x": "x"}
    switch.ends(2, "x")
    assert switch.floor.state.names == {}


def test_agents_own_call_that_lasts_is_told_on_request() -> None:
    switch = Switch()
    switch.member(0)
    switch.starts(1, "o1", "PJSIP/1001-1", dialled="1249", calling=True)

    (own,) = switch.floor.open_own_calls()
    assert (own.agent, own.dialled, own.ended_at) == ("Alice", "1249", None)


def test_wrap_up_ends_at_its_own_time_whenever_that_is_noticed() -> None:
    switch = Switch(wrap_up={"support": 10_000_000})
    switch.member(0)
    switch.answered(1, 3)
    switch.goodbye(8)
    switch.ticks(60)

    spans = [fact.ended for fact in switch.found(fx.AgentStateChanged) if fact.ended is not None]
    assert [(s.start, s.end) for s in spans if s.state is AgentState.WRAP_UP] == [(micros(8), micros(18))]


def test_agent_behind_a_hint_is_at_the_phone_that_the_snapshot_names() -> None:
    switch = Switch()
    behind = MemberState(
        "support",
        "Alice",
        "Local/1001@from-queue/n",
        "hint:1001@ext-local",
        1,
        paused=False,
        reason="",
    )
    hints = (HintState("hint:1001@ext-local", "PJSIP/1001"),)
    contacts = (ContactState("1001", "sip:1001@127.0.0.1", "Reachable"),)
    switch.tell(ev.Resynced, 0, snapshot=snapshot(members=(behind,), contacts=contacts, hints=hints))
    (span,) = switch.floor.open_spans()
    switch.phone(5, reachable=False)

    assert (span.agent, span.interface) == ("Alice", "PJSIP/1001")
    assert switch.states("Alice") == [AgentState.AVAILABLE, AgentState.OFFLINE]


def test_switch_that_told_of_too_much_begins_anew_with_nobody_known() -> None:
    switch = Switch()
    switch.member(0)
    switch.joins(1)
    switch.calls(2)
    switch.tell(ev.Overfull, 5)
    switch.ticks(20)

    assert (switch.visit().outcome, switch.floor.state.channels, switch.floor.state.people) == (
        VisitOutcome.SWITCH_DOWN,
        {},
        {},
    )
    switch.member(30)
    assert switch.state("Alice") is AgentState.AVAILABLE


def test_wrap_up_of_whom_nobody_knows_any_more_ends_without_a_word() -> None:
    switch = Switch(wrap_up={"support": 10_000_000})
    switch.member(0)
    switch.answered(1, 3)
    switch.goodbye(8)
    switch.tell(ev.Overfull, 9)
    told = len(switch.facts)
    switch.ticks(60)

    assert not [fact for fact in switch.facts[told:] if isinstance(fact, fx.AgentStateChanged)]
