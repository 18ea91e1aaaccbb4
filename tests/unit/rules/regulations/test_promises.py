"""P-RING and P-WAIT, for the department."""

from __future__ import annotations

import msgspec
import pytest

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import OfferOutcome, VisitOutcome
from callcenter.rules.regulations.edition import Rulebook
from callcenter.rules.regulations.promises import FirstAnswer, Promises, first_answer
from tests.unit.rules.detection.story import at, micros, packaged, read, rulebook


def offer(rang: float | None, ended: float, outcome: OfferOutcome = OfferOutcome.TIMED_OUT) -> fx.Offer:
    return fx.Offer(
        agent="Alice",
        interface="PJSIP/1001",
        offered_at=at(rang),
        rang_at=at(rang),
        ended_at=micros(ended),
        connected_at=None,
        outcome=outcome,
        available=True,
        refuted=None,
        in_gap=False,
        frames=(1,),
    )


def visit(left: float, *offers: fx.Offer, outcome: VisitOutcome = VisitOutcome.ANSWERED) -> fx.Visit:
    answered = outcome is VisitOutcome.ANSWERED
    return fx.Visit(
        call="c1",
        uniqueid="c1",
        queue="support",
        n=1,
        caller=None,
        did=None,
        joined_at=micros(0),
        left_at=micros(left),
        position=1,
        outcome=outcome,
        agent="Alice" if answered else None,
        answered_at=micros(left) if answered else None,
        ended_at=None,
        hold=None,
        transferred=None,
        ended_by=None,
        refused_at=None,
        offers=offers,
        in_gap=False,
        frames=(1,),
    )


def counted(*visits: fx.Visit, book: Rulebook | None = None) -> dict[str, tuple[int, int, int]]:
    promises = Promises(book or packaged())
    promises.call(visits)
    return {code: msgspec.structs.astuple(kept) for code, kept in promises.queues.get("support", {}).items()}


def test_answer_within_three_rings_and_twenty_seconds_keeps_both() -> None:
    assert counted(visit(10, offer(2, 10))) == {"P-RING": (1, 0, 0), "P-WAIT": (1, 0, 0)}


@pytest.mark.parametrize(("left", "expected"), [(16.999999, (1, 0, 0)), (17.0, (0, 1, 0))])
def test_rings_are_counted_for_the_caller_over_all_agents_tried(left: float, expected: tuple[int, int, int]) -> None:
    tried = visit(left, offer(2, 12), offer(14, left, OfferOutcome.ANSWERED))
    assert counted(tried)["P-RING"] == expected


@pytest.mark.parametrize(("left", "expected"), [(20.0, (1, 0, 0)), (20.000001, (0, 1, 0))])
def test_wait_of_twenty_seconds_keeps_the_promise(left: float, expected: tuple[int, int, int]) -> None:
    assert counted(visit(left, offer(19, left)))["P-WAIT"] == expected


@pytest.mark.parametrize(
    ("outcome", "left", "expected"),
    [
        (VisitOutcome.ANSWERED, 20.9, (0, 0, 1)),
        (VisitOutcome.ANSWERED, 21.1, (0, 1, 0)),
        (VisitOutcome.ABANDONED, 20.9, (0, 0, 1)),
        (VisitOutcome.ABANDONED, 21.1, (0, 1, 0)),
        (VisitOutcome.ABANDONED, 20.0, (0, 0, 0)),
    ],
)
def test_wait_that_the_log_tells_at_whole_seconds_is_doubtful_for_one(
    outcome: VisitOutcome, left: float, expected: tuple[int, int, int]
) -> None:
    told = msgspec.structs.replace(visit(left, outcome=outcome), in_gap=True, filled=("joined_at",))
    assert counted(told)["P-WAIT"] == expected


def test_other_figures_promise_something_else() -> None:
    book = rulebook("figures: {rings: 4, queues: {support: {service_threshold_seconds: 12}}}")
    late = visit(18, offer(1, 18, OfferOutcome.ANSWERED))
    assert counted(late) == {"P-RING": (0, 1, 0), "P-WAIT": (1, 0, 0)}
    assert counted(late, book=book) == {"P-RING": (1, 0, 0), "P-WAIT": (0, 1, 0)}


