"""An agent's own line: whom it is held against, and above all whom it is not."""

from __future__ import annotations

import re

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.visits.holds import CallListened
from callcenter.domain.vocabulary import AgentState as S
from tests.unit.domain.switch import Switch, micros

WORK = ("_10XX", "_0X.")


def house(permitted: tuple[str, ...] | None = WORK) -> Switch:
    """Alice and Bob serve the queue; a line may be engaged for a minute."""
    switch = Switch(permitted=permitted)
    switch.team()
    return switch


def blocked(switch: Switch, at: float = 500) -> list[tuple[str, int | None]]:
    switch.ticks(at)
    return [(fact.own.agent, fact.at) for fact in switch.found(fx.LineBlocked)]


def parked(switch: Switch, at: float = 1, uid: str = "c1") -> None:
    """A caller waits in a parking lot."""
    switch.starts(at, uid, f"PJSIP/trunk-{uid}", dialled="1234", calling=True)
    switch.enters(at, uid, "")
    switch.parks(at, uid)


# guilty


@pytest.mark.parametrize("dialled", ["s", "999", ""])
def test_line_left_open_is_blocked_after_a_minute(dialled: str) -> None:
    switch = house()
    switch.takes(10, dialled=dialled)
    assert blocked(switch) == [("Bob", micros(70))]
    assert switch.state("Bob") is S.BLOCKED


def test_line_is_free_of_blame_until_then() -> None:
    switch = house()
    switch.takes(10)
    assert blocked(switch, 69.9) == []
    assert switch.state("Bob") is S.OUTBOUND
    assert [own.uniqueid for own in switch.floor.open_own_calls()] == ["o1"]


def test_line_that_is_laid_down_in_time_is_an_own_call_and_no_more() -> None:
    switch = house()
    switch.takes(10)
    switch.hangs_up(30, "o1")
    switch.ends(30, "o1")
    assert blocked(switch) == []
    (own,) = switch.own()
    assert (own.agent, own.interface, own.dialled, own.started_at, own.up_at, own.ended_at, own.work) == (
        "Bob",
        "PJSIP/1002",
        "s",
        micros(10),
        micros(10),
        micros(30),
        (),
    )
    assert (switch.state("Bob"), own.in_talk, own.unseen) == (S.AVAILABLE, False, False)


def test_only_the_time_alone_counts_before_and_after_a_customer() -> None:
    switch = house()
    parked(switch)
    switch.takes(10, dialled="701")
    switch.fetches(40, "c1")
    switch.meet(40, "o1", "c1")
    switch.hangs_up(140, "c1")
    switch.part(140, "c1")
    assert blocked(switch, 169.9) == []
    assert blocked(switch) == [("Bob", micros(170))]
    switch.ends(501, "o1")
    assert [own.work for own in switch.own()] == [((micros(40), micros(140)),)]


def test_line_that_was_blocked_when_a_customer_came_is_not_blocked_meanwhile() -> None:
    switch = house()
    switch.takes(10, dialled="701")
    assert blocked(switch, 80) == [("Bob", micros(70))]
    parked(switch, 81)
    switch.meet(90, "o1", "c1")
    assert switch.state("Bob") is S.TALKING
    switch.hangs_up(100, "c1")
    switch.part(100, "c1")
    switch.ticks(101)
    assert switch.state("Bob") is S.BLOCKED


@pytest.mark.parametrize(("number", "talks"), [("2001", []), ("8001234", ["Bob"])])
def test_whoever_answers_at_a_short_number_is_of_the_house_and_no_customer(number: str, talks: list[str]) -> None:
    switch = house()
    switch.takes(10, dialled=number)
    switch.starts(11, "x1", f"PJSIP/{number}-x1", linked="o1")
    switch.dials(11, "x1", uid="o1", string=number)
    switch.picks_up(15, "x1")
    switch.meet(15, "o1", "x1")
    assert [fact.talk.agent for fact in switch.found(fx.TalkBegan)] == talks


