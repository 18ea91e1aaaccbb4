from __future__ import annotations

import pytest

from callcenter.domain.frame import SECOND
from callcenter.queuelog.lines import QueueLog
from callcenter.queuelog.logged_visit import LoggedVisit, RingAttempt
from callcenter.queuelog.logged_visits import LogBook, visits

T0 = 1795418300


def told(*lines: str) -> list[LoggedVisit]:
    """Lines `seconds event agent data`, all of one call in one queue; a whole line where it has pipes at once."""
    log = QueueLog()
    texts = []
    for line in lines:
        after, event, agent, data = (*line.split(" "), "", "")[:4]
        call = "NONE|NONE" if event == "QUEUESTART" else f"{T0}.7|support"
        texts.append(f"{T0 + int(after)}|{call}|{agent or 'NONE'}|{event}|{data}\n")
    found = visits(log.feed(f"{T0 - 50}|NONE|NONE|NONE|CONFIGRELOAD|\n".encode() + "".join(texts).encode()))
    assert log.set_aside == {}
    return found


def at(seconds: int) -> int:
    return (T0 + seconds) * SECOND


ENTER = "0 ENTERQUEUE NONE |13811110001|2"
CONNECT = f"8 CONNECT Alice 8|{T0}.8|7"


def test_an_answered_visit() -> None:
    visit = told(ENTER, CONNECT, "17 COMPLETEAGENT Alice 8|9|2")

    assert visit == [
        LoggedVisit(
            call_id=f"{T0}.7",
            queue="support",
            visit=1,
            caller="13811110001",
            joined_at=at(0),
            left_at=at(8),
            outcome="answered",
            agent="Alice",
            position=2,
            answered_at=at(8),
            ended_at=at(17),
            ended_by="agent",
            talk=9 * SECOND,
        )
    ]


@pytest.mark.parametrize(
    ("line", "ended_by", "transferred"),
    [
        ("17 COMPLETECALLER Alice 8|9|2", "caller", None),
        ("17 BLINDTRANSFER Alice 1005|agents|8|9|2", "transfer", "blind"),
        ("17 TRANSFER Alice 1005|agents|8|9|2", "transfer", "blind"),
        ("17 ATTENDEDTRANSFER Alice BRIDGE|e3|8|9|2", "transfer", "attended"),
        ("17 ATTENDEDTRANSFER Alice LINK|a|b|8|9|2", "transfer", "attended"),
    ],
)
def test_each_way_a_talk_ends(line: str, ended_by: str, transferred: str | None) -> None:
    (visit,) = told(ENTER, CONNECT, line)

    assert (visit.ended_by, visit.transferred, visit.talk) == (ended_by, transferred, 9 * SECOND)


@pytest.mark.parametrize(
    ("line", "outcome", "ended_by"),
    [
        ("9 ABANDON NONE 1|2|9", "abandoned", "caller"),
        ("9 ABANDON Alice 1|2|9", "abandoned", "caller"),
        ("9 EXITWITHTIMEOUT NONE 1|2|9", "timed_out", None),
        ("9 EXITEMPTY NONE 1|2|9", "queue_empty", None),
        ("9 EXITWITHKEY NONE 0|1|2|9", "key_pressed", None),
        ("9 WITHDRAW NONE 1|2|9|moved", "withdrawn", None),
        ("9 SYSCOMPAT Alice", "unknown", None),
    ],
)
def test_each_way_out_of_the_queue(line: str, outcome: str, ended_by: str | None) -> None:
    (visit,) = told(ENTER, line)

    assert (visit.outcome, visit.left_at, visit.ended_by) == (outcome, at(9), ended_by)
    assert (visit.agent, visit.answered_at, visit.talk, visit.doubtful) == (None, None, None, False)


def test_rings_that_nobody_answered_are_kept_with_their_milliseconds() -> None:
    (visit,) = told(ENTER, "6 RINGCANCELED Bob 6204", "15 RINGNOANSWER Alice 15000", "16 AGENTDUMP Alice")

    assert visit.attempts == [
        RingAttempt("Bob", 6_204_000, at(6), "RINGCANCELED"),
        RingAttempt("Alice", 15 * SECOND, at(15), "RINGNOANSWER"),
    ]
    assert visit.outcome == "unknown"


def test_the_same_call_in_the_same_queue_again_is_a_second_visit() -> None:
    first, second = told(ENTER, "9 EXITEMPTY NONE 1|2|9", "20 ENTERQUEUE NONE |138|1", "25 ABANDON NONE 1|1|5")

    assert (first.visit, first.outcome, second.visit, second.outcome) == (1, "queue_empty", 2, "abandoned")


