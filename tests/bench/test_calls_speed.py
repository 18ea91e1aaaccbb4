"""The first page of a list of a million calls, however it is narrowed; the timeline of a call of two hours."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert

from callcenter.domain.frame import SECOND
from callcenter.domain.vocabulary import VisitOutcome
from callcenter.files.rulebook import load_rulebook
from callcenter.reports.call_list import rang_over
from callcenter.reports.call_timeline import lanes_of
from callcenter.store import DecisionStore
from callcenter.store.decisions.call_qualities import CallDirection
from callcenter.store.record.call_list import CallFilter, CallOrder, calls
from callcenter.store.record.call_story import story_of
from callcenter.store.record.models import OfferRow, VisitRow
from tests.bench.million import MANY, analysed, fill, ident, timed
from tests.integration.office import opened
from tests.support.databases import DATABASES
from tests.unit.rules.detection.people import MONDAY

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3_600)]

APART, AGENTS, QUEUES, LEAST = 20 * SECOND, 500, 20, 100
LONG, WAITED = "1.long", 45 * SECOND
TEAM = frozenset(f"Agent {n}" for n in range(12))
NOBODIES = frozenset({"nobody", "no one"})


_CALL, _NUMBER = "'1.' || CAST(n AS TEXT)", "CAST(13800000000 + n % 99999 AS TEXT)"
_AT = f"{MONDAY} + n * {APART}"
_LEFT = f"{_AT} + (n * 7919) % 90 * {SECOND}"
_OUTCOME = (
    "CASE WHEN (n * 31) % 10007 = 0 THEN 'unknown' WHEN (n * 17) % 101 = 0 THEN 'timed_out' "
    "WHEN (n * 13) % 19 = 0 THEN 'abandoned' ELSE 'answered' END"
)
_ANSWERED = f"{_OUTCOME} = 'answered'"
_AGENT = f"'Agent ' || CAST((n * 7907) % {AGENTS} AS TEXT)"
_QUEUE = f"'queue-' || CAST((n * 7901) % {QUEUES} AS TEXT)"
_RANG = f"(CASE WHEN (n * 37) % 9973 = 0 THEN 200 WHEN (n * 41) % 11 = 0 THEN n % 40 ELSE n % 15 END) * {SECOND}"
_STAY = {
    "node": "'pbx'",
    "call": _CALL,
    "uniqueid": _CALL,
    "queue": _QUEUE,
    "n": "1",
    "caller": _NUMBER,
    "caller_key": f"'+86' || {_NUMBER}",
    "joined_at": _AT,
    "left_at": _LEFT,
    "answered_at": f"CASE WHEN {_ANSWERED} THEN {_LEFT} END",
    "ended_at": f"{_LEFT} + {100 * SECOND}",
    "agent": f"CASE WHEN {_ANSWERED} THEN {_AGENT} END",
    "outcome": _OUTCOME,
    "ended_by": "'caller'",
    "in_gap": "(n * 29) % 10009 = 0",
    "frames": "'[1,2,3]'",
    "joined_position": "n",
    "ended_position": "n",
}
_OFFER = {
    "agent": _AGENT,
    "interface": "'PJSIP/1'",
    "queue": _QUEUE,
    "offered_at": _AT,
    "rang_at": _AT,
    "ended_at": f"{_AT} + {_RANG}",
    "outcome": f"CASE WHEN {_ANSWERED} THEN 'answered' ELSE 'timed_out' END",
    "available": "1 = 1",
    "in_gap": "1 = 0",
    "frames": "'[1,2,3]'",
    "ended_position": "n",
}
_TALK = {
    "node": "'pbx'",
    "call": _CALL,
    "uniqueid": _CALL,
    "agent": _AGENT,
    "interface": "'PJSIP/1'",
    "how": "CASE WHEN n % 2 = 0 THEN 'outbound' ELSE 'transfer' END",
    "started_at": _AT,
    "ended_at": f"{_AT} + {60 * SECOND}",
    "ended_by": "'agent'",
    "in_gap": "1 = 0",
    "frames": "'[1,2,3]'",
    "began_position": "n",
    "ended_position": "n",
}


async def fill_calls(decisions: DecisionStore) -> None:
    """Write stays, an offer each, and a talk that no queue made for every fifth."""
    own = {"id": ident()}
    await fill(decisions, "visits", own | _STAY)
    await fill(decisions, "offers", own | {"visit_id": ident()} | _OFFER)
    await fill(decisions, "talks", own | _TALK, 5)
    await _long_call(decisions)


async def _long_call(decisions: DecisionStore) -> None:
    """A caller waits for two hours, and three phones ring three times every twenty seconds."""
    at = MONDAY
    rounds = range(0, 7200 * SECOND, 20 * SECOND)
    rings = [
        {
            "id": f"long {phone} {n}",
            "visit_id": "long",
            "agent": f"Agent {phone}",
            "interface": f"PJSIP/{phone}",
            "outcome": "timed_out",
            "offered_at": at + n,
            "rang_at": at + n,
            "ended_at": at + n + 15 * SECOND,
            "queue": "queue-1",
            "available": True,
            "in_gap": False,
            "frames": "[1]",
            "ended_position": 1,
        }
        for phone in range(3)
        for n in rounds
    ]
    async with decisions.writing() as unit:
        long = {"id": "long", "node": "pbx", "uniqueid": LONG, "n": 1, "joined_at": at, "outcome": "abandoned"}
        long |= {"left_at": at + 7200 * SECOND, "frames": "[1]", "ended_position": 1}
        await unit.connection.execute(insert(VisitRow), [long])
        await unit.connection.execute(insert(OfferRow), rings)


def calls_asked() -> dict[str, CallFilter]:
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
        "missed by a team, of a queue": CallFilter(missed=True, agents=TEAM, queue="queue-3"),
        "missed by a team, the oldest": CallFilter(missed=True, agents=TEAM, order=CallOrder.OLDEST),
        "missed by a fifth of all": CallFilter(missed=True, agents=frozenset(f"Agent {n}" for n in range(100))),
        "a team without calls": CallFilter(agents=NOBODIES),
        "a team without calls, a queue": CallFilter(agents=NOBODIES, queue="queue-3"),
        "a team without calls, longest wait": CallFilter(agents=NOBODIES, order=CallOrder.LONGEST_WAIT),
        "a team, an outcome": CallFilter(agents=TEAM, outcome=VisitOutcome.ANSWERED),
        "a queue, rare outcome": CallFilter(queue="queue-3", outcome=VisitOutcome.UNKNOWN),
        "outgoing, partly not seen": CallFilter(direction=CallDirection.OUT, in_gap=True),
        "waited over 60 s, an agent without calls": CallFilter(waited=60 * SECOND, agents=frozenset({"nobody"})),
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
        await fill_calls(decisions)
        print(f"\n{DATABASES.kind}: {MANY:,} stays made in {time.perf_counter() - begin:.0f} s")
        await analysed(decisions)
        async with decisions.reading() as connection:
            for name, asked in calls_asked().items():
                await timed(name, partial(calls, connection, asked, limit=LEAST + 1))
                place = WAITED if asked.order is CallOrder.LONGEST_WAIT else MONDAY + MANY // 2 * APART
                await timed(f"{name}, a page from the middle", partial(calls, connection, asked, after=(place, "f")))
            book = load_rulebook()
            story = await timed("a call of two hours is read", partial(story_of, connection, LONG))
            begin = time.perf_counter()
            lanes = lanes_of(story, book.figures)
            parts = sum(len(lane.parts) for lane in lanes)
            print(f"  and laid out in {(time.perf_counter() - begin) * 1e3:.1f} ms: {parts} parts")
