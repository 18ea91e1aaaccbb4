from __future__ import annotations

import pytest

from callcenter.ami.logins import Logins
from callcenter.domain import events as ev
from callcenter.domain.frame import SECOND, Frame


def device(at: int | None, seq: int | None) -> Frame:
    moment = None if at is None else at * SECOND
    return Frame("DeviceStateChange", {"Device": "PJSIP/1", "State": "INUSE"}, moment, seq, 0)


def booted(uptime: str) -> Frame:
    return Frame("FullyBooted", {"Uptime": uptime}, None, None, 0)


STOP = Frame("Shutdown", {}, 100 * SECOND, 50, 0)


def read(*logins: list[Frame]) -> list[ev.Event]:
    made = Logins()
    told: list[ev.Event] = []
    for frames in logins:
        made.opened()
        told += [event for frame in frames for event in made.events(frame)]
    return told + list(made.finish())


def gaps(events: list[ev.Event]) -> list[ev.Event]:
    return [event for event in events if isinstance(event, ev.LinkLost | ev.LinkRestored)]


def test_beginning_and_end_of_the_input_are_no_gaps() -> None:
    assert gaps(read([booted("1"), device(100, 1), device(101, 2)])) == []


def test_time_between_two_logins_is_a_gap() -> None:
    told = read([device(100, 50)], [booted("9000"), device(160, 80)])

    assert gaps(told) == [ev.LinkLost(100 * SECOND, 0), ev.LinkRestored(160 * SECOND, 0, restarted=False)]
    assert isinstance(told[-1], ev.DeviceSeen)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([device(99, 49), STOP], [device(160, 80)]),
        ([device(100, 50)], [device(160, 50)]),
        ([device(100, 50)], [device(160, 3)]),
        ([device(100, 50)], [booted("59"), device(160, 80)]),
    ],
    ids=["said so", "number again", "numbers anew", "up for less than the gap"],
)
def test_gap_was_a_restart(first: list[Frame], second: list[Frame]) -> None:
    assert gaps(read(first, second))[1:] == [ev.LinkRestored(160 * SECOND, 0, restarted=True)]


@pytest.mark.parametrize("uptime", ["60", "", "x", "9" * 12])
def test_gap_was_no_restart_where_nothing_says_so(uptime: str) -> None:
    told = gaps(read([device(100, 50)], [booted(uptime), device(160, 80)]))

    assert told[1:] == [ev.LinkRestored(160 * SECOND, 0, restarted=False)]


def test_stop_before_one_gap_says_nothing_of_the_next() -> None:
    told = gaps(read([STOP], [device(160, 80)], [device(200, 90)]))

    assert [event.restarted for event in told if isinstance(event, ev.LinkRestored)] == [True, False]


def test_login_that_ends_without_one_timed_event_leaves_a_gap_of_unknown_length() -> None:
    told = gaps(read([device(100, 50)], [booted("0")]))

    assert told == [ev.LinkLost(100 * SECOND, 0), ev.LinkRestored(None, 0, restarted=True)]


def test_answers_before_the_first_event_are_told_after_the_gap() -> None:
    headers = {"Queue": "q", "Location": "PJSIP/1", "Name": "Alice"}
    answer = Frame("QueueMember", headers, None, None, 0, answer=True)
    told = read([device(100, 50)], [answer, device(160, 80)])

    assert [type(event) for event in told[1:]] == [ev.LinkLost, ev.LinkRestored, ev.MemberSeen, ev.DeviceSeen]


def test_a_frame_that_came_late_does_not_move_the_last_time_back() -> None:
    told = gaps(read([device(100, 50), device(99, 49)], [device(160, 80)]))

    assert told[0] == ev.LinkLost(100 * SECOND, 0)
