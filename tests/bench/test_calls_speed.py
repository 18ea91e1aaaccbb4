"""The first page of a list of a million calls, however it is narrowed; the timeline of a call of two hours."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.files.rulebook import load_rulebook
from callcenter.reports.call_list import rang_over
from callcenter.reports.call_timeline import lanes_of
from callcenter.store import DecisionStore
from callcenter.store.decisions.call_qualities import CallDirection
from callcenter.store.record.call_list import CallFilter, CallOrder, calls
from callcenter.store.record.call_story import story_of
from callcenter.store.record.models import OfferRow, TalkRow, VisitRow
from tests.integration.office import opened
from tests.support.databases import DATABASES
from tests.unit.rules.detection.people import MONDAY

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3_600)]

MANY, AT_ONCE, APART, AGENTS, QUEUES = 1_000_000, 20_000, 20 * SECOND, 500, 20
LEAST, TURNS = 100, 5
LONG = "1.long"
TEAM = frozenset(f"Agent {n}" for n in range(12))


def _stays(first: int, chance: random.Random) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]]:
    """Make stays with an offer each, and a talk that no queue made after every fifth."""
    for n in range(first, first + AT_ONCE):
        at, wait = MONDAY + n * APART, chance.randrange(90) * SECOND
        outcome = chance.choices(["answered", "abandoned", "timed_out", "unknown"], [94, 5, 0.99, 0.01])[0]
        agent, queue = f"Agent {chance.randrange(AGENTS)}", f"queue-{chance.randrange(QUEUES)}"
        rang = chance.choices([chance.randrange(15), chance.randrange(40), 200], [90, 9.99, 0.01])[0] * SECOND
        stay: dict[str, Any] = dict.fromkeys(column.name for column in VisitRow.__table__.columns)
        answered = outcome == "answered"
        stay |= {
            "id": f"{n:032x}",
            "node": "pbx",
            "call": f"1.{n}",
            "uniqueid": f"1.{n}",
            "queue": queue,
            "n": 1,
            "caller": f"138{n % 99_999:08}",
            "caller_key": f"+86138{n % 99_999:08}",
            "joined_at": at,
            "left_at": at + wait,
            "answered_at": at + wait if answered else None,
            "ended_at": at + wait + 100 * SECOND,
            "agent": agent if answered else None,
            "outcome": outcome,
            "ended_by": "caller",
            "in_gap": chance.random() < 0.0001,
            "frames": "[1,2,3]",
            "joined_position": n,
            "ended_position": n,
        }
        offer = {
            "id": f"{n:032x}",
            "visit_id": f"{n:032x}",
            "agent": agent,
            "interface": "PJSIP/1",
            "queue": queue,
            "offered_at": at,
            "rang_at": at,
            "connected_at": None,
            "ended_at": at + rang,
            "outcome": "answered" if answered else "timed_out",
            "available": True,
            "refuted": None,
            "in_gap": False,
            "frames": "[1,2,3]",
            "ended_position": n,
        }
        yield stay, offer, _talk(n, at) if n % 5 == 0 else None


def _talk(n: int, at: int) -> dict[str, Any]:
    return {
        "id": f"{n:032x}",
        "node": "pbx",
        "call": f"1.{n}",
        "uniqueid": f"1.{n}",
        "agent": f"Agent {n % AGENTS}",
        "interface": "PJSIP/1",
        "how": "outbound" if n % 2 else "transfer",
        "queue": None,
        "started_at": at,
        "ended_at": at + 60 * SECOND,
        "ended_by": "agent",
        "in_gap": False,
        "frames": "[1,2,3]",
        "began_position": n,
        "ended_position": n,
    }


async def _fill(decisions: DecisionStore) -> None:
    chance = random.Random(7)
    for first in range(0, MANY, AT_ONCE):
        made = [*_stays(first, chance)]
        async with decisions.writing() as unit:
            await unit.connection.execute(insert(VisitRow), [stay for stay, _, _ in made])
            await unit.connection.execute(insert(OfferRow), [offer for _, offer, _ in made])
            await unit.connection.execute(insert(TalkRow), [talk for _, _, talk in made if talk is not None])
    await _long_call(decisions)


async def _long_call(decisions: DecisionStore) -> None:
    """A caller waits for two hours, and three phones ring three times every twenty seconds."""
    (stay, offer, _), *_ = _stays(0, random.Random(7))
    at = stay["joined_at"]
    rounds = range(0, 7200 * SECOND, 20 * SECOND)
    rings = [
        offer
        | {
            "id": f"long {phone} {n}",
            "visit_id": "long",
            "agent": f"Agent {phone}",
            "interface": f"PJSIP/{phone}",
            "outcome": "timed_out",
            "offered_at": at + n,
            "rang_at": at + n,
            "ended_at": at + n + 15 * SECOND,
        }
        for phone in range(3)
        for n in rounds
    ]
    async with decisions.writing() as unit:
        long = stay | {"id": "long", "uniqueid": LONG, "left_at": at + 7200 * SECOND, "outcome": "abandoned"}
        await unit.connection.execute(insert(VisitRow), [long])
        await unit.connection.execute(insert(OfferRow), rings)


def _asked() -> dict[str, CallFilter]:
    book = load_rulebook()
    half = MONDAY + MANY // 2 * APART
    return {
        "newest": CallFilter(),
        "oldest": CallFilter(order=CallOrder.OLDEST),
        "longest wait": CallFilter(order=CallOrder.LONGEST_WAIT),
        "a day": CallFilter(since=half, until=half + 86_400 * SECOND),
        "a queue": CallFilter(queue="queue-3"),
        "no such queue": CallFilter(queue="queue-none"),
        "an agent": CallFilter(agents=frozenset({"Agent 7"})),
        "a team": CallFilter(agents=TEAM),
        "abandoned": CallFilter(outcome=VisitOutcome.ABANDONED),
        "of an outcome that is rare": CallFilter(outcome=VisitOutcome.UNKNOWN),
        "of an outcome that nothing has": CallFilter(outcome=VisitOutcome.REFUSED),
        "partly not seen": CallFilter(in_gap=True),
        "outgoing": CallFilter(direction=CallDirection.OUT),
        "missed by anybody": CallFilter(missed=True),
        "missed by an agent": CallFilter(missed=True, agents=frozenset({"Agent 7"})),
        "missed by a team": CallFilter(missed=True, agents=TEAM),
        "over 3 rings": CallFilter(rang=rang_over(3, book)),
        "over 30 rings (100 calls)": CallFilter(rang=rang_over(30, book)),
        "over 300 rings (none)": CallFilter(rang=rang_over(300, book)),
        "waited over 60 s": CallFilter(waited=60 * SECOND),
        "waited over an hour (one)": CallFilter(waited=3600 * SECOND),
        "a queue, abandoned": CallFilter(queue="queue-3", outcome=VisitOutcome.ABANDONED),
        "of a number": CallFilter(key="+8613800000007"),
    }


@pytest.mark.usefixtures("database")
async def test_first_page_of_a_million_calls(tmp_path: Path) -> None:
    async with opened(tmp_path) as decisions:
        begin = time.perf_counter()
        await _fill(decisions)
        print(f"\n{DATABASES.kind}: {MANY:,} stays made in {time.perf_counter() - begin:.0f} s")
        if DATABASES.kind == "postgresql":
            async with decisions.writing() as unit:
                await unit.connection.execute(text("ANALYZE"))
        async with decisions.reading() as connection:
            for name, asked in _asked().items():
                times = []
                for _ in range(TURNS):
                    begin = time.perf_counter()
                    found = await calls(connection, asked, limit=LEAST + 1)
                    times.append(time.perf_counter() - begin)
                print(f"  {name}: first {times[0] * 1e3:.1f} ms, best {min(times) * 1e3:.1f} ms, {len(found)} rows")
            times = []
            for _ in range(TURNS):
                begin = time.perf_counter()
                story = await story_of(connection, LONG)
                lanes = lanes_of(story, load_rulebook().figures)
                times.append(time.perf_counter() - begin)
            parts = sum(len(lane.parts) for lane in lanes)
            print(
                f"  timeline of two hours, {parts} parts: first {times[0] * 1e3:.1f} ms, best {min(times) * 1e3:.1f} ms"
            )