def test_second_line_while_the_first_lies_open_is_no_excuse() -> None:
    switch = house()
    switch.takes(10)
    switch.takes(20, "o2", "1001")
    assert blocked(switch) == [("Bob", micros(70))]
    assert switch.state("Bob") is S.BLOCKED


def test_customer_whom_nobody_let_in_is_no_company() -> None:
    switch = house()
    switch.takes(10)
    switch.enters(11, "o1", "b1")
    switch.starts(12, "c1", "PJSIP/trunk-c1", dialled="400", calling=True)
    switch.enters(12, "c1", "b2")
    assert blocked(switch) == [("Bob", micros(70))]


# innocent


@pytest.mark.parametrize("dialled", ["1001", "013800000001"])
def test_number_that_is_work_may_be_dialled(dialled: str) -> None:
    switch = house()
    switch.takes(10, dialled=dialled)
    assert blocked(switch) == []
    assert switch.state("Bob") is S.OUTBOUND


def test_nobody_is_blamed_where_nobody_has_said_what_is_work() -> None:
    switch = house(permitted=None)
    switch.takes(10)
    assert blocked(switch) == []


def test_consultation_is_work() -> None:
    switch = house()
    switch.talking(1, 5)
    switch.takes(10, dialled="999", phone="PJSIP/1001")
    assert blocked(switch) == []
    assert switch.floor.open_own_calls()[0].in_talk


def test_consultation_is_work_though_the_phone_fell_silent() -> None:
    switch = house()
    switch.talking(1, 5)
    switch.phone(6, reachable=False)
    switch.takes(10, dialled="999", phone="PJSIP/1001")
    assert switch.floor.open_own_calls()[0].in_talk


def test_consultation_is_work_where_the_agent_called_the_customer() -> None:
    switch = house()
    switch.takes(10, dialled="013800000001")
    switch.takes(30, "o2", "*777")
    assert blocked(switch) == []
    assert [own.in_talk for own in switch.floor.open_own_calls()] == [False, True]


def test_second_line_while_a_number_that_is_work_has_not_answered_is_no_consultation() -> None:
    switch = house()
    switch.starts(10, "o1", "PJSIP/1002-o1", dialled="013800000001", calling=True)
    switch.takes(20, "o2", "*777")
    assert blocked(switch) == [("Bob", micros(80))]


@pytest.mark.parametrize("met", ["transferred", "picked up", "fetched"])
def test_consultation_is_work_however_the_customer_came(met: str) -> None:
    switch = house()
    if met == "transferred":
        switch.starts(1, "c1", "PJSIP/trunk-c1", calling=True)
        switch.starts(1, "a2", "PJSIP/1002-a2", linked="c1")
        switch.picks_up(3, "a2")
        switch.meet(3, "a2", "c1")
    else:
        parked(switch)
        switch.takes(2, "a2", "701")
        switch.meet(3, "a2", "c1")
    switch.takes(10, dialled="999")
    assert blocked(switch) == []


def test_call_that_was_fetched_from_the_parking_lot_brings_its_customer_along() -> None:
    switch = house()
    parked(switch)
    switch.takes(10, dialled="701")
    switch.fetches(11, "c1")
    switch.meet(11, "c1", "o1")
    assert blocked(switch) == []
    assert switch.state("Bob") is S.TALKING


def test_call_that_was_picked_up_brings_its_customer_along() -> None:
    switch = house()
    switch.joins(1)
    switch.calls(1)
    switch.takes(10, dialled="**1001")
    switch.picked_up(11, "o1", "a1")
    switch.ends(11, "a1", cause=26)
    switch.leaves(11)
    switch.connects(11, "o1")
    switch.enters(11, "o1")
    switch.enters(11.001, "c1")
    assert blocked(switch) == []
    assert switch.state("Bob") is S.TALKING


