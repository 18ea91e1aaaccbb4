"""A floor with a live stream, and people who read it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from callcenter.cases.owners import NumberTable, match_of
from callcenter.domain import company as co
from callcenter.domain import events as ev
from callcenter.domain.floor import Floor
from callcenter.domain.frame import SECOND, Micros
from callcenter.numbers import Numbering
from callcenter.rules.records.texts import Reason
from callcenter.rules.records.violation import Verdict, Violation
from callcenter.rules.regulations.edition import Mode, Severity
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal
from callcenter.tracker.sink import Sink
from callcenter.usecases.customers.log_pops import PopShown
from callcenter.usecases.customers.tell_caller import CallAsked, KnownCaller
from callcenter.web.live.feed import LiveFeed
from callcenter.web.live.reader import LiveReader, LiveTerms
from callcenter.web.live.words import Topic
from tests.unit.rules.detection.story import packaged
from tests.unit.test_exporter import NOON, House

TEAMS = {"Alice": "hotline", "Bob": "orders"}
ALICE = Principal(account="alice", role=Role.AGENT, agent="Alice", team="hotline")
BOB = Principal(account="bobby", role=Role.AGENT, agent="Bob", team="orders")
LEADER = Principal(account="li-leads", role=Role.GROUP_LEADER, agent="Li", team="hotline")
SUPERVISOR = Principal(account="sun", role=Role.SUPERVISOR)
ADMIN = Principal(account="root", role=Role.ADMIN)


class Lively(House):
    """A house whose live stream is told after its exporter."""

    def __init__(self, floor: Floor | None = None, since: Micros = NOON, *, tell_listening: bool = True) -> None:
        super().__init__(floor=floor, book=packaged())
        self.now = since
        self.asked: list[str] = []
        self.known: dict[str, KnownCaller] = {}
        self.look_up_takes = 0.0
        self.logged: list[PopShown] = []
        self.log_fault: Exception | None = None
        self.left: list[tuple[str, dict[str, Any]]] = []
        self.feed = LiveFeed(
            self.exporter,
            lambda: self.figures,
            lambda agent, _: TEAMS.get(agent),
            lambda: Numbering(internal=("8001",)),
            self,
            terms=LiveTerms(600 * SECOND, tell_listening),
            clock=lambda: self.now,
        )
        self.sinks: list[Sink] = [self.exporter, self.feed]

    async def log_pops(self, pops: Sequence[PopShown]) -> None:
        if self.log_fault is not None:
            raise self.log_fault
        self.logged += pops

    async def let_leave(self, agent: str, told: Mapping[str, Any]) -> None:
        if self.log_fault is not None:
            raise self.log_fault
        self.left.append((agent, dict(told)))

    async def who_calls(self, asked: CallAsked) -> KnownCaller:
        self.asked.append(asked.uniqueid)
        await asyncio.sleep(self.look_up_takes)
        return self.known.get(asked.number.key or "", KnownCaller(customer=match_of(asked.number, NumberTable())))

    def tell(self, kind: Any, *words: Any, after: float = 0, **named: Any) -> None:
        self.now += round(after * 1_000_000)
        self._pos += 1
        facts = self.floor.apply(kind(self.now, self._pos, *words, **named))
        for sink in self.sinks:
            sink.happened(facts, self.floor)

    def join(self, caller: str = "c1", queue: str = "sales", number: str = "13812345678") -> None:
        name = f"PJSIP/trunk-{caller}"
        self.tell(ev.ChannelStarted, caller, name, caller, "400", calling=True, number=number)
        self.tell(ev.CallerJoined, caller, name, caller, queue, 1, number, "400")

    def answer(self, caller: str = "c1", agent: str = "Alice", queue: str = "sales", after: float = 0) -> None:
        super().answer(caller, agent, queue, after)
        for uid, name in ((caller, f"PJSIP/trunk-{caller}"), (f"{caller}-{agent}", f"{self.phone(agent)}-{caller}")):
            self.tell(co.BridgeEntered, uid, name, caller, f"b-{caller}", None)

    def open(self, person: Principal, *topics: Topic, after: int | None = None) -> Page:
        return Page(self.feed, self.feed.open(person, f"s-{person.account}", topics or tuple(Topic), after))


class Page:
    """What one reader has been sent."""

    def __init__(self, feed: LiveFeed, reader: LiveReader) -> None:
        self.reader = reader
        self._frames: AsyncIterator[bytes] = feed.frames(reader)
        self.last = 0

    async def next(self) -> tuple[str, Any]:
        """Wait for the next event, which is not a heartbeat."""
        async with asyncio.timeout(5):
            async for frame in self._frames:
                name, said, number = parsed(frame)
                self.last = number or self.last
                if name not in {"", "age"}:
                    return name, said
        raise AssertionError("the stream is over")

    async def rest(self, name: str = "calls") -> list[Any]:
        """Return what is there already, of one topic."""
        found = []
        while self.reader.pending or self.reader.stale:
            topic, said = await self.next()
            found += [said] if topic == name else []
        return found


def parsed(frame: bytes) -> tuple[str, Any, int | None]:
    """Take one server-sent event apart, as a browser does."""
    fields = dict(line.split(": ", 1) for line in frame.decode().rstrip("\n").split("\n"))
    number = int(fields["id"]) if "id" in fields else None
    return fields.get("event", ""), json.loads(fields.get("data", "null")), number


def violation(mode: Mode = Mode.ON, verdict: Verdict = Verdict.PROPOSED) -> Violation:
    """Make a record about Alice."""
    return Violation(
        id="ab" * 32,
        rule="V-MISSED",
        agent="Alice",
        at=NOON,
        start=NOON,
        end=NOON,
        verdict=verdict,
        mode=mode,
        severity=Severity.MINOR,
        points=2,
        rulebook="1",
        measured=None,
        limit=None,
        unit=None,
        impact=None,
        act=Reason("declined", {"measured": "2", "rings": "1"}),
        reason=None,
        ruled_out=(),
        subject="s",
        names=(),
        frames=(),
    )
