"""Who moves between channels and bridges: transfers, pickups, parking; visits and talks follow the people."""

from __future__ import annotations

import pytest

from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import AgentState as S
from callcenter.domain.vocabulary import EndedBy, How, VisitOutcome
from tests.unit.domain.switch import Switch, micros


def house(**settings: object) -> Switch:
    switch = Switch(**settings)
    switch.team("Carol")
    return switch


def talks(switch: Switch) -> list[tuple[str, How, str | None, EndedBy | None]]:
    return [(talk.agent, talk.how, talk.queue, talk.ended_by) for talk in switch.talks_told()]


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


def test_next_queue_that_speaks_before_the_transfer_is_told_ends_no_talk_that_is_heard() -> None:
    switch = house()
    switch.talking(1, 5)
    switch.joins_again(20, "c1", "sales")
    switch.ticks(25)
    assert (switch.state("Alice"), switch.visits()) == (S.TALKING, [])
    switch.blind(26, "a1", target="sales")
    switch.exits(26, "c1")
    switch.part(26, "a1")
    switch.completes(26.1)
    switch.ticks(28)
    visit = switch.visit()
    assert (visit.transferred, visit.ended_at, visit.ended_by, visit.past_queue) == (
        "blind",
        micros(26),
        EndedBy.TRANSFER,
        False,
    )
    assert talks(switch) == [("Alice", How.QUEUE, "support", EndedBy.TRANSFER)]


def test_the_second_persons_talk_after_a_blind_transfer_is_theirs() -> None:
    switch = house(wrap_up={"support": 3 * SECOND})
    sent_to_bob(switch)
    assert (switch.state("Alice"), switch.state("Bob")) == (S.AVAILABLE, S.TALKING)
    switch.hangs_up(60, "c1")
    switch.part(60, "c1", "a2", bridge="b2")
    switch.ticks(70)
    assert talks(switch) == [
        ("Alice", How.QUEUE, "support", EndedBy.TRANSFER),
        ("Bob", How.TRANSFER, None, EndedBy.CALLER),
    ]
    (visit,) = switch.visits()
    assert (visit.agent, visit.transferred, visit.ended_by, visit.ended_at) == (
        "Alice",
        "blind",
        EndedBy.TRANSFER,
        micros(20),
    )
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
    assert (switch.talks_told(), switch.visits(), switch.found(fx.OutOfOrder)) == ([], [], [])


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
        ("Alice", How.QUEUE, "support", EndedBy.TRANSFER),
        ("Bob", How.TRANSFER, None, EndedBy.AGENT),
    ]
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
        "support",
        "Alice",
        "attended",
        micros(20),
    )
    assert (second.queue, second.uniqueid, second.caller, second.joined_at, second.wait) == (
        "sales",
        "o1",
        "13800000001",
        micros(10),
        14 * SECOND,
    )
    assert (second.agent, second.ended_by, second.call) == ("Bob", EndedBy.CALLER, "c1")
    assert talks(switch) == [
        ("Alice", How.QUEUE, "support", EndedBy.TRANSFER),
        ("Bob", How.QUEUE, "sales", EndedBy.CALLER),
    ]


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
    assert [(talk.agent, talk.queue, talk.uniqueid) for talk in switch.talks_told()] == [
        ("Alice", "support", "c1"),
        ("Bob", "sales", joined),
    ]


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
