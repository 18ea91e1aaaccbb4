"""Warnings and breaches come by themselves and are streamed once, with what people do, to whoever reads the case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from callcenter.cases.complaints.vocabulary import Move
from callcenter.domain.frame import Micros
from callcenter.errors import StoreError
from callcenter.staff.rights import Role
from callcenter.staff.roles import Principal
from callcenter.store.complaints.news import CaseNews
from callcenter.store.complaints.people import Deputy, set_deputy
from callcenter.tracker.complaints.watch import CaseWatch
from callcenter.usecases.complaints.settings import ComplaintsSettings
from callcenter.web.live.words import Topic
from tests.integration.complaints import HOUR, OFFICE, UPHELD, WAREHOUSE, Desk, complaints
from tests.integration.lively import Lively, Page
from tests.integration.office import hire
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")

A, B = "a" * 32, "b" * 32


class Watched:
    """Complaints, and what of them is told; `at` in hours after Monday is the clock."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.at = 0.0
        self.told: list[CaseNews] = []
        self.watch = self.anew()

    def anew(self) -> CaseWatch:
        """Begin to watch, as a service that starts does."""
        self.watch = CaseWatch(self.desk.decisions, lambda: self.desk.office, self.told.append, self.clock)
        return self.watch

    def clock(self) -> Micros:
        return MONDAY + round(self.at * HOUR)

    async def look(self, at: float) -> list[tuple[Any, ...]]:
        """Look at a time; gives what was told: what, which case, when in hours, and how far or what was done."""
        self.at = at
        self.told.clear()
        await self.watch.round()
        return [(one.what, one.case[0], (one.at - MONDAY) / HOUR, one.percent or one.move) for one in self.told]


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    async with complaints(tmp_path) as desk:
        found = Watched(desk)
        await found.watch.round()
        yield found


async def test_everything_is_told_once_at_its_own_instant(watched: Watched) -> None:
    await watched.desk.open(A)
    await watched.desk.open(B, by="bob", at=1)
    assert await watched.look(1) == [("opened", "a", 0, "open"), ("opened", "b", 1, "open")]
    assert await watched.look(24) == []
    assert await watched.look(24.5) == [("warned", "a", 24, 50)]
    assert await watched.look(24.5) == []
    await watched.desk.move(A, Move.WITHDRAW, "alice", 30, {"contact": "called", "reason": "solved"})
    assert await watched.look(30) == [("warned", "b", 25, 50), ("moved", "a", 30, "withdraw")]
    assert await watched.look(50) == [("warned", "b", 39.4, 80), ("warned", "b", 49, 100), ("breached", "b", 49, None)]


async def test_what_a_move_lets_come_is_told_before_it(watched: Watched) -> None:
    await watched.desk.open(A)
    await watched.look(0)
    await watched.desk.move(A, Move.CHASE, "sue", 30, {"channel": "phone"})
    assert await watched.look(30) == [("warned", "a", 24, 50), ("moved", "a", 30, "chase")]


async def test_what_came_due_while_the_service_was_down_is_told_once_when_it_starts(watched: Watched) -> None:
    await watched.desk.open(A)
    await watched.look(25)
    watched.anew()
    assert await watched.look(40) == [("warned", "a", 38.4, 80)]
    watched.anew()
    assert await watched.look(40) == []


async def test_a_clock_that_is_set_back_brings_nothing_twice(watched: Watched) -> None:
    await watched.desk.open(A)
    assert len(await watched.look(25)) == 2
    assert await watched.look(1) == []
    assert await watched.look(25) == []


async def test_warnings_that_are_set_otherwise_come_as_they_are_set_now(watched: Watched) -> None:
    await watched.desk.open(A)
    await watched.look(0)
    watched.desk.office = OFFICE._replace(settings=ComplaintsSettings(warn_percent=(75, 100)))
    async with asyncio.timeout(10):
        assert await watched.look(25) == []
    assert await watched.look(37) == [("warned", "a", 36, 75)]