def test_call_that_was_picked_up_is_work_where_bridges_are_not_told() -> None:
    switch = house()
    switch.joins(1)
    switch.calls(1)
    switch.takes(10, dialled="**1001")
    switch.picked_up(11, "o1", "a1")
    switch.leaves(11)
    switch.connects(11, "o1")
    assert blocked(switch) == []
    switch.ends(501, "o1")
    assert [(own.work, own.unseen) for own in switch.own()] == [(((micros(11), micros(501)),), True)]


def test_login_that_was_seen_not_to_tell_of_bridges_is_not_believed_after_a_gap() -> None:
    switch = house()
    switch.answered(1, 5)
    switch.ticks(10)
    switch.goodbye(20)
    switch.tell(ev.LinkLost, 40)
    switch.tell(ev.LinkRestored, 41, restarted=False)
    switch.takes(200, dialled="701")
    switch.ticks(300)
    assert [fact.own.unseen for fact in switch.found(fx.LineBlocked)] == [True]
    switch.enters(301, "o1")
    assert not switch.floor.open_own_calls()[0].unseen


def test_customer_who_is_handed_over_to_an_own_line_is_company() -> None:
    switch = house()
    switch.talking(1, 5)
    switch.takes(10, dialled="8001")  # Bob calls Alice by a number of his own
    switch.starts(10, "a2", "PJSIP/1001-a2", linked="o1")
    switch.meet(12, "o1", "a2", bridge="b2")
    switch.exits(20, "a2", "b2")
    switch.exits(20, "c1")
    switch.enters(20, "c1", "b2", swapped="a2")
    switch.attended(20, "a1", "a2")
    assert blocked(switch) == []
    assert [(t.talk.agent, t.talk.start) for t in switch.found(fx.TalkBegan)][1:] == [("Bob", micros(20))]


def test_customer_in_a_conference_room_is_company() -> None:
    switch = house()
    switch.takes(10, dialled="800")
    switch.enters(10, "o1", "room")
    switch.starts(30, "c1", "PJSIP/trunk-c1", dialled="800", calling=True)
    switch.enters(30, "c1", "room")
    switch.takes(31, "o2", "800", phone="PJSIP/1001")
    switch.enters(31, "o2", "room")
    assert blocked(switch) == []
    assert (switch.state("Alice"), switch.state("Bob")) == (S.TALKING, S.TALKING)


def test_customer_behind_local_channels_is_company() -> None:
    switch = house()
    switch.takes(10, dialled="800")
    switch.pairs(10, "l1", "l2", "Local/800@rooms-1")
    switch.meet(10, "o1", "l1", bridge="here")
    switch.starts(10, "c1", "PJSIP/trunk-c1", calling=True)
    switch.meet(10, "l2", "c1", bridge="there")
    assert blocked(switch) == []


def test_customer_on_hold_while_a_colleague_is_asked_by_feature_code_is_company() -> None:
    switch = house()
    parked(switch)
    switch.takes(10, dialled="701")
    switch.meet(11, "o1", "c1")
    switch.exits(20, "o1")
    switch.starts(20, "a1", "PJSIP/1001-a1", linked="o1")
    switch.picks_up(22, "a1")
    switch.meet(22, "o1", "a1", bridge="aside")
    assert blocked(switch) == []
    assert switch.state("Bob") is S.TALKING


def test_customer_who_hung_up_on_hold_is_company_no_longer() -> None:
    switch = house()
    parked(switch)
    switch.takes(10, dialled="701")
    switch.meet(11, "o1", "c1")
    switch.exits(20, "o1")
    switch.hangs_up(100, "c1")
    switch.part(100, "c1")
    switch.ends(130, "o1")
    assert [own.work for own in switch.own()] == [((micros(11), micros(100)),)]


def test_customer_whom_nobody_saw_come_may_be_somebody_who_called_in() -> None:
    switch = house()
    switch.takes(10, dialled="701")
    switch.enters(11, "c0", name="PJSIP/trunk-c0")
    switch.enters(11, "o1")
    assert blocked(switch) == []


