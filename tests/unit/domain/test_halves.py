"""Halves of Local channels between an agent and a customer: one talk, with or without them."""

from __future__ import annotations

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import AgentState, EndedBy, How
from tests.unit.domain.switch import Switch, micros

Told = tuple[str, How, str | None, int | None, int | None, EndedBy | None]


def told(talk: fx.Talk) -> Told:
    return talk.agent, talk.how, talk.queue, talk.start, talk.end, talk.ended_by


def test_pair_of_halves_passes_on_what_is_said() -> None:
    switch = Switch()
    switch.member(0, phone="Local/1001@agents/n", device="PJSIP/1001")
    switch.local(1, 5)
    assert [told(t.talk) for t in switch.found(fx.TalkBegan)] == [
        ("Alice", How.QUEUE, "support", micros(5), None, None),
    ]


def test_talk_goes_on_when_the_halves_are_optimised_away_at_the_agents_side() -> None:
    switch = Switch()
    switch.member(0, phone="Local/1001@agents", device="PJSIP/1001")
    switch.local(1, 5, interface="Local/1001@agents")
    switch.optimizes(5.1, "l1", "l2")
    switch.exits(5.1, "a1", "inner")
    switch.exits(5.1, "l1", "outer")
    switch.enters(5.1, "a1", "outer", swapped="l1")
    switch.part(5.1, "l2", bridge="inner")
    switch.ends(5.1, "l1")
    switch.ticks(30)
    assert switch.talks_told() == []
    assert switch.state("Alice") is AgentState.TALKING
    switch.hangs_up(60, "a1")
    switch.completes(60, "Alice", "Local/1001@agents")
    switch.part(60, "a1", "c1", bridge="outer")
    switch.ticks(62)
    assert [told(talk)[3:] for talk in switch.talks_told()] == [(micros(5), micros(60), EndedBy.AGENT)]
    assert (switch.visit().ended_at, switch.visit().ended_by) == (micros(60), EndedBy.AGENT)


def test_half_that_asks_to_be_hung_up_ended_nothing_where_bridges_tell_who_talks() -> None:
    switch = Switch()
    switch.member(0, phone="Local/1001@agents/n", device="PJSIP/1001")
    switch.local(1, 5)
    switch.hangs_up(9, "l1")
    switch.ticks(30)
    assert (switch.state("Alice"), switch.visits()) == (AgentState.TALKING, [])
    switch.hangs_up(40, "c1")
    switch.part(40, "l1", "c1", bridge="outer")
    switch.part(40, "a1", "l2", bridge="inner")
    switch.ticks(42)
    assert (switch.visit().ended_at, switch.visit().ended_by) == (micros(40), EndedBy.CALLER)


def called_back(switch: Switch) -> None:
    """The switch calls a customer (c1) over halves h1, which waits in the queue, and h2; Alice answers at 9."""
    switch.member(0)
    switch.starts(1, "h1", "Local/138@back-1;1")
    switch.starts(1, "h2", "Local/138@back-1;2", linked="h1", calling=True)
    switch.starts(1, "c1", "PJSIP/trunk-c1", linked="h1")
    switch.dials(1, "c1", uid="h2", string="13800000001@trunk")
    switch.picks_up(3, "c1")
    switch.joins(3, "h1")
    switch.meet(3, "c1", "h2", bridge="outer")
    switch.calls(3, uid="h1")
    switch.picks_up(9, "a1")
    switch.leaves(9, "h1")
    switch.connects(9, uid="h1")
    switch.meet(9, "a1", "h1")


def test_customer_whom_the_switch_called_into_the_queue_is_called_back() -> None:
    switch = Switch()
    called_back(switch)
    assert [told(t.talk)[:4] for t in switch.found(fx.TalkBegan)] == [
        ("Alice", How.CALL_BACK, "support", micros(9)),
    ]


def test_visit_and_talk_go_on_when_the_callers_half_is_optimised_away() -> None:
    switch = Switch()
    called_back(switch)
    switch.optimizes(9.1, "h1", "h2")
    switch.exits(9.1, "c1", "outer")
    switch.exits(9.1, "h1")
    switch.enters(9.1, "c1", swapped="h1")
    switch.completes(9.1, uid="h1")
    switch.part(9.1, "h2", bridge="outer")
    switch.ends(9.1, "h1")
    switch.ticks(30)
    assert (switch.talks_told(), switch.visits()) == ([], [])
    switch.hangs_up(70, "c1")
    switch.part(70, "c1", "a1")
    switch.ticks(72)
    assert [told(talk)[3:] for talk in switch.talks_told()] == [(micros(9), micros(70), EndedBy.CALLER)]
    visit = switch.visit()
    assert (visit.uniqueid, visit.joined_at, visit.ended_at) == ("h1", micros(3), micros(70))


def test_callers_half_without_anybody_behind_it_yet_stands_for_them() -> None:
    switch = Switch()
    switch.member(0)
    switch.starts(1, "h1", "Local/138@back-1;1")
    switch.joins(3, "h1")
    switch.calls(3, uid="h1")
    switch.leaves(9, "h1")
    switch.connects(9, uid="h1")
    switch.meet(9, "a1", "h1")
    switch.starts(9, "h2", "Local/138@back-1;2", linked="h1")
    switch.starts(9, "c1", "PJSIP/trunk-c1", linked="h1")
    switch.meet(9.1, "c1", "h2", bridge="outer")
    switch.hangs_up(20, "c1")
    switch.part(20, "c1", bridge="outer")
    switch.part(20, "h1", "a1")
    assert [told(talk)[3:] for talk in switch.talks_told()] == [(micros(9), micros(20), EndedBy.CALLER)]


def test_half_whose_customer_has_left_stands_for_nobody() -> None:
    switch = Switch()
    switch.member(0)
    switch.enters(1, "c1", "outer", name="PJSIP/trunk-c1")  # began before anything was seen
    switch.starts(2, "h1", "Local/138@back-1;1")
    switch.joins(3, "h1")
    switch.calls(3, uid="h1")
    switch.leaves(9, "h1")
    switch.connects(9, uid="h1")
    switch.starts(9, "h2", "Local/138@back-1;2", linked="h1")
    switch.enters(9, "h2", "outer")
    switch.meet(9, "a1", "h1")
    switch.exits(20, "c1", "outer")
    switch.ticks(30)
    assert len(switch.found(fx.TalkBegan)) == 1


def test_half_whose_stay_is_told_stands_for_nobody() -> None:
    switch = Switch()
    switch.member(0)
    switch.starts(1, "h1", "Local/138@back-1;1")
    switch.joins(3, "h1")
    switch.calls(3, uid="h1")
    switch.leaves(9, "h1")
    switch.connects(9, uid="h1")
    switch.meet(9, "a1", "h1")
    switch.hangs_up(20, "a1")
    switch.completes(20, uid="h1")
    switch.ticks(22)
    switch.starts(23, "h2", "Local/138@back-1;2", linked="h1")
    switch.enters(23, "h2", "b1")
    assert [told(talk)[4:] for talk in switch.talks_told()] == [(micros(23), EndedBy.AGENT)]
