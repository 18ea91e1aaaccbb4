"""Of two who decide the same at the same moment one is heard, on every database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.staff.rights import Role
from tests.integration.api import Browser, Department, department
from tests.integration.office import hire

pytestmark = pytest.mark.usefixtures("database")

CHANGE = {"kind": "amount", "subject": "pay_per_point", "content": {"yuan": 10}, "reason": "as agreed"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def made(browser: Browser, name: str) -> str:
    answer = await browser.send("POST", "/customers", {"name": name})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize("verbs", [("approve", "approve"), ("approve", "reject")])
async def test_change_is_decided_once(work: Department, verbs: tuple[str, str]) -> None:
    number = (await (await work.signed_in("sun")).send("POST", "/changes", CHANGE)).json()["id"]
    both = [await work.signed_in(name) for name in ("ma", "hua")]
    sent = [
        one.send("POST", f"/changes/{number}/{verb}", If_Match='"1"') for one, verb in zip(both, verbs, strict=True)
    ]
    assert sorted(answer.status_code for answer in await asyncio.gather(*sent)) == [200, 412]


async def test_role_is_confirmed_once(work: Department) -> None:
    await hire(work.decisions, "root2", Role.ADMIN)
    root = await work.signed_in("root")
    new = {"name": "mana", "full_name": "Mana", "role": "manager", "password": "quite another phrase"}
    assert (await root.send("POST", "/users", new)).status_code == 201
    both = [await work.signed_in(name) for name in ("ma", "hua")]
    sent = [one.send("POST", "/users/mana/confirm") for one in both]
    assert sorted(answer.status_code for answer in await asyncio.gather(*sent)) == [200, 409]


async def test_two_customers_go_into_each_other_once_and_are_taken_apart_once(work: Department) -> None:
    sun, shen = await work.signed_in("sun"), await work.signed_in("shen")
    one, other = await made(sun, "Chen"), await made(sun, "Chan")
    both = await asyncio.gather(
        sun.send("POST", f"/customers/{one}/merge", {"other": other, "other_version": 1}, If_Match='"1"'),
        shen.send("POST", f"/customers/{other}/merge", {"other": one, "other_version": 1}, If_Match='"1"'),
    )
    (done,) = [answer.json() for answer in both if answer.status_code == 200]
    undone = await asyncio.gather(
        *(person.send("POST", f"/customers/merges/{done['merge']}/undo") for person in (sun, shen))
    )
    assert sorted(answer.status_code for answer in undone) == [200, 409]
