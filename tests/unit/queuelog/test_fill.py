"""What queue_log may add to a visit, and what it may not."""

from __future__ import annotations

import msgspec
import pytest

from callcenter.domain import facts as fx
from callcenter.domain.frame import Micros
from callcenter.domain.vocabulary import EndedBy, VisitOutcome
from callcenter.queuelog.compare import contradictions, find_logged
from callcenter.queuelog.fill import fill, from_log, refine
from callcenter.queuelog.logged_visit import LoggedVisit
from tests.unit.reports.test_reconcile import at, seen

(SEEN,) = seen().visits
(HIDDEN,) = seen(
    left_at=None, agent=None, answered_at=None, ended_at=None, ended_by=None, outcome=VisitOutcome.UNKNOWN, in_gap=True
).visits


def logged(**fields: object) -> LoggedVisit:
    known = {"call_id": SEEN.uniqueid, "queue": "support", "visit": 1, "joined_at": at(10)}
    return LoggedVisit(**known | fields)  # type: ignore[arg-type]


GAVE_UP = logged(left_at=at(15), outcome="abandoned", ended_by="caller")


def always(_: Micros) -> bool:
    return True


def test_end_that_nobody_saw_is_added_and_named() -> None:
    filled = fill(HIDDEN, GAVE_UP, always)
    assert (filled.outcome, filled.left_at, filled.ended_by) == (VisitOutcome.ABANDONED, at(15), EndedBy.CALLER)
    assert filled.filled == ("ended_by", "left_at", "outcome")


def test_what_was_seen_is_never_changed() -> None:
    assert fill(SEEN, logged(left_at=at(2), outcome="timed_out", answered_at=at(3)), always) is SEEN


def test_nothing_is_added_of_a_time_that_was_seen() -> None:
    assert fill(HIDDEN, GAVE_UP, lambda _: False) is HIDDEN


def test_filled_again_it_is_the_same() -> None:
    filled = fill(HIDDEN, GAVE_UP, always)
    assert fill(filled, GAVE_UP, always) is filled


@pytest.mark.parametrize("doubt", [{"left_at": None}, {"left_at": at(15)}, {"left_at": at(15), "ended_by": "unknown"}])
def test_log_that_does_not_know_either_adds_no_outcome(doubt: dict[str, object]) -> None:
    filled = fill(HIDDEN, logged(outcome="unknown", **doubt), always)
    assert (filled.outcome, filled.ended_by) == (VisitOutcome.UNKNOWN, None)
    assert fill(filled, logged(outcome="unknown", **doubt), always) is filled


def test_second_gap_adds_to_what_the_first_one_lacked() -> None:
    (talk,) = seen(joined_at=None, ended_at=None, ended_by=EndedBy.UNKNOWN, in_gap=True).visits
    told = logged(left_at=at(14), answered_at=at(14), ended_at=at(20), outcome="answered", ended_by="agent")
    once = fill(talk, told, lambda moment: moment < at(12))
    assert (once.joined_at, once.ended_at, once.filled) == (at(10), None, ("joined_at",))
    twice = fill(once, told, always)
    assert (twice.ended_by, twice.filled) == (EndedBy.AGENT, ("ended_at", "ended_by", "joined_at"))


def test_visit_that_nobody_saw_has_no_frames_and_says_where_it_is_from() -> None:
    made = from_log(GAVE_UP, "call", 2)
    assert (made.frames, made.n, made.in_gap, made.filled) == ((), 2, True, ("joined_at", "left_at", "outcome"))


def cut_off(**fields: object) -> fx.Visit:
    """A visit that was open at a gap in which the switch restarted."""
    known: dict[str, object] = {"left_at": None, "agent": None, "answered_at": None, "ended_at": None}
    ended = {"outcome": VisitOutcome.SWITCH_DOWN, "ended_by": EndedBy.SWITCH, "in_gap": True}
    return msgspec.structs.replace(SEEN, **known | ended | fields)


def test_what_was_over_before_a_restart_did_not_end_by_it() -> None:
    told = logged(
        left_at=at(14), answered_at=at(14), ended_at=at(20), agent="Alice", outcome="answered", ended_by="agent"
    )
    filled = fill(cut_off(), told, always)
    assert (filled.outcome, filled.agent, filled.ended_at, filled.ended_by) == (
        VisitOutcome.ANSWERED,
        "Alice",
        at(20),
        EndedBy.AGENT,
    )
    timed_out = fill(cut_off(), logged(left_at=at(14), outcome="timed_out"), always)
    assert (timed_out.outcome, timed_out.left_at, timed_out.ended_by) == (VisitOutcome.TIMED_OUT, at(14), None)