def test_a_visit_whose_beginning_is_not_in_the_log_is_reckoned_back() -> None:
    log = QueueLog()
    lines = log.feed(
        f"{T0}|{T0 - 30}.1|support|NONE|ABANDON|1|2|25\n{T0 + 1}|{T0 - 40}.2|support|Alice|CONNECT|30|{T0}.9|5\n"
        f"{T0 + 2}|{T0 - 60}.3|support|Bob|COMPLETECALLER|8|9|1\n"
        f"{T0 + 3}|{T0 - 60}.4|support|NONE|EXITWITHKEY|1|1\n".encode()
    )

    found = visits(lines)

    assert [visit.joined_at for visit in found] == [at(-25), at(-29), None, None]
    assert [visit.outcome for visit in found] == ["abandoned", "answered", "answered", "key_pressed"]
    assert (found[2].agent, found[2].answered_at, found[2].ended_at) == ("Bob", None, at(2))


@pytest.mark.parametrize(
    "lines",
    [
        (ENTER, "5 ABANDON NONE 1|2|5", CONNECT),
        (ENTER, CONNECT, "9 ABANDON NONE 1|2|9"),
        (ENTER, CONNECT, CONNECT),
        (ENTER, "9 COMPLETECALLER Alice 8|9|2"),
        (ENTER, CONNECT, "9 COMPLETECALLER Alice 8|1|2", "10 COMPLETEAGENT Alice 8|2|2"),
    ],
)
def test_a_visit_that_contradicts_itself_blames_and_credits_nobody(lines: tuple[str, ...]) -> None:
    (visit,) = told(*lines)

    assert visit.doubtful
    assert (visit.outcome, visit.ended_by, visit.agent, visit.talk) == ("unknown", "unknown", None, None)
    assert (visit.joined_at, visit.left_at, visit.answered_at, visit.ended_at) == (at(0), None, None, None)


def test_what_a_restart_ended_was_ended_by_nobody() -> None:
    (talking,) = told(ENTER, CONNECT, "15 COMPLETECALLER Alice 8|7|2", "17 QUEUESTART")
    (waiting,) = told(ENTER, "15 ABANDON NONE 1|2|15", "17 QUEUESTART")

    assert (talking.outcome, talking.ended_by, talking.ended_at) == ("answered", "unknown", at(15))
    assert (waiting.outcome, waiting.ended_by) == ("switch_down", "unknown")


def test_what_ended_long_before_a_restart_stays_as_it_was() -> None:
    (visit,) = told(ENTER, "9 ABANDON NONE 1|2|9", "30 QUEUESTART")
    (exit_,) = told(ENTER, "9 EXITEMPTY NONE 1|2|9", "10 QUEUESTART")

    assert (visit.outcome, visit.ended_by) == ("abandoned", "caller")
    assert (exit_.outcome, exit_.ended_by) == ("queue_empty", None)


def test_what_a_crash_left_open_has_no_times_that_nobody_saw() -> None:
    (waiting,) = told(ENTER, "30 QUEUESTART")
    (talking,) = told(ENTER, CONNECT, "30 QUEUESTART")

    assert (waiting.outcome, waiting.left_at, waiting.ended_at, waiting.ended_by) == (
        "switch_down",
        None,
        None,
        "unknown",
    )
    assert (talking.outcome, talking.left_at, talking.ended_at, talking.ended_by) == (
        "answered",
        at(8),
        None,
        "unknown",
    )


def test_a_call_that_is_still_there_has_no_end() -> None:
    (visit,) = told(ENTER)

    assert (visit.outcome, visit.left_at, visit.ended_by) == ("unknown", None, None)


def test_a_way_out_of_the_queue_after_the_talk_has_ended_makes_the_visit_doubtful() -> None:
    lines = ("Alice|COMPLETECALLER|8|9|1", "NONE|ABANDON|1|1|9")
    text = "".join(f"{T0}|{T0 - 5}.1|vip|{line}\n" for line in lines)
    (visit,) = visits(QueueLog().feed(text.encode()))
    assert (visit.doubtful, visit.outcome, visit.agent) == (True, "unknown", None)


def book(*lines: str) -> LogBook:
    found = LogBook()
    text = "".join(f"{T0 + int(line.partition('|')[0])}|{line.partition('|')[2]}\n" for line in lines)
    for line in QueueLog().feed(text.encode()):
        found.note(line)
    return found