def test_whom_the_agent_called_herself_is_no_company_unless_the_number_is_work() -> None:
    switch = house()
    switch.takes(10, dialled="913800000009")
    switch.dials(10, "c9", uid="o1", string="PJSIP/13800000009@trunk", dest_name="PJSIP/trunk-c9")
    switch.meet(12, "o1", "c9")
    assert blocked(switch) == [("Bob", micros(70))]


def test_lead_who_listens_works() -> None:
    switch = house()
    switch.talking(1, 5)
    switch.takes(10, dialled="555")
    switch.spies(11, "o1", "a1")
    assert blocked(switch, 200) == []
    switch.spies(210, "o1", None)
    switch.ends(220, "o1")
    assert [own.work for own in switch.own()] == [((micros(11), micros(210)),)]


def test_lead_who_listens_in_a_room_with_the_customer_works_once() -> None:
    switch = house()
    parked(switch)
    switch.takes(10, dialled="555")
    switch.meet(11, "o1", "c1")
    switch.spies(12, "o1", "a1")
    switch.spies(13, "o1", None)
    switch.ends(20, "o1")
    assert [own.work for own in switch.own()] == [((micros(11), micros(20)),)]


def heard(switch: Switch) -> list[tuple[float | None, str, str | None, str | None, bool]]:
    return [(one.at, one.line, one.by, one.agent, one.listens) for one in switch.found(CallListened)]


def test_who_listens_to_whom_is_told_once_and_no_longer_with_the_end_of_either() -> None:
    switch = house()
    switch.talking(1, 5)
    switch.takes(10, dialled="*48123456")
    for at in (11.0, 12.0):
        switch.spies(at, "o1", "a1")
    switch.goodbye(20)
    for at in (20.1, 20.2):
        switch.spies(at, "o1", None)
    switch.ends(20.3, "o1")
    assert heard(switch) == [
        (micros(11), "o1", "Bob", "Alice", True),
        (micros(20.1), "o1", "Bob", None, False),
    ]


def test_listening_whose_end_was_not_seen_ends_with_the_line() -> None:
    switch = house()
    switch.talking(1, 5)
    switch.takes(10, dialled="*48123456")
    switch.spies(11, "o1", "a1")
    switch.ends(15, "o1")
    assert [(at, listens) for at, _, _, _, listens in heard(switch)] == [(micros(11), True), (micros(15), False)]


def accounts(switch: Switch) -> list[str]:
    """Everything that is counted of anybody, without the frames that it stands on."""
    kinds = (fx.VisitEnded, fx.TalkBegan, fx.TalkEnded, fx.OfferEnded, fx.CallEnded, fx.PhoneRang, fx.LineBlocked)
    return [re.sub(r"frames=\([\d, ]*\)", "", str(fact)) for kind in kinds for fact in switch.found(kind)]


@pytest.mark.parametrize("phone", ["PJSIP/1002", "PJSIP/1900"])
def test_a_leads_line_that_listens_is_no_call_talk_ring_or_engaged_line_of_anyone(phone: str) -> None:
    """The same talk with and without a lead's phone that listens to it: a colleague's, or one that nobody knows."""
    alone, listened = house(), house()
    for switch in (alone, listened):
        switch.talking(1, 5)
    listened.takes(10, dialled="*48123456", phone=phone)
    listened.spies(11, "o1", "a1")
    for switch in (alone, listened):
        switch.ticks(300)
        switch.goodbye(310)
    listened.spies(310.1, "o1", None)
    listened.ends(310.2, "o1")
    for switch in (alone, listened):
        switch.ticks(400)
    assert accounts(listened) == accounts(alone)
    assert listened.state("Alice") is alone.state("Alice") is S.AVAILABLE
    assert len(listened.own()) == (phone == "PJSIP/1002")


def test_listening_on_a_line_that_was_not_seen_is_nobodys() -> None:
    switch = house()
    switch.spies(1, "x1", "a1")
    switch.spies(2, "x1", None)
    switch.spies(2, "x2", None)
    assert switch.own() == []


