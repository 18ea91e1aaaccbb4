"""Passwords that are changed by the dozen: some are told to come again, nobody else waits for them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.store.sign_in import accounts
from callcenter.store.sign_in.lanes import Busy, Lane
from tests.integration.api import Browser, Department, department
from tests.integration.office import PASSWORD

NEW = "zebra canyon 17 violet lamp"
SLOW_TO_CHECK = "4@8({[<369&#!1/|0$5+7%24@8({[<369&#!1/|0$5+7%2"


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


@pytest.fixture
def checked_in(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Say in which threads passwords were looked at."""
    threads: list[int] = []
    monkeypatch.setattr(accounts, "require_strong", lambda *_: threads.append(threading.get_ident()))
    return threads


async def change(browser: Browser, old: str, new: str) -> int:
    return (await browser.send("POST", "/session/password", {"old": old, "new": new})).status_code


async def test_many_new_passwords_at_once_are_no_internal_error(work: Department) -> None:
    alice = await work.signed_in("alice")
    found = await asyncio.gather(*(change(alice, PASSWORD, NEW) for _ in range(30)))
    assert {204, 429} <= set(found) <= {204, 401, 403, 412, 429}


async def test_many_new_accounts_at_once_are_told_to_come_again(work: Department) -> None:
    root = await work.signed_in("root")
    told = {"full_name": "x", "role": "agent", "password": NEW}
    answers = await asyncio.gather(*(root.send("POST", "/users", told | {"name": f"n{n}"}) for n in range(30)))
    assert {answer.status_code for answer in answers} == {201, 429}
    assert {answer.headers["retry-after"] for answer in answers if answer.status_code == 429} == {"1"}


async def test_a_new_password_is_not_looked_at_before_the_old_one_is_proven(
    work: Department, checked_in: list[int]
) -> None:
    alice = await work.signed_in("alice")
    checked_in.clear()
    assert await change(alice, "wrong wrong wrong", SLOW_TO_CHECK) == 403
    assert checked_in == []


async def test_a_new_password_is_looked_at_beside_everything_else(work: Department, checked_in: list[int]) -> None:
    alice = await work.signed_in("alice")
    checked_in.clear()
    assert await change(alice, PASSWORD, SLOW_TO_CHECK) == 204
    assert len(checked_in) == 1
    assert threading.get_ident() not in checked_in


async def test_one_person_does_not_take_every_place_in_the_line() -> None:
    lane, let_go = Lane(), asyncio.Event()

    async def stand(who: str) -> None:
        async with lane.turn(who):
            await let_go.wait()

    crowd = [asyncio.create_task(stand("alice")) for _ in range(30)]
    other = asyncio.create_task(stand("sun"))
    await asyncio.sleep(0)
    let_go.set()
    refused = [end for end in await asyncio.gather(*crowd, return_exceptions=True) if isinstance(end, Busy)]
    assert len(refused) == 28
    await other
