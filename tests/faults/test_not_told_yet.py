"""Whoever a record is about finds no trace of it before they are told, whatever else they may read by their role."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callcenter.cases.access import AccessSuspicion
from callcenter.staff.rights import Role
from callcenter.store.customers.looks import raise_review
from tests.integration.api import Browser, Department, Json, department, did
from tests.integration.office import hire, propose
from tests.integration.test_privacy import with_leaks_on
from tests.unit.rules.detection.people import MONDAY

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def sits(work: Department, role: Role, agent: str = "Alice") -> Browser:
    """Let somebody of a role, who is an agent too, sign in."""
    await hire(work.decisions, "sits", role, agent, "hotline")
    browser = work.browser("10.9.0.1")
    assert (await browser.sign_in("sits")).status_code == 201
    return browser


async def counted(browser: Browser) -> list[Json]:
    """Count a rule's records of one microsecond: whoever asks so of every one finds each."""
    first, behind = [datetime.fromtimestamp(0, UTC) + timedelta(microseconds=MONDAY + n) for n in (1, 2)]
    answer = await browser.get(f"/rules/agreement?from={first:%FT%T.%fZ}&to={behind:%FT%T.%fZ}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_rates_of_agreement_count_nothing_that_one_was_not_told(work: Department) -> None:
    number = await propose(work.decisions, 1)
    (other,) = await counted(await work.signed_in("ma"))
    assert (other["rule"], other["records"]) == ("V-MISSED", 1)
    sits_there = await sits(work, Role.MANAGER)
    assert await counted(sits_there) == []
    await did(work, number, ("sun", "notify"))
    assert [one["records"] for one in await counted(sits_there)] == [1]


async def test_one_s_own_reads_that_are_looked_into_are_no_list_of_one_s_own(work: Department) -> None:
    work.in_force = with_leaks_on(work.in_force)
    sits_there, sun = await sits(work, Role.QA), await work.signed_in("sun")
    async with work.decisions.writing() as unit:
        await raise_review(unit, "sits", "Alice", AccessSuspicion.NO_CALL, MONDAY - 1, MONDAY)
    (review,) = (await sun.get("/customers/access-reviews")).json()["items"]
    path = f"/customers/access-reviews/{review['id']}"
    filed = await sun.send("POST", f"{path}/file", {"reason": "sold them to a friend"})
    assert filed.status_code == 200, filed.text
    assert (await sits_there.get("/customers/access-reviews")).json()["items"] == []
    assert (await sits_there.get(path)).status_code == 404


async def test_audit_log_says_nothing_of_how_one_s_own_reads_were_judged(work: Department) -> None:
    work.in_force = with_leaks_on(work.in_force)
    sits_there, sun = await sits(work, Role.HR), await work.signed_in("sun")
    async with work.decisions.writing() as unit:
        await raise_review(unit, "sits", "Alice", AccessSuspicion.NO_CALL, MONDAY - 1, MONDAY)
    (review,) = (await sun.get("/customers/access-reviews")).json()["items"]
    await sun.send("POST", f"/customers/access-reviews/{review['id']}/file", {"reason": "sold them to a friend"})

    async def told(browser: Browser) -> list[str]:
        items = (await browser.get("/audit?kind=access_review")).json()["items"]
        return [one["action"] for one in items]

    assert (await told(await work.signed_in("hua")), await told(sits_there)) == (["decide"], [])
