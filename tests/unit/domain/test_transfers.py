"""Who moves between channels and bridges: transfers, pickups, parking; visits and talks follow the people."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import AgentState as S
from callcenter.domain.vocabulary import EndedBy, How, OfferOutcome, VisitOutcome
from tests.unit.domain.switch import Switch, micros


def house(**settings: object) -> Switch:
    switch = Switch(**settings)
    switch.team("Carol")
    return switch


def talks(switch: Switch) -> list[tuple[str, How, str | None, EndedBy | None]]:
    return [(talk.agent, talk.how, talk.queue, talk.ended_by) for talk in switch.talks()]


def answered_by(switch: Switch, agent: str, dest: str, at: float, *, uid: str = "c1", queue: str = "sales") -> None:
    """Somebody answers a caller of another queue."""
    phone = {"Bob": "PJSIP/1002", "Carol": "PJSIP/1003"}[agent]
    switch.calls(at - 2, dest, agent, phone, uid=uid, queue=queue)
    switch.rings(at - 2, dest)
    switch.picks_up(at, dest)
    switch.leaves(at, uid, queue)
    switch.connects(at, dest, agent, phone, uid=uid, queue=queue)


# blind


def sent_to_bob(switch: Switch) -> None:
    """Alice talks from 5 on and sends the caller to Bob at 20, who picks up at 24."""
    switch.talking(1, 5)
    switch.blind(20, "a1")
    switch.exits(20, "a1")
    switch.exits(20, "c1")
    switch.starts(20, "a2", "PJSIP/1002-a2", linked="c1")
    switch.dials(20, "a2", uid="c1", string="PJSIP/1002")
    switch.rings(20, "a2")
    switch.completes(20)
    switch.ends(20, "a1")
    switch.picks_up(24, "a2")
    switch.meet(24, "a2", "c1", bridge="b2")


def test_the_second_persons_talk_after_a_blind_transfer_is_theirs() -> None:
    switch = house(wrap_up={"support": 3 * SECOND})
    sent_to_bob(switch)
    assert (switch.state("Alice"), switch.state("Bob")) == (S.AVAILABLE, S.TALKING)
    switch.hangs_up(60, "c1")
    switch.part(60, "c1", "a2", bridge="b2")
    switch.ticks(70)
    assert talks(switch) == [
        ("Alice", How.QUEUE, "support", EndedBy.TRANSFER), ("Bob", How.TRANSFER, None, EndedBy.CALLER),
    ]  # fmt: skip
    (visit,) = switch.visits()
    assert (visit.agent, visit.transferred, visit.ended_by, visit.ended_at) == (
        "Alice", "blind", EndedBy.TRANSFER, micros(20),
    )  # fmt: skip
    assert (switch.state("Bob"), [len(c.call.talks) for c in switch.found(fx.CallEnded)]) == (S.AVAILABLE, [2])


def test_blind_transfer_frees_every_side_of_the_offer() -> None:
    switch = Switch()
    switch.member(0, phone="Local/1001@agents/n", device="PJSIP/1001")
    switch.local(1, 5)
    switch.blind(20, "a1", moved="l2")
    assert switch.state("Alice") is S.AVAILABLE
    switch.exits(20, "a1", "inner")
    switch.exits(20, "l2", "inner")
    switch.ends(20, "a1")
    switch.ticks(30)
    assert (switch.visit().transferred, switch.visit().ended_at) == ("blind", micros(20))
    switch.hangs_up(60, "c1")
    switch.completes(60, phone="Local/1001@agents/n", dest="l1")
    assert [(fact.event, fact.at) for fact in switch.found(fx.OutOfOrder)] == [("MemberCompleted", micros(60))]
    assert len(switch.visits()) == 1


@pytest.mark.parametrize("local", [False, True])
def test_transfer_that_is_told_when_the_channel_is_gone_is_a_transfer(local: bool) -> None:
    switch = Switch()
    switch.member(0, phone="Local/1001@agents/n" if local else "PJSIP/1001", device="PJSIP/1001")
    if local:
        switch.local(1, 5)
    else:
        switch.talking(1, 5)
    bridge, moved = ("inner", "l2") if local else ("b1", "c1")
    switch.part(20, "a1", bridge=bridge)
    switch.exits(20, moved, bridge)
    switch.blind(20.01, "a1", moved=moved)
    assert switch.state("Alice") is S.AVAILABLE
    switch.ticks(30)
    assert (switch.visit().transferred, switch.visit().ended_by) == ("blind", EndedBy.TRANSFER)
    assert talks(switch) == [("Alice", How.QUEUE, "support", EndedBy.TRANSFER)]


def test_phone_of_a_local_member_that_ends_is_the_end_of_the_agents_part() -> None:
    switch = Switch(wrap_up={"support": 3 * SECOND})
    switch.member(0, phone="Local/1001@agents/n", device="PJSIP/1001")
    switch.local(1, 5)
    switch.part(20, "a1", bridge="inner")
    assert switch.state("Alice") is S.WRAP_UP
    switch.part(20, "l2", bridge="inner")
    switch.ends(20, "l1")
    switch.ticks(30)
    assert switch.visit().ended_at == micros(20)


def test_transfer_of_nobody_known_changes_nothing() -> None:
    switch = house()
    switch.blind(1, "x1", moved=None)
    switch.attended(2, "x1", "x2", moved="x3")
    assert (switch.talks(), switch.visits(), switch.found(fx.OutOfOrder)) == ([], [], [])


# attended


def consulted(switch: Switch) -> None:
    """Alice talks to the customer on a1, and from 12 on to Bob, on o1 and a2."""
    switch.talking(1, 5)
    switch.takes(10, "o1", "1002", phone="PJSIP/1001")
    switch.starts(10, "a2", "PJSIP/1002-a2", linked="o1")
    switch.dials(10, "a2", uid="o1", string="PJSIP/1002")
    switch.picks_up(12, "a2")
    switch.meet(12, "o1", "a2", bridge="b2")


def test_the_second_persons_talk_after_an_attended_transfer_is_theirs() -> None:
    switch = house()
    consulted(switch)
    switch.exits(30, "c1")
    switch.exits(30, "o1", "b2")
    switch.enters(30, "c1", "b2", swapped="o1")
    switch.attended(30, "a1", "o1")
    switch.completes(30)
    switch.ends(30, "o1")
    switch.part(30, "a1")
    assert (switch.state("Alice"), switch.state("Bob")) == (S.AVAILABLE, S.TALKING)
    switch.hangs_up(90, "a2")
    switch.part(90, "a2", "c1", bridge="b2")
    switch.ticks(100)
    assert talks(switch) == [
        ("Alice", How.QUEUE, "support", EndedBy.TRANSFER), ("Bob", How.TRANSFER, None, EndedBy.AGENT),
    ]  # fmt: skip
    assert (switch.visit().transferred, switch.visit().ended_at) == ("attended", micros(30))


def test_two_bridges_joined_by_a_local_channel_are_a_transfer_too() -> None:
    switch = house()
    consulted(switch)
    switch.pairs(30, "l1", "l2", "Local/_attended@transfer-1")
    switch.exits(30, "a1")
    switch.enters(30, "l1", "b1", swapped="a1")
    switch.exits(30, "o1", "b2")
    switch.enters(30, "l2", "b2", swapped="o1")
    switch.attended(30, "a1", "o1", place="link")
    assert (switch.state("Alice"), switch.state("Bob")) == (S.AVAILABLE, S.TALKING)
    switch.ticks(40)
    assert talks(switch) == [("Alice", How.QUEUE, "support", EndedBy.TRANSFER)]


def test_who_stays_to_talk_with_both_has_sent_nobody_away() -> None:
    switch = house()
    consulted(switch)
    switch.exits(30, "c1")
    switch.enters(30, "c1", "b2")
    switch.attended(30, "a1", "o1", place="threeway")
    switch.attended(30, "a1", "a1", place="threeway")  # the same line twice is let go of by nobody
    switch.ticks(40)
    assert (switch.state("Alice"), switch.state("Bob")) == (S.TALKING, S.TALKING)
    assert [visit.transferred for visit in switch.visits()] == []


def waits_in_sales(switch: Switch) -> None:
    """Alice waits in another queue for her customer, from 10 on, and Bob's phone rings there."""
    switch.talking(1, 5)
    switch.takes(10, "o1", "500", phone="PJSIP/1001")
    switch.joins(10, "o1", "sales")
    switch.calls(11, "a2", "Bob", "PJSIP/1002", uid="o1", queue="sales")
    switch.rings(11, "a2")