def test_visit_that_was_asked_for_while_it_is_doubtful_does_no_harm_to_the_next() -> None:
    u, v = f"{T0 - 9}.1", f"{T0 - 9}.2"
    told = book(
        f"0|{u}|support|NONE|ENTERQUEUE||138|1",
        f"1|{u}|support|NONE|ABANDON|1|1|1",
        f"2|{u}|support|Alice|CONNECT|2|{u}9|1",
    )
    (doubtful,) = told.of(u)
    assert (doubtful.outcome, doubtful.left_at) == ("unknown", None)
    later = f"{T0 + 3}|{v}|support|NONE|ENTERQUEUE||138|1\n{T0 + 4}|{v}|support|NONE|ABANDON|1|1|1\n"
    for line in QueueLog().feed(later.encode()):
        told.note(line)
    assert told.of(v)[0].outcome == "abandoned"


def test_one_who_waits_joins_no_second_time() -> None:
    told_twice = told("0 ENTERQUEUE NONE |1381|1", "5 ENTERQUEUE NONE |1381|1", CONNECT, "17 COMPLETEAGENT Alice 8|9|2")
    assert [(visit.doubtful, visit.outcome) for visit in told_twice] == [(True, "unknown")] * 2


def test_one_who_left_may_join_again() -> None:
    again = told("0 ENTERQUEUE NONE |1381|1", "5 EXITWITHTIMEOUT NONE 1|1|5", "6 ENTERQUEUE NONE |1381|1")
    assert [(visit.doubtful, visit.visit) for visit in again] == [(False, 1), (False, 2)]


@pytest.mark.parametrize(("place", "believed"), [("1", 1), ("100000", 100000), ("0", None), ("9999999999", None)])
def test_place_in_a_queue_that_cannot_be_is_not_known(place: str, believed: int | None) -> None:
    (visit,) = told(f"0 ENTERQUEUE NONE |138|{place}")
    assert visit.position == believed


def test_visits_that_are_over_are_given_once_and_in_time() -> None:
    u, v = f"{T0 - 9}.1", f"{T0 - 9}.2"
    found = book(
        f"0|{u}|support|NONE|ENTERQUEUE||138|1",
        f"1|{v}|support|NONE|ENTERQUEUE||139|2",
        f"5|{u}|support|NONE|ABANDON|1|1|5",
        "30|NONE|NONE|NONE|QUEUESTART|",
    )
    assert found.over(at(4)) == []
    assert [visit.call_id for visit in found.over(at(5))] == [u]
    assert [(visit.call_id, visit.outcome) for visit in found.over(at(30))] == [(v, "switch_down")]
    assert found.over(at(60)) == []


CONSULTS = (
    f"0|{T0}.1|sales|NONE|ENTERQUEUE||1381|1",
    f"3|{T0}.1|sales|Alice|CONNECT|3|{T0}.2|2",
    f"8|{T0 + 8}.5|back_office|NONE|ENTERQUEUE||2001|1",
    f"11|{T0}.1|sales|Alice|ATTENDEDTRANSFER|APP|Queue|3|8|1",
)


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (f"20|{T0}.1|back_office|Bob|CONNECT|12|{T0 + 8}.6|9", "answered"),
        (f"20|{T0}.1|back_office|Bob|CONNECT|11|{T0 + 8}.6|9", "answered"),
        (f"20|{T0}.1|back_office|NONE|ABANDON|1|1|12", "abandoned"),
        (f"20|{T0}.1|back_office|NONE|EXITWITHTIMEOUT|1|1|13", "timed_out"),
        (f"20|{T0}.1|back_office|NONE|EXITWITHKEY|2|1|1|12", "key_pressed"),
    ],
)
def test_call_moved_by_an_attended_transfer_keeps_its_visit(line: str, outcome: str) -> None:
    first, second = book(*CONSULTS, f"15|{T0}.1|back_office|Carol|RINGNOANSWER|5000", line).finish()

    assert (first.outcome, first.transferred) == ("answered", "attended")
    assert (second.outcome, second.joined_at, second.left_at) == (outcome, at(8), at(20))
    assert (second.call_id, second.moved_to, second.owner) == (f"{T0 + 8}.5", f"{T0}.1", f"{T0}.1")
    assert (second.caller, [attempt.agent for attempt in second.attempts]) == ("1381", ["Carol"])


def test_moved_call_is_over_by_the_words_for_the_call_that_it_is_now() -> None:
    told_of = book(
        *CONSULTS,
        f"20|{T0}.1|back_office|Bob|CONNECT|12|{T0 + 8}.6|9",
        f"30|{T0}.1|back_office|Bob|COMPLETEAGENT|12|10|1",
    )

    assert [(v.agent, v.ended_by) for v in told_of.of(f"{T0}.1")] == [("Alice", "transfer"), ("Bob", "agent")]
    assert [v.agent for v in told_of.of(f"{T0 + 8}.5")] == ["Bob"]
    assert len(told_of.over(at(60))) == 2


