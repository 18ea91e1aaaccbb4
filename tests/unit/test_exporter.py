"""The exporter is told of real floors' facts; what Prometheus and the board then see is the figure as defined."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from callcenter.cases.aftercare.figures import ComplaintsNow
from callcenter.domain import company as co
from callcenter.domain import events as ev
from callcenter.domain import facts as fx
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND
from callcenter.domain.settings import FloorSettings
from callcenter.domain.vocabulary import PageWord
from callcenter.exporter import Exporter, ExporterSettings
from callcenter.exporter.health import Health, UnseenJoin
from callcenter.exporter.names import Names, inert, masked
from callcenter.exporter.present import moved
from callcenter.exporter.table import METRICS, MetricType
from callcenter.exporter.told import Staffing
from callcenter.exporter.values import Values
from callcenter.files.rulebook import load_rulebook
from callcenter.rules.regulations.edition import Mode, Rulebook
from callcenter.rules.regulations.rulebook import rulebook_of
from callcenter.tracker.lookouts.staffing import severities_of

NOON = 1_790_000_000 * SECOND


class House:
    """A floor, an exporter that follows it, and words for what happens."""

    phones: ClassVar[dict[str, str]] = {}
    """Agents → their phones; of others the phone is named as they are."""

    def __init__(self, *, floor: Floor | None = None, book: Rulebook | None = None, **settings: Any) -> None:
        book = book or load_rulebook()
        self.floor = floor or Floor(FloorSettings(wrap_up={"sales": 3 * SECOND}))
        self.figures = Health(node="pbx", started_at=0)
        self.now = NOON
        self.exporter = Exporter(
            ExporterSettings(**settings), lambda: self.figures, book.figures, clock=lambda: self.now, disks=[Path("/")]
        )
        self.ended: list[fx.Visit] = []
        self.latest: Sequence[fx.Fact] = ()
        self._pos = 0

    def tell(self, kind: Any, *words: Any, after: float = 0, **named: Any) -> None:
        self.now += round(after * SECOND)
        self._pos += 1
        facts = self.latest = self.floor.apply(kind(self.now, self._pos, *words, **named))
        self.ended += [fact.visit for fact in facts if isinstance(fact, fx.VisitEnded)]
        self.exporter.happened(facts, self.floor)

    def phone(self, agent: str) -> str:
        return self.phones.get(agent, f"PJSIP/{agent}")

    def sign_in(self, agent: str = "Alice", queue: str = "sales", *, paused: bool = False) -> None:
        interface = self.phone(agent)
        self.tell(ev.MemberSeen, queue, interface, agent, interface, 1, paused=paused, reason="tea" if paused else "")

    def join(self, caller: str = "c1", queue: str = "sales", number: str = "13812345678") -> None:
        name = f"PJSIP/trunk-{caller}"
        self.tell(ev.ChannelStarted, caller, name, caller, "400", calling=False, number=number)
        self.tell(ev.CallerJoined, caller, name, caller, queue, 1, number, "400")

    def ring(self, caller: str = "c1", agent: str = "Alice", queue: str = "sales", after: float = 0) -> None:
        self.call(caller, agent, queue, after)
        self.tell(ev.ChannelRang, f"{caller}-{agent}", f"{self.phone(agent)}-{caller}")

    def call(self, caller: str, agent: str, queue: str, after: float = 0) -> None:
        uid, name = f"{caller}-{agent}", f"{self.phone(agent)}-{caller}"
        self.tell(ev.ChannelStarted, uid, name, caller, "", calling=False, number=None, after=after)
        self.tell(ev.MemberCalled, caller, f"PJSIP/trunk-{caller}", caller, queue, self.phone(agent), agent, uid, name)

    def answer(self, caller: str = "c1", agent: str = "Alice", queue: str = "sales", after: float = 0) -> None:
        uid, name, trunk = f"{caller}-{agent}", f"{self.phone(agent)}-{caller}", f"PJSIP/trunk-{caller}"
        self.tell(ev.ChannelUp, uid, name, caller, after=after)
        self.tell(ev.CallerLeft, caller, trunk, caller, queue)
        self.tell(ev.MemberConnected, caller, trunk, caller, queue, self.phone(agent), agent, uid, name)

    def hang_up(self, caller: str = "c1", agent: str = "Alice", queue: str = "sales", after: float = 0) -> None:
        uid, name, trunk = f"{caller}-{agent}", f"{self.phone(agent)}-{caller}", f"PJSIP/trunk-{caller}"
        self.tell(ev.HangupAsked, caller, trunk, 16, None, after=after)
        self.tell(ev.MemberCompleted, caller, caller, queue, self.phone(agent), agent, uid)
        self.tell(ev.ChannelEnded, uid, name, 16, None)
        self.tell(ev.ChannelEnded, caller, trunk, 16, None)
        self.tell(ev.Tick, after=2)

    def give_up(self, caller: str = "c1", queue: str = "sales", after: float = 0) -> None:
        trunk = f"PJSIP/trunk-{caller}"
        self.tell(ev.HangupAsked, caller, trunk, 16, None, after=after)
        self.tell(ev.CallerLeft, caller, trunk, caller, queue)
        self.tell(ev.CallerDropped, caller, trunk, caller, queue)
        self.tell(ev.ChannelEnded, caller, trunk, 16, None)
        self.tell(ev.Tick, after=2)

    def series(self, start: str = "") -> dict[str, float]:
        lines = self.exporter.metrics().text().decode().splitlines()
        shown = [line.removeprefix("callcenter_") for line in lines if not line.startswith("#")]
        return {name: float(value) for name, value in (s.rsplit(" ", 1) for s in shown) if name.startswith(start)}

    def risen(self, start: str) -> dict[str, float]:
        return {name: value for name, value in self.series(start).items() if value}


def test_survey_counts_by_its_stages_and_each_answer_by_its_question() -> None:
    house = House()
    house.join()
    for step in (
        {"step": "asked", "queue": "sales", "asks": "12"},
        {"step": "agreed"},
        {"step": "answered", "question": 1, "answer": 2},
    ):
        house.tell(ev.SurveyHeard, "c1", **step)
    assert house.risen("survey") == {}
    house.tell(ev.ChannelEnded, "c1", "PJSIP/trunk-c1", 16, None)
    assert house.risen("survey") == {
        'surveys_total{queue="sales",result="asked"}': 1,
        'surveys_total{queue="sales",result="agreed"}': 1,
        'surveys_total{queue="sales",result="partial"}': 1,
        'surveys_total{queue="sales",result="hung_up"}': 1,
        'survey_answers_total{answer="2",question="service"}': 1,
    }


def test_talk_that_its_agent_ended_could_have_been_asked_about() -> None:
    for by, eligible in (("c1-Alice", 1), ("c1", 0)):
        house = House()
        house.sign_in()
        house.join()
        house.ring()
        house.answer(after=5)
        house.tell(co.BridgeEntered, "c1-Alice", "PJSIP/Alice-c1", "c1", "b1", None)
        house.tell(co.BridgeEntered, "c1", "PJSIP/trunk-c1", "c1", "b1", None)
        house.tell(ev.HangupAsked, by, "", 16, None, after=9)
        house.hang_up()
        stage = 'surveys_total{queue="sales",result="eligible"}'
        assert house.series(stage) == {stage: eligible}


def test_queue_of_one_phone_alone_is_no_line_that_its_agent_serves() -> None:
    house = House()
    house.sign_in()
    house.sign_in(queue="direct-1001")
    assert [seat.queues for seat in house.exporter.live().agents] == [("sales",)]
    house.join(queue="direct-1001")
    assert [queue.queue for queue in house.exporter.live().queues] == ["sales"]
    assert moved(house.exporter.changed, house.latest)[0] == set()


def test_caller_who_was_rung_for_elsewhere_before_is_late_by_the_first_ring_of_all() -> None:
    house = House()
    house.sign_in()
    house.join(queue="direct-1001")
    house.ring(queue="direct-1001", after=1)
    house.tell(ev.ChannelEnded, "c1-Alice", "PJSIP/Alice-c1", 26, None, after=12)
    house.tell(ev.CallerLeft, "c1", "PJSIP/trunk-c1", "c1", "direct-1001")
    house.tell(ev.QueueResult, "c1", "PJSIP/trunk-c1", "c1", None, None, "TIMEOUT")
    house.tell(ev.CallerJoined, "c1", "PJSIP/trunk-c1", "c1", "sales", 1, None, "400")
    uid, name = "c1-Bob", "PJSIP/Bob-c1"
    house.tell(ev.ChannelStarted, uid, name, "c1", "", calling=False, number=None, after=2)
    house.tell(ev.MemberCalled, "c1", "PJSIP/trunk-c1", "c1", "sales", "PJSIP/Bob", "Bob", uid, name)
    house.tell(ev.ChannelRang, uid, name)
    house.answer(agent="Bob", after=2)
    assert house.series('within_rings_total{kind="rings-call",queue="sales"}') == {
        'within_rings_total{kind="rings-call",queue="sales"}': 0
    }
    assert house.risen("within_threshold") == {'within_threshold_total{queue="sales"}': 1}


def test_waiting_caller_shows_at_once_and_leaves_at_once() -> None:
    house = House()
    house.sign_in(paused=True)
    house.join()
    waiting, since = 'waiting_callers{queue="sales"}', 'oldest_wait_start_timestamp_seconds{queue="sales"}'
    assert house.series(waiting) == {waiting: 1}
    assert house.series(since) == {since: NOON / SECOND}
    house.give_up(after=4)
    assert house.series(waiting) == {waiting: 0}
    assert house.series(since) == {}


def test_oldest_wait_is_that_of_the_first_who_still_waits() -> None:
    house = House()
    house.join("c1")
    house.tell(ev.Tick, after=7)
    house.join("c2")
    house.give_up("c1")
    since = 'oldest_wait_start_timestamp_seconds{queue="sales"}'
    assert house.series(since) == {since: NOON / SECOND + 7}


def test_records_that_did_not_reproduce_are_shown_as_the_database_counts_them() -> None:
    house = House()
    house.exporter.withdrawn({"V-MISSED": 0, "V-HOTLINE": 2})
    assert house.series("violations_withdrawn") == {
        'violations_withdrawn_total{rule="V-MISSED"}': 0,
        'violations_withdrawn_total{rule="V-HOTLINE"}': 2,
    }


def test_complaints_are_shown_as_they_stand() -> None:
    house = House()
    house.exporter.complaints(
        ComplaintsNow({"recorded": 2}, 1, {"4h": 1, "24h": 2}, {"50": 3}, {True: 4, False: 1}, 3, 1)
    )
    house.exporter.complaints(ComplaintsNow({"feedback": 1}, 0, {"4h": 0, "24h": 2}, {"50": 3}, {True: 3}))

    assert house.series("notices") == {"notices_open": 0, "notices_overdue": 0}
    shown = house.series("complaint")
    assert {name: shown[name] for name in shown if "stage" not in name} == {
        "complaints_overdue": 0,
        'complaints_due_soon{within="4h"}': 0,
        'complaints_due_soon{within="24h"}': 2,
        'complaint_warnings_total{percent="50"}': 3,
        'complaints_closed_total{kept="true"}': 4,
        'complaints_closed_total{kept="false"}': 1,
    }
    stages = {name: count for name, count in shown.items() if "stage" in name}
    assert (len(stages), stages['complaints_open{stage="feedback"}'], sum(stages.values())) == (13, 1, 1)


def test_lost_callers_are_shown_as_the_database_counts_them() -> None:
    house = House()
    house.exporter.lost_calls({"support": (2, NOON), "": (1, None)})
    assert house.series("lost_call") == {
        "lost_call_limit_seconds": 3600,
        'lost_calls_open{queue="support"}': 2,
        'lost_calls_open{queue="(none)"}': 1,
    }
    assert house.series("oldest_lost") == {'oldest_lost_call_start_timestamp_seconds{queue="support"}': NOON / SECOND}
    house.exporter.lost_calls({})
    assert house.series("lost_calls_open") == {
        'lost_calls_open{queue="support"}': 0,
        'lost_calls_open{queue="(none)"}': 0,
    }
    assert house.series("oldest_lost") == {}


@pytest.mark.parametrize("reached", [False, True])
def test_calendar_that_does_not_reach_far_enough_is_shown(reached: bool) -> None:
    house = House()
    house.exporter.provisional(reached)
    assert house.series("calendar") == {"calendar_provisional": reached}


def test_queue_without_callers_shows_zero_as_soon_as_somebody_serves_it() -> None:
    house = House()
    house.sign_in()
    assert house.series("waiting") == {'waiting_callers{queue="sales"}': 0}


def test_answered_visit_counts_at_its_answer_and_not_again_at_its_end() -> None:
    house = House()
    house.sign_in()
    house.join()
    house.ring()
    house.answer(after=4)
    visits = 'visits_total{outcome="answered",queue="sales"}'
    assert house.risen("visits_total") == {visits: 1}
    house.hang_up(after=60)
    assert house.risen("visits_total") == {visits: 1}


def test_visit_whose_join_was_not_seen_counts_at_its_end_and_has_no_wait() -> None:
    house = House()
    house.sign_in()
    house.ring()
    house.answer(after=4)
    assert house.risen("visits_total") == {}
    house.hang_up(after=5)
    assert house.risen("visits_total") == {'visits_total{outcome="answered",queue="sales"}': 1}
    assert house.risen("wait_seconds_count") == {}


def test_phone_that_never_says_ringing_is_counted_as_answered_and_in_no_ring_figure() -> None:
    house = House()
    house.sign_in()
    house.join()
    house.call("c1", "Alice", "sales")
    house.answer(after=4)
    house.hang_up(after=5)
    assert house.risen("visits_total") == {'visits_total{outcome="answered",queue="sales"}': 1}
    assert house.risen("within_rings_total") == {}
    assert house.risen("ring_seconds_count") == {}


def test_visit_answered_before_a_restart_of_ours_is_not_counted_twice() -> None:
    before = House()
    before.sign_in()
    before.join()
    before.ring()
    before.answer(after=4)
    after = House(floor=Floor.restore(before.floor.save()))
    after.now = before.now
    after.hang_up(after=10)
    assert after.risen("visits_total") == {}
    assert after.series("talk_seconds_count") == {'talk_seconds_count{queue="sales"}': 1}


def test_caller_who_waited_through_a_restart_of_ours_is_shown_and_counted() -> None:
    before = House()
    before.join()
    after = House(floor=Floor.restore(before.floor.save()))
    after.now = before.now
    after.exporter.happened((), after.floor)
    assert after.series("waiting") == {'waiting_callers{queue="sales"}': 1}
    after.give_up(after=3)
    assert after.risen("visits_total") == {'visits_total{outcome="abandoned",queue="sales"}': 1}


def test_wait_of_exactly_a_threshold_lies_within_its_edge() -> None:
    house = House()
    house.join()
    house.give_up(after=20)
    assert house.series('wait_seconds_bucket{le="20.0",outcome="abandoned"') == {
        'wait_seconds_bucket{le="20.0",outcome="abandoned",queue="sales"}': 1
    }
    assert house.risen('wait_seconds_bucket{le="15.0"') == {}


def test_counter_begins_at_zero_as_soon_as_its_queue_or_agent_is_known() -> None:
    house = House()
    house.sign_in()
    assert house.series('visits_total{outcome="answered"') == {'visits_total{outcome="answered",queue="sales"}': 0}
    assert house.series("talk_seconds_count") == {'talk_seconds_count{queue="sales"}': 0}
    offers = 'agent_offers_total{agent="Alice",outcome="declined"}'
    assert house.series(offers) == {offers: 0}


@pytest.mark.parametrize(("ringing", "kept"), [(14.999, 1), (15.0, 0)])
def test_fourth_ring_is_not_within_three(ringing: float, kept: int) -> None:
    house = House()
    house.sign_in()
    house.join()
    house.ring()
    house.answer(after=ringing)
    house.hang_up(after=5)
    assert house.series("within_rings_total") == {
        'within_rings_total{kind="rings-call",queue="sales"}': kept,
        'within_rings_total{kind="rings-offer",queue="sales"}': kept,
    }


def test_another_rulebook_measures_otherwise() -> None:
    figures = {"rings": 4, "service_threshold_seconds": 12, "queues": {"vip": {"service_threshold_seconds": 5}}}
    edition = {"version": "1", "from": "1970-01-01", "figures": figures}
    book = rulebook_of({"based_on": "packaged", "editions": [edition]})
    told = {}
    for name, house in (("packaged", House()), ("other", House(book=book))):
        house.sign_in()
        house.sign_in("Bob", "vip")
        house.join()
        house.ring()
        house.answer(after=17)
        house.hang_up(after=5)
        told[name] = house.risen("within_") | house.series("service_threshold_seconds")
    in_threshold, rings = 'within_threshold_total{queue="sales"}', 'within_rings_total{kind="%s",queue="sales"}'
    sales, vip = 'service_threshold_seconds{queue="sales"}', 'service_threshold_seconds{queue="vip"}'
    assert told["packaged"] == {in_threshold: 1, sales: 20, vip: 20}
    assert told["other"] == {rings % "rings-call": 1, rings % "rings-offer": 1, sales: 12, vip: 5}


def test_call_is_late_for_its_caller_where_the_second_agent_was_quick() -> None:
    house = House()
    house.sign_in("Alice")
    house.sign_in("Bob")
    house.join()
    house.ring(agent="Alice")
    house.tell(ev.ChannelEnded, "c1-Alice", "PJSIP/Alice-c1", 19, None, after=12)
    house.ring(agent="Bob", after=1)
    house.answer(agent="Bob", after=3)
    house.hang_up(agent="Bob", after=5)
    rings = house.series("within_rings_total")
    assert rings['within_rings_total{kind="rings-call",queue="sales"}'] == 0
    assert rings['within_rings_total{kind="rings-offer",queue="sales"}'] == 1
    assert house.risen("offers_total") == {
        'offers_total{outcome="timed_out",queue="sales"}': 1,
        'offers_total{outcome="answered",queue="sales"}': 1,
    }


@pytest.mark.parametrize(("after", "short", "in_time"), [(5, 1, 1), (5.001, 0, 1), (20, 0, 1), (20.001, 0, 0)])
def test_caller_who_gives_up_counts_as_short_and_as_within_the_threshold(
    after: float, short: int, in_time: int
) -> None:
    house = House()
    house.join()
    house.give_up(after=after)
    assert house.series("short_abandons_total") == {'short_abandons_total{queue="sales"}': short}
    assert house.series("abandoned_within") == {'abandoned_within_threshold_total{queue="sales"}': in_time}
    assert house.risen("within_threshold_total") == {}


def test_call_waits_from_its_first_queue_to_its_first_answer() -> None:
    house = House()
    house.sign_in(queue="support")
    house.join(queue="sales")
    house.tell(ev.CallerLeft, "c1", "PJSIP/trunk-c1", "c1", "sales", after=15)
    house.tell(ev.QueueResult, "c1", "PJSIP/trunk-c1", "c1", None, None, "TIMEOUT")
    house.tell(ev.CallerJoined, "c1", "PJSIP/trunk-c1", "c1", "support", 1, None, "400")
    house.ring(queue="support")
    house.answer(queue="support", after=6)
    house.hang_up(queue="support", after=30)
    assert house.risen("call") == {
        'call_wait_seconds_bucket{le="30.0",queue="sales"}': 1,
        'call_wait_seconds_bucket{le="45.0",queue="sales"}': 1,
        'call_wait_seconds_bucket{le="60.0",queue="sales"}': 1,
        'call_wait_seconds_bucket{le="90.0",queue="sales"}': 1,
        'call_wait_seconds_bucket{le="120.0",queue="sales"}': 1,
        'call_wait_seconds_bucket{le="180.0",queue="sales"}': 1,
        'call_wait_seconds_bucket{le="300.0",queue="sales"}': 1,
        'call_wait_seconds_bucket{le="600.0",queue="sales"}': 1,
        'call_wait_seconds_bucket{le="+Inf",queue="sales"}': 1,
        'call_wait_seconds_count{queue="sales"}': 1,
        'call_wait_seconds_sum{queue="sales"}': 21,
        'calls_answered_total{queue="sales"}': 1,
    }
    assert house.risen("within_threshold_total") == {'within_threshold_total{queue="support"}': 1}


def test_second_answer_of_a_call_is_a_visit_answered_and_no_call() -> None:
    house = House()
    house.sign_in()
    house.sign_in("Bob", "support")
    house.join()
    house.ring()
    house.answer(after=4)
    house.tell(ev.ChannelEnded, "c1-Alice", "PJSIP/Alice-c1", 16, None, after=9)
    house.tell(ev.CallerJoined, "c1", "PJSIP/trunk-c1", "c1", "support", 1, None, "400")
    house.ring(agent="Bob", queue="support")
    house.answer(agent="Bob", queue="support", after=6)
    house.hang_up(agent="Bob", queue="support", after=3)
    assert sum(house.risen('visits_total{outcome="answered"').values()) == 2
    assert house.risen("calls_") == {
        'calls_answered_total{queue="sales"}': 1,
        'calls_within_threshold_total{queue="sales"}': 1,
    }


def test_talk_hold_and_wrap_up_are_measured_by_the_switch() -> None:
    house = House()
    house.sign_in()
    house.join()
    house.ring()
    house.answer(after=2)
    house.tell(ev.HoldSet, "c1-Alice", on=True, after=1)
    house.tell(ev.HoldSet, "c1-Alice", on=False, after=6)
    house.hang_up(after=1)
    house.tell(ev.Tick, after=5)
    assert house.series("talk_seconds_sum") == {'talk_seconds_sum{queue="sales"}': 8}
    assert house.series("hold_seconds_sum") == {'hold_seconds_sum{queue="sales"}': 6}
    assert house.series("wrap_up_seconds_sum") == {'wrap_up_seconds_sum{queue="sales"}': 3}


def test_agents_are_counted_in_each_queue_they_serve() -> None:
    house = House()
    house.sign_in("Alice", "sales")
    house.sign_in("Alice", "support")
    house.sign_in("Bob", "sales", paused=True)
    counted = {name: n for name, n in house.series("agents{").items() if n}
    assert counted == {
        'agents{queue="sales",state="available"}': 1,
        'agents{queue="support",state="available"}': 1,
        'agents{queue="sales",state="paused"}': 1,
    }


def test_time_in_a_state_grows_while_it_lasts() -> None:
    house = House()
    house.sign_in(paused=True)
    house.tell(ev.Tick, after=30)
    paused = 'agent_state_seconds_total{agent="Alice",state="paused"}'
    assert house.series(paused) == {paused: 30}
    house.sign_in(paused=False)
    house.tell(ev.Tick, after=10)
    assert house.series(paused) == {paused: 30}
    available = 'agent_state_seconds_total{agent="Alice",state="available"}'
    assert house.series(available) == {available: 10}


def test_time_of_a_team_and_of_all_is_that_of_its_agents_and_never_falls() -> None:
    house = House()
    house.exporter.staffing(Staffing(teams={"Alice": "hotline", "Bob": "hotline"}))
    house.sign_in("Alice")
    house.sign_in("Bob", paused=True)
    house.sign_in("Cleo")
    house.tell(ev.Tick, after=10)
    assert house.risen("team_state_seconds_total") == {
        'team_state_seconds_total{state="available",team="hotline"}': 10,
        'team_state_seconds_total{state="paused",team="hotline"}': 10,
        'team_state_seconds_total{state="available",team="(none)"}': 10,
    }
    house.exporter.staffing(Staffing(teams={"Alice": "orders"}))
    house.tell(ev.Tick, after=5)
    house.sign_in("Alice", paused=True)
    house.tell(ev.Tick, after=1)
    assert house.risen("team_state_seconds_total") == {
        'team_state_seconds_total{state="available",team="hotline"}': 10,
        'team_state_seconds_total{state="available",team="orders"}': 5,
        'team_state_seconds_total{state="paused",team="orders"}': 1,
        'team_state_seconds_total{state="paused",team="hotline"}': 10,
        'team_state_seconds_total{state="paused",team="(none)"}': 6,
        'team_state_seconds_total{state="available",team="(none)"}': 16,
    }
    assert house.risen("state_seconds_total") == {
        'state_seconds_total{state="available"}': 31,
        'state_seconds_total{state="paused"}': 17,
    }
    assert sum(house.series("agent_state_seconds_total").values()) == 48


def test_time_that_was_shown_does_not_fall_where_its_end_is_told_late() -> None:
    """A counter that falls has begun anew, to Prometheus: all that it had come to would be counted again."""
    house = House()
    house.sign_in()
    house.tell(ev.Tick, after=10)
    before = house.risen("state_seconds") | house.risen("team_state_seconds") | house.risen("agent_state_seconds")
    house.now -= SECOND
    house.sign_in(paused=True)
    after = house.series()
    assert {name: after[name] for name in before} == before
    house.now += SECOND
    house.sign_in()
    house.tell(ev.Tick, after=10)
    assert house.series('state_seconds_total{state="available"}') == {'state_seconds_total{state="available"}': 19}


def test_time_of_an_agent_whose_better_name_becomes_known_stays_counted() -> None:
    house = House()
    house.exporter.staffing(Staffing(teams={"Alice": "hotline"}))
    house.tell(ev.MemberSeen, "sales", "PJSIP/1001", "PJSIP/1001", "PJSIP/1001", 1, paused=False, reason="")
    house.tell(ev.Tick, after=10)
    before = house.risen("state_seconds_total")
    house.tell(ev.MemberSeen, "sales", "PJSIP/1001", "Alice", "PJSIP/1001", 1, paused=True, reason="tea")
    after, teams = house.risen("state_seconds_total"), house.risen("team_state_seconds_total")
    assert before == after == {'state_seconds_total{state="available"}': 10}
    assert teams == {'team_state_seconds_total{state="available",team="(none)"}': 10}
    assert house.series("agent_info") == {'agent_info{agent="Alice",team="hotline"}': 1}


def test_agent_is_in_one_team_at_a_time() -> None:
    house = House()
    house.sign_in()
    house.exporter.staffing(Staffing(teams={"Alice": "hotline"}, rostered={"sales": 2}, rulebook_since=NOON))
    assert house.series("agent_info") == {'agent_info{agent="Alice",team="hotline"}': 1}
    assert house.series("agents_rostered") == {'agents_rostered{queue="sales"}': 2}
    assert house.series("rulebook_since") == {"rulebook_since_timestamp_seconds": NOON / SECOND}
    house.exporter.staffing(Staffing())
    assert house.series("agent_info") == {'agent_info{agent="Alice",team="(none)"}': 1}
    assert house.series("agents_rostered") == {'agents_rostered{queue="sales"}': 0}
    assert house.series("rulebook_since") == {}


def test_records_of_a_rule_that_is_on_begin_at_zero() -> None:
    """Prometheus does not see a rise from nothing to one."""
    house = House()
    edition = load_rulebook().editions[-1]
    house.exporter.staffing(Staffing(rules=severities_of(edition)))
    begun = house.series("violations_total")
    assert begun['violations_total{rule="V-MISSED",severity="minor",verdict="proposed"}'] == 0
    assert begun['violations_total{rule="V-HOTLINE",severity="dismissal",verdict="excused"}'] == 0
    assert {rule for rule in edition.violations if f'rule="{rule}"' in str(begun)} == {
        rule for rule, said in edition.violations.items() if said.mode is Mode.ON
    }
    assert set(begun.values()) == {0}


def test_repeated_calls_are_added_up() -> None:
    house = House()
    house.sign_in()
    assert house.series("repeat_calls") == {'repeat_calls_total{queue="sales"}': 0}
    house.exporter.repeats({"sales": 2})
    house.exporter.repeats({"sales": 1, "": 1})
    assert house.series("repeat_calls") == {
        'repeat_calls_total{queue="sales"}': 3,
        'repeat_calls_total{queue="(none)"}': 1,
    }


def test_certificate_is_shown_while_it_is_known() -> None:
    house = House()
    house.exporter.certificates({"pbx": 5.0, "/etc/web.pem": 6.0})
    house.exporter.certificates({"/etc/web.pem": 7.0})
    shown, unread = (
        f'certificate_{what}{{name="/etc/web.pem"}}' for what in ("expiry_timestamp_seconds", "unreadable")
    )
    assert house.series("certificate") == {shown: 7, unread: 0}


def test_certificate_that_cannot_be_read_is_shown_as_that_and_runs_out_at_no_time() -> None:
    house = House()
    house.exporter.certificates({"/etc/web.pem": 6.0})
    house.exporter.certificates({"/etc/web.pem": None})
    assert house.series("certificate") == {'certificate_unreadable{name="/etc/web.pem"}': 1}


def test_scrape_is_of_the_moment_at_which_it_was_taken() -> None:
    house = House()
    house.sign_in()
    house.join()
    taken = house.exporter.metrics()
    house.ring()
    house.answer(after=5)
    assert b'waiting_callers{queue="sales"} 1.0' in taken.text()
    assert b'wait_seconds_count{outcome="answered",queue="sales"} 0.0' in taken.text()


def test_time_before_a_restart_of_ours_is_left_to_the_run_before() -> None:
    before = House()
    before.sign_in(paused=True)
    before.tell(ev.Tick, after=1000)
    after = House(floor=Floor.restore(before.floor.save()))
    after.now = before.now
    after.exporter.happened((), after.floor)
    after.tell(ev.Tick, after=5)
    paused = 'agent_state_seconds_total{agent="Alice",state="paused"}'
    assert after.series(paused) == {paused: 5}


def test_agent_has_at_most_thirty_five_series() -> None:
    house = House()
    house.sign_in()
    for number, after in enumerate((2.0, 30.0)):
        house.join(f"c{number}")
        house.ring(f"c{number}")
        house.answer(f"c{number}", after=after)
        house.hang_up(f"c{number}", after=1)
        house.tell(ev.Tick, after=5)
    assert 0 < len([name for name in house.series() if "agent=" in name]) <= 35


def test_per_agent_series_can_be_switched_off() -> None:
    house = House(per_agent=False)
    house.sign_in()
    house.join()
    house.ring()
    assert [name for name in house.series() if "agent=" in name] == []
    assert house.series('agents{queue="sales",state="ringing"}') == {'agents{queue="sales",state="ringing"}': 1}


def test_queues_beyond_the_limit_share_one_series() -> None:
    house = House(max_queues=2)
    for queue in ("a", "b", "c", "d"):
        house.join(queue, queue)
    assert house.series("waiting") == {
        'waiting_callers{queue="a"}': 1,
        'waiting_callers{queue="b"}': 1,
        'waiting_callers{queue="(other)"}': 2,
    }
    house.give_up("c", "c")
    assert house.series('waiting_callers{queue="(other)"}') == {'waiting_callers{queue="(other)"}': 1}


def test_lost_phone_is_counted_until_it_is_found() -> None:
    house = House()
    house.sign_in()
    house.tell(ev.PhoneSeen, "PJSIP/Alice", reachable=False)
    assert house.series("phones_lost") == {'phones_lost{node="pbx"}': 1}
    house.tell(ev.PhoneSeen, "PJSIP/Alice", reachable=True)
    assert house.series("phones_lost") == {'phones_lost{node="pbx"}': 0}


def test_line_lying_open_is_blocked_until_it_is_free() -> None:
    house = House(floor=Floor(FloorSettings(permitted=("9XXX",), blocked_after=60 * SECOND)))
    house.sign_in()
    house.tell(ev.ChannelStarted, "own", "PJSIP/Alice-1", "own", "*60", calling=True, number=None)
    house.tell(ev.Tick, after=61)
    blocked = 'line_blocked{agent="Alice"}'
    assert house.series(blocked) == {blocked: 1}
    house.tell(ev.ChannelEnded, "own", "PJSIP/Alice-1", 16, None)
    assert house.series(blocked) == {blocked: 0}


def test_caller_can_put_nothing_into_a_label() -> None:
    house = House()
    house.sign_in()
    house.join(number='138"}\n# evil 1')
    house.ring()
    house.answer(after=1)
    house.hang_up(after=1)
    assert "evil" not in house.exporter.metrics().text().decode()


def test_unknown_is_no_series_and_never_zero() -> None:
    house = House()
    assert house.series("ami_lag_seconds") == {}
    assert house.series("evidence_grade") == {}
    house.figures = msgspec.structs.replace(house.figures, lag_seconds=0.02, evidence_grade=False, ami_up=True)
    assert house.series("ami_lag_seconds") == {'ami_lag_seconds{node="pbx"}': 0.02}
    assert house.series("evidence_grade") == {'evidence_grade{node="pbx"}': 0}
    assert house.series("ami_up") == {'ami_up{node="pbx"}': 1}
    house.figures = msgspec.structs.replace(house.figures, started_at=NOON)
    assert house.series("start_") == {"start_timestamp_seconds": NOON / SECOND}


def test_service_figures_are_those_of_the_moment_of_the_scrape() -> None:
    house = House()
    house.figures = msgspec.structs.replace(
        house.figures, frames={"accepted": 7, "quarantined": 1}, gap_seconds=2.5, journal_pending=4, ledger={"sales": 0}
    )
    shown = house.series()
    assert shown['ami_frames_total{node="pbx",result="accepted"}'] == 7
    assert shown['ami_gap_seconds_total{node="pbx"}'] == 2.5
    assert shown["journal_pending"] == 4
    assert shown['ledger_difference{queue="sales"}'] == 0
    assert shown['disk_free_bytes{path="/"}'] > 0


def test_what_could_not_be_believed_and_who_was_not_seen_is_counted_and_listed() -> None:
    house = House()
    assert house.series("ami_refused_moments_total") == {'ami_refused_moments_total{node="pbx"}': 0}
    assert house.series("queue_log_unseen_joins_total") == {}
    assert house.exporter.live().unseen_joins == ()
    house.figures = msgspec.structs.replace(
        house.figures, refused_moments=3, unseen_joins=7, unseen_last=(UnseenJoin(NOON, "1.\u202e1", "sales"),)
    )
    assert house.series("ami_refused_moments_total") == {'ami_refused_moments_total{node="pbx"}': 3}
    assert house.series("queue_log_unseen_joins_total") == {'queue_log_unseen_joins_total{node="pbx"}': 7}
    live = house.exporter.live()
    assert (live.link.refused_moments, live.link.unseen_joins) == (3, 7)
    (join,) = live.unseen_joins
    assert (join.at, join.queue) == (NOON / SECOND, "sales")
    assert "\u202e" not in join.uniqueid


def test_ready_only_when_the_switch_is_seen_and_the_record_keeps_up() -> None:
    house = House()
    assert house.exporter.unready()
    well = Health(node="pbx", started_at=0, ami_up=True, ready=True, last_seen_at=house.now)
    house.figures = well
    assert house.exporter.unready() == []
    house.figures = msgspec.structs.replace(well, gap_open_at=house.now)
    assert house.exporter.unready() == ["events are being missed"]
    house.figures = msgspec.structs.replace(well, store_lag_seconds=61)
    assert house.exporter.unready() == ["the record is far behind"]
    house.figures = msgspec.structs.replace(well, last_seen_at=house.now - 16 * SECOND)
    assert house.exporter.unready() == ["the switch has not been heard lately"]


def test_health_is_told_even_when_nothing_is_ready() -> None:
    told = House().exporter.healthz()
    assert told["status"] == "alive"
    assert told["ready"] is False


def test_board_counts_the_day_and_names_its_service_level() -> None:
    house = House()
    house.sign_in()
    house.join("quick")
    house.ring("quick")
    house.answer("quick", after=20)
    house.hang_up("quick", after=1)
    house.join("gone")
    house.give_up("gone", after=9)
    live = house.exporter.live()
    (queue,) = live.queues
    assert (queue.answered, queue.abandoned, queue.within, queue.service_level) == (1, 1, 1, 0.5)
    assert (queue.answer_waits, queue.answer_wait_seconds) == (1, 20)
    assert live.service_level_name == "sl-offered"
    assert [visit.outcome for visit in live.recent] == ["answered", "abandoned"]


def test_board_begins_a_new_day_at_the_sites_midnight() -> None:
    house = House()
    house.join()
    house.give_up(after=1)
    assert house.exporter.live().queues[0].abandoned == 1
    house.now += 86_400 * SECOND
    assert house.exporter.live().queues[0].abandoned == 0


def test_visit_that_joined_before_midnight_is_not_counted_after_it() -> None:
    house = House()
    house.join()
    house.give_up(after=86_400)
    assert house.exporter.live().queues[0].abandoned == 0


def test_time_that_no_calendar_holds_disturbs_nothing() -> None:
    house = House()
    today = house.now
    house.now = 10**24
    house.join("mad")
    house.give_up("mad")
    house.now = today
    house.join("sane")
    house.give_up("sane")
    house.figures = msgspec.structs.replace(house.figures, clock_skew_seconds=1e18)
    assert house.exporter.live().queues[0].abandoned == 1


def test_board_never_shows_a_callers_number() -> None:
    house = House()
    house.join(number="13812345678")
    house.give_up(after=1)
    assert b"13812345678" not in msgspec.json.encode(house.exporter.live())
    assert house.exporter.live().recent[0].caller == "138****5678"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812345678", "138****5678"),
        ("02088886666", "020****6666"),
        ("8888666", "88****66"),
        ("1001", "1001"),
        (None, None),
    ],
)
def test_number_keeps_only_its_ends(number: str | None, shown: str | None) -> None:
    assert masked(number) == shown


@pytest.mark.parametrize("hostile", ["a\nb", "a\x1b[31mb", "a\u202eb", "a\x00b", "a\u2028b"])
def test_name_that_could_act_is_made_inert(hostile: str) -> None:
    assert inert(hostile) == "a\ufffdb" or inert(hostile).startswith("a\ufffd[31m")
    assert inert(hostile).isprintable()


def test_endless_name_is_cut() -> None:
    assert len(inert("x" * 100_000)) == 80


def test_names_place_is_given_to_another_once_it_is_forgotten() -> None:
    names = Names(1)
    assert names.label("a") == "a"
    assert names.label("b") == "(other)"
    names.forget("a")
    assert names.label("b") == "b"


def test_agent_whose_better_name_becomes_known_leaves_no_old_series() -> None:
    house = House()
    house.tell(ev.MemberSeen, "sales", "PJSIP/1001", "PJSIP/1001", "PJSIP/1001", 1, paused=False, reason="")
    house.tell(ev.MemberSeen, "sales", "PJSIP/1001", "Alice", "PJSIP/1001", 1, paused=True, reason="tea")
    agents = {name.split('agent="')[1].split('"')[0] for name in house.series() if 'agent="' in name}
    assert agents == {"Alice"}
    assert sum(house.series('agents{queue="sales"').values()) == 1


def test_metric_that_is_not_in_the_table_cannot_be_fed() -> None:
    with pytest.raises(KeyError):
        Values().add("no_such_total", ())


def test_every_metric_has_a_type_and_a_meaning_in_the_output() -> None:
    text = House().exporter.metrics().text().decode()
    for metric in METRICS:
        assert f"# HELP {metric.name} {metric.meaning}" in text
        assert f"# TYPE {metric.name} {metric.kind}" in text
        assert metric.said("zh-CN") != metric.said("en")


def test_names_follow_the_conventions_of_prometheus() -> None:
    for metric in METRICS:
        assert metric.short.endswith("_total") == (metric.kind is MetricType.COUNTER)
        assert bool(metric.edges) == (metric.kind is MetricType.HISTOGRAM)
        assert not {"caller", "call", "uniqueid"} & set(metric.labels)
        assert metric.kind is not MetricType.HISTOGRAM or "agent" not in metric.labels


def test_loss_in_pages_is_a_histogram_from_the_first_moment() -> None:
    house = House()
    assert "callcenter_page_loss_ratio_count 0.0" in house.exporter.metrics().text().decode()
    for loss in (0.004, 0.03, 0.5):
        house.exporter.page_measured(loss)
    told = house.exporter.metrics().text().decode()
    for edge, count in (("0.001", 0), ("0.005", 1), ("0.03", 2), ("0.2", 2), ("+Inf", 3)):
        assert f'callcenter_page_loss_ratio_bucket{{le="{edge}"}} {count}.0' in told


def miss(house: House, caller: str, agent: str = "Alice") -> None:
    """Let a phone ring in vain; the caller waits on."""
    house.ring(caller, agent)
    house.tell(ev.ChannelEnded, f"{caller}-{agent}", f"PJSIP/{agent}-{caller}", 0, None, after=15)
    house.tell(ev.Tick, after=2)


def test_rings_that_an_agent_missed_today_are_shown_over_a_restart() -> None:
    house = House()
    for agent in ("Alice", "Bob"):
        house.sign_in(agent)
    house.join("c1")
    miss(house, "c1")
    house.give_up("c1", after=1)
    house.join("c2")
    miss(house, "c2")
    assert [(one.agent, one.missed) for one in house.exporter.live().agents] == [("Alice", 2), ("Bob", 0)]
    again = House(floor=house.floor)
    again.now = house.now
    again.exporter.recall(house.ended, house.floor, NOON)
    again.exporter.happened((), house.floor)
    assert again.exporter.live().agents == house.exporter.live().agents
    again.now += 86_400 * SECOND
    assert [one.missed for one in again.exporter.live().agents] == [0, 0]


def test_queue_shows_who_serves_it_and_who_is_ready_as_prometheus_does() -> None:
    house = House()
    for agent in ("Alice", "Bob", "Carol"):
        house.sign_in(agent, paused=agent == "Carol")
    house.join()
    house.ring()
    assert [(one.ready, one.signed_in) for one in house.exporter.live().queues] == [(1, 3)]
    assert house.risen("agents{") == {
        'agents{queue="sales",state="available"}': 1,
        'agents{queue="sales",state="ringing"}': 1,
        'agents{queue="sales",state="paused"}': 1,
    }


def test_phone_that_does_not_answer_is_shown_and_how_often_that_began() -> None:
    house = House()
    house.sign_in()
    for reachable in (True, False, True, False):
        house.tell(ev.PhoneSeen, "PJSIP/Alice", reachable=reachable)
    shown = [(one.unreachable, one.phone_losses) for one in house.exporter.live().agents]
    assert shown == [(True, 2)]
    house.tell(ev.PhoneSeen, "PJSIP/Alice", reachable=True)
    house.tell(ev.MemberGone, "sales", "PJSIP/Alice")
    house.tell(ev.PhoneSeen, "PJSIP/Alice", reachable=False)
    assert [one.phone_losses for one in house.exporter.live().agents] == [2]


def test_board_goes_on_with_what_the_record_has_of_today() -> None:
    house = House()
    house.sign_in()
    house.join("c1")
    house.ring("c1")
    house.answer("c1", after=3)
    house.hang_up("c1", after=30)
    house.join("c2")
    house.ring("c2")
    house.answer("c2", after=25)
    before = house.exporter.live()
    again = House(floor=house.floor)
    again.now, again.figures = house.now, Health(node="pbx", started_at=house.now)
    again.exporter.recall(house.ended, house.floor, NOON)
    again.exporter.happened((), house.floor)
    after = again.exporter.live()
    assert [(q.answered, q.within) for q in after.queues] == [(q.answered, q.within) for q in before.queues] == [(2, 1)]
    assert after.recent == before.recent
    assert after.counted_since == NOON / SECOND
    assert after.agents == before.agents


def test_visit_that_was_answered_before_a_restart_counts_once() -> None:
    house = House()
    house.sign_in()
    house.join()
    house.ring()
    house.answer(after=3)
    again = House(floor=house.floor)
    again.now = house.now
    again.exporter.recall([], house.floor, NOON)
    again.exporter.happened((), house.floor)
    again.hang_up(after=30)
    assert [q.answered for q in again.exporter.live().queues] == [1]
    assert again.risen("visits_total") == {}


def test_visits_of_yesterday_are_not_counted_into_today() -> None:
    house = House()
    house.sign_in()
    house.join()
    house.give_up(after=4)
    again = House(floor=house.floor)
    again.now = house.now + 86_400 * SECOND
    again.exporter.recall(house.ended, house.floor, NOON)
    again.exporter.happened((), house.floor)
    assert [q.abandoned for q in again.exporter.live().queues] == [0]


def test_page_that_fails_its_agent_is_counted_and_shown_for_its_day() -> None:
    house = House()
    house.sign_in()
    before = house.exporter.live().agents
    for what in (PageWord.COULD_NOT_RING, PageWord.CUT_SHORT, PageWord.PAGE_HIDDEN):
        house.tell(ev.PageTold, "Alice", what, "c1", None, None)
    assert [(one.agent, one.page_failures) for one in before] == [("Alice", 0)]
    assert [one.page_failures for one in house.exporter.live().agents] == [2]
    counted = house.series("agent_page_failures_total").items()
    assert [(name.partition("what=")[2], value) for name, value in counted] == [
        ('"could_not_ring"}', 1.0),
        ('"cut_short"}', 1.0),
    ]
    house.now += 86_400 * SECOND
    assert [one.page_failures for one in house.exporter.live().agents] == [0]


def test_label_can_end_no_line_and_no_label() -> None:
    values = Values()
    values.set("info", ('a"b\\c\nd',), 1)
    values.set("disk_free_bytes", ("/",), float("nan"))
    lines = values.text().decode().splitlines()
    assert r'callcenter_info{site="a\"b\\c\nd"} 1.0' in lines
    assert 'callcenter_disk_free_bytes{path="/"} nan' in lines