def test_caller_put_into_a_waiting_place_has_one_visit_from_the_join_on() -> None:
    switch = house()
    waits_in_sales(switch)
    switch.attended(20, "a1", "o1", place="app")
    switch.exits(20, "a1")
    switch.exits(20, "c1")
    switch.completes(20)
    switch.ends(20, "o1")
    switch.ends(20, "a1")
    switch.picks_up(24, "a2")
    switch.leaves(24, "c1", "sales")
    switch.connects(24, "a2", "Bob", "PJSIP/1002", queue="sales")
    switch.meet(24, "a2", "c1", bridge="b2")
    switch.hangs_up(50, "c1")
    switch.completes(50, "Bob", "PJSIP/1002", dest="a2", queue="sales")
    switch.part(50, "c1", "a2", bridge="b2")
    switch.ticks(60)
    first, second = switch.visits()
    assert len(switch.found(fx.VisitJoined)) == 2
    assert (first.queue, first.agent, first.transferred, first.ended_at) == (
        "support", "Alice", "attended", micros(20),
    )  # fmt: skip
    assert (second.queue, second.uniqueid, second.caller, second.joined_at, second.wait) == (
        "sales", "o1", "13800000001", micros(10), 14 * SECOND,
    )  # fmt: skip
    assert (second.agent, second.ended_by, second.call) == ("Bob", EndedBy.CALLER, "c1")
    assert talks(switch) == [
        ("Alice", How.QUEUE, "support", EndedBy.TRANSFER), ("Bob", How.QUEUE, "sales", EndedBy.CALLER),
    ]  # fmt: skip


