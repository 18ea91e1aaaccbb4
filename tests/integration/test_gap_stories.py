"""What a gap can hide, and what somebody can write into queue_log meanwhile: each visit once, as it truly was, or not.

The gap lies from 8 s to 40 s by the switch's clock; one caller is told of.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from callcenter.ami.items import LoginLost, LoginOpened, SnapshotTaken
from callcenter.domain.frame import SECOND
from tests.integration.gaps import QUEUE, at, beats, is_there, joins, lines, logged, read_at, write
from tests.integration.house import EPOCH, NOW, Script, caller, together, until_true
from tests.support.party import party

UID = f"{EPOCH - 10}.5"
OTHER = "sales"
GONE = is_there()
Frames = Callable[[Script], list[bytes]]
Row = tuple[str, str, str | None, float | None, float | None, float | None, float | None, str | None]


class Story(NamedTuple):
    """What AMI and the log told, and the rows that must come of it.

    Attributes:
        seen: Frames before the gap.
        logged: Lines before it.
        hidden: Lines written in it.
        there: What the switch says after it.
        later: Frames after it.
        logged_later: Lines after it.
        rows: Queue, outcome, agent, joined, left, answered and ended (seconds), ended by.
        restarts: The switch restarted in the gap.
    """

    hidden: tuple[str, ...]
    rows: list[Row]
    seen: Frames = lambda _: []
    logged: tuple[str, ...] = ()
    there: SnapshotTaken = GONE
    later: Frames = lambda _: []
    logged_later: tuple[str, ...] = ()
    restarts: bool = False


def enters(second: int, queue: str = QUEUE) -> str:
    return f"{second}|{UID}|{queue}|NONE|ENTERQUEUE||138|1"


def connects(second: int, waited: int, agent: str = "Alice", queue: str = QUEUE) -> str:
    return f"{second}|{UID}|{queue}|{agent}|CONNECT|{waited}|{UID}9|1"


def completes(second: int, waited: int, talked: int, by: str = "CALLER", queue: str = QUEUE) -> str:
    return f"{second}|{UID}|{queue}|Alice|COMPLETE{by}|{waited}|{talked}|1"


def leaves(second: int, waited: int, how: str = "EXITWITHTIMEOUT") -> str:
    return f"{second}|{UID}|{QUEUE}|NONE|{how}|1|1|{waited}"


def joined(script: Script) -> list[bytes]:
    return joins(script, 1, UID)


def answered(second: int, queue: str = QUEUE) -> Frames:
    def frames(script: Script) -> list[bytes]:
        connect = script.frame(
            second, "AgentConnect", **caller(UID), **_phone(), Queue=queue, **_alice(), RingTime="3", HoldTime="3"
        )
        return [script.frame(second, "QueueCallerLeave", **caller(UID), Queue=queue, Position="1"), connect]

    return frames


def hangs_up(second: int) -> Frames:
    def frames(script: Script) -> list[bytes]:
        asked = script.frame(second, "HangupRequest", **caller(UID))
        return [asked, script.frame(second, "Hangup", **caller(UID), Cause="16")]

    return frames


def ends(second: int, queue: str = QUEUE) -> Frames:
    def frames(script: Script) -> list[bytes]:
        what = {**_alice(), "TalkTime": "3", "HoldTime": "3", "Reason": "caller"}
        return [
            script.frame(second, "HangupRequest", **caller(UID)),
            script.frame(second, "AgentComplete", **caller(UID), **_phone(), Queue=queue, **what),
            script.frame(second, "Hangup", **caller(UID), Cause="16"),
        ]

    return frames


def _phone() -> dict[str, str]:
    return party("Dest", Channel="PJSIP/1001-1", Uniqueid=f"{UID}9", Linkedid=UID)


def _alice() -> dict[str, str]:
    return {"Interface": "PJSIP/1001", "MemberName": "Alice"}


def refused(script: Script) -> list[bytes]:
    there = caller(UID)
    return [
        script.frame(1, "Newchannel", **caller(UID, ChannelState="4")),
        script.frame(2, "UserEvent", **there, UserEvent="CallcenterRefused", Queue=QUEUE, Reason="FULL"),
        script.frame(2, "VarSet", **there, Variable="QUEUESTATUS", Value="FULL"),
    ]


def both(*parts: Frames) -> Frames:
    return lambda script: [frame for part in parts for frame in part(script)]


TIMED_OUT: Row = (QUEUE, "timed_out", None, 1, 20, None, None, None)
SERVED_LATER: Row = (QUEUE, "answered", "Alice", 22, 45, 45, 48, "caller")
LATER = both(answered(45), ends(48))
LOGGED_LATER = (connects(45, 23), completes(48, 23, 3))
TALKS_ON = is_there(besides=(UID, f"{UID}9"))

STORIES = {
    "times out and comes again unseen, is served after the gap": Story(
        (enters(10), leaves(20, 10), enters(22)),
        [(QUEUE, "timed_out", None, 10, 20, None, None, None), SERVED_LATER],
        there=is_there((UID, 18)),
        later=LATER,
        logged_later=LOGGED_LATER,
    ),
    "joins seen, times out and comes again unseen, is served after the gap": Story(
        (leaves(20, 19), enters(22)),
        [TIMED_OUT, SERVED_LATER],
        seen=joined,
        logged=(enters(1),),
        there=is_there((UID, 18)),
        later=LATER,
        logged_later=LOGGED_LATER,
    ),
    "overflows to another queue unseen, is served there after the gap": Story(
        (leaves(20, 19), enters(22, OTHER)),
        [TIMED_OUT, (OTHER, *SERVED_LATER[1:])],
        seen=joined,
        logged=(enters(1),),
        there=is_there((UID, 18), queue=OTHER),
        later=both(answered(45, OTHER), ends(48, OTHER)),
        logged_later=(connects(45, 23, queue=OTHER), completes(48, 23, 3, queue=OTHER)),
    ),
    "refused before the gap, gives up in it": Story(
        (enters(12), leaves(20, 8, "ABANDON")),
        [
            (QUEUE, "refused", None, None, None, None, None, None),
            (QUEUE, "abandoned", None, 12, 20, None, None, "caller"),
        ],
        seen=refused,
    ),
    "times out unseen, hangs up elsewhere after the gap": Story(
        (leaves(20, 19),),
        [TIMED_OUT],
        seen=joined,
        logged=(enters(1),),
        there=is_there(besides=(UID,)),
        later=hangs_up(45),
    ),
    "served unseen, hangs up in a survey after the gap": Story(
        (connects(10, 9), completes(30, 9, 20, "AGENT")),
        [(QUEUE, "answered", "Alice", 1, 10, 10, 30, "agent")],
        seen=joined,
        logged=(enters(1),),
        there=is_there(besides=(UID,)),
        later=hangs_up(45),
    ),
    "served unseen before the switch restarts": Story(
        (connects(10, 9), completes(15, 9, 5), "30|NONE|NONE|NONE|QUEUESTART|"),
        [(QUEUE, "answered", "Alice", 1, 10, 10, 15, "caller")],
        seen=joined,
        logged=(enters(1),),
        restarts=True,
    ),
    "talk ends unseen before the switch restarts": Story(
        (completes(15, 2, 12, "AGENT"), "30|NONE|NONE|NONE|QUEUESTART|"),
        [(QUEUE, "answered", "Alice", 1, 3, 3, 15, "agent")],
        seen=both(joined, answered(3)),
        logged=(enters(1), connects(3, 2)),
        restarts=True,
    ),
    "waits when the switch restarts": Story(
        ("30|NONE|NONE|NONE|QUEUESTART|",),
        [(QUEUE, "switch_down", None, 1, None, None, None, "switch")],
        seen=joined,
        logged=(enters(1),),
        restarts=True,
    ),
    "lines contradict each other, unseen": Story(
        (enters(10), connects(11, 1), completes(19, 1, 8, "AGENT"), leaves(20, 10, "ABANDON")),
        [],
    ),
    "lines contradict each other about one that was seen to join": Story(
        (connects(11, 10), completes(19, 10, 8, "AGENT"), leaves(20, 19, "ABANDON")),
        [(QUEUE, "unknown", None, 1, None, None, None, None)],
        seen=joined,
        logged=(enters(1),),
    ),
    "somebody writes that one who waits joined again": Story(
        (enters(10), enters(30), connects(31, 21), completes(35, 21, 4, "AGENT")),
        [],
    ),
    "somebody writes the end of a talk that goes on": Story(
        (enters(10), connects(15, 5), completes(30, 5, 1, "AGENT")),
        [(QUEUE, "answered", "Alice", None, None, None, 48, "caller")],
        there=TALKS_ON,
        later=ends(48),
        logged_later=(completes(48, 5, 33),),
    ),
    "somebody writes that the switch restarted in a talk that goes on": Story(
        (enters(10), connects(15, 5), "30|NONE|NONE|NONE|QUEUESTART|"),
        [(QUEUE, "answered", "Alice", 10, 15, 15, 48, "caller")],
        there=TALKS_ON,
        later=ends(48),
        logged_later=(completes(48, 5, 33),),
    ),
    "somebody writes that the switch restarted when one had given up": Story(
        (leaves(20, 19, "ABANDON"), "22|NONE|NONE|NONE|QUEUESTART|"),
        [(QUEUE, "unknown", None, 1, None, None, None, None)],
        seen=joined,
        logged=(enters(1),),
    ),
}


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.tracker.switch_log.log_watch.LOOK_SECONDS", 0.01)


@pytest.mark.parametrize("name", STORIES)
async def test_gap_hides_and_the_log_tells(name: str, tmp_path: Path) -> None:
    story = STORIES[name]
    async with logged(tmp_path) as home:
        script = home.script
        write(home.path, lines(*story.logged))
        script.say(LoginOpened("pbx", NOW, 1, "11"), *beats(script, 0))
        if before := story.seen(script):
            script.say(together(before))
        script.say(*beats(script, 8))
        living = asyncio.create_task(home.live())
        await until_true(lambda: (read_at(home) or 0) >= at(5))
        script.say(LoginLost("pbx", NOW, "gone"))
        write(home.path, lines(*story.hidden))
        script._seq = 0 if story.restarts else script._seq + 50
        script.say(LoginOpened("pbx", NOW, 2, "11"), *beats(script, 40), story.there)
        if after := story.later(script):
            script.say(together(after))
        write(home.path, lines(*story.logged_later))
        script.say(*beats(script, *range(50, 60)))
        await until_true(lambda: home.looked > at(54))
        script.end()
        await living
        assert set(home.ledger.values()) <= {0}
    assert told(tmp_path) == story.rows


def told(home: Path) -> list[Row]:
    question = (
        "SELECT queue, outcome, agent, joined_at, left_at, answered_at, ended_at, ended_by FROM visits "
        "ORDER BY coalesce(joined_at, refused_at)"
    )
    with closing(sqlite3.connect(home / "record.sqlite", timeout=30)) as connection:
        return [(*row[:3], *map(_seconds, row[3:7]), row[7]) for row in connection.execute(question)]


def _seconds(value: Any) -> float | None:
    return None if value is None else value / SECOND - EPOCH
