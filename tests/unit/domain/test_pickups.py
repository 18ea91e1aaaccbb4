"""A call that is taken from another phone, or from a parking lot, is whose who talks."""

from __future__ import annotations

import pytest

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import AgentState as S
from callcenter.domain.vocabulary import EndedBy, How, OfferOutcome, VisitOutcome
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
        VisitOutcome.ANSWERED,
        "Bob",
        micros(11),
        EndedBy.AGENT,
    )
    assert [(offer.agent, offer.outcome, offer.connected_at) for offer in visit.offers] == [
        ("Alice", OfferOutcome.ANSWERED_ELSEWHERE, None),
    ]
    how = How.PICKUP if told else How.QUEUE
    assert talks(switch) == [("Bob", how, "support", EndedBy.AGENT)]


def test_pickup_that_was_not_seen_takes_the_call_from_the_phone_that_rings_still() -> None:
    switch = house()
    switch.joins(1)
    switch.calls(1)
    switch.rings(1, "a1")
    switch.takes(10, "o1", "**1001")
    switch.leaves(11)
    switch.connects(11, "o1")
    switch.ends(11.1, "a1")
    switch.ticks(15)
    assert [offer.outcome for offer in switch.offers()] == [OfferOutcome.ANSWERED_ELSEWHERE]


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
    ]
    switch.hangs_up(60, "c1")
    switch.part(60, "c1", "l1")
    switch.part(60, "o1", "l2", bridge="inner")
    switch.ticks(70)
    assert (switch.visit().agent, talks(switch)) == ("Bob", [("Bob", How.PICKUP, "support", EndedBy.CALLER)])


@pytest.mark.parametrize("met", [True, False])
def test_pickup_that_is_told_after_the_answer_is_the_pickers_answer_from_its_beginning(met: bool) -> None:
    switch = house()
    switch.member(0, phone="Local/1001@agents/n", device="PJSIP/1001")
    switch.joins(1)
    switch.pairs(1, "l1", "l2")
    switch.calls(1, "l1", "Alice", "Local/1001@agents/n")
    switch.starts(1, "a1", "PJSIP/1001-a1", linked="c1")
    switch.dials(1, "a1", uid="l2", string="1001")
    switch.rings(1, "a1")
    switch.takes(10, "o1", "**1001")
    switch.picks_up(11, "l1")
    switch.leaves(11)
    switch.connects(11, "l1", "Alice", "Local/1001@agents/n")
    if met:
        switch.meet(11, "o1", "l2", bridge="inner")
        switch.meet(11, "l1", "c1")
    switch.picked_up(11.2, "o1", "a1")
    switch.ends(11.2, "a1", cause=26)
    if not met:
        switch.meet(11.2, "o1", "l2", bridge="inner")
        switch.meet(11.2, "l1", "c1")
    assert (switch.state("Alice"), switch.state("Bob")) == (S.AVAILABLE, S.TALKING)
    switch.hangs_up(60, "c1")
    switch.part(60, "c1", "l1")
    switch.part(60, "o1", "l2", bridge="inner")
    switch.ticks(70)
    visit = switch.visit()
    assert (visit.agent, visit.answered_at, visit.ended_by) == ("Bob", micros(11), EndedBy.CALLER)
    assert [(offer.outcome, offer.connected_at) for offer in visit.offers] == [(OfferOutcome.ANSWERED_ELSEWHERE, None)]
    assert ("Bob", How.PICKUP, "support", EndedBy.CALLER) in talks(switch)
    assert [fact.agent for fact in switch.facts if isinstance(fact, fx.CallAnswered)][-1] == "Bob"


def test_picker_who_is_gone_when_the_queue_tells_of_it_has_answered_and_nobody_else() -> None:
    switch = house()
    switch.member(0, phone="Local/1001@agents/n", device="PJSIP/1001")
    switch.joins(1)
    switch.pairs(1, "l1", "l2")
    switch.calls(1, "l1", "Alice", "Local/1001@agents/n")
    switch.starts(1, "a1", "PJSIP/1001-a1", linked="c1")
    switch.dials(1, "a1", uid="l2", string="1001")
    switch.rings(1, "a1")
    switch.takes(10, "o1", "**1001")
    switch.picked_up(11, "o1", "a1")
    switch.ends(11, "a1", cause=26)
    switch.ends(11, "o1")
    switch.leaves(11)
    switch.connects(11, "l1", "Alice", "Local/1001@agents/n")
    assert (switch.state("Alice"), switch.state("Bob")) == (S.AVAILABLE, S.AVAILABLE)
    switch.ends(11, "l1")
    switch.ends(12, "c1")
    switch.ticks(20)
    visit = switch.visit()
    assert (visit.agent, visit.ended_at, [offer.outcome for offer in visit.offers]) == (
        "Bob",
        micros(11),
        [OfferOutcome.ANSWERED_ELSEWHERE],
    )


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
    switch.fetches(51, "c1")
    switch.exits(51, "c1", "lot")
    switch.meet(51, "o2", "c1", bridge="b2")
    assert (switch.state("Alice"), switch.state("Carol")) == (S.AVAILABLE, S.TALKING)
    switch.hangs_up(90, "c1")
    switch.part(90, "c1", "o2", bridge="b2")
    switch.ticks(100)
    assert talks(switch) == [
        ("Alice", How.QUEUE, "support", EndedBy.TRANSFER),
        ("Carol", How.PARK, None, EndedBy.CALLER),
    ]
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
    switch.fetches(5, "c1")
    assert (switch.visits(), switch.talks_told()) == ([], [])


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
