"""V-HOTLINE by an engaged line, and its innocent twins."""

from __future__ import annotations

import pytest

from callcenter.domain import facts as fx
from callcenter.domain.vocabulary import AgentState, VisitOutcome
from callcenter.rules.records.violation import Verdict, Violation
from callcenter.staff.duty import Roster
from tests.unit.rules.detection.story import Story, micros, roster


def blocked(
    lasts: float = 90,
    *,
    on: Roster | None = None,
    dialled: str = "999",
    left: float = 50,
    in_talk: bool = False,
    calls_back: str | None = None,
) -> Story:
    """Alice's line is engaged from 0 on; a customer waits from 20 s on and gives up."""
    story = Story(on=on or roster())
    story.ready(seconds=-10)
    story.own_call(0, lasts, dialled, in_talk=in_talk, calls_back=calls_back)
    story.visit(20, left)
    return story


def told(record: Violation) -> tuple[Verdict, str | None]:
    return record.verdict, None if record.reason is None else record.reason.code


def test_line_left_open_while_a_customer_gives_up_is_proposed_for_dismissal() -> None:
    record = blocked().record()
    assert (record.rule, record.agent, told(record)) == ("V-HOTLINE", "Alice", (Verdict.PROPOSED, None))
    assert (record.at, record.start, record.end) == (micros(0), micros(0), micros(90))
    assert (record.measured, record.limit, record.severity, record.points) == (90.0, 60.0, "dismissal", None)
    assert [(one.uniqueid, one.outcome) for one in record.impact or ()] == [("c1", "abandoned")]


def test_line_still_engaged_at_the_end_of_the_input_counts_until_then() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.own_call(0, None)
    story.visit(20, 50)
    record = story.record(end=75)
    assert (record.verdict, record.measured) == (Verdict.PROPOSED, 75.0)


@pytest.mark.parametrize("dialled", ["1002", "013800000001", "012"])
def test_permitted_number_is_work(dialled: str) -> None:
    assert blocked(600, dialled=dialled).records() == []


def test_a_call_back_that_the_service_gave_a_code_for_is_work() -> None:
    assert blocked(600, dialled="*47123456", calls_back="16600000009").records() == []
    assert len(blocked(600, dialled="*47123456").records()) == 1


def test_consultation_during_a_talk_is_work() -> None:
    assert blocked(600, in_talk=True).records() == []


@pytest.mark.parametrize("lasts", [5.0, 59.85, 59.899999])
def test_line_engaged_for_less_than_a_minute_raises_nothing(lasts: float) -> None:
    assert blocked(lasts).records() == []


@pytest.mark.parametrize("lasts", [59.9, 59.95, 60.0, 60.05, 60.1])
def test_line_engaged_for_about_a_minute_is_undetermined(lasts: float) -> None:
    assert told(blocked(lasts).record()) == (Verdict.UNDETERMINED, "near_limit")


@pytest.mark.parametrize("lasts", [60.100001, 60.15])
def test_line_engaged_for_surely_more_than_a_minute_is_proposed(lasts: float) -> None:
    assert blocked(lasts).record().verdict is Verdict.PROPOSED


def test_line_that_kept_nobody_out_is_a_warning_undetermined() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.own_call(0, 90)
    record = story.record()
    assert told(record) == (Verdict.UNDETERMINED, "no_impact")
    assert (record.severity, record.impact) == ("warning", ())


def test_customer_who_was_answered_in_the_end_was_not_kept_out() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.own_call(0, 90)
    story.joins(20)
    story.answers(95, "Bob")
    assert told(story.record()) == (Verdict.UNDETERMINED, "no_impact")


def test_customer_of_a_queue_that_she_does_not_serve_was_not_kept_out_by_her() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.own_call(0, 90)
    story.visit(20, 50, queue="sales")
    assert told(story.record()) == (Verdict.UNDETERMINED, "no_impact")


def test_customer_of_a_queue_that_she_had_left_was_not_kept_out_by_her() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.serves(-5, member=False)
    story.own_call(0, 90)
    story.visit(20, 50)
    assert told(story.record()) == (Verdict.UNDETERMINED, "no_impact")


@pytest.mark.parametrize(("joined", "left"), [(-30.0, 0.0), (90.0, 120.0)])
def test_customer_who_waited_before_or_after_was_not_kept_out(joined: float, left: float) -> None:
    story = Story(on=roster())
    story.ready(seconds=-60)
    story.own_call(0, 90)
    story.visit(joined, left)
    assert told(story.record()) == (Verdict.UNDETERMINED, "no_impact")


@pytest.mark.parametrize(("joined", "left"), [(-30.0, 5.0), (85.0, 120.0)])
def test_customer_who_waited_for_a_part_of_it_was_kept_out(joined: float, left: float) -> None:
    story = Story(on=roster())
    story.ready(seconds=-60)
    story.own_call(0, 90)
    story.visit(joined, left)
    assert story.record().verdict is Verdict.PROPOSED


def test_customer_refused_at_the_door_was_kept_out() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.own_call(0, 90)
    story.visit(20, None, VisitOutcome.REFUSED)
    assert story.record().verdict is Verdict.PROPOSED


def test_customer_refused_by_a_queue_that_nobody_named_proves_nothing() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.own_call(0, 90)
    story.visit(20, None, VisitOutcome.REFUSED, queue=None)
    assert told(story.record()) == (Verdict.UNDETERMINED, "no_impact")


