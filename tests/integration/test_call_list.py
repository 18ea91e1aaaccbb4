"""The list of calls: who sees which, narrowed and sorted, of one number, as a file; on both databases."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, select

from callcenter.cases.access import LookKind
from callcenter.domain.frame import SECOND
from callcenter.numbers import numbering_of
from callcenter.store import rarest
from callcenter.store.customers.looks import uses_of
from callcenter.store.record.models import OfferRow, TalkRow, VisitRow
from callcenter.store.tables import AuditRow
from callcenter.tracker import RulesInForce
from tests.integration.api import ROSTER, Department, department
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")

ALICES, BOBS, LOST, REFUSED, ZOES, OPEN = (f"1.{n}" for n in range(6))
OUT = "1.9"


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        found.in_force = RulesInForce(found.in_force.rulebook, ROSTER, numbering=numbering_of("0571", None, ()))
        async with found.decisions.writing() as unit:
            await unit.execute(insert(VisitRow).values([*map(stay, STAYS)]))
            await unit.execute(insert(OfferRow).values([offer(n, one) for n, one in enumerate(OFFERS)]))
            await unit.execute(
                insert(TalkRow).values([talk("1.0", "Bob", "transfer", 290), talk(OUT, "Zoe", "outbound", 90)])
            )
        yield found


def stay(told: dict[str, Any]) -> dict[str, Any]:
    """A stay of the n-th caller, which began n minutes after the first."""
    n, begun = told["n"], MONDAY + told["n"] * 60 * SECOND
    row: dict[str, Any] = dict.fromkeys(column.name for column in VisitRow.__table__.columns)
    wait = told.get("wait")
    row |= {
        "id": f"{n:032x}",
        "node": "pbx",
        "uniqueid": f"1.{n}",
        "queue": "consumers",
        "caller": f"1380025000{n}",
        "caller_key": f"+861380025000{n}",
        "joined_at": begun,
        "left_at": None if wait is None else begun + round(wait * SECOND),
        "in_gap": False,
        "frames": "[]",
        "ended_position": 5,
    }
    return row | {name: value for name, value in told.items() if name != "wait"} | {"n": 1}


def answered(n: int, agent: str, **other: Any) -> dict[str, Any]:
    at = MONDAY + n * 60 * SECOND + 20 * SECOND
    return {"n": n, "outcome": "answered", "agent": agent, "answered_at": at, "ended_at": at + 100 * SECOND} | other


STAYS = [
    answered(0, "Alice", wait=20, ended_by="transfer"),
    answered(1, "Bob", wait=3, queue="orders"),
    {"n": 2, "outcome": "abandoned", "wait": 61, "ended_by": "caller", "in_gap": True},
    {"n": 3, "outcome": "refused", "joined_at": None, "refused_at": MONDAY + 180 * SECOND},
    answered(4, "Zoe", wait=5),
    {"n": 5, "outcome": None, "ended_position": None},
]
OFFERS = [
    {"of": 0, "agent": "Alice", "outcome": "answered", "rang": 16},
    {"of": 1, "agent": "Bob", "outcome": "answered", "rang": 2},
    {"of": 2, "agent": "Bob", "outcome": "timed_out", "rang": 31},
    {"of": 2, "agent": "Zoe", "outcome": "caller_left", "rang": 3},
]


def offer(n: int, told: dict[str, Any]) -> dict[str, Any]:
    at = MONDAY + told["of"] * 60 * SECOND
    return {
        "id": f"offer {n}",
        "visit_id": f"{told['of']:032x}",
        "agent": told["agent"],
        "interface": "PJSIP/1",
        "queue": "consumers",
        "offered_at": at,
        "rang_at": at,
        "connected_at": None,
        "ended_at": at + told["rang"] * SECOND,
        "outcome": told["outcome"],
        "available": True,
        "refuted": None,
        "in_gap": False,
        "frames": "[]",
        "ended_position": 5,
    }


def talk(uniqueid: str, agent: str, how: str, at: int) -> dict[str, Any]:
    return {
        "id": f"{how} {uniqueid}",
        "node": "pbx",
        "call": uniqueid,
        "uniqueid": uniqueid,
        "agent": agent,
        "interface": "PJSIP/1",
        "how": how,
        "queue": None,
        "started_at": MONDAY + at * SECOND,
        "ended_at": MONDAY + (at + 60) * SECOND,
        "ended_by": "caller",
        "in_gap": False,
        "frames": "[]",
        "began_position": 5,
        "ended_position": 5,
    }


async def listed(work: Department, name: str, query: str = "") -> list[str]:
    answer = await (await work.signed_in(name)).get(f"/calls{query}")
    assert answer.status_code == 200, answer.text
    return [one["uniqueid"] for one in answer.json()["items"]]


async def test_who_sees_which_calls(work: Department) -> None:
    everything = ["1.5", "1.0", "1.4", "1.3", "1.2", "1.9", "1.1", "1.0"]
    assert {name: await listed(work, name) for name in ("alice", "bobby", "li-leads", "sun", "hua")} == {
        "alice": ["1.0"],
        "bobby": ["1.0", "1.1"],
        "li-leads": ["1.0", "1.1", "1.0"],
        "sun": everything,
        "hua": everything,
    }
    refused = [
        (await (await work.signed_in(name)).get(f"/calls{query}")).status_code
        for name, query in (
            ("acc", ""),
            ("alice", "?agent=Bob"),
            ("li-leads", "?agent=Zoe"),
            ("hua", f"?customer={1:032x}"),
        )
    ]
    assert refused == [403, 403, 403, 403]


NARROWED = {
    "queue=orders": ["1.1"],
    "agent=Zoe": ["1.4", "1.9"],
    "missed=true": ["1.2"],
    "missed=true&agent=Bob": ["1.2"],
    "missed=true&agent=Zoe": [],
    "outcome=answered": ["1.0", "1.4", "1.9", "1.1", "1.0"],
    "outcome=abandoned": ["1.2"],
    "direction=out": ["1.9"],
    "direction=in&order=oldest&limit=3": ["1.0", "1.1", "1.2"],
    "rings_over=3": ["1.2", "1.0"],
    "rings_over=4": ["1.2"],
    "wait_over=20": ["1.2"],
    "order=longest_wait": ["1.2", "1.0", "1.4", "1.1"],
    "in_gap=true": ["1.2"],
    "from=2026-03-02T09:01:00%2B08:00&to=2026-03-02T09:02:00%2B08:00": ["1.9", "1.1"],
}


async def test_calls_are_narrowed_and_sorted(work: Department) -> None:
    assert {query: await listed(work, "sun", f"?{query}") for query in NARROWED} == NARROWED


async def paged(work: Department, order: str) -> list[str]:
    """Read a list two calls at a time."""
    found, cursor = [], ""
    while True:
        page = (await (await work.signed_in("sun")).get(f"/calls?order={order}&limit=2{cursor}")).json()
        found += [one["uniqueid"] for one in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def test_pages_follow_each_other_without_a_hole(work: Department) -> None:
    orders = ("newest", "oldest", "longest_wait")
    whole = {order: await listed(work, "sun", f"?order={order}") for order in orders}
    assert {order: await paged(work, order) for order in orders} == whole


async def test_a_row_tells_what_is_known_and_null_where_it_is_not(work: Department) -> None:
    shown = (await (await work.signed_in("li-leads")).get("/calls?agent=Alice")).json()["items"]
    (one,) = shown
    assert (one["caller"], one["rings"], one["wait_seconds"], one["talk_seconds"]) == ("138****0000", 4, 20, 100)
    assert (one["direction"], one["how"], one["ended_by"]) == ("in", None, "transfer")
    lasting = (await (await work.signed_in("sun")).get("/calls?limit=1")).json()["items"][0]
    assert [lasting[name] for name in ("outcome", "rings", "wait_seconds", "talk_seconds", "agent")] == [None] * 5


async def test_calls_of_a_number_are_asked_for_in_a_body_and_the_asking_is_logged(work: Department) -> None:
    sun = await work.signed_in("sun")
    found = (await sun.send("POST", "/calls/search", {"number": "138 0025 0000"})).json()["items"]
    none = (await sun.send("POST", "/calls/search", {"number": "nobody"})).json()["items"]
    own = (await (await work.signed_in("alice")).send("POST", "/calls/search", {"number": "13800250001"})).json()
    assert [(one["uniqueid"], one["how"]) for one in found] == [("1.0", "transfer"), ("1.0", None)]
    assert (none, own["items"]) == ([], [])
    async with work.decisions.reading() as connection:
        uses = [[use.how for use in await uses_of(connection, name, 0)] for name in ("sun", "alice")]
    assert uses == [[LookKind.SEARCH], [LookKind.SEARCH]]


@pytest.mark.one_database
async def test_a_file_has_the_columns_that_were_asked_for_and_is_noted(work: Department) -> None:
    leader = await work.signed_in("li-leads")
    answer = await leader.get(
        "/calls/export?columns=caller&columns=outcome&columns=wait&missed=true", **{"Accept-Language": "en"}
    )
    sheet = await leader.get("/calls/export?format=xlsx")
    rows = [*csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))]
    assert rows == [["caller", "outcome", "wait (s)"], ["138****0002", "abandoned", "61.0"]]
    assert (sheet.status_code, sheet.content[:2]) == (200, b"PK")
    async with work.decisions.reading() as connection:
        noted = [*await connection.scalars(select(AuditRow.detail).where(AuditRow.action == "export"))]
    assert noted == ['{"calls":1}', '{"calls":3}']


PLANS = {
    "": "ix_visits_began",
    "queue=orders": "ix_visits_queue_began",
    "agent=Zoe": "ix_visits_agent_began",
    "outcome=abandoned": "ix_visits_outcome_began",
    "in_gap=true": "ix_visits_in_gap_began",
    "order=longest_wait": "ix_visits_waited",
}


async def plan(work: Department, query: str) -> str:
    """Say how SQLite reads the stays of a page."""
    asked: list[tuple[str, Any]] = []

    def told(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    sun = await work.signed_in("sun")
    event.listen(Engine, "before_cursor_execute", told)
    try:
        assert (await sun.get(f"/calls?{query}")).status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", told)
    statement, parameters = next(one for one in asked if "place" in one[0] and "FROM visits" in one[0])
    async with work.decisions.reading() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return "; ".join(str(row.detail) for row in rows)


@pytest.mark.one_database
async def test_a_page_is_looked_up_in_an_index(work: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    """The expression that an index is made of is told word for word, or the database sorts a million rows."""
    monkeypatch.setattr(rarest, "FEW", -1)  # as where they are many
    plans = {query: await plan(work, query) for query in PLANS}
    assert {query: index for query, index in PLANS.items() if index in plans[query].split()} == PLANS
    assert not [told for told in plans.values() if "TEMP B-TREE" in told]
