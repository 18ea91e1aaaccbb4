from __future__ import annotations

import pytest

from callcenter.ami.logged_visit import LoggedVisit, RingAttempt
from callcenter.ami.logged_visits import LogBook, visits
from callcenter.ami.queue_log import QueueLog
from callcenter.domain.frame import SECOND

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
            call_id=f"{T0}.7", queue="support", visit=1, caller="13811110001", joined_at=at(0), left_at=at(8),
            outcome="answered", agent="Alice", position=2, answered_at=at(8), ended_at=at(17), ended_by="agent",
            talk=9 * SECOND,
        )
    ]  # fmt: skip


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
        f"0|{u}|support|NONE|ENTERQUEUE||138|1", f"1|{u}|support|NONE|ABANDON|1|1|1",
        f"2|{u}|support|Alice|CONNECT|2|{u}9|1",
    )  # fmt: skip
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
        f"0|{u}|support|NONE|ENTERQUEUE||138|1", f"1|{v}|support|NONE|ENTERQUEUE||139|2",
        f"5|{u}|support|NONE|ABANDON|1|1|5", "30|NONE|NONE|NONE|QUEUESTART|",
    )  # fmt: skip
    assert found.over(at(4)) == []
    assert [visit.call_id for visit in found.over(at(5))] == [u]
    assert [(visit.call_id, visit.outcome) for visit in found.over(at(30))] == [(v, "switch_down")]
    assert found.over(at(60)) == []
