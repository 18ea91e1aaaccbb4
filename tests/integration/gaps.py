"""A house that fills gaps from a queue_log, and what a switch says and writes about one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from callcenter.ami.items import HeartbeatSeen, Item, SnapshotTaken
from callcenter.domain.frame import SECOND, Micros
from callcenter.domain.snapshot import ChannelState, QueueState, WaitingState
from callcenter.store import DecisionStore
from callcenter.tracker import GapFiller, LogWatch, RulesInForce, Tracker
from tests.integration.house import EPOCH, NOW, SNAPSHOT, House, Script, caller, house, together
from tests.support.databases import DATABASES

QUEUE = "support"


class Logged(House):
    """One that reads queue_log beside the stream.

    Attributes:
        in_force: By what is judged from the beginning.
    """

    decisions: DecisionStore
    path: Path
    filler: GapFiller | None = None
    in_force: RulesInForce | None = None

    @property
    def filled(self) -> int:
        return 0 if self.filler is None else self.filler.filled

    @property
    def looked(self) -> Micros:
        """Up to when everything was looked at that a gap may have hidden."""
        done = self.filler is not None and not self.filler._waiting
        return read_at(self) or 0 if done else 0

    @property
    def ledger(self) -> dict[str, int]:
        """Visits that are neither ended nor there, by queue."""
        return {} if self.tracker is None else self.tracker.health().ledger

    async def beside(self, group: asyncio.TaskGroup, tracker: Tracker) -> list[asyncio.Task[None]]:
        if self.in_force is not None:
            await tracker.enter(self.in_force)
        self.filler = filler = GapFiller("pbx", self.decisions, self.record, tracker, self.follower.seen.at)
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
        found.decisions = await DecisionStore.open(DATABASES.of(home / "record.sqlite"))
        try:
            yield found
        finally:
            await found.decisions.close()


def at(seconds: float) -> Micros:
    return round((EPOCH + seconds) * SECOND)


def lines(*told: str) -> str:
    """Write lines `second|rest`."""
    return "".join(f"{EPOCH + int(line.partition('|')[0])}|{line.partition('|')[2]}\n" for line in told)


def joins(script: Script, second: int, uid: str) -> list[bytes]:
    return [
        script.frame(second, "Newchannel", **caller(uid, ChannelState="4")),
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


def is_there(
    *waits: tuple[str, int], queue: str = QUEUE, besides: tuple[str, ...] = (), at_second: float = 40
) -> SnapshotTaken:
    """What the switch says after a gap: who waits in a queue, for how many seconds, and who is there besides."""
    channels = tuple(
        ChannelState(caller(uid)["Channel"], uid, uid, 6, "400", "136", "", "", "Queue", 10)
        for uid in (*(uid for uid, _ in waits), *besides)
    )
    waiting = tuple(
        WaitingState(queue, n, caller(uid)["Channel"], uid, "136", seconds) for n, (uid, seconds) in enumerate(waits, 1)
    )
    queues = tuple(QueueState(name, "rrmemory", 0) for name in {QUEUE, queue})
    snapshot = msgspec.structs.replace(
        SNAPSHOT, before=at(at_second), channels=channels, waiting=waiting, queues=queues
    )
    return SnapshotTaken("pbx", NOW, snapshot)


def write(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def read_at(home: Logged) -> Micros | None:
    return None if home.tracker is None else home.tracker.health().queue_log_read_at