def test_caller_in_a_waiting_place_who_hangs_up_has_abandoned_it() -> None:
    switch = house()
    waits_in_sales(switch)
    switch.attended(20, "a1", "o1", place="app")
    switch.ends(20, "o1")
    switch.hangs_up(30, "c1")
    switch.leaves(30, "c1", "sales")
    switch.ends(30, "a2")
    switch.ends(30, "c1")
    switch.ticks(40)
    sales = next(visit for visit in switch.visits() if visit.queue == "sales")
    assert (sales.outcome, sales.wait) == (VisitOutcome.ABANDONED, 20 * SECOND)


def test_agent_who_waits_in_a_queue_and_hands_nobody_over_is_the_caller_there() -> None:
    switch = house()
    waits_in_sales(switch)
    switch.hangs_up(20, "o1")
    switch.leaves(20, "o1", "sales")
    switch.ends(20, "a2")
    switch.ends(20, "o1")
    switch.ticks(30)
    assert [(visit.queue, visit.outcome) for visit in switch.visits()] == [("sales", VisitOutcome.ABANDONED)]
    assert switch.state("Alice") is S.TALKING


@pytest.mark.parametrize("by", ["blind", "attended"])
def test_customer_whose_half_goes_to_another_queue_has_a_visit_there(by: str) -> None:
    switch = house()
    switch.member(0, phone="Local/1001@agents/n", device="PJSIP/1001")
    switch.local(1, 5)
    if by == "blind":
        switch.blind(20, "a1", moved="l2", target="500")
        switch.exits(20, "l2", "inner")
        switch.joins(20, "l2", "sales")
        joined = "l2"
    else:
        switch.takes(10, "o1", "500", phone="PJSIP/1001")
        switch.joins(10, "o1", "sales")
        switch.attended(20, "a1", "o1", moved="l2", place="app")
        switch.exits(20, "l2", "inner")
        switch.ends(20, "o1")
        joined = "o1"
    switch.part(20, "a1", bridge="inner")
    answered_by(switch, "Bob", "a2", 30, uid="l2")
    switch.meet(30, "a2", "l2", bridge="b2")
    switch.hangs_up(60, "c1")
    switch.ends(60, "a2")
    switch.ticks(70)
    sales = switch.visits()[-1]
    assert (sales.uniqueid, sales.agent, sales.call, sales.ended_by) == (joined, "Bob", "c1", EndedBy.CALLER)
    assert [(talk.agent, talk.queue, talk.uniqueid) for talk in switch.talks()] == [
        ("Alice", "support", "c1"), ("Bob", "sales", joined),
    ]  # fmt: skip


# queue to queue


