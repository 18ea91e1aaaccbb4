from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.tapes import ALL, LOGINS, Shown, Tape, plain, replayed, tape, written

TIMES = ("joined_at", "left_at", "answered_at", "ended_at")
EXPLAINED = {
    "hostile_number_uncleaned": "every frame of the call is cut in two and refused, only the log has it",
    "gap": "the log has what the gap hid",
    "redirected": "the log writes ABANDON for it",
    "kill_9": "the log does not say who ended the talk",
    "restart_now": "the log does not say who ended the talk",
    "refused_full": "the log has no line of who was refused",
    "refused_join_empty": "the log has no line of who was refused",
    "picked_up_by_colleague": "the log names whom the queue rang, not who took the call",
    "picked_up_by_group": "the log names whom the queue rang, not who took the call",
    "fpbx_picked_up": "the log names whom the queue rang, not who took the call",
    "fpbx_blind": "the log hears of nothing that happens behind a Local channel",
    "fpbx_blind_by_key": "the log hears of nothing that happens behind a Local channel",
    "fpbx_attended": "the log hears of nothing that happens behind a Local channel",
    "fpbx_attended_by_key": "the log hears of nothing that happens behind a Local channel",
    "fpbx_parked": "the log hears of nothing that happens behind a Local channel",
    "parked_by_key": "to the log the agent's part ends when she hangs up, not when the caller is parked",
    "three_in_a_talk": "to the log the agent hung up on the caller",
    "attended_into_waiting": "the log tells one visit under two call ids",
    "call_back": "to the log the call ends when the Local halves leave",
}
SAME = [one for one in ALL if str(one) not in EXPLAINED]


def told(shown: Shown) -> list[dict[str, Any]]:
    """Give what both AMI and the log can tell of each visit, but for the times."""
    keys = ("queue", "uniqueid", "visit", "caller", "outcome", "agent", "transferred", "ended_by")
    return [{key: visit[key] for key in keys} for call in shown["calls"] for visit in call["visits"]]


def times(shown: Shown) -> list[float | None]:
    return [visit[key] for call in shown["calls"] for visit in call["visits"] for key in TIMES]


@pytest.mark.parametrize("one", SAME, ids=str)
def test_queue_log_alone_tells_the_same_visits_at_whole_seconds(one: Tape) -> None:
    ami, log = replayed(one.logins("board")), replayed([], one.log)

    assert told(log) == told(ami)
    for seen, logged in zip(times(ami), times(log), strict=True):
        assert (seen is None) == (logged is None)
        assert logged is None or logged.is_integer()
        assert abs((seen or 0) - (logged or 0)) < 2


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("hostile_number_uncleaned", ["answered"]),
        ("gap", ["answered", "abandoned", "answered"]),
        ("redirected", ["abandoned"]),
        ("kill_9", ["answered", "switch_down", "switch_down", "answered"]),
        ("restart_now", ["answered", "switch_down", "switch_down", "answered"]),
        ("refused_full", ["abandoned"]),
        ("refused_join_empty", []),
        ("picked_up_by_colleague", ["answered"]),
        ("picked_up_by_group", ["answered"]),
        ("fpbx_picked_up", ["answered"]),
        ("fpbx_blind", ["answered"]),
        ("fpbx_blind_by_key", ["answered"]),
        ("fpbx_attended", ["answered"]),
        ("fpbx_attended_by_key", ["answered"]),
        ("fpbx_parked", ["answered"]),
        ("parked_by_key", ["answered"]),
        ("three_in_a_talk", ["answered"]),
        ("call_back", ["answered"]),
    ],
)
def test_queue_log_alone_tells_what_it_can(name: str, outcomes: list[str]) -> None:
    assert [visit["outcome"] for visit in told(replayed([], tape(name).log))] == outcomes


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("one", [one for one in ALL if str(one) != "hostile_number_uncleaned"], ids=str)
def test_no_difference_between_login_and_queue_log_is_unexplained(one: Tape, login: str) -> None:
    assert replayed(one.logins(login), one.log)["differences"] == []


@pytest.mark.parametrize("login", LOGINS)
def test_a_call_whose_frames_were_all_refused_is_a_difference_and_no_visit(login: str) -> None:
    one = tape("hostile_number_uncleaned")
    shown = replayed(one.logins(login), one.log)

    assert shown["calls"] == []
    assert [(found["what"], found["queue_log"]) for found in shown["differences"]] == [("not seen on AMI", "answered")]


@pytest.mark.parametrize("one", [one for one in ALL if str(one) != "gap"], ids=str)
def test_queue_log_changes_nothing_that_was_seen(one: Tape) -> None:
    assert replayed(one.logins("board"), one.log)["calls"] == replayed(one.logins("board"))["calls"]


def untold(data: bytes) -> bytes:
    """Leave out what says why a caller left, as a login does that reads no dialplan class, on a dialplan not ours."""
    told = (b"Event: VarSet", b"Event: UserEvent")
    return b"\r\n\r\n".join(frame for frame in data.split(b"\r\n\r\n") if not frame.startswith(told))


@pytest.mark.parametrize(
    ("name", "seen", "outcome"),
    [
        ("key_exit", "unknown", "key_pressed"),
        ("key_exit_waiting", "unknown", "key_pressed"),
        ("timed_out", "redirected", "timed_out"),
    ],
)
def test_why_a_caller_left_is_the_logs_where_the_login_was_not_told(
    name: str, seen: str, outcome: str, tmp_path: Path
) -> None:
    one = tape(name)
    (login,) = plain(one.logins("board"), tmp_path)
    login.write_bytes(untold(login.read_bytes()))
    alone, beside = (json.loads(written([login], log)) for log in (None, one.log))

    assert [visit["outcome"] for visit in told(alone)] == [seen]
    (visit,) = beside["calls"][0]["visits"]
    assert (visit["outcome"], visit["filled"]) == (outcome, ["outcome"])
    assert beside["totals"]["queues"][name][outcome] == 1
    assert beside["differences"] == []


def test_number_of_a_caller_who_waited_already_is_the_logs(tmp_path: Path) -> None:
    one = tape("answered")
    (login,) = plain(one.logins("board"), tmp_path)
    frames = login.read_bytes().split(b"\r\n\r\n")
    leaves = next(n for n, frame in enumerate(frames) if frame.startswith(b"Event: QueueCallerLeave"))
    kept = [re.sub(rb"CallerIDNum: .*", b"CallerIDNum: <unknown>", frame) for frame in frames[leaves:]]
    login.write_bytes(b"\r\n\r\n".join(kept))
    ((visit,),) = (call["visits"] for call in json.loads(written([login], one.log))["calls"])

    assert (visit["caller"], visit["outcome"]) == (told(replayed([], one.log))[0]["caller"], "answered")
    assert {"caller", "joined_at"} <= set(visit["filled"])