def test_what_a_restart_was_seen_to_end_stays_so() -> None:
    seen_to_leave = cut_off(left_at=at(12))
    assert fill(seen_to_leave, logged(left_at=at(14), outcome="timed_out"), always) is seen_to_leave
    assert fill(cut_off(), logged(outcome="switch_down"), always) == cut_off()


def test_visit_without_an_answer_gets_no_times_of_one() -> None:
    seen_to_give_up = msgspec.structs.replace(HIDDEN, outcome=VisitOutcome.ABANDONED, left_at=at(30))
    told = logged(left_at=at(14), answered_at=at(14), ended_at=at(20), outcome="answered", ended_by="agent")
    filled = fill(seen_to_give_up, told, always)
    assert (filled.answered_at, filled.ended_at, filled.agent) == (None, None, None)


def test_visit_that_contradicts_itself_fills_nothing() -> None:
    assert fill(HIDDEN, logged(left_at=at(15), outcome="abandoned", doubtful=True), always) is HIDDEN


def test_where_the_join_was_not_seen_every_other_time_must_agree() -> None:
    second = msgspec.structs.replace(SEEN, joined_at=None)
    first_stay = logged(joined_at=at(0), left_at=at(8), outcome="timed_out")
    second_stay = logged(visit=2, left_at=at(14), answered_at=at(14), ended_at=at(20), outcome="answered")
    assert find_logged(second, [first_stay, second_stay]) is second_stay
    assert find_logged(second, [first_stay]) is None
    assert find_logged(msgspec.structs.replace(second, outcome=VisitOutcome.REFUSED), [second_stay]) is None


REDIRECTED = msgspec.structs.replace(
    SEEN, outcome=VisitOutcome.REDIRECTED, agent=None, answered_at=None, ended_at=None, ended_by=None
)


@pytest.mark.parametrize("left", [11.9, 16.5, None])
def test_redirected_stays_so_where_the_log_is_of_another_moment(left: float | None) -> None:
    assert refine(REDIRECTED, logged(left_at=None if left is None else at(left), outcome="timed_out")) is REDIRECTED


def test_unknown_reason_of_leaving_that_was_seen_is_the_logs() -> None:
    seen_to_leave = msgspec.structs.replace(REDIRECTED, outcome=VisitOutcome.UNKNOWN)
    refined = refine(seen_to_leave, logged(left_at=at(14), outcome="key_pressed"))
    assert (refined.outcome, refined.filled) == (VisitOutcome.KEY_PRESSED, ("outcome",))
    assert refine(seen_to_leave, logged(left_at=at(14), outcome="abandoned")) is seen_to_leave


@pytest.mark.parametrize("outcome", ["key_pressed", "timed_out", "queue_empty", "withdrawn"])
def test_redirected_is_said_more_exactly_where_the_log_knows_why_the_caller_left(outcome: str) -> None:
    refined = refine(REDIRECTED, logged(left_at=at(14), outcome=outcome))
    assert (refined.outcome, refined.filled) == (VisitOutcome(outcome), ("outcome",))
    assert refine(refined, logged(left_at=at(14), outcome=outcome)) is refined
    assert list(contradictions(REDIRECTED, logged(left_at=at(14), outcome=outcome), names=False)) == []


@pytest.mark.parametrize("outcome", ["abandoned", "answered", "switch_down", "unknown"])
def test_redirected_stays_so_where_the_log_says_anything_else(outcome: str) -> None:
    assert refine(REDIRECTED, logged(left_at=at(14), outcome=outcome)) is REDIRECTED


def test_what_was_seen_more_exactly_is_not_refined() -> None:
    assert refine(SEEN, logged(left_at=at(14), outcome="key_pressed", caller="999")) is SEEN
    told = logged(left_at=at(14), outcome="key_pressed", doubtful=True)
    assert refine(REDIRECTED, told) is REDIRECTED


def test_number_of_a_caller_whose_join_was_not_seen_is_the_logs() -> None:
    unseen = msgspec.structs.replace(SEEN, joined_at=None, caller=None)
    refined = refine(unseen, logged(caller="1371"))
    assert (refined.caller, refined.filled) == ("1371", ("caller",))
    known = msgspec.structs.replace(SEEN, joined_at=None)
    assert refine(known, logged(caller="1371")) is known
    no_number = msgspec.structs.replace(SEEN, caller=None)
    assert refine(no_number, logged(caller="1371")) is no_number