def test_call_is_moved_back_into_the_queue_that_it_came_from() -> None:
    lines = [line.replace("back_office", "sales") for line in CONSULTS]
    first, second = book(*lines, f"20|{T0}.1|sales|Bob|CONNECT|12|{T0 + 8}.6|9").finish()

    assert [(v.agent, v.doubtful) for v in (first, second)] == [("Alice", False), ("Bob", False)]


def test_call_that_nobody_heard_of_can_be_moved_while_it_talks() -> None:
    (visit,) = book(
        f"0|{T0}.1|sales|NONE|ENTERQUEUE||2001|1",
        f"3|{T0}.1|sales|Bob|CONNECT|3|{T0}.2|2",
        f"9|{T0 - 5}.9|sales|Bob|COMPLETECALLER|3|6|1",
    ).finish()

    assert (visit.moved_to, visit.ended_at, visit.ended_by, visit.caller) == (f"{T0 - 5}.9", at(9), "caller", "2001")


def test_where_two_visits_fit_none_is_moved_and_none_is_invented() -> None:
    told_of = book(
        *CONSULTS,
        f"8|{T0 + 8}.7|back_office|NONE|ENTERQUEUE||2002|2",
        f"20|{T0}.1|back_office|Bob|CONNECT|12|{T0 + 8}.6|9",
    )

    assert [visit.outcome for visit in told_of.finish()] == ["answered", "unknown", "unknown"]
    assert told_of.set_aside == {"never_entered": 1}


def test_moved_visit_that_speaks_under_its_own_name_again_is_doubtful() -> None:
    _, second = book(
        *CONSULTS,
        f"20|{T0}.1|back_office|Eve|CONNECT|12|{T0 + 8}.6|9",
        f"21|{T0 + 8}.5|back_office|Bob|CONNECT|13|{T0 + 8}.8|9",
    ).finish()
    assert (second.doubtful, second.outcome, second.agent) == (True, "unknown", None)


@pytest.mark.parametrize(
    "line",
    [
        f"30|{T0 - 9}.9|support|Bob|CONNECT|8|{T0 - 9}.1|7",
        f"30|{T0 + 9}.9|support|Bob|CONNECT||",
        f"30|{T0 + 9}.9|support|Bob|RINGNOANSWER|15000",
        f"30|{T0}.7|vip|Bob|COMPLETECALLER|2|3|1",
    ],
)
def test_line_of_a_call_that_never_entered_is_set_aside(line: str) -> None:
    told_of = book(f"0|{T0}.7|support|NONE|ENTERQUEUE||138|1", line)

    (visit,) = told_of.finish()
    assert (visit.outcome, visit.attempts) == ("unknown", [])
    assert told_of.set_aside == {"never_entered": 1}


@pytest.mark.parametrize(
    "line",
    [
        f"30|{T0 + 9}.9|support|Bob|CONNECT|31|{T0}.1|7",
        f"30|{T0 - 9}.9|support|NONE|EXITWITHKEY|1|1",
        f"30|{T0 - 9}.9|support|Bob|RINGNOANSWER|15000",
        "30|order-4711|support|NONE|EXITEMPTY",
        "30|order-4711|support|Bob|COMPLETECALLER|20|11|1",
    ],
)
def test_call_that_joined_before_the_log_began_has_a_visit(line: str) -> None:
    told_of = book("0|NONE|NONE|NONE|QUEUESTART|", line)
    assert [visit.call_id for visit in told_of.finish()] == [line.split("|")[1]]
    assert told_of.set_aside == {}


def test_ring_long_after_a_visit_is_not_held_against_anybody() -> None:
    told_of = book(
        f"0|{T0}.7|support|NONE|ENTERQUEUE||138|1",
        f"9|{T0}.7|support|NONE|ABANDON|1|1|9",
        f"30|{T0}.7|support|Bob|RINGNOANSWER|15000",
    )
    assert [visit.attempts for visit in told_of.finish()] == [[]]
    assert told_of.set_aside == {"never_entered": 1}


def test_visits_that_are_long_over_are_forgotten_with_their_moves() -> None:
    told_of = book(*CONSULTS, f"20|{T0}.1|back_office|NONE|ABANDON|1|1|12", f"21|{T0}.1|vip|Bob|RINGNOANSWER|1000")
    told_of.forget(at(30))
    assert (told_of.visits, told_of.finish(), told_of.set_aside) == ([], [], {})
