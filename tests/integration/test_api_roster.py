"""The roster over HTTP: a week read and tried out, changed by two people, from a file, and in force."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.domain.frame import SECOND
from callcenter.files.rulebook import load_rulebook
from callcenter.spreadsheet import workbook
from callcenter.tracker import RulesInForce
from callcenter.tracker.enacting import RulesFiles
from callcenter.tracker.settings import RulesSettings
from tests.integration.api import Browser, Department, department
from tests.integration.test_rules_in_force import Bench

pytestmark = pytest.mark.usefixtures("database")
ZONE = "Asia/Shanghai"


def time(agent: str, day: int, start: str = "09:00", end: str = "18:00") -> dict[str, str]:
    return {"agent": agent, "from": f"2026-12-{day:02}T{start}", "to": f"2026-12-{day:02}T{end}"}


FILED = {
    "agents": [
        {"agent": "Alice", "interface": "PJSIP/1001", "team": "hotline", "queues": ["sales"]},
        {"agent": "Bob", "interface": "PJSIP/1002"},
    ],
    "shifts": [time("Alice", 7), time("Bob", 8)],
}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    path = tmp_path / "roster.json"
    path.write_text(json.dumps(FILED))
    settings = RulesSettings(roster=path)

    def read(_: object, approved: Any = ()) -> RulesInForce:
        return RulesInForce(load_rulebook(), settings.read_roster(ZONE, approved))

    async with department(tmp_path) as found:
        rules = RulesFiles(found.decisions, read, roster=path)
        ports = found.service.ports._replace(written=rules.written, filed_roster=rules.filed_roster)
        object.__setattr__(found.service, "ports", ports)
        yield found


def rules_of(work: Department) -> RulesFiles:
    written = work.service.ports.written
    assert written is not None
    rules = written.__self__  # type: ignore[attr-defined]  # a method of the rules
    assert isinstance(rules, RulesFiles)
    return rules


def days(*shifts: dict[str, str], agents: tuple[str, ...] = ("Alice",)) -> dict[str, Any]:
    return {"first": "2026-12-07", "last": "2026-12-13", "agents": [*agents], "shifts": [*shifts]}


async def proposed(person: Browser, content: dict[str, Any], kind: str = "shifts") -> str:
    body = {"kind": kind, "subject": "week 50", "reason": "a swap", "content": content}
    answer = await person.send("POST", "/changes", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_week_changed_by_two_holds_and_the_difference_says_what_it_was(work: Department) -> None:
    sun, hua = await work.signed_in("sun"), await work.signed_in("hua")
    week = (await sun.get("/roster?from=2026-12-07")).json()
    assert [one["agent"] for one in week["people"]] == ["Alice", "Bob"]
    assert [(one["agent"], one["from"]) for one in week["shifts"]] == [
        ("Alice", "2026-12-07T09:00"),
        ("Bob", "2026-12-08T09:00"),
    ]
    assert [(one["kind"], one["agent"], one["hard"]) for one in week["conflicts"]] == [("no_queue", "Bob", False)]
    number = await proposed(sun, days(time("Alice", 9)))
    (listed,) = (await hua.get("/changes?kind=shifts")).json()["items"]
    assert listed["content"] == {}
    assert (await hua.get(f"/changes/{number}")).json()["content"]["shifts"] == [time("Alice", 9)]
    found = (await hua.get(f"/changes/{number}/difference")).json()["items"]
    assert [(one["from"], one["code"], one["name"], one["new"]) for one in found] == [
        ("2026-12-07", "Alice", "shifts", None),
        ("2026-12-09", "Alice", "shifts", "2026-12-09T09:00 – 2026-12-09T18:00"),
    ]
    rules, bench = rules_of(work), Bench()
    await rules.look(bench)
    assert (await hua.send("POST", f"/changes/{number}/approve", If_Match='"1"')).status_code == 200
    await rules.look(bench)
    before, after = bench.entered
    assert before.roster is not None
    assert after.roster is not None
    assert before.roster.shifts["Bob"] == after.roster.shifts["Bob"]
    assert before.roster.shifts["Alice"][0][0] + 2 * 86_400 * SECOND == after.roster.shifts["Alice"][0][0]
    assert (await hua.get(f"/changes/{number}/difference")).json()["items"] == found
    week = (await sun.get("/roster?from=2026-12-07")).json()
    assert {one["from"] for one in week["shifts"] if one["agent"] == "Alice"} == {"2026-12-09T09:00"}


async def test_what_is_in_conflict_is_shown_and_what_cannot_be_used_is_refused(work: Department) -> None:
    sun = await work.signed_in("sun")
    overlapping = days(time("Alice", 9), time("Alice", 9, "17:00", "20:00"), time("Eve", 9), agents=("Alice", "Eve"))
    tried = (await sun.send("POST", "/roster/check", overlapping)).json()
    assert [(one["kind"], one["hard"]) for one in tried["conflicts"]] == [("unknown_agent", True), ("overlap", True)]
    body = {"kind": "shifts", "subject": "x", "reason": "x", "content": overlapping}
    refused = await sun.send("POST", "/changes", body, Accept_Language="en")
    assert refused.status_code == 422
    assert "is not among the agents" in refused.text
    around = days(time("Alice", 13, "10:00", "23:59"))
    assert (await sun.send("POST", "/roster/check", around)).json() == {"conflicts": [], "fault": None}
    told = (await sun.send("POST", "/roster/check", days(time("Bob", 9)), Accept_Language="en")).json()
    assert "is not of the days and people" in told["fault"]


async def test_of_two_changes_of_the_same_days_the_later_is_proposed_anew(work: Department) -> None:
    sun, hua = await work.signed_in("sun"), await work.signed_in("hua")
    one = await proposed(sun, days(time("Alice", 9)))
    two = await proposed(sun, days(time("Alice", 10)))
    other = await proposed(sun, days(time("Bob", 10), agents=("Bob",)))
    work.now += SECOND
    assert (await hua.send("POST", f"/changes/{one}/approve", If_Match='"1"')).status_code == 200
    refused = await hua.send("POST", f"/changes/{two}/approve", If_Match='"1"', Accept_Language="en")
    assert (refused.status_code, "propose anew" in refused.text) == (409, True)
    assert (await hua.send("POST", f"/changes/{other}/approve", If_Match='"1"')).status_code == 200


async def sent(person: Browser, path: str, name: str, held: bytes, **query: str) -> Any:
    headers = {"X-CSRF-Token": person.csrf, "Idempotency-Key": f"file-{name.encode().hex()[-40:]}-{path}"}
    headers |= {"Content-Type": "application/octet-stream", "Accept-Language": "en"}
    params = {"file": name, **query}
    return await person.http.post(f"/api/v1{path}", params=params, content=held, headers=headers)


class TestFile:
    SHIFTS = b"agent,from,to\nAlice,2026/12/9 9:00,2026/12/9 18:00\n"

    @pytest.mark.parametrize("path", ["/roster/file", "/roster/file/check"])
    async def test_file_is_received_in_its_turn_and_not_before(self, work: Department, path: str) -> None:
        """Its key is told by all of it: that is no reason to keep more of them at once."""
        sun = await work.signed_in("sun")
        read: list[str] = []

        async def held() -> AsyncIterator[bytes]:
            read.append(path)
            yield self.SHIFTS

        url = f"/api/v1{path}?file=shifts.csv" + ("" if path.endswith("check") else "&subject=x&reason=y")
        headers = {"X-CSRF-Token": sun.csrf, "Idempotency-Key": "a-key-of-its-own"}
        with work.service.lists.of("sun"):
            refused = await sun.http.post(url, content=held(), headers=headers)
        assert (refused.status_code, read) == (429, [])
        assert (await sun.http.post(url, content=held(), headers=headers)).status_code in {200, 201}

    async def test_a_sheet_of_shifts_says_some_people_s_days(self, work: Department) -> None:
        sun, hua = await work.signed_in("sun"), await work.signed_in("hua")
        tried = (await sent(sun, "/roster/file/check", "shifts.csv", self.SHIFTS)).json()
        assert (tried["whole"], tried["agents"], tried["shifts"], tried["from"]) == (False, 1, 1, "2026-12-09")
        made = await sent(sun, "/roster/file", "shifts.csv", self.SHIFTS, subject="x", reason="y")
        assert (made.status_code, made.json()["kind"]) == (201, "shifts")
        approved = await hua.send("POST", f"/changes/{made.json()['id']}/approve", If_Match='"1"')
        assert approved.status_code == 200, approved.text
        week = (await sun.get("/roster?from=2026-12-07")).json()
        assert [one["from"] for one in week["shifts"] if one["agent"] == "Alice"] == [
            "2026-12-07T09:00",
            "2026-12-09T09:00",
        ]

    async def test_a_workbook_with_agents_is_a_whole_roster(self, work: Department) -> None:
        sun, hua = await work.signed_in("sun"), await work.signed_in("hua")
        agents = [["agent", "interface", "queues"], ["Zoe", "PJSIP/1009", "orders"]]
        shifts = [["agent", "from", "to"], ["Zoe", "2026-12-07 09:00", "2026-12-07 18:00"]]
        held = workbook([("agents", agents), ("shifts", shifts)])
        tried = (await sent(sun, "/roster/file/check", "roster.xlsx", held)).json()
        assert (tried["whole"], tried["conflicts"], tried["faults"]) == (True, [], [])
        made = (await sent(sun, "/roster/file", "roster.xlsx", held, subject="x", reason="y")).json()
        found = (await hua.get(f"/changes/{made['id']}/difference")).json()["items"]
        assert ("Zoe", "agents", "PJSIP/1009 orders") in {(one["code"], one["name"], one["new"]) for one in found}
        assert (await hua.send("POST", f"/changes/{made['id']}/approve", If_Match='"1"')).status_code == 200
        assert [one["agent"] for one in (await sun.get("/roster?from=2026-12-07")).json()["people"]] == ["Zoe"]

    @pytest.mark.one_database
    async def test_a_name_may_be_longer_than_file_systems_take(self, work: Department) -> None:
        tried = await sent(await work.signed_in("sun"), "/roster/file/check", "\U0001f4c5" * 76 + ".csv", self.SHIFTS)
        assert (tried.status_code, len(tried.json().get("faults", ()))) == (200, 1), tried.text

    @pytest.mark.one_database
    async def test_a_key_is_of_all_that_was_said_of_the_file(self, work: Department) -> None:
        sun = await work.signed_in("sun")
        for subject, status in (("x", 201), ("x", 201), ("another", 409)):
            made = await sent(sun, "/roster/file", "shifts.csv", self.SHIFTS, subject=subject, reason="y")
            assert made.status_code == status, made.text

    @pytest.mark.one_database
    @pytest.mark.parametrize(
        ("name", "held", "what"),
        [
            ("shifts.csv", b"agent,from,to\nEve,2026-12-09 09:00,2026-12-09 18:00\n", "'Eve' is not among the agents"),
            ("shifts.csv", b"agent,from\nAlice,2026-12-09 09:00\n", "there is no such column"),
            ("roster.pdf", b"x", "send a workbook"),
            ("roster.xlsx", b"no workbook", "no workbook that can be read"),
        ],
    )
    async def test_what_is_wrong_is_said_row_by_row(self, work: Department, name: str, held: bytes, what: str) -> None:
        sun = await work.signed_in("sun")
        answer = await sent(sun, "/roster/file/check", name, held)
        assert what in answer.text
        refused = await sent(sun, "/roster/file", name, held, subject="x", reason="y")
        assert refused.status_code == 422


@pytest.mark.one_database
@pytest.mark.parametrize(("name", "status"), [("alice", 403), ("li-leads", 403), ("hua", 200), ("root", 403)])
async def test_the_roster_is_for_who_proposes_or_approves(work: Department, name: str, status: int) -> None:
    assert (await (await work.signed_in(name)).get("/roster?from=2026-12-07")).status_code == status
