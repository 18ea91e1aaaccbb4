"""An agent and a customer who hear each other: one talk, whoever the queue believes to talk."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.channels.registry import SILENT
from callcenter.domain.visits.holds import CallHeld
from callcenter.domain.vocabulary import AgentState, EndedBy, How
from tests.unit.domain.switch import Switch, micros

Told = tuple[str, How, str | None, int | None, int | None, EndedBy | None]


def told(talk: fx.Talk) -> Told:
    return talk.agent, talk.how, talk.queue, talk.start, talk.end, talk.ended_by


def test_talk_begins_when_both_are_in_a_bridge_and_is_told_with_who_hung_up() -> None:
    switch = Switch()
    switch.member(0)
    switch.answered(1, 5)
    switch.enters(5, "a1")
    assert switch.found(fx.TalkBegan) == []
    switch.enters(5.2, "c1")
    (began,) = switch.found(fx.TalkBegan)
    assert told(began.talk) == ("Alice", How.QUEUE, "support", micros(5.2), None, None)
    switch.hangs_up(9, "c1")
    switch.part(9.1, "c1", "a1")
    (talk,) = switch.talks_told()
    assert told(talk) == ("Alice", How.QUEUE, "support", micros(5.2), micros(9.1), EndedBy.CALLER)
    assert (talk.uniqueid, talk.call, talk.interface, talk.in_gap) == ("c1", "c1", "PJSIP/1001", False)
    assert talk.length == micros(9.1) - micros(5.2)


def test_hold_is_told_by_the_agents_channel_alone_and_only_where_it_is_news() -> None:
    switch = Switch()
    switch.talking(1, 5)
    for at, uid, on in ((6, "nobody", True), (6, "c1", True), (7, "a1", True), (8, "a1", True), (9, "a1", False)):
        switch.tell(ev.HoldSet, at, uid=uid, on=on)
    told = [(fact.at, fact.agent, fact.queue, fact.uniqueid, fact.held) for fact in switch.found(CallHeld)]
    assert told == [(micros(7), "Alice", "support", "c1", True), (micros(9), "Alice", "support", "c1", False)]


def test_talk_without_an_end_has_no_length() -> None:
    switch = Switch()
    switch.talking(1, 5)
    (began,) = switch.found(fx.TalkBegan)
    assert began.talk.length is None


def test_agent_who_hangs_up_ended_the_talk() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.hangs_up(9, "a1")
    switch.part(9, "a1", "c1")
    assert [talk.ended_by for talk in switch.talks_told()] == [EndedBy.AGENT]


def test_operator_who_ends_a_channel_ended_the_talk() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.tears_down(9, "a1", 32)
    switch.part(9, "a1", "c1")
    assert [talk.ended_by for talk in switch.talks_told()] == [EndedBy.SWITCH]


def test_end_for_which_nobody_stands_is_told_a_moment_later() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.exits(9, "c1")
    switch.ends(9, "c1")
    assert switch.talks_told() == []
    switch.ticks(11)
    assert [told(talk)[4:] for talk in switch.talks_told()] == [(micros(9), EndedBy.UNKNOWN)]


def test_hold_that_takes_the_customer_out_of_the_bridge_is_no_end() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.exits(9, "a1")
    switch.ticks(40)
    switch.enters(41, "a1")
    switch.enters(41, "a1")  # told twice
    switch.hangs_up(50, "c1")
    switch.part(50, "c1", "a1")
    assert [told(talk)[3:] for talk in switch.talks_told()] == [(micros(5), micros(50), EndedBy.CALLER)]


def test_customer_who_hangs_up_on_hold_ends_the_talk_then() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.exits(9, "a1")
    switch.hangs_up(30, "c1")
    switch.part(30, "c1")
    assert [told(talk)[4:] for talk in switch.talks_told()] == [(micros(30), EndedBy.CALLER)]


def test_customer_whose_channel_ends_on_hold_without_a_word_ends_the_talk_then() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.exits(9, "a1")
    switch.ends(30, "c1")
    switch.ticks(40)
    assert [told(talk)[4:] for talk in switch.talks_told()] == [(micros(30), EndedBy.UNKNOWN)]


def test_customer_on_hold_who_talks_to_another_has_ended_the_first_talk() -> None:
    switch = Switch()
    switch.team()
    switch.talking(1, 5)
    switch.exits(9, "a1")
    switch.starts(12, "a2", "PJSIP/1002-a2", linked="c1")
    switch.enters(12, "a2")
    switch.ticks(20)
    assert [(talk.agent, talk.end) for talk in switch.talks_told()] == [("Alice", micros(12))]
    assert [(t.talk.agent, t.talk.how) for t in switch.found(fx.TalkBegan)] == [
        ("Alice", How.QUEUE),
        ("Bob", How.TRANSFER),
    ]


def test_customer_who_dials_an_agents_number_talks_direct() -> None:
    switch = Switch()
    switch.team()
    switch.starts(1, "c1", "PJSIP/trunk-c1", dialled="1002", calling=True)
    switch.starts(1, "a1", "PJSIP/1002-a1", linked="c1")
    switch.dials(1, "a1", uid="c1")
    switch.picks_up(4, "a1")
    switch.meet(4, "a1", "c1")
    assert switch.state("Bob") is AgentState.TALKING
    assert [told(t.talk)[:3] for t in switch.found(fx.TalkBegan)] == [("Bob", How.DIRECT, None)]
    switch.tears_down(9, "a1", SILENT)
    switch.ends(9, "a1")
    switch.ticks(20)
    assert [talk.ended_by for talk in switch.talks_told()] == [EndedBy.CUT_SHORT]


def test_customer_who_dials_an_agents_number_over_a_local_channel_talks_direct() -> None:
    switch = Switch()
    switch.team()
    switch.starts(1, "c1", "PJSIP/trunk-c1", dialled="1002", calling=True)
    switch.pairs(1, "l1", "l2", "Local/1002@direct-1")
    switch.dials(1, "l1", uid="c1")
    switch.starts(1, "a1", "PJSIP/1002-a1", linked="c1")
    switch.dials(1, "a1", uid="l2")
    switch.picks_up(4, "a1")
    switch.meet(4, "a1", "l2", bridge="inner")
    switch.meet(4, "l1", "c1")
    assert [told(t.talk)[:3] for t in switch.found(fx.TalkBegan)] == [("Bob", How.DIRECT, None)]


@pytest.mark.parametrize(("by", "how"), [("o1", How.OUTBOUND), ("a2", How.CALL_BACK)])
def test_customer_whom_an_agent_called_is_outbound_and_one_whom_her_phone_was_rung_for_a_call_back(
    by: str, how: How
) -> None:
    switch = Switch(permitted=("_0X.",))
    switch.team()
    if by == "o1":
        switch.takes(1, by, "013800000009")
    else:  # click to call: the switch rings the agent's phone first
        switch.starts(1, by, "PJSIP/1002-a2")
        switch.dials(1, by)
        switch.picks_up(2, by)
    switch.starts(3, "c9", "PJSIP/trunk-c9", linked=by)
    switch.dials(3, "c9", uid=by, string="PJSIP/13800000009@trunk")
    switch.meet(6, by, "c9")
    assert [(t.talk.agent, t.talk.how) for t in switch.found(fx.TalkBegan)] == [("Bob", how)]


def test_colleagues_who_talk_have_no_customer() -> None:
    switch = Switch()
    switch.team()
    switch.takes(1, "o1", "1001")
    switch.starts(1, "a1", "PJSIP/1001-a1", linked="o1")
    switch.dials(1, "a1", uid="o1", string="PJSIP/1001")
    switch.meet(3, "o1", "a1")
    assert switch.found(fx.TalkBegan) == []


def test_everybody_in_a_room_talks_with_the_customer_and_a_merged_bridge_is_one_room() -> None:
    switch = Switch()
    switch.team()
    switch.talking(1, 5)
    switch.takes(7, "o1", "800")
    switch.enters(8, "o1", "b2")
    switch.merges(9, gone="b2", into="b1")
    assert [(t.talk.agent, t.talk.start) for t in switch.found(fx.TalkBegan)] == [
        ("Alice", micros(5)),
        ("Bob", micros(9)),
    ]


def test_bridge_that_nobody_is_known_to_be_in_merges_into_another_without_a_word() -> None:
    switch = Switch()
    switch.merges(1, gone="b8", into="b9")
    assert switch.facts == []


def test_switch_that_does_not_tell_of_bridges_has_the_talks_that_queues_tell_of() -> None:
    switch = Switch()
    switch.answered(1, 5)
    switch.goodbye(9)
    switch.ticks(12)
    (talk,) = switch.talks_told()
    assert told(talk) == ("Alice", How.QUEUE, "support", micros(5), micros(9), EndedBy.CALLER)
    assert [call.call.talks for call in switch.found(fx.CallEnded)] == [(talk,)]


def test_talk_that_bridges_tell_of_after_its_end_is_told_once() -> None:
    switch = Switch()
    switch.answered(1, 5)
    switch.hangs_up(5, "a1")
    switch.completes(5)
    switch.meet(5.01, "a1", "c1")
    switch.part(5.02, "a1", "c1")
    switch.ticks(8)
    assert [told(talk)[:3] for talk in switch.talks_told()] == [("Alice", How.QUEUE, "support")]


def test_input_that_ends_leaves_them_talking() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.over()
    (call,) = switch.found(fx.CallEnded)
    assert [told(talk)[3:] for talk in call.call.talks] == [(micros(5), None, None)]
    assert switch.talks_told() == []


def test_input_that_ends_while_they_are_apart_leaves_those_on_hold_and_ends_the_others() -> None:
    held, gone = Switch(), Switch()
    for switch in (held, gone):
        switch.talking(1, 5)
        switch.exits(9, "a1")
    gone.ends(9, "a1")
    assert (held.over().talks_told(), [told(talk)[4:] for talk in gone.over().talks_told()]) == (
        [],
        [(micros(9), EndedBy.UNKNOWN)],
    )


def test_restart_ends_every_talk_at_a_time_that_nobody_saw() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.tell(ev.LinkLost, 20)
    switch.tell(ev.LinkRestored, 30, restarted=True)
    (talk,) = switch.talks_told()
    assert told(talk)[3:] == (micros(5), None, EndedBy.SWITCH)
    assert talk.in_gap


def test_switch_that_says_that_it_stops_ends_every_talk_then() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.ticks(8)
    switch.tell(ev.SwitchStopping, 9)
    assert [told(talk)[4:] for talk in switch.talks_told()] == [(micros(9), EndedBy.SWITCH)]


def test_one_who_was_on_hold_as_the_switch_stopped_was_apart_before() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.exits(7, "a1")
    switch.tell(ev.SwitchStopping, 20)
    assert [told(talk)[5] for talk in switch.talks_told()] == [EndedBy.SWITCH]


def test_login_without_times_has_talks_without_times() -> None:
    switch = Switch()
    for kind, fields in (
        (ev.ChannelStarted, {"name": "PJSIP/trunk-c1", "dialled": "1001", "calling": True}),
        (ev.ChannelStarted, {"name": "PJSIP/1001-a1", "dialled": "s", "calling": False}),
    ):
        uid = str(fields["name"])[-2:]
        switch.tell(kind, None, uid=uid, linked="c1", number=None, **fields)
        switch.tell(
            ev.MemberSeen,
            None,
            queue="support",
            interface="PJSIP/1001",
            member="Alice",
            device="PJSIP/1001",
            status=1,
            paused=False,
            reason="",
        )
    for uid in ("c1", "a1"):
        switch.enters(None, uid)
    switch.tell(ev.HangupAsked, None, uid="c1", name="", cause=None, tech=None)
    switch.ends(None, "c1")
    (talk,) = switch.talks_told()
    assert (talk.start, talk.end, talk.ended_by, talk.in_gap) == (None, None, EndedBy.CALLER, True)


def test_end_that_has_no_time_and_no_word_waits_for_the_input_to_end() -> None:
    switch = Switch()
    for uid, name in (("c1", "PJSIP/trunk-c1"), ("a1", "PJSIP/1001-a1")):
        switch.tell(
            ev.MemberSeen,
            None,
            queue="support",
            interface="PJSIP/1001",
            member="Alice",
            device="PJSIP/1001",
            status=1,
            paused=False,
            reason="",
        )
        switch.tell(
            ev.ChannelStarted, None, uid=uid, linked="c1", name=name, number=None, dialled="s", calling=uid == "c1"
        )
        switch.enters(None, uid)
    switch.ends(None, "a1")
    assert switch.talks_told() == []
    assert [talk.ended_by for talk in switch.over().talks_told()] == [EndedBy.UNKNOWN]


def test_agent_who_talks_with_two_customers_has_two_talks() -> None:
    switch = Switch()
    switch.talking(1, 5)
    switch.starts(7, "c2", "PJSIP/trunk-c2", calling=True)
    switch.enters(7, "c2")
    switch.exits(9, "c2")
    switch.enters(9.5, "c2")
    assert [(t.talk.uniqueid, t.talk.queue) for t in switch.found(fx.TalkBegan)] == [("c1", "support"), ("c2", None)]


def test_agent_of_a_queue_behind_another_queue_has_the_one_talk() -> None:
    switch = Switch()
    switch.team()
    behind = "Local/support@queues/n"
    switch.member(0, "", behind, queue="first")
    switch.joins(1, queue="first")
    switch.pairs(1, "l1", "l2", device="Local/support@queues-1")
    switch.calls(1, "l1", "", behind, queue="first")
    switch.joins(2, "l2")
    switch.calls(2, uid="l2")
    switch.rings(2, "a1")
    switch.picks_up(6, "a1")
    switch.leaves(6, "l2")
    switch.connects(6, uid="l2")
    switch.picks_up(6, "l1")
    switch.meet(6, "a1", "l2", bridge="inner")
    switch.leaves(6, queue="first")
    switch.connects(6, "l1", "", behind, queue="first")
    switch.meet(6, "l1", "c1", bridge="outer")
    switch.hangs_up(20, "c1")
    switch.completes(20, "", behind, dest="l1", queue="first")
    switch.part(20, "l1", "c1", bridge="outer")
    switch.completes(20, uid="l2")
    switch.part(20, "a1", "l2", bridge="inner")
    switch.ticks(40)
    assert [(visit.queue, visit.agent) for visit in switch.visits()] == [("first", behind), ("support", "Alice")]
    assert [(talk.agent, talk.how, talk.queue) for talk in switch.talks_told()] == [("Alice", How.QUEUE, "support")]