def test_caller_who_gave_up_in_time_breaks_nothing() -> None:
    early = visit(10, offer(2, 10), outcome=VisitOutcome.ABANDONED)
    assert counted(early) == {"P-RING": (0, 0, 0), "P-WAIT": (0, 0, 0)}


def test_caller_who_gave_up_after_the_promised_time_was_not_answered_in_it() -> None:
    late = visit(30, offer(2, 30), outcome=VisitOutcome.ABANDONED)
    assert counted(late) == {"P-RING": (0, 1, 0), "P-WAIT": (0, 1, 0)}


def test_answer_without_a_seen_ring_is_unknown() -> None:
    assert counted(visit(10, offer(None, 10)))["P-RING"] == (0, 0, 1)


@pytest.mark.parametrize("outcome", [VisitOutcome.UNKNOWN, VisitOutcome.SWITCH_DOWN, VisitOutcome.REFUSED])
def test_visit_whose_end_nobody_knows_says_nothing(outcome: VisitOutcome) -> None:
    assert counted(visit(30, offer(2, 30), outcome=outcome)) == {}


def in_queue(visit: fx.Visit, queue: str | None, joined: float | None = 0) -> fx.Visit:
    return msgspec.structs.replace(visit, queue=queue, joined_at=at(joined))


def test_caller_who_passes_queues_waits_once_from_the_first_join() -> None:
    direct = in_queue(visit(12, offer(1, 12), outcome=VisitOutcome.TIMED_OUT), "direct-1001")
    line = in_queue(visit(18, offer(13, 18, OfferOutcome.ANSWERED)), "support", 12)
    assert counted(direct, line) == {"P-RING": (0, 1, 0), "P-WAIT": (1, 0, 0)}


def test_promise_is_the_first_lines_whoever_takes_over() -> None:
    line = in_queue(visit(15, outcome=VisitOutcome.TIMED_OUT), "support")
    overflow = in_queue(visit(21, offer(16, 21, OfferOutcome.ANSWERED)), "overflow", 15)
    assert counted(line, overflow) == {"P-RING": (1, 0, 0), "P-WAIT": (0, 1, 0)}


def test_who_is_answered_by_the_preferred_agent_is_counted_there() -> None:
    promises = Promises(packaged())
    promises.call([in_queue(visit(3, offer(1, 3, OfferOutcome.ANSWERED)), "direct-1001")])
    assert list(promises.queues) == ["direct-1001"]


def test_each_answer_has_a_way_of_its_own() -> None:
    first, again = visit(10, offer(2, 10)), in_queue(visit(70, offer(42, 70)), "support", 40)
    assert counted(first, again) == {"P-RING": (1, 1, 0), "P-WAIT": (1, 1, 0)}


def test_way_whose_last_stay_nobody_knows_counts_as_far_as_it_is_known() -> None:
    gave_up = visit(30, outcome=VisitOutcome.TIMED_OUT)
    lost = in_queue(visit(31, outcome=VisitOutcome.SWITCH_DOWN), "overflow", 30)
    assert counted(gave_up, lost)["P-WAIT"] == (0, 1, 0)


def test_refusal_before_an_answer_takes_no_time() -> None:
    refused = in_queue(visit(0, outcome=VisitOutcome.REFUSED), "support", None)
    assert counted(refused, visit(10, offer(2, 10)))["P-WAIT"] == (1, 0, 0)


def test_wait_whose_beginning_was_not_seen_is_unknown() -> None:
    assert counted(in_queue(visit(10, offer(2, 10)), "support", None))["P-WAIT"] == (0, 0, 1)


def test_before_the_first_edition_nothing_was_promised() -> None:
    later = read("based_on: packaged\neditions:\n  - version: test\n    from: 2100-01-01\n")
    assert counted(visit(10, offer(2, 10)), book=later) == {}


def test_first_answer_of_a_call_is_by_the_line_that_it_first_came_to() -> None:
    first = msgspec.structs.replace(visit(9, outcome=VisitOutcome.TIMED_OUT), queue="sales")
    then = msgspec.structs.replace(visit(21), joined_at=micros(9))
    again = msgspec.structs.replace(visit(99), joined_at=micros(60))
    assert first_answer([first, then, again]) == FirstAnswer("sales", micros(0), micros(21) - micros(0))
    assert first_answer([first]) is None
    assert first_answer([]) is None
