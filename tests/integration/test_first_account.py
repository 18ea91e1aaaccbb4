"""The first account, made on the page by the code that the service shows; on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.api import Department, department
from tests.integration.office import PASSWORD

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path, sign_ins_per_minute=1000) as found:
        yield found


def asked(code: str, name: str = "root") -> dict[str, str]:
    return {"code": code, "name": name, "password": PASSWORD}


async def test_whoever_has_the_code_makes_the_first_account_and_nobody_a_second_one(work: Department) -> None:
    code = await work.service.first.offer(work.decisions)
    assert code is not None
    browser = work.browser()
    assert (await browser.get("/first-account")).json() == {"open": True}
    made = await browser.send("POST", "/first-account", asked(code.lower()))
    assert made.status_code == 201, made.text
    assert (await browser.sign_in("root")).json()["role"] == "admin"
    assert (await browser.get("/first-account")).json() == {"open": False}
    assert (await browser.send("POST", "/first-account", asked(code, "second"))).status_code == 403


@pytest.mark.one_database
async def test_the_code_is_worth_nothing_once_somebody_has_an_account_however_it_was_made(work: Department) -> None:
    code = await work.service.first.offer(work.decisions)
    assert code is not None
    await work.signed_in("sun")
    browser = work.browser()
    assert (await browser.send("POST", "/first-account", asked(code))).status_code == 409
    assert (await browser.get("/first-account")).json() == {"open": False}
    assert await work.service.first.offer(work.decisions) is None


@pytest.mark.one_database
async def test_a_code_that_is_guessed_is_refused_and_soon_there_is_none(work: Department) -> None:
    code = await work.service.first.offer(work.decisions)
    assert code is not None
    browser = work.browser()
    for n in range(20):
        assert (await browser.send("POST", "/first-account", asked(f"GUESS{n}"))).status_code == 403
    assert (await browser.send("POST", "/first-account", asked(code))).status_code == 403
    assert (await browser.get("/first-account")).json() == {"open": False}


@pytest.mark.one_database
async def test_a_weak_password_leaves_the_code_good(work: Department) -> None:
    code = await work.service.first.offer(work.decisions)
    assert code is not None
    browser = work.browser()
    assert (await browser.send("POST", "/first-account", asked(code) | {"password": "short"})).status_code == 422
    assert (await browser.send("POST", "/first-account", asked(code))).status_code == 201
