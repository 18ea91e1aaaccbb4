from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from callcenter.domain import facts as fx
from callcenter.domain.frame import SECOND
from callcenter.exporter.health import UnseenJoin
from callcenter.queuelog.lines import QueueLog, QueueLogLine
from callcenter.tracker.switch_log.unseen_joins import LISTED, UnseenJoins
from tests.unit.domain.switch import EPOCH, Switch, micros


class Bench:
    """A switch that is seen, and what stands in its log."""

    def __init__(self) -> None:
        self.switch = Switch()
        self.joins = UnseenJoins()

    def tells(self) -> None:
        self.joins.happened(self.switch.facts, self.switch.floor)
        self.switch.facts.clear()

    def joined(self, at: float, uid: str = "1800000000.1") -> None:
        self.switch.joins(at, uid)
        self.tells()

    def logged(self, *at: float, uid: str = "1800000000.1", queue: str = "support") -> None:
        self.joins.read([line(one, uid, queue) for one in at], EPOCH)

    def gap(self, start: float, end: float, cause: str) -> None:
        self.switch.facts.append(fx.GapSeen(at=micros(end), start=micros(start), cause=cause))
        self.tells()

    def unseen(self, until: float) -> int:
        self.joins.look(micros(until), self.switch.floor)
        return self.joins.total


def line(at: float, uid: str, queue: str) -> QueueLogLine:
    (found,) = QueueLog().feed(f"{micros(at) // SECOND}|{uid}|{queue}|NONE|ENTERQUEUE||13800000001|1\n".encode())
    return found


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_join_that_was_seen_is_none(bench: Bench) -> None:
    bench.joined(10.9)
    bench.logged(10)

    assert bench.unseen(60) == 0


def test_a_join_that_only_the_log_has_is_listed_and_logged_once_it_cannot_be_on_its_way(bench: Bench) -> None:
    bench.logged(10)

    with capture_logs() as logged:
        assert [bench.unseen(until) for until in (10, 12, 13, 14, 90)] == [0, 0, 1, 1, 1]

    assert [*bench.joins.last] == [UnseenJoin(micros(10), "1800000000.1", "support")]
    assert [(one["event"], one["uniqueid"], one["queue"]) for one in logged] == [
        ("queue_log_join_unseen", "1800000000.1", "support")
    ]


@pytest.mark.parametrize(
    ("uid", "queue", "at"), [("1.9", "support", 10), ("1800000000.1", "sales", 10), ("1800000000.1", "support", 20)]
)
def test_a_seen_join_of_another_call_queue_or_time_is_not_it(bench: Bench, uid: str, queue: str, at: float) -> None:
    bench.joined(10)
    bench.logged(at, uid=uid, queue=queue)

    assert bench.unseen(60) == 1


@pytest.mark.parametrize(("cause", "unseen"), [("link", 0), ("restart", 0), ("clock", 0), ("quarantined", 1)])
def test_what_a_gap_hid_is_no_difference_but_what_was_not_believed_is(bench: Bench, cause: str, unseen: int) -> None:
    bench.gap(8, 30, cause)
    bench.logged(10)

    assert bench.unseen(60) == unseen


def test_a_visit_whose_join_alone_was_not_seen_is_a_visit(bench: Bench) -> None:
    bench.switch.starts(9, "1800000000.1", "PJSIP/trunk-1", calling=True)
    bench.switch.calls(11, uid="1800000000.1")
    bench.tells()
    bench.logged(10)
    assert bench.unseen(60) == 0

    bench.switch.leaves(12, "1800000000.1")
    bench.switch.over()
    bench.tells()
    bench.switch.floor.state.channels.clear()
    bench.logged(10)
    assert bench.unseen(60) == 0


def test_what_was_not_followed_is_not_compared(bench: Bench) -> None:
    bench.joins.read([line(10, "1.1", "support")], micros(10.5))
    bench.logged(11)
    bench.joins.lost()

    assert bench.unseen(60) == 0


def test_a_caller_who_invents_thousands_takes_no_room(bench: Bench) -> None:
    invented = [line(10, f"1800000000.{n}", "support") for n in range(1, 301)] * 100

    with capture_logs() as logged:
        bench.joins.read(invented, EPOCH)
        bench.unseen(10)
        assert len(bench.joins._waiting) <= 10_000
        assert bench.unseen(60) == len(invented)

    assert len(bench.joins.last) == LISTED
    assert len(logged) < 20
    assert sum(one.get("more_count", 1) for one in logged) == len(invented)


def test_joins_that_were_seen_are_forgotten_in_time(bench: Bench) -> None:
    for n in range(1, 50):
        bench.joined(n * 60, f"1800000000.{n}")
        bench.logged(n * 60, uid=f"1800000000.{n}")
        assert bench.unseen(n * 60 + 10) == 0

    assert len(bench.joins._seen) == len(bench.joins._order) < 15