def test_queue_to_queue_in_the_same_millisecond_keeps_the_end_and_the_rings_of_the_last_offer() -> None:
    switch = house()
    switch.joins(0)
    switch.calls(0)
    switch.rings(0, "a1")
    switch.leaves(15)
    switch.joins(15, queue="sales")
    switch.ends(15.001, "a1")
    switch.says(15.001, "TIMEOUT")
    switch.hangs_up(30, "c1")
    switch.leaves(30, queue="sales")
    switch.ends(30, "c1")
    switch.ticks(40)
    support, sales = switch.visits()
    assert (support.queue, sales.queue, sales.outcome) == ("support", "sales", VisitOutcome.ABANDONED)
    (offer,) = support.offers
    assert (offer.rang_at, offer.ended_at) == (micros(0), micros(15.001))
    assert offer.ringing == micros(15.001) - micros(0)


def test_masquerade_keeps_the_visit_with_its_channel() -> None:
    switch = house()
    switch.joins(0)
    switch.tell(ev.ChannelRenamed, 5, uid="c1", name="PJSIP/trunk-9")
    switch.hangs_up(10, "c1")
    switch.leaves(10)
    switch.ends(10, "c1")
    assert [visit.outcome for visit in switch.visits()] == [VisitOutcome.ABANDONED]
    assert switch.floor.state.names == {}


# pickups


def picked_up(switch: Switch, *, told: bool = True) -> None:
    """Alice's phone rings from 1 on; Bob, who has dialled **1001, takes the call at 11."""
    switch.joins(1)
    switch.calls(1)
    switch.rings(1, "a1")
    switch.takes(10, "o1", "**1001")
    if told:
        switch.picked_up(11, "o1", "a1")
    switch.ends(11, "a1", cause=26)
    switch.leaves(11)
    switch.connects(11, "o1")
    switch.meet(11, "o1", "c1")


@pytest.mark.parametrize("told", [True, False])
def test_pickup_is_the_pickers_answer(told: bool) -> None:
    switch = house()
    picked_up(switch, told=told)
    assert (switch.state("Alice"), switch.state("Bob")) == (S.AVAILABLE, S.TALKING)
    switch.hangs_up(60, "o1")
    switch.completes(60, dest="o1")
    switch.part(60, "o1", "c1")
    switch.ticks(70)
    visit = switch.visit()
    assert (visit.outcome, visit.agent, visit.answered_at, visit.ended_by) == (
        VisitOutcome.ANSWERED, "Bob", micros(11), EndedBy.AGENT,
    )  # fmt: skip
    assert [(offer.agent, offer.outcome, offer.connected_at) for offer in visit.offers] == [
        ("Alice", OfferOutcome.ANSWERED_ELSEWHERE, None),
    ]  # fmt: skip
    how = How.PICKUP if told else How.QUEUE
    assert talks(switch) == [("Bob", how, "support", EndedBy.AGENT)]


def test_picker_who_is_an_agent_of_no_queue_answers_under_the_phones_name() -> None:
    switch = Switch()
    switch.member(0)
    switch.joins(1)
    switch.calls(1)
    switch.takes(2, "o1", "*8", phone="PJSIP/2000")
    switch.picked_up(3, "o1", "a1")
    switch.leaves(3)
    switch.connects(3, "o1")
    switch.ends(3, "a1")
    switch.hangs_up(9, "o1")
    switch.ends(9, "o1")
    switch.completes(9, dest="o1")
    switch.ends(9, "c1")
    switch.ticks(12)
    assert switch.visit().agent == "PJSIP/2000"
    assert talks(switch) == [("PJSIP/2000", How.PICKUP, "support", EndedBy.AGENT)]


def test_pickup_of_a_local_members_phone_frees_every_side_of_the_offer() -> None:
    switch = house()
    switch.member(0, phone="Local/1001@agents/n", device="PJSIP/1001")
    switch.joins(1)
    switch.pairs(1, "l1", "l2")
    switch.calls(1, "l1", "Alice", "Local/1001@agents/n")
    switch.starts(1, "a1", "PJSIP/1001-a1", linked="c1")
    switch.dials(1, "a1", uid="l2", string="1001")
    switch.rings(1, "a1")
    assert switch.state("Alice") is S.RINGING
    switch.takes(10, "o1", "**1001")
    switch.picked_up(11, "o1", "a1")
    switch.ends(11, "a1", cause=26)
    switch.meet(11, "o1", "l2", bridge="inner")
    switch.picks_up(11, "l1")
    switch.leaves(11)
    switch.connects(11, "l1", "Alice", "Local/1001@agents/n")
    switch.meet(11, "l1", "c1")
    assert (switch.state("Alice"), switch.state("Bob")) == (S.AVAILABLE, S.TALKING)
    assert [(offer.interface, offer.outcome) for offer in switch.offers()] == [
        ("PJSIP/1001", OfferOutcome.ANSWERED_ELSEWHERE),
    ]  # fmt: skip
    switch.hangs_up(60, "c1")
    switch.part(60, "c1", "l1")
    switch.part(60, "o1", "l2", bridge="inner")
    switch.ticks(70)
    assert (switch.visit().agent, talks(switch)) == ("Bob", [("Bob", How.PICKUP, "support", EndedBy.CALLER)])