async def test_a_database_that_fails_is_asked_again(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    await watched.desk.open(A)
    await watched.look(0)
    asked = []

    def away() -> None:
        asked.append(1)
        raise StoreError("gone")

    watching = asyncio.create_task(watched.watch.run(every=0.01))
    with monkeypatch.context() as broken:
        broken.setattr(watched.desk.decisions, "writing", away)
        watched.told.clear()
        watched.at = 25
        await until(lambda: len(asked) > 1)
        assert watched.told == []
    await until(lambda: bool(watched.told))
    watching.cancel()
    await asyncio.wait([watching])
    assert [(one.what, one.percent) for one in watched.told] == [("warned", 50)]


async def test_it_looks_at_once_when_it_is_told_of_a_move(watched: Watched) -> None:
    watching = asyncio.create_task(watched.watch.run(every=60))
    await asyncio.sleep(0.05)
    await watched.desk.open(A)
    watched.watch.look()
    await until(lambda: bool(watched.told))
    watching.cancel()
    await asyncio.wait([watching])


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - another task
            await asyncio.sleep(0.01)


class Reader(NamedTuple):
    """Who reads, and of which cases they are told."""

    person: Principal
    told: str


READERS = {
    "alice": Reader(Principal(account="alice", role=Role.AGENT, agent="Alice", team="hotline"), "ar"),
    "dora": Reader(Principal(account="dora", role=Role.AGENT, agent="Dora", team="orders"), "b"),
    "grace": Reader(Principal(account="grace", role=Role.GROUP_LEADER, team="hotline"), "abr"),
    "other": Reader(Principal(account="other", role=Role.GROUP_LEADER, team="orders"), ""),
    "sue": Reader(Principal(account="sue", role=Role.SUPERVISOR), "abrs"),
    "acc": Reader(Principal(account="acc", role=Role.ACCOUNTING), "r"),
    "gus": Reader(Principal(account="gus", role=Role.GENERAL_MANAGER), "s"),
    "qian": Reader(Principal(account="qian", role=Role.QA), ""),
}
"""`a` is Alice's, `b` Bob's, whose deputy is Dora; `r` has remedies, `s` was reported to Gus."""


async def test_stream_tells_each_reader_of_the_cases_that_they_read(watched: Watched) -> None:
    desk, house = watched.desk, Lively()
    await hire(desk.decisions, "dora", Role.AGENT, "Dora", "orders")
    await hire(desk.decisions, "gus", Role.GENERAL_MANAGER)
    async with desk.decisions.writing() as unit:
        await set_deputy(unit, Deputy(account="bob", deputy="dora", away=True), "bob", MONDAY)
    for name, by in (("a", "alice"), ("b", "bob"), ("r", "alice"), ("s", "sue")):
        await desk.open(name * 32, by=by)
    for name, by in (("r", "sue"), ("s", "sue")):
        await desk.move(name * 32, Move.ANALYSE, by, 1, UPHELD)
    await desk.move("r" * 32, Move.ASSIGN, "alice", 1, {"department": "warehouse", "notice": "send it"})
    remedies = [{"kind": "voucher", "amount": "1"}]
    await desk.move("r" * 32, Move.PROPOSE, WAREHOUSE, 1, {"solution": "sent", "remedies": remedies})
    await desk.move("s" * 32, Move.REPORT, "sue", 1, {"text": "found", "to": "gus"})
    await watched.look(1)
    watched.watch = CaseWatch(desk.decisions, lambda: OFFICE, house.feed.case, watched.clock)
    await watched.watch.round()
    pages = {name: page_of(house, one.person) for name, one in READERS.items()}
    for page in pages.values():
        assert (await page.next())[0] == "snapshot"
    await watched.look(25)
    got = {}
    for name, page in pages.items():
        got[name] = "".join(sorted(said["id"][0] for said in await page.rest("cases")))
    assert got == {name: one.told for name, one in READERS.items()}


def page_of(house: Lively, person: Principal) -> Page:
    return Page(house.feed, house.feed.open(person, person.account, [Topic.CASES], None))


async def test_stream_says_none_of_what_people_wrote(watched: Watched) -> None:
    house = Lively()
    page = page_of(house, READERS["sue"].person)
    await page.next()
    watched.watch = CaseWatch(watched.desk.decisions, lambda: OFFICE, house.feed.case, watched.clock)
    await watched.watch.round()
    opened = await watched.desk.open(A, content="张三 13800138000")
    await watched.watch.round()
    assert await page.rest("cases") == [
        {
            "what": "opened",
            "at": MONDAY / 1_000_000,
            "id": A,
            "number": opened.filed.case.number,
            "state": "recorded",
            "owner": "alice",
            "by": "alice",
            "move": "open",
            "percent": None,
        }
    ]
