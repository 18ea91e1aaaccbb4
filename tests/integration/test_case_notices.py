"""Departments answer notices by a link: what it shows, what it takes, when it opens nothing, and who is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.store.audit import page as audit_page
from tests.integration.api import Department
from tests.integration.cases_over_api import (
    ASSIGN,
    HOUR,
    NUMBER,
    PROPOSE,
    UPHELD,
    answered,
    link,
    made,
    moved,
    staying,
    warehouse,
)
from tests.integration.office import settings_of
from tests.support.databases import DATABASES

pytestmark = pytest.mark.usefixtures("database")

DAYS = 14


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with staying(tmp_path, sign_ins_per_minute=10_000) as found:
        await warehouse(found)
        yield found


async def assigned(work: Department) -> dict[str, Any]:
    """Open a case and assign it to the warehouse."""
    case = await made(work)
    await moved(work, "sun", case["id"], UPHELD)
    return await moved(work, "alice", case["id"], ASSIGN)


async def test_department_reads_and_answers_its_notice_without_an_account(work: Department, tmp_path: Path) -> None:
    case = await assigned(work)
    given = await link(work, "alice", case["id"])
    stranger = work.browser("192.0.2.7")
    read = await stranger.get(f"/notices/{given['token']}")
    shown = read.json()
    assert (shown["number"], shown["department"], shown["state"]) == (case["number"], "warehouse", "assigned")
    assert (shown["notice"], shown["wanted"]) == ("send the right one to 138****5678", "the right one")
    assert NUMBER not in read.text
    assert shown["may"] == ["return_notice", "propose", "carry_out", "measure"]
    assert "set-cookie" not in read.headers
    done = await answered(work, given["token"], PROPOSE)
    assert (done["state"], done["version"]) == ("proposed", 4)
    line = (await (await work.signed_in("alice")).get(f"/cases/{case['id']}")).json()["lines"][-1]
    assert (line["by"], line["do"]) == ("department:warehouse", "propose")
    async with work.decisions.reading() as connection:
        entries = [one.told for one in await audit_page(connection, 0, 100)]
    uses = [(one.actor, one.action) for one in entries if one.kind == "case_link"]
    seen = ("department:warehouse", "look")
    assert uses == [("alice", "make"), seen, seen, ("department:warehouse", "use")]
    assert [one.actor for one in entries if (one.kind, one.action) == ("case", "propose")] == ["department:warehouse"]
    kept = str(DATABASES.sql(settings_of(tmp_path), "SELECT * FROM case_links"))
    kept += str(DATABASES.sql(settings_of(tmp_path), "SELECT * FROM answers"))
    assert given["token"] not in kept
    assert given["token"] not in str(entries)


async def test_department_does_what_a_department_may_and_of_two_the_second_is_told(work: Department) -> None:
    case = await assigned(work)
    given = await link(work, "alice", case["id"])
    path, stranger = f"/notices/{given['token']}", work.browser("192.0.2.7")
    back = {"do": "return_notice", "reason": "not ours"}
    asked = [
        await stranger.send("POST", path, {"do": "approve"}, If_Match='"3"'),
        await stranger.send("POST", path, {"do": "return_notice"}, If_Match='"3"'),
        await stranger.send("POST", path, back),
        await stranger.send("POST", path, back, If_Match='"3"', Idempotency_Key=""),
        await stranger.send("POST", path, back, If_Match='"3"', Idempotency_Key="the-same-key"),
        await stranger.send("POST", path, back, If_Match='"3"', Idempotency_Key="the-same-key"),
        await stranger.send("POST", path, back, If_Match='"3"'),
    ]
    assert [answer.status_code for answer in asked] == [403, 422, 428, 400, 200, 200, 412]
    assert [answer.json().get("why") for answer in asked[:2]] == ["not_allowed", "incomplete"]
    assert asked[1].json()["detail"].endswith("reason")
    assert asked[5].headers["Idempotent-Replayed"] == "true"


async def test_links_that_open_nothing_are_answered_alike(work: Department) -> None:
    case, other = await assigned(work), await assigned(work)
    alice, ma = await work.signed_in("alice"), await work.signed_in("ma")
    withdrawn, old = await link(work, "alice", case["id"]), await link(work, "alice", case["id"])
    elsewhere = await link(work, "alice", other["id"])
    taken = await alice.send("DELETE", f"/cases/{case['id']}/links/{withdrawn['id']}")
    twice = await alice.send("DELETE", f"/cases/{case['id']}/links/{withdrawn['id']}")
    assert (taken.status_code, taken.json()["withdrawn_by"], twice.status_code) == (200, "alice", 409)
    await ma.send("POST", "/departments", {"name": "shop", "full_name": "shop"})
    await answered(work, elsewhere["token"], {"do": "return_notice", "reason": "not ours"})
    await moved(work, "alice", other["id"], ASSIGN | {"department": "shop"})
    work.now += (DAYS * 24 - 1) * HOUR
    stranger = work.browser("192.0.2.7")
    assert (await stranger.get(f"/notices/{old['token']}")).status_code == 200
    work.now += 2 * HOUR
    last = await link(work, "ma", case["id"])
    await ma.send("DELETE", "/departments/warehouse")
    told = set()
    for token in ("x", "a" * 43, withdrawn["token"], old["token"], elsewhere["token"], last["token"]):
        for answer in (
            await stranger.get(f"/notices/{token}"),
            await stranger.send("POST", f"/notices/{token}", PROPOSE, If_Match='"3"'),
        ):
            told.add(json.dumps(answer.json() | {"instance": ""}))
    (one,) = told
    assert json.loads(one)["status"] == 404


@pytest.mark.one_database
async def test_an_address_that_guesses_waits_like_one_that_signs_in(tmp_path: Path) -> None:
    async with staying(tmp_path, sign_ins_per_minute=3) as work:
        guesser, other = work.browser("192.0.2.7"), work.browser("192.0.2.8")
        codes = [(await guesser.get(f"/notices/{n}")).status_code for n in range(4)]
        codes.append((await guesser.send("POST", "/notices/9", PROPOSE, If_Match='"1"')).status_code)
        assert codes == [404, 404, 404, 429, 429]
        assert (await other.get("/notices/9")).status_code == 404
        await work.signed_in("alice")