def test_pickup_of_a_phone_that_was_answered_in_the_same_moment_changes_nothing() -> None:
    switch = house()
    switch.answered(1, 5)
    switch.takes(4, "o1", "**1001")
    switch.picked_up(5, "o1", "a1")
    switch.goodbye(9)
    switch.ticks(12)
    assert (switch.visit().agent, [o.outcome for o in switch.offers()]) == ("Alice", [OfferOutcome.ANSWERED])


def test_pickup_of_what_rings_for_no_queue_or_of_what_is_gone_is_the_pickers_own() -> None:
    switch = house()
    switch.starts(1, "c1", "PJSIP/trunk-c1", calling=True)
    switch.starts(1, "a1", "PJSIP/1001-a1", linked="c1")
    switch.rings(1, "a1")
    switch.takes(2, "o1", "**1001")
    switch.picked_up(3, "o1", "a1")
    assert switch.state("Alice") is S.AVAILABLE
    switch.picked_up(3, "o1", "gone")
    switch.meet(3, "o1", "c1")
    assert [(t.talk.agent, t.talk.how) for t in switch.found(fx.TalkBegan)] == [("Bob", How.PICKUP)]
    switch.ends(4, "o1")
    switch.picked_up(5, "o1", "a1")
    assert len(switch.found(fx.TalkBegan)) == 1


def followed(switch: Switch, other: str, phone: str) -> None:
    """Alice's Local member rings her own phone, then another one, where somebody picks up at 22."""
    member = "Local/1001@follow-me/n"
    switch.member(0, "Alice", member)
    switch.member(0, other, phone, queue="sales")
    switch.joins(1)
    switch.pairs(1, "l1", "l2", device="Local/1001@follow-me-1")
    switch.calls(1, "l1", "Alice", member)
    for at, uid, device in ((1, "a1", "PJSIP/1005"), (11, "b1", phone)):
        switch.starts(at, uid, f"{device}-{uid}", linked="c1")
        switch.dials(at, uid, uid="l2", string=device.removeprefix("PJSIP/"))
        switch.rings(at, uid)
    switch.ends(11, "a1")
    switch.picks_up(22, "b1")
    switch.picks_up(22, "l1")
    switch.meet(22, "b1", "l2", bridge="inner")
    switch.leaves(22)
    switch.connects(22, "l1", "Alice", member)
    switch.meet(22, "l1", "c1", bridge="outer")


def test_colleague_who_answers_where_a_members_dialplan_rings_on_has_the_call() -> None:
    switch = Switch()
    followed(switch, "Bob", "PJSIP/1002")
    switch.ticks(25)
    assert (switch.state("Alice"), switch.state("Bob")) == (S.AVAILABLE, S.TALKING)
    switch.hangs_up(30, "b1")
    switch.completes(30, "Alice", "Local/1001@follow-me/n", dest="l1")
    switch.part(30, "b1", "l2", bridge="inner")
    switch.part(30, "l1", "c1", bridge="outer")
    switch.ticks(40)
    assert [(o.agent, o.outcome) for o in switch.offers()] == [("Alice", OfferOutcome.ANSWERED_ELSEWHERE)]
    assert (switch.visit().agent, switch.visit().ended_by) == ("Bob", EndedBy.AGENT)
    assert talks(switch) == [("Bob", How.QUEUE, "support", EndedBy.AGENT)]


def test_members_own_phone_that_another_queue_calls_otherwise_is_no_colleague() -> None:
    switch = Switch()
    followed(switch, "Phone 1001", "PJSIP/1001")
    switch.ticks(25)
    assert [fact.agent for fact in switch.found(fx.CallAnswered)] == ["Alice"]


# parking


