"""What an agent's page says of the phone in it, and what its pauses are."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.agents.pages import PageWitnessed
from callcenter.domain.channels.registry import SILENT
from callcenter.domain.frame import SECOND
from callcenter.domain.visits.served import last_talk
from callcenter.domain.vocabulary import LEG_LOST, EndedBy, PageWord
from callcenter.domain.vocabulary import AgentState as S
from tests.unit.domain.switch import Switch, micros


def says(switch: Switch, what: PageWord, *, agent: str = "Alice", uid: str | None = None) -> PageWitnessed:
    switch.tell(ev.PageTold, None, agent=agent, what=what, uid=uid, device="Jabra", detail=None)
    (*_, fact) = switch.found(PageWitnessed)
    return fact


def test_page_that_could_not_ring_is_heard_at_the_switchs_time_for_the_call_that_is_tried() -> None:
    switch = Switch()
    switch.member(0)
    switch.joins(1)
    switch.calls(2)
    switch.rings(2.5, "a1")
    fact = says(switch, PageWord.COULD_NOT_RING)
    assert (fact.at, fact.agent, fact.interface, fact.uniqueid) == (micros(2.5), "Alice", "PJSIP/1001", "c1")
    assert (fact.device, fact.frames) == ("Jabra", (switch.pos,))


def test_page_names_its_call_itself_where_it_knows_it() -> None:
    switch = Switch()
    switch.member(0)
    assert says(switch, PageWord.COULD_NOT_RING, uid="c7").uniqueid == "c7"


def test_page_of_an_agent_in_no_call_or_never_seen_is_about_no_call() -> None:
    switch = Switch()
    switch.member(0)
    switch.takes(1, phone="PJSIP/1001")
    assert says(switch, PageWord.SOUND_LOCKED).uniqueid is None
    fact = says(switch, PageWord.LEFT_PAGE, agent="Nobody")
    assert (fact.interface, fact.uniqueid) == ("", None)


def test_pause_by_the_service_is_a_state_of_its_own() -> None:
    switch = Switch()
    switch.member(0)
    switch.member(5, paused=True, reason="page_cannot_ring")
    switch.member(9, paused=True, reason="tea")
    last = switch.found(fx.AgentStateChanged)
    assert [(one.state, one.reason) for one in last[1:]] == [
        (S.SYSTEM_PAUSED, "page_cannot_ring"),
        (S.PAUSED, "tea"),
    ]


def test_after_call_work_is_wrap_up_as_long_as_that_may_last_and_then_a_pause() -> None:
    switch = Switch(wrap_up={"support": 3 * SECOND})
    switch.member(0)
    switch.answered(1, 5)
    switch.member(6, status=2, paused=True, reason="acw")
    switch.goodbye(9)
    switch.ticks(20)
    assert switch.states("Alice") == [S.AVAILABLE, S.RINGING, S.TALKING, S.WRAP_UP, S.PAUSED]
    wrapped, paused = switch.found(fx.AgentStateChanged)[-2:]
    assert (wrapped.reason, wrapped.queues, paused.at, paused.reason) == (None, ("support",), micros(12), "acw")


def test_after_call_work_that_is_said_in_the_wrap_up_is_the_same_wrap_up() -> None:
    switch = Switch(wrap_up={"support": 9 * SECOND})
    switch.member(0)
    switch.answered(1, 5)
    switch.goodbye(9)
    switch.member(10, paused=True, reason="acw")
    assert switch.states("Alice")[-1] is S.WRAP_UP
    assert switch.found(fx.AgentStateChanged)[-1].at == micros(9)


def test_after_call_work_that_is_done_ends_the_wrap_up() -> None:
    switch = Switch(wrap_up={"support": 9 * SECOND})
    switch.member(0)
    switch.answered(1, 5)
    for queue in ("support", "sales"):
        switch.member(6, queue=queue, status=2, paused=True, reason="acw")
    switch.goodbye(9)
    for queue in ("support", "sales"):
        switch.member(11, queue=queue)
    assert switch.found(fx.AgentStateChanged)[-1].at == micros(11)
    assert switch.states("Alice")[-3:] == [S.TALKING, S.WRAP_UP, S.AVAILABLE]


def test_after_call_work_without_a_call_is_a_pause() -> None:
    switch = Switch(wrap_up={"support": 9 * SECOND})
    switch.member(0)
    switch.member(1, paused=True, reason="acw")
    assert switch.state("Alice") is S.PAUSED


def test_leg_of_a_page_that_was_left_is_cut_short_and_nobody_hung_up() -> None:
    switch = Switch()
    switch.member(0)
    switch.talking(1, 5)
    switch.hangs_up(9, "a1", cause=LEG_LOST)
    switch.exits(9, "a1")
    served = last_talk(switch.floor.state, "c1")
    assert served is not None
    assert served.ended_by is EndedBy.CUT_SHORT
    switch.ends(9, "a1")
    switch.completes(9)
    switch.part(12, "c1")
    switch.ticks(20)
    assert switch.visit().ended_by is EndedBy.CUT_SHORT
    assert [talk.ended_by for talk in switch.talks_told()] == [EndedBy.CUT_SHORT]


@pytest.mark.parametrize(("silent", "by"), [("a1", EndedBy.CUT_SHORT), ("c1", EndedBy.CALLER)])
def test_phone_that_fell_silent_in_a_call_is_cut_short_whoever_hangs_up_after(silent: str, by: EndedBy) -> None:
    switch = Switch()
    switch.member(0)
    switch.talking(1, 5)
    switch.tears_down(9, silent, SILENT)
    switch.exits(9, "a1")
    switch.exits(9, "c1")
    switch.hangs_up(9.2, "c1")
    switch.ends(9.3, "a1")
    switch.part(9.3, "c1")
    switch.ticks(20)
    assert switch.visit().ended_by is by
    assert [talk.ended_by for talk in switch.talks_told()] == [by]