def test_halves_of_local_channels_are_never_an_own_call() -> None:
    switch = house()
    switch.member(0, "Carol", "Local/1003@agents/n", device="PJSIP/1003")
    switch.starts(1, "l2", "Local/1003@agents-1;2", dialled="1003", calling=True)
    assert switch.found(fx.OwnCallBegan) == []
    assert blocked(switch) == []


def test_offer_whose_channel_was_dialled_before_it_was_seen_to_begin_is_no_own_call() -> None:
    switch = house()
    switch.joins(1)
    switch.dials(1, "a1", uid="c1", string="PJSIP/1001", dest_name="PJSIP/1001-a1")
    switch.starts(1, "a1", "PJSIP/1001-a1", linked="c1", calling=True)
    assert switch.found(fx.OwnCallBegan) == []


def test_own_line_that_is_heard_of_before_its_beginning_is_an_own_call() -> None:
    switch = house()
    switch.tell(ev.ChannelUp, 1, uid="o1", name="PJSIP/1002-o1", linked="o1")
    assert switch.state("Bob") is S.TALKING
    switch.starts(1, "o1", "PJSIP/1002-o1", calling=True)
    switch.starts(1, "o1", "PJSIP/1002-o1", calling=True)
    assert len(switch.found(fx.OwnCallBegan)) == 1
    assert switch.state("Bob") is S.OUTBOUND


def test_phone_of_nobody_has_no_own_line() -> None:
    switch = house()
    switch.takes(1, phone="PJSIP/7777")
    switch.ends(2, "o1")
    assert (switch.found(fx.OwnCallBegan), switch.own()) == ([], [])


def test_line_that_ended_or_was_let_go_is_looked_at_no_more() -> None:
    switch = house()
    switch.takes(10)
    switch.ends(20, "o1")
    switch.starts(21, "o2", "PJSIP/1002-o2")
    assert blocked(switch) == []


def test_login_without_times_blocks_nobody() -> None:
    switch = house()
    switch.tell(
        ev.ChannelStarted, None, uid="o1", name="PJSIP/1002-o1", linked="o1", dialled="s", calling=True, number=None
    )
    assert blocked(switch) == []


# a lost caller is called back


def dials_code(switch: Switch, dialled: str = "*47123456", number: str = "PJSIP/13800000009@trunk") -> None:
    """Bob dials a code, and the dialplan calls a number for it."""
    switch.takes(10, dialled=dialled)
    switch.starts(11, "t1", "PJSIP/trunk-t1", linked="o1")
    switch.dials(11, "t1", uid="o1", string=number)


def test_a_number_that_the_dialplan_calls_for_a_code_is_told_once_and_is_work() -> None:
    switch = house()
    dials_code(switch)
    switch.dials(12, "t2", uid="o1", string="PJSIP/13800000008@trunk")
    (told,) = switch.found(fx.CallBackDialled)
    assert (told.at, told.own.dialled, told.own.calls_back) == (micros(11), "*47123456", "13800000009")
    assert blocked(switch) == []
    switch.ends(501, "o1")
    assert [own.calls_back for own in switch.own()] == ["13800000009"]


@pytest.mark.parametrize("dialled", ["*47", "*4712345", "*47123456x", "013800000009", "**1002", "*46123456"])
def test_what_is_no_code_calls_nobody_back(dialled: str) -> None:
    switch = house()
    dials_code(switch, dialled)
    assert switch.found(fx.CallBackDialled) == []


def test_a_colleague_whom_the_dialplan_calls_is_nobody_who_is_called_back() -> None:
    switch = house()
    dials_code(switch, number="PJSIP/1001")
    assert switch.found(fx.CallBackDialled) == []


def test_whoever_calls_back_by_a_code_works_though_nobody_permitted_the_number() -> None:
    switch = house()
    dials_code(switch)
    switch.picks_up(12, "o1")
    switch.takes(20, "o2", dialled="s")
    assert switch.found(fx.OwnCallBegan)[-1].own.in_talk
