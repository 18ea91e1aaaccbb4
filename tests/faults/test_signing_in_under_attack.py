"""Guessing, floods and a password that is just being changed: the owner gets in, and nobody else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from callcenter.domain.frame import SECOND
from callcenter.staff.rights import Role
from callcenter.store import DecisionStore
from callcenter.store.sign_in.accounts import Accounts
from callcenter.store.sign_in.lanes import Busy
from callcenter.store.sign_in.sessions import Lifetimes, Sessions, SignInRefused
from callcenter.usecases.keep_accounts import change_account, unlock
from tests.integration.api import Browser, Department, department
from tests.integration.office import PASSWORD, QUICK, hire, opened
from tests.unit.rules.detection.people import MONDAY

WRONG = "wrong password!"
HOUR = 3600 * SECOND


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def attacked(work: Department, name: str = "sun", count: int = 8) -> list[int]:
    return [(await work.browser(f"10.66.{n}.1").sign_in(name, WRONG)).status_code for n in range(count)]


class TestOwner:
    async def test_gets_in_from_a_known_device_while_somebody_guesses(self, work: Department) -> None:
        sun = await work.signed_in("sun")
        assert await attacked(work) == [401] * 5 + [429] * 3
        assert (await sun.sign_in("sun")).status_code == 201
        assert (await work.browser("10.5.5.5").sign_in("sun")).status_code == 429

    async def test_gets_in_from_a_known_device_behind_an_address_that_has_tried_too_often(
        self, work: Department
    ) -> None:
        sun, address = await work.signed_in("sun"), "10.0.0.1"
        for n in range(25):
            await work.browser(address).sign_in(f"name-{n}", WRONG)
        assert (await work.browser(address).sign_in("sun")).status_code == 429
        assert (await sun.sign_in("sun")).status_code == 201

    async def test_gets_in_with_the_new_password_that_the_console_gave(self, work: Department) -> None:
        await work.signed_in("sun")
        await attacked(work)
        hashed = await Accounts(QUICK).hashed("sun", "a phrase of the console")
        async with work.decisions.writing() as unit:
            await change_account(unit, "sun", {"password": hashed}, None, "console:root", work.now, None)
        assert (await work.browser("10.5.5.5").sign_in("sun", "a phrase of the console")).status_code == 201

    async def test_gets_in_once_the_console_has_unlocked_the_account(self, work: Department) -> None:
        sun = await work.signed_in("sun")
        await attacked(work)
        async with work.decisions.writing() as unit:
            await unlock(unit, "sun", "console:root", work.now)
        assert (await work.browser("10.5.5.5").sign_in("sun")).status_code == 201
        assert (await sun.get("/session")).status_code == 200

    async def test_is_not_kept_out_longer_by_a_clock_that_was_set_back(self, work: Department) -> None:
        await work.signed_in("sun")
        await attacked(work)
        work.now -= 5 * HOUR
        work.set_back += 5 * HOUR + 31 * SECOND
        assert (await work.browser("10.5.5.5").sign_in("sun")).status_code == 201


class TestGuesser:
    async def test_has_no_more_tries_with_a_device_of_another_account(self, work: Department) -> None:
        alice = await work.signed_in("alice")
        await work.signed_in("sun")
        await attacked(work)
        assert (await alice.sign_in("sun")).status_code == 429

    async def test_has_so_many_tries_from_a_known_device_too(self, work: Department) -> None:
        sun = await work.signed_in("sun")
        codes = [(await sun.sign_in("sun", WRONG)).status_code for _ in range(7)]
        assert codes == [401] * 5 + [429] * 2

    @pytest.mark.parametrize("prefix", ["2001:db8:1:2:", "::ffff:10.9.9."])
    async def test_is_one_with_all_the_addresses_of_its_network(self, tmp_path: Path, prefix: str) -> None:
        async with department(tmp_path, sign_ins_per_minute=5) as work:
            addresses = [f"{prefix}:{n}" if prefix.startswith("2") else f"{prefix}9" for n in range(1, 9)]
            codes = [(await work.browser(a).sign_in(f"name-{n}", WRONG)).status_code for n, a in enumerate(addresses)]
        assert codes == [401] * 5 + [429] * 3

    async def test_cannot_tell_accounts_apart_by_answers(self, work: Department) -> None:
        await work.signed_in("sun")
        known, unknown = [await attacked(work, name, 12) for name in ("sun", "nobody")]
        assert known == unknown
        bodies = [(await work.browser("10.77.0.1").sign_in(name, WRONG)).json()["detail"] for name in ("sun", "nobody")]
        assert bodies[0] == bodies[1]

    async def test_cannot_tell_accounts_apart_by_names_that_share_a_count(self, work: Department) -> None:
        await work.signed_in("sun")
        for n in range(30):
            await attacked(work, f"name-{n}", 5)
        assert (await work.browser("10.88.0.1").sign_in("name-never-tried", WRONG)).status_code == 401
        assert (await work.browser("10.88.0.2").sign_in("sun", WRONG)).status_code == 401


class TestWork:
    async def test_is_the_same_for_every_name(self, tmp_path: Path) -> None:
        async with opened(tmp_path) as decisions:
            await hire(decisions, "sun", Role.SUPERVISOR)
            asked: list[str] = []
            sessions = counting(decisions, asked)
            done = []
            for name in ("sun", "nobody"):
                asked.clear()
                with pytest.raises(SignInRefused):
                    await sessions.sign_in(name, WRONG, MONDAY)
                done.append([*asked])
        assert done[0] == done[1] == ["read", "hash", "write"]

    async def test_of_a_flood_is_bounded_and_does_not_hold_up_a_known_device(self, tmp_path: Path) -> None:
        slow = PasswordHasher(time_cost=8, memory_cost=32_768, parallelism=1)
        async with opened(tmp_path) as decisions:
            await hire(decisions, "sun", Role.SUPERVISOR)
            sessions = Sessions(decisions, Accounts(slow), Lifetimes())
            device = (await sessions.sign_in("sun", PASSWORD, MONDAY)).device
            assert device is not None
            flood = [asyncio.ensure_future(sessions.sign_in(f"name-{n}", WRONG, MONDAY)) for n in range(100)]
            await asyncio.sleep(0.1)
            begun = time.monotonic()
            await sessions.sign_in("sun", PASSWORD, MONDAY, device)
            took = time.monotonic() - begun
            ends = await asyncio.gather(*flood, return_exceptions=True)
        kinds = [type(one) for one in ends]
        assert kinds.count(Busy) + kinds.count(SignInRefused) == len(flood)
        assert kinds.count(Busy) > len(flood) // 2
        assert took < 5


class Slow(Accounts):
    """Checks a password so slowly that it is changed meanwhile."""

    meanwhile: Any = None

    async def fits(self, kept: str | None, password: str, *, known: str = "") -> bool:
        fits = await super().fits(kept, password, known=known)
        if self.meanwhile is not None:
            await self.meanwhile()
        return fits


async def test_no_session_survives_that_was_made_with_a_password_while_it_was_changed(tmp_path: Path) -> None:
    async with opened(tmp_path) as decisions:
        await hire(decisions, "sun", Role.SUPERVISOR)
        accounts = Slow(QUICK)

        async def change() -> None:
            async with decisions.writing() as unit:
                hashed = QUICK.hash("quite another phrase")
                await change_account(unit, "sun", {"password": hashed}, None, "sun", MONDAY, None)

        accounts.meanwhile = change
        for entrance in (
            Sessions(decisions, accounts, Lifetimes()).sign_in,
            Sessions(decisions, accounts, Lifetimes()).prove,
        ):
            with pytest.raises(SignInRefused):
                await entrance("sun", PASSWORD, MONDAY)
            async with decisions.writing() as unit:
                back = QUICK.hash(PASSWORD)
                await change_account(unit, "sun", {"password": back}, None, "sun", MONDAY, None)


async def change(owner: Browser, old: str, new: str) -> httpx.Response:
    """Change a password; where too many are being checked, again, as the answer says."""
    answer = await owner.send("POST", "/session/password", {"old": old, "new": new})
    return await change(owner, old, new) if answer.status_code == 429 else answer


async def test_the_old_password_is_worth_nothing_the_moment_it_is_changed_over_the_api(work: Department) -> None:
    sun = await work.signed_in("sun")
    thieves = [work.browser(f"10.3.0.{n}") for n in range(4)]
    for round_ in range(3):
        old, new = (PASSWORD, "quite another phrase") if round_ % 2 == 0 else ("quite another phrase", PASSWORD)
        await sun.sign_in("sun", old)
        changed, *_ = await asyncio.gather(change(sun, old, new), *(thief.sign_in("sun", old) for thief in thieves))
        assert changed.is_success, changed.text
        assert [(await thief.get("/session")).status_code for thief in thieves] == [401] * 4


def counting(decisions: DecisionStore, asked: list[str]) -> Sessions:
    """Make sessions that note each question to the database and each hash."""

    class Noted(Accounts):
        async def fits(self, kept: str | None, password: str, *, known: str = "") -> bool:
            asked.append("hash")
            return await super().fits(kept, password, known=known)

    for kind, word in (("reading", "read"), ("writing", "write")):
        setattr(decisions, kind, noting(getattr(decisions, kind), word, asked))
    return Sessions(decisions, Noted(QUICK), Lifetimes())


def noting(real: Any, word: str, asked: list[str]) -> Any:
    def noted() -> Any:
        asked.append(word)
        return real()

    return noted


async def test_the_device_s_cookie_is_out_of_reach_and_lasts(tmp_path: Path) -> None:
    async with department(tmp_path, secure=True, allowed_hosts=("desk.example",)) as work:
        await work.signed_in("sun")
        browser = work.browser(host="https://desk.example")
        told = (await browser.sign_in("sun")).headers.get_list("set-cookie")
        (device,) = [one for one in told if "device" in one]
        assert device.startswith("__Host-callcenter_device=")
        assert device.endswith("; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=15552000")
        again = (await browser.sign_in("sun")).headers.get_list("set-cookie")
        assert [one for one in again if "device" in one] == []
