"""queue_log of every age, given to the command alone: calls, agents and totals, or one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from callcenter.cli.lab.replay import app
from callcenter.errors import BadInput
from tests.scenarios.tapes import Shown, tape, written

T0 = 1_794_100_000
WAYS = (
    "answered",
    "abandoned",
    "timed_out",
    "queue_empty",
    "key_pressed",
    "withdrawn",
    "redirected",
    "switch_down",
    "unknown",
)

OF_1_4 = f"""\
{T0}|NONE|NONE|NONE|QUEUESTART|
{T0 + 5}|{T0 + 1}.1|70|NONE|ENTERQUEUE||0571000001
{T0 + 9}|{T0 + 1}.1|70|SIP/701|RINGNOANSWER|0
{T0 + 12}|{T0 + 1}.1|70|Agent/9|CONNECT|7
{T0 + 50}|{T0 + 1}.1|70|Agent/9|TRANSFER|88|inside|7|38
{T0 + 60}|{T0 + 1}.2|70|NONE|ENTERQUEUE||0571000002
{T0 + 80}|{T0 + 1}.2|70|NONE|EXITWITHTIMEOUT|1
{T0 + 90}|{T0 + 1}.3|70|NONE|ENTERQUEUE||0571000003
{T0 + 95}|{T0 + 1}.3|70|NONE|EXITWITHKEY|9|1
{T0 + 99}|{T0 + 1}.4|70|NONE|ENTERQUEUE||0571000004
{T0 + 110}|{T0 + 1}.4|70|Local/702@queue/n|CONNECT|11|{T0 + 1}.5
{T0 + 130}|{T0 + 1}.4|70|Local/702@queue/n|COMPLETECALLER|11|20
"""
WITH_NAMES = f"""\
{T0 + 5}|order-77|vip|NONE|ENTERQUEUE||15500000001|1|Zhou & Söhne
{T0 + 9}|order-77|vip|Qian Lin|CONNECT|4|{T0 + 6}.2|3
{T0 + 30}|order-77|vip|Qian Lin|COMPLETEAGENT|4|21|1
{T0 + 40}|{T0 + 39}.3|vip|NONE|ENTERQUEUE||15500000002|1|
{T0 + 44}|{T0 + 39}.3|vip|NONE|WITHDRAW|1|1|4|moved|by hand
{T0 + 60}|{T0 + 59}.4|vip|NONE|ENTERQUEUE||15500000003|1|Sun
"""
MOVED = f"""\
{T0 + 5}|{T0 + 5}.1|front|NONE|ENTERQUEUE||15500000004|1
{T0 + 8}|{T0 + 5}.1|front|Zhao Mei|CONNECT|3|{T0 + 5}.2|3
{T0 + 20}|{T0 + 20}.3|claims|NONE|ENTERQUEUE||701|1
{T0 + 26}|{T0 + 5}.1|front|Zhao Mei|ATTENDEDTRANSFER|APP|Queue|3|18|1
{T0 + 31}|{T0 + 5}.1|claims|Qian Lin|CONNECT|11|{T0 + 20}.4|11
{T0 + 61}|{T0 + 5}.1|claims|Qian Lin|COMPLETECALLER|11|30|1
"""
HOSTILE = f"""\
{T0 + 5}|{T0 + 5}.1|front|NONE|ENTERQUEUE||15500000005|1
{T0 + 6}|{T0 + 6}.2|front|NONE|ENTERQUEUE||1|x|2
{T0 + 7}|{T0 + 7}.3|front|NONE|ENTERQUEUE||1
{T0 + 7}|{T0 + 5}.1|front|NONE|ABANDON|1|1|2|3
{T0 - 900}|{T0 + 7}.4|front|NONE|ENTERQUEUE||155|4
{T0 + 9}|{T0 + 5}.1|front|Zhao Mei|CONNECT|4|{T0 + 5}.5|3
"""
EXPORT = """\
id\ttime\tcallid\tqueuename\tagent\tevent\tdata\tdata1\tdata2\tdata3\tdata4\tdata5
41\t2026-11-08 09:30:05.250000\tcrm-9\t12\tNONE\tENTERQUEUE\t\t\t15500000006\t3\t\t
42\t2026-11-08 09:30:25.750000\tcrm-9\t12\tNONE\tEXITEMPTY\t\t3\t3\t20\t\t
"""


def replayed(folder: Path, text: str, *options: str) -> Shown:
    path = folder / "queue_log"
    path.write_text(text)
    shown: Shown = json.loads(written([], path, *options))
    return shown


def visits(shown: Shown) -> list[dict[str, Any]]:
    return [visit for call in shown["calls"] for visit in call["visits"]]


@pytest.mark.parametrize("text", [OF_1_4, WITH_NAMES, MOVED, HOSTILE, EXPORT])
def test_every_join_is_offered_and_has_one_way_out(tmp_path: Path, text: str) -> None:
    totals = replayed(tmp_path, text)["totals"]["queues"].values()

    assert sum(queue["offered"] for queue in totals) == text.count("ENTERQUEUE")
    assert sum(queue[way] for queue in totals for way in WAYS) == text.count("ENTERQUEUE")


def test_log_of_1_4_tells_all_that_it_has(tmp_path: Path) -> None:
    shown = replayed(tmp_path, OF_1_4)

    told = [(v["outcome"], v["agent"], v["wait_seconds"], v["talk_seconds"], v["caller"]) for v in visits(shown)]
    assert told == [
        ("answered", "Agent/9", 7, 38, "0571000001"),
        ("timed_out", None, 20, None, "0571000002"),
        ("key_pressed", None, 5, None, "0571000003"),
        ("answered", "Local/702@queue/n", 11, 20, "0571000004"),
    ]
    assert shown["set_aside"]["total"] == 0


def test_name_behind_the_number_and_any_channel_id_are_read(tmp_path: Path) -> None:
    shown = replayed(tmp_path, WITH_NAMES)

    told = [(v["uniqueid"], v["caller"], v["position"], v["outcome"]) for v in visits(shown)]
    assert told == [
        ("order-77", "15500000001", 1, "answered"),
        (f"{T0 + 39}.3", "15500000002", 1, "withdrawn"),
        (f"{T0 + 59}.4", "15500000003", 1, "unknown"),
    ]
    assert shown["set_aside"]["total"] == 0


def test_call_moved_by_an_attended_transfer_is_one_call_with_two_visits(tmp_path: Path) -> None:
    (call,) = replayed(tmp_path, MOVED)["calls"]

    told = [(v["queue"], v["agent"], v["wait_seconds"], v["talk_seconds"], v["caller"]) for v in call["visits"]]
    assert told == [
        ("front", "Zhao Mei", 3, 18, "15500000004"),
        ("claims", "Qian Lin", 11, 30, "15500000004"),
    ]


def test_what_a_caller_wrote_into_the_log_ends_nobodys_call(tmp_path: Path) -> None:
    shown = replayed(tmp_path, HOSTILE)

    assert [(visit["outcome"], visit["agent"]) for visit in visits(shown)] == [("unknown", None)] * 4
    assert shown["set_aside"]["kinds"] == {"fields": 2, "time": 1}


@pytest.mark.parametrize(("zone", "epoch"), [("Asia/Shanghai", 1794101405), ("UTC", 1794130205)])
def test_times_of_an_export_are_of_the_zone_that_is_named(tmp_path: Path, zone: str, epoch: int) -> None:
    (visit,) = visits(replayed(tmp_path, EXPORT, "--timezone", zone))

    assert (visit["joined_at"], visit["left_at"], visit["outcome"]) == (epoch, epoch + 20, "queue_empty")
    assert (visit["caller"], visit["position"]) == ("15500000006", 3)


def test_agents_are_told_with_what_cannot_be_known_left_open(tmp_path: Path) -> None:
    text = MOVED + f"{T0 + 70}|NONE|front|Zhao Mei|PAUSE|lunch\n{T0 + 100}|NONE|front|Zhao Mei|UNPAUSE|\n"
    shown = replayed(tmp_path, text)
    mei = shown["totals"]["agents"]["Zhao Mei"]

    states = shown["agents"][1]["states"]

    assert [agent["agent"] for agent in shown["agents"]] == ["Qian Lin", "Zhao Mei"]
    assert [(s["state"], s["reason"], s["from"] - T0, s["to"] and s["to"] - T0) for s in states] == [
        ("unknown", None, 5, 8),
        ("talking", None, 8, 26),
        ("available", None, 26, 70),
        ("paused", "lunch", 70, 100),
        ("available", None, 100, None),
    ]
    assert (mei["answered"], mei["missed"], mei["declined"]) == (1, 0, None)
    assert mei["seconds"] == {
        "offline": 0,
        "talking": 18,
        "ringing": None,
        "blocked": None,
        "outbound": None,
        "paused": 30,
        "wrap_up": 0,
        "available": 44,
        "unknown": 3,
    }


def test_roster_says_whose_interface_it_is(tmp_path: Path) -> None:
    roster = tmp_path / "roster.json"
    roster.write_text(json.dumps({"agents": [{"agent": "Zhao Mei", "interface": "Agent/9"}], "shifts": []}))
    shown = replayed(tmp_path, OF_1_4, "--roster", str(roster))

    assert visits(shown)[0]["agent"] == "Zhao Mei"
    assert ("Zhao Mei", "Agent/9") in [(agent["agent"], agent["interface"]) for agent in shown["agents"]]


@pytest.mark.parametrize(
    ("option", "data"),
    [
        ("--ami", b"Asterisk Call Manager/1.3\r\nResponse: Success\r\n\r\n"),
        ("--ami", b"Event: Leave\r\nQueue: front\r\n\r\n"),
        ("--ami", MOVED.encode()),
        ("--ami", b"neither\n"),
        ("--ami", b""),
        ("--queue-log", b"Asterisk Call Manager/9.0.0\r\nResponse: Success\r\n\r\n"),
        ("--queue-log", b"neither\n"),
        ("--queue-log", b""),
    ],
)
def test_file_that_is_something_else_is_one_sentence_and_never_a_success(
    tmp_path: Path, option: str, data: bytes
) -> None:
    path = tmp_path / "given"
    path.write_bytes(data)

    with pytest.raises(BadInput, match="given is ") as refused:
        CliRunner().invoke(app, [option, str(path)], catch_exceptions=False)

    assert (refused.value.exit_code, str(refused.value).count("\n")) == (2, 0)


def test_log_beside_a_login_leaves_agents_to_the_login() -> None:
    one = tape("pause")
    alone, beside = (json.loads(written(logins, one.log)) for logins in ([], one.logins("board")))
    seen = json.loads(written(one.logins("board")))

    assert beside["agents"] == seen["agents"] != alone["agents"]
    assert beside["totals"] == seen["totals"]
