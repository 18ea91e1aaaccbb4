"""A draft rulebook tried over HTTP: what would change for whom, how far it is, that it stops where it is asked to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.files.rulebook import written
from callcenter.reports.trial.run import Archive
from callcenter.reports.trial.verdicts import TrialSpan
from callcenter.staff.rights import Role
from callcenter.store import JournalledFacts, Store
from callcenter.store.record.archive import Extent
from callcenter.tracker import RulesInForce
from callcenter.web.api.review.trying import ArchiveTrials
from tests.integration.api import Department, Json, department
from tests.integration.office import hire, settings_of
from tests.integration.test_rules_try import DAY, missed_and_late
from tests.unit.rules.detection.story import packaged, roster

pytestmark = pytest.mark.usefixtures("database")

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        found.in_force = RulesInForce(packaged(), roster())
        ports = found.service.ports._replace(trials=ArchiveTrials(settings_of(tmp_path), "pbx"))
        object.__setattr__(found.service, "ports", ports)
        store = await Store.open(settings_of(tmp_path), "pbx")
        told = [JournalledFacts(n, [fact]) for n, fact in enumerate(missed_and_late().facts, store.position + 1)]
        await store.write(told, store.position + len(told))
        await store.close()
        yield found


def draft(**rule: Any) -> Json:
    content = written()
    content["editions"][-1]["violations"]["V-MISSED"] |= rule
    return content


async def started(work: Department, day: str = DAY, name: str = "ma", **said: Any) -> Json:
    body = {"from": day, "to": day, **(said or {"content": draft(points=4)})}
    answer = await (await work.signed_in(name)).send("POST", "/rules/trials", body)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def ended(work: Department, number: str, name: str = "ma") -> Json:
    while True:
        read = (await (await work.signed_in(name)).get(f"/rules/trials/{number}", **ENGLISH)).json()
        if read["state"] != "running":
            return read
        await asyncio.sleep(0.02)


async def test_who_may_change_rules_sees_what_a_draft_would_change_for_each_agent(work: Department) -> None:
    number = (await started(work))["id"]
    found = await ended(work, number)
    assert (found["state"], found["progress"], found["fault"]) == ("done", 1.0, None)
    (row,) = found["on"]["rows"]
    assert (row["agent"], row["rule"], row["title"]) == ("Alice", "V-MISSED", "Offered call missed or declined")
    assert (row["in_force"]["points"], row["draft"]["points"], row["changed"]) == (4, 8, 2)
    assert found["on"]["total"]["points"] == row["points"] == 4
    assert found["shadow"] is None
    assert (found["from"], found["draft"]) == (DAY, written()["editions"][-1]["version"])
    noted = (await (await work.signed_in("hua")).get("/audit?limit=50")).json()["items"]
    assert [(one["action"], one["actor"]) for one in noted if one["kind"] == "rulebook"] == [("try", "ma")]


async def test_who_is_judged_is_shown_nothing_of_themselves_in_any_sum(work: Department) -> None:
    number = (await started(work))["id"]
    await ended(work, number)
    for agent, rows, points in (("Alice", [], 0), ("Bob", ["Alice"], 4)):
        name = f"hr-{agent.lower()}"
        await hire(work.decisions, name, Role.HR, agent)
        browser = work.browser()
        await browser.sign_in(name)
        shown = (await browser.get(f"/rules/trials/{number}")).json()["on"]
        await browser.http.aclose()
        assert ([row["agent"] for row in shown["rows"]], shown["total"]["points"]) == (rows, points)
        assert shown["total"]["in_force"]["proposed"] + shown["total"]["in_force"]["excused"] > 0 or agent == "Alice"


async def test_a_proposed_rulebook_is_tried_by_its_number(work: Department) -> None:
    boss = await work.signed_in("ma")
    content = written()
    content["editions"][-1] |= {"to": "2027-05-31"}
    late = content["editions"][-1] | {"version": "2027.2", "from": "2027-06-01", "to": None}
    late["violations"] = late["violations"] | {"V-MISSED": late["violations"]["V-MISSED"] | {"points": 4}}
    content["editions"].append(late)
    told = {"kind": "rulebook", "subject": "2027.2", "content": content, "reason": "stricter"}
    proposed = await boss.send("POST", "/changes", told)
    assert proposed.status_code == 201, proposed.text
    found = await ended(work, (await started(work, change=proposed.json()["id"]))["id"])
    assert (found["draft"], found["on"]["total"]["points"]) == ("2027.2", 4)


async def test_a_trial_is_one_at_a_time_and_stops_where_it_is_asked_to(
    work: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()

    async def covers(_: Archive, span: TrialSpan) -> Extent:
        await asyncio.to_thread(go.wait)
        return Extent(*span)

    monkeypatch.setattr(Archive, "covers", covers)
    boss = await work.signed_in("ma")
    number = (await started(work))["id"]
    try:
        again = await boss.send("POST", "/rules/trials", {"from": DAY, "to": DAY, "content": draft(points=3)})
        assert (again.status_code, again.json()["type"]) == (409, "urn:callcenter:problem:conflict")
        sun = await work.signed_in("sun")
        assert (await sun.get(f"/rules/trials/{number}")).json()["may_stop"] is False
        refused = await sun.send("POST", f"/rules/trials/{number}/stop", None, Accept_Language="en")
        assert (refused.status_code, "ma tries this draft" in refused.text) == (403, True)
        hua = await work.signed_in("hua")
        for _ in range(2):
            stopped = await hua.send("POST", f"/rules/trials/{number}/stop")
            assert (stopped.status_code, stopped.json()["by"]) == (200, "ma"), stopped.text
    finally:
        go.set()
    assert (await ended(work, number))["state"] == "stopped"
    noted = (await hua.get("/audit?action=stop")).json()["items"]
    assert [(one["actor"], one["kind"], one["detail"]) for one in noted] == [("hua", "rulebook", {"by": "ma"})]


async def test_who_began_a_trial_stops_it(work: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    async def covers(_: Archive, span: TrialSpan) -> Extent:
        await asyncio.to_thread(go.wait)
        return Extent(*span)

    monkeypatch.setattr(Archive, "covers", covers)
    number = (await started(work, name="sun"))["id"]
    try:
        assert (await (await work.signed_in("sun")).send("POST", f"/rules/trials/{number}/stop")).status_code == 200
    finally:
        go.set()
    assert (await ended(work, number))["state"] == "stopped"


async def test_what_cannot_be_tried_is_said(work: Department) -> None:
    found = await ended(work, (await started(work, day="2020-01-01"))["id"])
    assert found["state"] == "failed"
    assert found["fault"].startswith("nothing is archived for that time")
    boss = await work.signed_in("ma")
    for body, code in (
        ({"from": DAY, "to": DAY}, 422),
        ({"from": DAY, "to": "2020-01-01", "content": draft()}, 422),
        ({"from": DAY, "to": DAY, "content": {"editions": []}}, 422),
        ({"from": DAY, "to": DAY, "change": "0" * 32}, 404),
    ):
        answer = await boss.send("POST", "/rules/trials", body)
        assert (answer.status_code, body) == (code, body), answer.text
    assert (await boss.get("/rules/trials/none")).status_code == 404
    assert (await (await work.signed_in("alice")).get("/rules/trials/none")).status_code == 403
    assert (await (await work.signed_in("root")).get("/rules/trials/none")).status_code == 403


@pytest.mark.one_database
async def test_a_service_without_an_archive_says_so(work: Department) -> None:
    object.__setattr__(work.service, "ports", work.service.ports._replace(trials=None))
    answer = await (await work.signed_in("ma")).get("/rules/trials/none")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:callcenter:problem:unavailable")
