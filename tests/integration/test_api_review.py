"""The review desk over HTTP: records by what is due, what may be done with one and by whom, the rule's words."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from callcenter.domain.vocabulary import AgentState
from callcenter.rules.records.violation import StateSince
from tests.integration.api import APPEALED, CONFIRMED, HEARD, Department, Json, department, did
from tests.integration.office import propose
from tests.unit.rules.detection.people import DAY, MONDAY, record

pytestmark = pytest.mark.usefixtures("database")

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def listed(work: Department, query: str, name: str = "sun") -> list[Json]:
    answer = await (await work.signed_in(name)).get(f"/violations?{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def offered(work: Department, number: str, name: str) -> dict[str, Json]:
    read = (await (await work.signed_in(name)).get(f"/violations/{number}", **ENGLISH)).json()
    return {one["item"] or one["action"]: one for one in read["steps"]}


async def test_what_is_due_is_listed_soonest_first_and_what_waits_for_nobody_is_not(work: Department) -> None:
    fresh, heard, appealed, settled = [await propose(work.decisions, n) for n in (1, 2, 3, 4)]
    await did(work, heard, *HEARD)
    await did(work, appealed, *APPEALED)
    await did(work, settled, *CONFIRMED)
    found = await listed(work, "order=due")
    assert [one["id"] for one in found] == [fresh, heard, appealed]
    assert [one["due"] for one in found] == sorted((one["due"] for one in found), key=datetime.fromisoformat)
    assert [one["id"] for one in await listed(work, "order=due&due_by=2026-03-02T10:00:00%2B08:00")] == [fresh, heard]
    page = (await (await work.signed_in("sun")).get("/violations?order=due&limit=1")).json()
    rest = await listed(work, f"order=due&cursor={page['next']}")
    assert [one["id"] for one in rest] == [heard, appealed]


async def test_a_team_s_records_are_told_apart_and_the_file_is_the_list(work: Department) -> None:
    await propose(work.decisions, 1)
    await propose(work.decisions, 2, record(agent="Zoe"), agent="Zoe", team="orders")
    (one,) = await listed(work, "order=due&team=orders")
    file = await (await work.signed_in("sun")).get(
        "/violations/export?order=due&team=orders&columns=agent&columns=due", **ENGLISH
    )
    head, row = csv.reader(io.StringIO(file.text.removeprefix("\ufeff")))
    assert head == ["agent", "due"]
    assert row == ["Zoe", f"{datetime.fromisoformat(one['due']):%Y-%m-%d %H:%M:%S}"]
    assert await listed(work, "order=due&team=orders", "li-leads") == []


async def test_record_tells_its_queue_and_what_the_agent_did_until_the_phone_rang(work: Department) -> None:
    before = (StateSince(AgentState.WRAP_UP, MONDAY), StateSince(AgentState.AVAILABLE, MONDAY + 5_000_000))
    number, older = await propose(work.decisions, 1, before=before), await propose(work.decisions, 2)
    await propose(work.decisions, 3, queue="support")
    sun = await work.signed_in("sun")
    assert [one["queue"] for one in await listed(work, "order=oldest")] == [None, None, "support"]
    file = await sun.get("/violations/export?order=oldest&columns=queue", **ENGLISH)
    assert [row for (row,) in csv.reader(io.StringIO(file.text.removeprefix("\ufeff")))] == ["queue", "", "", "support"]
    assert (await sun.get(f"/violations/{number}")).json()["before"] == [
        {"state": "wrap_up", "since": "2026-03-02T09:00:00+08:00"},
        {"state": "available", "since": "2026-03-02T09:00:05+08:00"},
    ]
    assert (await sun.get(f"/violations/{older}")).json()["before"] == []


async def test_who_may_do_what_now_is_told_with_the_reason_why_not(work: Department) -> None:
    number = await propose(work.decisions)
    assert {name: one["may"] for name, one in (await offered(work, number, "li-leads")).items()} == {
        "notify": True,
        "overturn": False,
    }
    assert (await offered(work, number, "li-leads"))["overturn"]["roles"] == ["supervisor", "manager"]
    assert (await offered(work, number, "li-leads"))["overturn"]["why_not"] == "a group leader may not do this here"
    await did(work, number, ("sun", "notify"))
    found = await offered(work, number, "sun")
    assert found["confirm"]["why_not"].startswith(
        "This must wait until 2026-03-06 00:00, when the agent's time is over, unless"
    )
    assert (found["confirm"]["least_points"], found["confirm"]["most_points"]) == (2, 5)
    await did(work, number, ("alice", "explain"), ("sun", "confirm"), ("alice", "appeal"))
    assert {name for name, one in (await offered(work, number, "sun")).items() if one["may"]} == set()
    may = {name for name, one in (await offered(work, number, "ma")).items() if one["may"]}
    assert may == {"confirm", "reduce", "overturn"}
    await did(work, number, ("ma", "overturn"))
    assert await offered(work, number, "ma") == {}


async def test_the_rule_is_worded_as_the_edition_has_it_by_which_the_record_was_made(work: Department) -> None:
    number = await propose(work.decisions)
    other = await propose(work.decisions, 2, rulebook="1999.1")
    sun = await work.signed_in("sun")
    rule = (await sun.get(f"/violations/{number}", **ENGLISH)).json()["rule_text"]
    assert (rule["code"], rule["source"], rule["severity"]) == ("V-MISSED", "S4", "minor")
    assert rule["title"]
    assert (await sun.get(f"/violations/{other}")).json()["rule_text"] is None


async def test_who_waited_meanwhile_is_told_with_their_times(work: Department) -> None:
    kept_out = {"queue": "sales", "uniqueid": "1.1", "visit": 1, "outcome": "abandoned"}
    at = work.now
    impact = [kept_out | {"frames": [1], "joined": at - DAY, "left": None}, kept_out]
    number = await propose(work.decisions, impact=impact)
    found = (await (await work.signed_in("sun")).get(f"/violations/{number}")).json()["impact"]
    assert [(one["joined"], one["left"]) for one in found] == [("2026-03-01T09:00:00+08:00", None), (None, None)]
    assert "frames" not in found[0]