def test_talk_after_a_park_is_whose_who_fetched_the_caller() -> None:
    switch = house()
    switch.talking(1, 5)
    switch.exits(20, "c1")
    switch.enters(20, "c1", "")
    switch.parks(20, "c1")
    assert switch.state("Alice") is S.AVAILABLE
    switch.completes(20)
    switch.part(20, "a1")
    switch.takes(50, "o2", "701", phone="PJSIP/1003")
    switch.fetches(51, "c1", "o2")
    switch.exits(51, "c1", "lot")
    switch.meet(51, "o2", "c1", bridge="b2")
    assert (switch.state("Alice"), switch.state("Carol")) == (S.AVAILABLE, S.TALKING)
    switch.hangs_up(90, "c1")
    switch.part(90, "c1", "o2", bridge="b2")
    switch.ticks(100)
    assert talks(switch) == [
        ("Alice", How.QUEUE, "support", EndedBy.TRANSFER), ("Carol", How.PARK, None, EndedBy.CALLER),
    ]  # fmt: skip
    assert (switch.visit().ended_at, switch.visit().transferred) == (micros(20), "blind")


def test_parked_half_is_its_customer_parked() -> None:
    switch = Switch()
    switch.member(0, phone="Local/1001@agents/n", device="PJSIP/1001")
    switch.local(1, 5)
    switch.exits(20, "l2", "inner")
    switch.enters(20, "l2", "")
    switch.parks(20, "l2")
    switch.part(20, "a1", bridge="inner")
    switch.ticks(30)
    assert (switch.visit().ended_at, switch.visit().ended_by) == (micros(20), EndedBy.TRANSFER)
    assert talks(switch) == [("Alice", How.QUEUE, "support", EndedBy.TRANSFER)]


def test_half_that_is_parked_with_nobody_behind_it_and_who_came_by_no_queue_are_parked_without_a_word() -> None:
    switch = house()
    switch.starts(1, "l2", "Local/9@x-1;2")
    switch.parks(2, "l2")
    switch.starts(1, "c1", "PJSIP/trunk-c1", calling=True)
    switch.parks(3, "c1")
    switch.ends(4, "c1")
    switch.parks(5, "c1")
    switch.fetches(5, "c1", None)
    assert (switch.visits(), switch.talks()) == ([], [])


# bridges


def test_bridge_is_forgotten_with_the_last_channel_whether_it_was_seen_to_leave_or_not() -> None:
    switch = house()
    switch.talking(1, 5)
    switch.enters(6, "a1")
    switch.exits(7, "a1", "another")
    switch.exits(7, "nobody")
    assert list(switch.floor.state.bridges) == ["b1"]
    switch.ends(9, "a1")
    switch.ends(9, "c1")
    switch.enters(9.1, "c1")
    assert switch.floor.state.bridges == {}


def test_channel_that_enters_another_bridge_has_left_the_first() -> None:
    switch = house()
    switch.talking(1, 5)
    switch.enters(9, "c1", "b2")
    switch.enters(9, "c1", "b2")
    assert switch.floor.state.bridges == {"b1": ["a1"], "b2": ["c1"]}


def test_agent_who_stays_on_the_line_is_found_behind_the_member() -> None:
    switch = Switch()
    switch.member(0, "Alice", "Local/77@agents")
    switch.starts(1, "line", "PJSIP/5001-1")
    switch.pairs(1, "l1", "l2", "Local/77@agents-1")
    switch.meet(1, "line", "l2", bridge="inner")
    switch.joins(2)
    switch.calls(2, "l1", "Alice", "Local/77@agents")
    switch.picks_up(3, "l1")
    switch.leaves(3)
    switch.connects(3, "l1", "Alice", "Local/77@agents")
    switch.meet(3, "l1", "c1")
    assert [(t.talk.agent, t.talk.how) for t in switch.found(fx.TalkBegan)] == [("Alice", How.QUEUE)]


def test_member_who_is_reached_over_two_local_channels_is_found_behind_both() -> None:
    switch = Switch()
    switch.member(0, "Alice", "Local/77@agents")
    switch.starts(1, "line", "PJSIP/5001-1")
    switch.pairs(1, "l1", "l2", "Local/77@agents-1")
    switch.pairs(1, "m1", "m2", "Local/77@follow-1")
    switch.meet(1, "l2", "m1", bridge="middle")
    switch.meet(1, "m2", "line", bridge="inner")
    switch.joins(2)
    switch.calls(2, "l1", "Alice", "Local/77@agents")
    switch.picks_up(3, "l1")
    switch.leaves(3)
    switch.connects(3, "l1", "Alice", "Local/77@agents")
    switch.meet(3, "l1", "c1")
    assert [t.talk.agent for t in switch.found(fx.TalkBegan)] == ["Alice"]
