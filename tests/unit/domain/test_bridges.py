"""Who is found behind a half of a Local channel, and what is left of bridges when their people are gone."""

from __future__ import annotations

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import EndedBy, How
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


def test_agent_who_stays_on_the_line_takes_the_halfs_place_when_the_halves_go() -> None:
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
    switch.optimizes(4, "l1", "l2")
    switch.optimizes(4, "l1", "gone")
    switch.part(4, "l1")
    switch.exits(4, "line", "inner")
    switch.enters(4, "line", "b1", swapped="l1")
    switch.part(4, "l2", bridge="inner")
    switch.ticks(10)
    switch.hangs_up(20, "line")
    switch.part(20, "line", "c1")
    switch.ticks(30)
    assert (switch.visit().agent, switch.visit().ended_by, switch.visit().ended_at) == (
        "Alice",
        EndedBy.AGENT,
        micros(20),
    )
    assert talks(switch) == [("Alice", How.QUEUE, "support", EndedBy.AGENT)]


def test_halves_that_go_when_their_visit_was_told_leave_nothing_behind() -> None:
    switch = house()
    switch.member(0, phone="Local/1001@agents/n", device="PJSIP/1001")
    switch.joins(1)
    switch.pairs(1, "l1", "l2")
    switch.calls(1, "l1", "Alice", "Local/1001@agents/n")
    switch.picks_up(3, "l1")
    switch.leaves(3)
    switch.connects(3, "l1", "Alice", "Local/1001@agents/n")
    switch.hangs_up(5, "c1")
    switch.completes(5, phone="Local/1001@agents/n", dest="l1")
    switch.ends(5, "c1")
    switch.ticks(10)
    switch.starts(11, "a1", "PJSIP/9001-a1", linked="c1")
    switch.meet(11, "a1", "l2", bridge="inner")
    switch.optimizes(12, "l1", "l2")
    assert switch.floor.state.channels["a1"].served == switch.floor.state.channels["l1"].served
    assert len(switch.visits()) == 1


def test_phone_that_a_half_dials_after_the_answer_is_no_side_of_the_offer() -> None:
    switch = house()
    switch.member(0, phone="Local/1001@agents/n", device="PJSIP/1001")
    switch.local(1, 5)
    switch.starts(8, "a2", "PJSIP/1002-a2", linked="c1")
    switch.dials(8, "a2", uid="l2", string="1002")
    switch.dials(8, "a1", uid="l2", string="1001")
    (visit,) = switch.floor.state.visits.values()
    assert visit.offers[0].sides == ["l1", "a1"]


def test_member_whose_local_channel_dials_another_rings_by_the_phone_at_the_end() -> None:
    switch = Switch()
    switch.member(0, "Alice", "Local/77@agents")
    switch.joins(1)
    switch.pairs(1, "l1", "l2", "Local/77@agents-1")
    switch.pairs(1, "m1", "m2", "Local/77@follow-1")
    switch.dials(1, "l1", uid="c1", string="Local/77@agents")
    switch.dials(1, "m1", uid="l2", string="Local/77@follow")
    switch.calls(1, "l1", "Alice", "Local/77@agents")
    switch.rings(2, "m1")
    switch.ends(9, "m1")
    switch.ends(9, "l1")
    switch.ticks(12)
    assert (switch.offer().agent, switch.offer().rang_at) == ("Alice", micros(2))


def test_phone_that_is_gone_before_the_queue_names_its_member_is_nobodys() -> None:
    switch = Switch()
    switch.joins(1)
    switch.pairs(1, "l1", "l2")
    switch.dials(1, "l1", uid="c1", string="Local/1001@agents/n")
    switch.starts(1, "a1", "PJSIP/9001-a1", linked="c1")
    switch.dials(1, "a1", uid="l2", string="1001")
    switch.ends(2, "a1")
    switch.calls(2, "l1", "Alice", "Local/1001@agents/n")
    assert "PJSIP/9001" not in switch.floor.state.who


def test_customer_without_a_number_who_is_put_into_a_waiting_place_keeps_it() -> None:
    switch = house()
    switch.talking(1, 5)
    switch.floor.state.channels["c1"].number = None
    switch.takes(10, "o1", "500", phone="PJSIP/1001")
    switch.joins(10, "o1", "sales")
    switch.floor.state.channels["o1"].number = None
    switch.attended(20, "a1", "o1", place="app")
    (visit,) = switch.floor.waiting()["sales"]
    assert (visit.carrier, visit.caller) == ("c1", "13800000001")
