"""What hostile and broken bytes on a tape come to: names stay who they are, and what is lost is said."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest

from callcenter.ami.refused import LostFrame
from callcenter.ami.wire import Wire
from callcenter.tape import read_chunks
from tests.scenarios.tapes import replayed, tape, written

AGENT = tape("answered").truth()["visits"][0]["agent"]
ZHANG, LI = "张三", "李四"


def renamed(folder: Path, story: str, old: str, *names: bytes) -> list[Path]:
    """Copy a story with the agent's name changed, once for each name, as if several switches had told it."""
    (login,) = tape(story).logins("board")
    data = gzip.decompress(login.read_bytes())
    assert old.encode() in data
    paths = [folder / f"{number}.ami" for number in range(len(names))]
    for path, name in zip(paths, names, strict=True):
        path.write_bytes(data.replace(old.encode(), name))
    return paths


def agents(path: Path, *options: str) -> set[str]:
    shown = written([path], None, *options)
    return {name for name in (ZHANG, LI, "һ", "一") if f'"agent": "{name}"' in shown or f'"agent":"{name}"' in shown}


def test_two_agents_whose_names_stand_in_gbk_are_two_people(tmp_path: Path) -> None:
    paths = renamed(tmp_path, "answered", AGENT, ZHANG.encode("gbk"), LI.encode("gbk"))

    assert [agents(path) for path in paths] == [{ZHANG}, {LI}]


def test_the_same_name_in_two_character_sets_is_one(tmp_path: Path) -> None:
    paths = renamed(tmp_path, "answered", AGENT, ZHANG.encode("gbk"), ZHANG.encode())

    assert written(paths[:1]) == written(paths[1:])


def test_a_character_set_can_be_given(tmp_path: Path) -> None:
    (path,) = renamed(tmp_path, "answered", AGENT, "一".encode("gbk"))

    assert agents(path) == {"һ"}
    assert agents(path, "--charset", "gb18030") == {"一"}


def refused(login: Path) -> tuple[list[LostFrame], Wire]:
    wire = Wire()
    return [one for chunk in read_chunks(login) for _ in [wire.feed(chunk)] for one in wire.refused_needed], wire


@pytest.mark.parametrize("story", ["hostile_number", "hostile_number_uncleaned"])
@pytest.mark.parametrize("kind", ["board", "unfiltered"])
def test_every_needed_frame_that_a_number_broke_is_told_once(story: str, kind: str) -> None:
    (login,) = tape(story).logins(kind)

    lost, wire = refused(login)

    names = Counter(one.name for one in lost if one.part == "frame")
    assert names.total() == wire.quarantined["missing_header"]
    assert names["Newchannel"] == 1


@pytest.mark.parametrize("kind", ["board", "unfiltered"])
def test_while_nothing_of_a_call_can_be_believed_its_agent_is_unknown_and_free_when_her_phone_is(kind: str) -> None:
    one = tape("hostile_number_uncleaned")
    shown = replayed(one.logins(kind))
    rang, over = (
        next(said["at"] for said in one.truth()["diary"] if said["what"] == what) for what in ("rang", "over")
    )

    (agent,) = shown["agents"]
    during = {state["state"] for state in agent["states"] if state["from"] < over and (state["to"] or over) > rang}
    assert during == {"unknown"}
    assert agent["states"][-1]["state"] == "available"


@pytest.mark.parametrize("kind", ["board", "unfiltered"])
def test_every_moment_that_cannot_be_believed_is_a_gap(kind: str) -> None:
    (login,) = tape("hostile_number_uncleaned").logins(kind)
    lost, _ = refused(login)

    moments = sorted({one.at / 1e6 for one in lost if one.at is not None})
    assert replayed([login])["gaps"] == [{"from": at, "to": at, "cause": "quarantined"} for at in moments]


def test_a_number_that_the_dialplan_cleans_puts_nobody_else_in_doubt() -> None:
    shown = replayed(tape("hostile_number").logins("board"))

    (agent,) = shown["agents"]
    assert [state["state"] for state in agent["states"]] == ["unknown", "available", "ringing", "talking", "available"]
    assert [gap["cause"] for gap in shown["gaps"]] == ["quarantined"]
    assert not shown["calls"][0]["visits"][0]["in_gap"]


def test_a_call_whose_every_frame_was_broken_is_known_to_have_been_there_and_with_whom() -> None:
    (login,) = tape("hostile_number_uncleaned").logins("board")

    lost, _ = refused(login)

    (caller,) = {uniqueid for one in lost if one.name == "QueueCallerJoin" for uniqueid in one.hints.uniqueids}
    its_own = [one for one in lost if caller in one.hints.uniqueids]
    assert {"Newchannel", "QueueCallerJoin", "AgentCalled", "AgentConnect", "Hangup"} <= {one.name for one in its_own}
    connected = [one.hints for one in its_own if one.name == "AgentConnect"]
    assert "hostile_number_uncleaned" in {queue for hints in connected for queue in hints.queues}
    assert any(member.startswith("PJSIP/") for hints in connected for member in hints.members)
    assert all(one.at is not None for one in lost)