@pytest.mark.parametrize("outcome", [VisitOutcome.SWITCH_DOWN, VisitOutcome.UNKNOWN])
def test_customer_whose_end_nobody_knows_proves_nothing(outcome: VisitOutcome) -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.own_call(0, 90)
    story.visit(20, 50, outcome)
    assert told(story.record()) == (Verdict.UNDETERMINED, "no_impact")


def test_customer_still_waiting_when_the_input_ends_was_not_answered() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.own_call(0, None)
    story.visit(20, None, VisitOutcome.UNKNOWN)
    record = story.record(end=100)
    assert (record.verdict, [one.outcome for one in record.impact or ()]) == (Verdict.PROPOSED, ["waiting"])


def test_customer_whom_queue_log_tells_otherwise_proves_nothing() -> None:
    story = blocked()
    story.judge.doubt("c1", "CONNECT")
    assert told(story.record()) == (Verdict.UNDETERMINED, "no_impact")


def test_off_shift_is_excused() -> None:
    assert told(blocked(on=roster("Bob")).record()) == (Verdict.EXCUSED, "off_duty")


def test_only_the_part_on_shift_is_measured() -> None:
    assert told(blocked(90, on=roster(end=55), left=50).record()) == (Verdict.EXCUSED, "off_duty")


def test_line_left_open_from_before_the_shift_counts_from_its_beginning() -> None:
    record = blocked(90, on=roster(start=20), left=50).record()
    assert (record.verdict, record.measured) == (Verdict.PROPOSED, 70.0)


def test_customer_who_gave_up_before_her_shift_was_not_kept_out_by_her() -> None:
    story = Story(on=roster(start=100))
    story.ready(seconds=-10)
    story.own_call(0, 200)
    story.visit(20, 50)
    assert told(story.record()) == (Verdict.UNDETERMINED, "no_impact")


def test_without_a_roster_it_is_undetermined() -> None:
    story = Story()
    story.ready(seconds=-10)
    story.own_call(0, 90)
    story.visit(20, 50)
    assert told(story.record()) == (Verdict.UNDETERMINED, "no_roster")


def test_number_on_no_list_is_undetermined_where_nobody_made_one() -> None:
    assert told(blocked(on=roster(legit=None)).record()) == (Verdict.UNDETERMINED, "number_unknown")


def test_line_on_which_nothing_was_dialled_needs_no_list() -> None:
    assert blocked(on=roster(legit=None), dialled="s").record().verdict is Verdict.PROPOSED


def test_line_taken_while_paused_is_undetermined() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.state(-5, state=AgentState.PAUSED, reason="tea")
    story.own_call(0, 90)
    story.visit(20, 50)
    assert told(story.record()) == (Verdict.UNDETERMINED, "paused")


def test_gap_inside_makes_it_undetermined() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.own_call(0, None)
    story.gap(30, 40)
    story.visit(50, 60)
    assert told(story.record(end=200)) == (Verdict.UNDETERMINED, "gap")


def test_restart_ends_it_undetermined() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.own_call(0, None)
    story.visit(20, 50)
    story.gap(90, 95, "restart")
    record = story.record(end=2000)
    assert (told(record), record.end) == ((Verdict.UNDETERMINED, "gap"), micros(90))


def test_roster_says_which_queues_she_serves_where_none_was_seen() -> None:
    on = roster()
    seats = tuple(type(seat)(agent=seat.agent, interface=seat.interface, queues=("support",)) for seat in on.seats)
    story = Story(on=Roster(on.timezone, seats, on.shifts, on.duty, on.legit_extensions))
    story.own_call(0, 90)
    story.visit(20, 50)
    assert story.record().verdict is Verdict.PROPOSED


def late_known(ended: float | None) -> fx.OwnCall:
    """An own call on a phone of which nobody knew whose it was when it began."""
    return fx.OwnCall(
        agent="Alice",
        interface="PJSIP/1001",
        uniqueid="own",
        dialled="999",
        started_at=micros(0),
        up_at=None,
        ended_at=None if ended is None else micros(ended),
        in_talk=False,
        in_gap=False,
        frames=(1,),
    )


def test_line_taken_before_anybody_knew_whose_it_is_counts_from_its_beginning() -> None:
    story = Story(on=roster())
    story.ready(seconds=1)
    story.visit(20, 50)
    story.tell(fx.OwnCallEnded(at=micros(90), own=late_known(90)))
    record = story.record()
    assert (record.verdict, record.measured) == (Verdict.PROPOSED, 90.0)


def test_line_that_lasts_at_the_end_of_the_input_is_told_by_the_floor() -> None:
    story = Story(on=roster())
    story.ready(seconds=1)
    story.visit(20, 50)
    (record,) = story.judge.finish(micros(90), [late_known(None)])
    assert (record.verdict, record.measured) == (Verdict.PROPOSED, 90.0)


def test_line_that_is_known_already_is_not_told_twice() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.own_call(0, None)
    began = story.facts[-1]
    assert isinstance(began, fx.OwnCallBegan)
    assert len(story.judge.finish(micros(90), [began.own])) == 1


def test_end_of_her_call_that_nobody_saw_is_in_the_gap() -> None:
    story = Story(on=roster())
    story.ready(seconds=-10)
    story.own_call(0, None)
    began = story.facts[-1]
    assert isinstance(began, fx.OwnCallBegan)
    story.gap(70, 80)
    story.tell(fx.OwnCallEnded(at=None, own=began.own))
    assert told(story.record()) == (Verdict.UNDETERMINED, "gap")
