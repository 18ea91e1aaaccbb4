"""A gap in the record is filled from queue_log: what ended in it, what came and went in it, and nothing else."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from callcenter.ami.items import FramesRead, HeartbeatSeen, Item, LoginLost, LoginOpened, SnapshotTaken
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.snapshot import ChannelState, WaitingState
from callcenter.domain.state import FloorSettings
from callcenter.rules.rulebook import load_rulebook
from callcenter.store import Office, StoreSettings
from callcenter.tracker import Court, GapFiller, LogWatch, Tracker
from tests.integration.house import EPOCH, NOW, SNAPSHOT, House, Script, caller, house, together, until_true

QUEUE = "support"
ABANDONS, STAYS, SERVED, JOINS_UNSEEN = (f"{EPOCH - 10}.{number}" for number in range(4))


class Logged(House):
    """One that reads queue_log beside the stream.

    Attributes:
        court: By what is judged from the beginning.
    """

    office: Office
    path: Path
    filler: GapFiller | None = None
    court: Court | None = None

    @property
    def filled(self) -> int:
        return 0 if self.filler is None else self.filler.filled

    @property
    def looked(self) -> Micros:
        """Up to when everything was looked at that a gap may have hidden."""
        done = self.filler is not None and not self.filler._waiting
        return (self.filler._looked or 0) if done and self.filler is not None else 0

    async def beside(self, group: asyncio.TaskGroup, tracker: Tracker) -> list[asyncio.Task[None]]:
        if self.court is not None:
            await tracker.enter(self.court)
        self.filler = filler = GapFiller("pbx", self.office, self.record, tracker, self.follower.seen.at)
        watch = LogWatch(self.path, tracker, filler)
        tracker.attach(watch)
        tracker.attach_log(watch)
        return [group.create_task(each.run()) for each in (watch, filler)]


@asynccontextmanager
async def logged(home: Path) -> AsyncIterator[Logged]:
    async with house(home, Logged) as found:
        assert isinstance(found, Logged)
        found.path = home / "queue_log"
        found.path.touch()
        found.office = await Office.open(StoreSettings(url=f"sqlite:///{home}/record.sqlite"))
        try:
            yield found
        finally:
            await found.office.close()


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.tracker.log_watch.LOOK_SECONDS", 0.01)


def at(seconds: float) -> Micros:
    return round((EPOCH + seconds) * SECOND)


def lines(*told: str) -> str:
    """Write lines `second|rest`."""
    return "".join(f"{EPOCH + int(line.partition('|')[0])}|{line.partition('|')[2]}\n" for line in told)


BEFORE = lines(f"1|{ABANDONS}|{QUEUE}|NONE|ENTERQUEUE||138|1", f"2|{STAYS}|{QUEUE}|NONE|ENTERQUEUE||139|2")
MEANWHILE = lines(
    f"10|{ABANDONS}|{QUEUE}|NONE|ABANDON|1|1|9",
    f"12|{SERVED}|{QUEUE}|NONE|ENTERQUEUE||137|2",
    f"15|{SERVED}|{QUEUE}|Alice|CONNECT|3|{SERVED}9|2",
    f"20|{JOINS_UNSEEN}|{QUEUE}|NONE|ENTERQUEUE||136|2",
    f"25|{SERVED}|{QUEUE}|Alice|COMPLETECALLER|3|10|2",
)
AFTER = lines(f"45|{STAYS}|{QUEUE}|NONE|ABANDON|1|2|43", f"46|{JOINS_UNSEEN}|{QUEUE}|NONE|ABANDON|1|2|26")


def joins(script: Script) -> FramesRead:
    """Two callers, by AMI."""
    blocks = [b for n, uid in enumerate((ABANDONS, STAYS), 1) for b in _joins(script, n, uid)]
    return together(blocks)


def _joins(script: Script, second: int, uid: str) -> list[bytes]:
    return [
        script.frame(second, "Newchannel", **caller(uid), ChannelState="4", Exten="400"),
        script.frame(second, "QueueCallerJoin", **caller(uid), Queue=QUEUE, Position=str(second)),
    ]


def gives_up(script: Script, second: int, uid: str) -> list[bytes]:
    there = caller(uid)
    return [
        script.frame(second, "HangupRequest", **there),
        script.frame(second, "QueueCallerAbandon", **there, Queue=QUEUE, Position="1", OriginalPosition="1"),
        script.frame(second, "QueueCallerLeave", **there, Queue=QUEUE, Position="1"),
        script.frame(second, "Hangup", **there, Cause="16"),
    ]


def beats(script: Script, *seconds: int) -> list[Item]:
    found: list[Item] = []
    for second in seconds:
        frame = script.frame(second, "UserEvent", UserEvent="CallcenterHeartbeat", Token="t")
        found += [together([frame]), HeartbeatSeen("pbx", NOW, at(second), 1000)]
    return found


def still_there() -> SnapshotTaken:
    """What the switch says after the gap: two wait."""
    there = [caller(uid) for uid in (STAYS, JOINS_UNSEEN)]
    channels = tuple(
        ChannelState(one["Channel"], one["Uniqueid"], one["Uniqueid"], 6, "400", "136", "", "", "Queue", 10)
        for one in there
    )
    waiting = tuple(WaitingState(QUEUE, n, one["Channel"], one["Uniqueid"], "136", 5) for n, one in enumerate(there))
    snapshot = msgspec.structs.replace(SNAPSHOT, before=at(40), channels=channels, waiting=waiting)
    return SnapshotTaken("pbx", NOW, snapshot)


def rows(home: Path) -> dict[str, tuple[Any, ...]]:
    question = "SELECT uniqueid, outcome, agent, joined_at, left_at, ended_at, ended_by, filled, n FROM visits"
    with closing(sqlite3.connect(home / "record.sqlite", timeout=30)) as connection:
        return {row[0]: row[1:] for row in connection.execute(question)}


def account(home: Path) -> tuple[int, int]:
    """Count joins, and visits that ended."""
    question = "SELECT count(joined_position), count(outcome) FROM visits"
    with closing(sqlite3.connect(home / "record.sqlite", timeout=30)) as connection:
        found: tuple[int, int] = connection.execute(question).fetchone()
    return found


def write(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


WANTED = {
    ABANDONS: ("abandoned", None, at(1), at(10), None, "caller", '["ended_by","left_at","outcome"]', 1),
    STAYS: ("abandoned", None, at(2), at(45), None, "caller", None, 1),
    SERVED: ("answered", "Alice", at(12), at(15), at(25), "caller",
             '["joined_at","left_at","answered_at","ended_at","outcome"]', 1),
    JOINS_UNSEEN: ("abandoned", None, at(20), at(46), None, "caller", '["joined_at"]', 1),
}  # fmt: skip


async def login_lost(home: Logged) -> None:
    """The login is lost while the service runs: it reads the log on, and then learns what is there."""
    script = home.script
    script.say(LoginOpened("pbx", NOW, 1, "11"), joins(script))
    living = asyncio.create_task(home.live())
    await until_true(lambda: read_at(home) is not None)
    script.say(LoginLost("pbx", NOW, "gone"))
    write(home.path, MEANWHILE)
    await comes_back(home)
    await living


def read_at(home: Logged) -> Micros | None:
    return None if home.tracker is None else home.tracker.health().queue_log_read_at


async def comes_back(home: Logged) -> None:
    script = home.script
    script._seq += 50
    script.say(LoginOpened("pbx", NOW, 2, "11"), *beats(script, 40), still_there())
    script.say(together(gives_up(script, 45, STAYS) + gives_up(script, 46, JOINS_UNSEEN)))
    write(home.path, AFTER)
    script.say(*beats(script, *range(48, 60)))
    await until_true(lambda: home.filled == 3)
    script.end()


async def test_a_gap_between_two_logins_is_filled(tmp_path: Path) -> None:
    async with logged(tmp_path) as home:
        write(home.path, BEFORE)
        await login_lost(home)
    assert rows(tmp_path) == WANTED
    assert account(tmp_path) == (4, 4)


async def test_a_gap_between_two_runs_is_filled_through_a_rotation_of_the_log(tmp_path: Path) -> None:
    async with logged(tmp_path) as home:
        write(home.path, BEFORE)
        home.script.say(LoginOpened("pbx", NOW, 1, "11"), joins(home.script))
        home.script.end()
        await home.live()
    write(home.path, MEANWHILE[:200])
    rotated = home.path.rename(home.path.with_suffix(".1"))
    os.utime(rotated, (EPOCH + 15, EPOCH + 15))
    write(home.path, MEANWHILE[200:])
    async with logged(tmp_path) as again:
        again.script._seq = 50
        living = asyncio.create_task(again.live())
        await comes_back(again)
        await living
    assert rows(tmp_path) == WANTED
    assert account(tmp_path) == (4, 4)


async def test_what_was_filled_is_not_filled_again_and_comes_back_from_the_journal(tmp_path: Path) -> None:
    async with logged(tmp_path) as home:
        write(home.path, BEFORE)
        await login_lost(home)
    async with logged(tmp_path) as again:
        again.script._seq = 500
        again.script.say(LoginOpened("pbx", NOW, 1, "11"), *beats(again.script, *range(70, 80)))
        living = asyncio.create_task(again.live())
        await until_true(lambda: again.looked > at(70))
        again.script.end()
        await living
        assert again.filled == 0
    (tmp_path / "record.sqlite").unlink()
    async with logged(tmp_path) as rebuilt:
        rebuilt.script.end()
        await rebuilt.live()
    assert rows(tmp_path) == WANTED


async def test_a_call_that_was_not_hidden_is_never_taken_from_the_log(tmp_path: Path) -> None:
    forged = lines(f"50|{SERVED}|{QUEUE}|NONE|ENTERQUEUE||137|2", f"52|{SERVED}|{QUEUE}|NONE|ABANDON|1|2|2")
    async with logged(tmp_path) as home:
        write(home.path, BEFORE)
        home.script.say(LoginOpened("pbx", NOW, 1, "11"), joins(home.script))
        living = asyncio.create_task(home.live())
        await until_true(lambda: read_at(home) is not None)
        home.script.say(LoginLost("pbx", NOW, "gone"), LoginOpened("pbx", NOW, 2, "11"), *beats(home.script, 4))
        write(home.path, forged)
        home.script.say(*beats(home.script, *range(50, 60)))
        await until_true(lambda: home.looked > at(54))
        home.script.end()
        await living
        assert home.filled == 0
    assert set(rows(tmp_path)) == {ABANDONS, STAYS}


async def test_agents_are_called_by_the_roster_or_not_at_all(tmp_path: Path) -> None:
    async with logged(tmp_path) as home:
        home.court = Court(load_rulebook(), None, FloorSettings(names={"PJSIP/1001": "王芳"}))
        write(home.path, BEFORE)
        await login_lost(home)
    assert rows(tmp_path)[SERVED][:2] == ("answered", None)
