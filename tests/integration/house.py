"""Tracker, journal and record in a directory of their own, behind a client that says what the test hands it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from callcenter.ami.items import FramesRead, Item
from callcenter.ami.wire import Wire
from callcenter.domain.facts import Fact
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND
from callcenter.domain.snapshot import Snapshot
from callcenter.errors import StoreError
from callcenter.journal import Journal, JournalSettings
from callcenter.rules.records.violation import Violation
from callcenter.store import Filing, JournalledFacts, Store
from callcenter.tracker import Follower, RecordKeeper, Tracker, recover
from callcenter.tracker.bound import OpenBound
from tests.support.databases import DATABASES
from tests.support.party import party

PATIENCE = 60.0
NOW = 1_900_000_000 * SECOND
EPOCH = 1_800_000_000
"""From when on the switch's frames are, by its clock."""
SNAPSHOT = Snapshot(None, NOW, "22.10.1", "", "", (), (), (), (), None, None)


class Script:
    """A client that says what the test hands it."""

    def __init__(self) -> None:
        self.up = True
        self.lag: float | None = 0.001
        self.graded: bool | None = True
        self.frames_total = {"parsed": 1}
        self.cuts: list[str] = []
        self._items: asyncio.Queue[Item | None] = asyncio.Queue()
        self._seq = 0

    async def __aiter__(self) -> AsyncIterator[Item]:
        while (item := await self._items.get()) is not None:
            yield item

    def say(self, *items: Item) -> None:
        for item in items:
            self._items.put_nowait(item)

    def cut(self, reason: str) -> None:
        self.cuts.append(reason)

    def end(self) -> None:
        self._items.put_nowait(None)

    def joins(self, count: int) -> FramesRead:
        """Make frames of so many callers who join a queue, one a second."""
        return together([self._join() for _ in range(count)])

    def _join(self) -> bytes:
        number = self._seq + 1
        return self.frame(number, "QueueCallerJoin", **caller(f"1.{number}"), Queue="consumers", Position="1")

    def frame(self, second: float, name: str, **headers: str) -> bytes:
        """Make the next frame of the switch, so many seconds after its `EPOCH`."""
        self._seq += 1
        opening = {
            "Event": name,
            "Privilege": "agent,all",
            "Timestamp": f"{EPOCH + second:.6f}",
            "SequenceNumber": str(self._seq),
            "File": "a.c",
            "Line": "1",
            "Func": "f",
        }
        return "".join(f"{header}: {value}\r\n" for header, value in (opening | headers).items()).encode()


def together(raw: Sequence[bytes]) -> FramesRead:
    """Read frames as one piece."""
    frames = [Wire().feed(block + b"\r\n")[0] for block in raw]
    return FramesRead("pbx", NOW, tuple(frames), tuple(raw))


def caller(uniqueid: str, **known: str) -> dict[str, str]:
    """Name a caller's channel."""
    return party(Channel=f"PJSIP/t-{uniqueid.rpartition('.')[2]}", Uniqueid=uniqueid, **known)


class Watcher:
    """A live view that remembers what it was told."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.looks = 0

    def happened(self, facts: Sequence[Fact], floor: Floor) -> None:
        self.facts += facts
        self.looks += not facts
        assert floor.state is not None

    def judged(self, violations: Sequence[Violation]) -> None:
        raise AssertionError("there is no judge here")


class Moody(Store):
    """A store that fails as long as it is told to."""

    trouble: StoreError | None = None
    failed = 0
    hangs: asyncio.Event | None = None

    async def write(
        self, told: Sequence[JournalledFacts], upto: int, filing: Filing | None = None, seal: str | None = None
    ) -> list[str]:
        if self.trouble is not None:
            self.failed += 1
            raise self.trouble
        if self.hangs is not None:
            self.failed += 1
            await self.hangs.wait()
        return await super().write(told, upto, filing, seal)


class House:
    """Everything from the client to the record, in a directory of its own."""

    def __init__(self, store: Moody, journal: Journal) -> None:
        self.store = store
        self.journal = journal
        self.record = RecordKeeper(store, journal)
        self.script = Script()
        self.watcher = Watcher()
        self.follower = Follower()
        self.bound: OpenBound | None = None
        self.tracker: Tracker | None = None

    async def live(self) -> None:
        """Recover, then follow the script to its end."""
        async with asyncio.TaskGroup() as group:
            recording = group.create_task(self.record.run())
            self.follower = await recover(self.journal, self.record)
            self.tracker = Tracker("pbx", self.script, self.journal, self.record, self.follower, self.bound)
            self.tracker.attach(self.watcher)
            beside = await self.beside(group, self.tracker)
            await self.tracker.run()
            for task in beside:
                task.cancel()
            recording.cancel()

    async def beside(self, group: asyncio.TaskGroup, tracker: Tracker) -> list[asyncio.Task[None]]:
        """Start what else runs while it follows."""
        assert group is not None
        assert tracker is not None
        return []


@asynccontextmanager
async def house(home: Path, kind: type[House] = House, **changes: Any) -> AsyncIterator[House]:
    journal_settings = JournalSettings(path=home / "journal.sqlite", min_free_bytes=0, **changes.pop("journal", {}))
    settings = DATABASES.of(home / "record.sqlite", retry_seconds=0.01, **changes)
    await DATABASES.migrate(settings)
    store = await Moody.open(settings, "pbx")
    async with asyncio.timeout(PATIENCE), await Journal.open(journal_settings) as journal:
        yield kind(store, journal)
    await store.close()


async def until_true(condition: Any) -> None:
    while not condition():  # noqa: ASYNC110 - the condition is the other side's
        await asyncio.sleep(0.005)


async def run_to_the_end(home: House, *items: Item) -> None:
    home.script.say(*items)
    home.script.end()
    await home.live()
