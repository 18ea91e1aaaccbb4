"""Words that come late, twice, without times, or about nobody known: they change what they can, and raise nothing."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain.snapshot import ChannelState, QueueState, Snapshot, WaitingState
from callcenter.domain.vocabulary import AgentState as S
from callcenter.domain.vocabulary import EndedBy, VisitOutcome
from tests.unit.domain.switch import Switch, micros


def snapshot(
    channels: tuple[ChannelState, ...] = (), waiting: tuple[WaitingState, ...] = (), queues: tuple[QueueState, ...] = ()
) -> Snapshot:
    return Snapshot(None, None, "22", "", "", queues, (), waiting, channels, None, None)


def there(uid: str, name: str, *, bridge: str = "", state: int = 6) -> ChannelState:
    return ChannelState(name, uid, uid, state, "s", "138", "", bridge, "", 10)


# channels


def test_words_about_a_channel_that_is_gone_change_nothing() -> None:
    switch = Switch()
    switch.member(0)
    switch.answered(1, 5)
    switch.goodbye(9)
    switch.ticks(12)
    before, told = switch.floor.state.channels.copy(), len(switch.facts)
    for uid in ("a1", "c1"):
        switch.rings(13, uid)
        switch.picks_up(13, uid)
        switch.hangs_up(13, uid)
        switch.tears_down(13, uid, 4)
        switch.ends(13, uid)
        switch.spies(13, uid, "x")
        switch.starts(13, uid, f"PJSIP/1001-{uid}", calling=True)
        switch.tell(ev.ChannelRenamed, 13, uid=uid, name="x")
        switch.tell(ev.DoorRefused, 13, uid=uid, queue="support", reason="full")
        switch.tell(ev.KeyPressed, 13, uid=uid, queue="support")
        switch.tell(ev.MemberRingEnded, 13, uid=uid, queue="support", interface="PJSIP/1001", dest="a1")
    switch.says(13, "FULL")
    switch.says(13, "TIMEOUT")
    switch.joins_again(13)
    assert (switch.floor.state.channels, len(switch.facts)) == (before, told)


def test_ring_and_answer_that_are_told_twice_count_from_the_first() -> None:
    switch = Switch()
    switch.member(0)
    switch.joins(1)
    switch.calls(1)
    switch.rings(1, "a1")
    switch.rings(2, "a1")
    switch.rings(0.9, "a1")  # a word that came late
    switch.picks_up(5, "a1")
    switch.picks_up(6, "a1")
    switch.leaves(6)
    switch.connects(6)
    switch.goodbye(9)
    switch.ticks(12)
    offer = switch.offer()
    assert (offer.rang_at, offer.ended_at, offer.connected_at) == (micros(0.9), micros(5), micros(6))


def test_ring_without_a_time_is_not_known_to_have_been() -> None:
    switch = Switch()
    switch.joins(1)
    switch.calls(1)
    switch.tell(ev.ChannelRang, None, uid="a1", name="")
    switch.ends(9, "a1")
    switch.ticks(12)
    assert switch.offer().rang_at is None


def test_dialling_that_is_told_twice_or_late_is_one_offer_from_the_first_word_on() -> None:
    switch = Switch()
    switch.joins(1)
    switch.calls(2)
    switch.dials(1.9, "a1", uid="c1", string="PJSIP/1001")
    switch.tell(ev.DialBegan, None, uid="c1", name="", linked="c1", dest="a1", dest_name="", dial_string="PJSIP/1001")
    switch.ends(9, "a1")
    switch.ticks(12)
    assert switch.offer().offered_at == micros(1.9)


def test_channel_that_gets_its_name_late_is_found_by_it() -> None:
    switch = Switch()
    switch.tell(ev.ChannelUp, 1, uid="l1", name="", linked="l1")
    switch.tell(ev.ChannelRenamed, 1, uid="l1", name="")
    switch.tell(ev.ChannelUp, 1, uid="l1", name="Local/1001@agents-1;1", linked="l1")
    assert switch.floor.state.names == {"": "l1", "Local/1001@agents-1;1": "l1"}


def test_hang_ups_that_are_asked_twice_count_from_the_first() -> None:
    switch = Switch()
    switch.joins(1)
    switch.hangs_up(5, "c1")
    switch.hangs_up(9, "c1")
    switch.leaves(7)
    switch.ends(9, "c1")
    switch.ticks(12)
    assert switch.visit().outcome is VisitOutcome.ABANDONED


def test_channels_that_ended_long_ago_are_forgotten() -> None:
    switch = Switch()
    switch.starts(1, "c1", "PJSIP/trunk-c1", calling=True)
    switch.ends(2, "c1")
    switch.starts(3, "c2", "PJSIP/trunk-c2", calling=True)
    switch.ticks(700)
    switch.ends(700, "c2")
    assert list(switch.floor.state.closed) == ["c2"]


def test_login_without_times_forgets_no_channel_but_keeps_none() -> None:
    switch = Switch()
    switch.tell(
        ev.ChannelStarted, None, uid="c1", name="PJSIP/trunk-c1", linked="c1", dialled="s", calling=True, number=None
    )
    switch.ends(None, "c1")
    assert (switch.floor.state.channels, switch.floor.state.closed) == ({}, {})


@pytest.mark.parametrize(("flag", "by"), [(32, EndedBy.SWITCH), (2, EndedBy.UNKNOWN), (16, EndedBy.UNKNOWN)])
def test_only_an_operators_word_ends_a_talk_by_the_switch(flag: int, by: EndedBy) -> None:
    switch = Switch()
    switch.answered(1, 5)
    switch.tears_down(9, "c1", flag)
    switch.completes(9)
    switch.ends(9, "c1")
    switch.ends(9, "a1")
    switch.ticks(12)
    assert switch.visit().ended_by is by


def test_half_that_an_operators_word_takes_down_is_nobodys_end() -> None:
    switch = Switch()
    switch.member(0, phone="Local/1001@agents/n", device="PJSIP/1001")
    switch.local(1, 5)
    switch.tears_down(9, "l1", 32)
    assert switch.state("Alice") is S.TALKING


def test_caller_who_is_taken_down_by_an_operator_while_waiting_has_not_hung_up() -> None:
    switch = Switch()
    switch.joins(1)
    switch.tears_down(9, "c1", 32)
    switch.tears_down(9, "c1", 4)
    switch.tears_down(9.1, "c1", 4)
    switch.leaves(9.2)
    switch.ends(9.2, "c1")
    switch.ticks(60)
    assert (switch.visit().outcome, switch.visit().ended_by) == (VisitOutcome.UNKNOWN, EndedBy.SWITCH)


def test_caller_who_hangs_up_after_the_switch_took_them_down_has_not_abandoned() -> None:
    switch = Switch()
    switch.joins(1)
    switch.tears_down(9, "c1", 4)
    switch.hangs_up(9.1, "c1")
    switch.leaves(9.2)
    switch.ends(9.2, "c1")
    switch.ticks(60)
    assert switch.visit().outcome is VisitOutcome.UNKNOWN


def test_caller_who_hangs_up_in_a_login_without_times_has_abandoned_if_that_came_first() -> None:
    switch = Switch()
    for kind, fields in (
        (ev.CallerJoined, {"linked": "c1", "queue": "support", "position": 1, "caller": None, "dialled": None}),
        (ev.HangupAsked, {"cause": None, "tech": None}),
        (ev.CallerLeft, {"linked": "c1", "queue": "support"}),
        (ev.ChannelEnded, {"cause": 16, "tech": None}),
    ):
        switch.tell(kind, None, uid="c1", name="", **fields)
    assert switch.visit().outcome is VisitOutcome.ABANDONED
