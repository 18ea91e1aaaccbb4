"""What takes two people takes two, whoever makes accounts and gives passwords."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.domain.frame import SECOND, Micros
from callcenter.rules.regulations.edition import Severity
from callcenter.staff.rights import Role
from callcenter.usecases.keep_accounts import change_account, confirm_role
from tests.integration.api import CONFIRMED, Browser, Department, department, did
from tests.integration.office import PASSWORD, hire, propose
from tests.unit.rules.detection.people import record

DAY: Micros = 86_400 * SECOND
CHANGE = {"kind": "amount", "subject": "pay_per_point", "content": {"yuan": 10}, "reason": "as agreed"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        await hire(found.decisions, "root2", Role.ADMIN)
        yield found


def person(name: str, role: str) -> dict[str, Any]:
    return {"name": name, "full_name": name, "role": role, "password": f"long enough for {name[::-1]}"}


def own(password: str) -> str:
    """Say what somebody makes of a password that they were given."""
    return f"{password}, my own"


async def fresh(work: Department, name: str, password: str) -> Browser:
    """Sign somebody in; a password that was given is changed first."""
    browser = work.browser(f"10.1.0.{abs(hash(name)) % 250}")
    answer = await browser.sign_in(name, password)
    if answer.status_code == 201 and answer.json()["password_given"]:
        body = {"old": password, "new": own(password)}
        assert (await browser.send("POST", "/session/password", body)).status_code == 204
    if answer.status_code == 401 or answer.json()["password_given"]:
        answer = await browser.sign_in(name, own(password))
    assert answer.status_code == 201, answer.text
    return browser


async def made(work: Department, admin: str, name: str, role: str, second: str) -> Browser:
    """Let an administrator make an account, a second person confirm it, and its owner sign in."""
    root = await work.signed_in(admin)
    assert (await root.send("POST", "/users", person(name, role))).status_code == 201
    assert (await (await confirmer(work, second)).send("POST", f"/users/{name}/confirm")).status_code == 200
    return await fresh(work, name, str(person(name, role)["password"]))


async def confirmer(work: Department, name: str) -> Browser:
    return await work.signed_in(name) if name != "root2" else await fresh(work, name, PASSWORD)


async def proposed(browser: Browser) -> str:
    answer = await browser.send("POST", "/changes", CHANGE)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def approved(browser: Browser, number: str) -> int:
    return (await browser.send("POST", f"/changes/{number}/approve", If_Match='"1"')).status_code


@pytest.mark.parametrize("role", ["manager", "hr"])
async def test_an_account_that_approves_money_waits_for_a_second_person(work: Department, role: str) -> None:
    root = await work.signed_in("root")
    added = await root.send("POST", "/users", person("puppet", role))
    assert (added.status_code, added.json()["pending_role"]) == (201, role)
    assert (await work.browser().sign_in("puppet", "long enough for teppup")).status_code == 401
    own = await root.send("POST", "/users/puppet/confirm")
    around = await root.send("PATCH", "/users/puppet", {"disabled": False}, If_Match='"1"')
    assert (own.status_code, around.status_code) == (409, 409)
    ma = await work.signed_in("ma")
    assert (await ma.send("POST", "/users/puppet/confirm")).json()["role"] == role
    assert (await work.browser().sign_in("puppet", "long enough for teppup")).status_code == 201


async def test_a_role_that_approves_money_is_given_by_two(work: Department) -> None:
    await work.signed_in("alice")
    root = await work.signed_in("root")
    asked = await root.send("PATCH", "/users/alice", {"role": "manager"}, If_Match='"1"')
    assert (asked.json()["role"], asked.json()["pending_role"]) == ("agent", "manager")
    alice = await fresh(work, "alice", PASSWORD)
    assert (await alice.send("POST", "/users/alice/confirm")).status_code == 403
    hua = await work.signed_in("hua")
    assert (await hua.send("POST", "/users/alice/confirm")).json()["role"] == "manager"


async def test_an_administrator_s_own_administrator_is_no_second_person(work: Department) -> None:
    root = await work.signed_in("root")
    await root.send("POST", "/users", person("shadow", "admin"))
    await root.send("POST", "/users", person("puppet", "hr"))
    shadow = await fresh(work, "shadow", "long enough for wodahs")
    assert (await shadow.send("POST", "/users/puppet/confirm")).status_code == 409


async def test_two_accounts_that_one_administrator_made_are_one_person(work: Department) -> None:
    first = await made(work, "root", "mana", "manager", "root2")
    second = await made(work, "root", "hana", "hr", "root2")
    number = await proposed(first)
    assert await approved(second, number) == 409
    work.now += 31 * DAY
    second = await fresh(work, "hana", "long enough for anah")
    assert await approved(second, number) == 200


async def test_two_passwords_that_one_administrator_gave_are_one_person(work: Department) -> None:
    for name in ("ma", "hua"):
        await work.signed_in(name)
    root = await work.signed_in("root")
    for name in ("ma", "hua"):
        given = {"password": "given by the administrator"}
        assert (await root.send("PATCH", f"/users/{name}", given, If_Match='"1"')).status_code == 200
    ma, hua = [await fresh(work, name, "given by the administrator") for name in ("ma", "hua")]
    assert await approved(hua, await proposed(ma)) == 409


async def test_one_password_that_an_administrator_gave_does_not_stop_a_real_second_person(work: Department) -> None:
    await work.signed_in("ma")
    root = await work.signed_in("root")
    await root.send("PATCH", "/users/ma", {"password": "given by the administrator"}, If_Match='"1"')
    ma = await fresh(work, "ma", "given by the administrator")
    assert await approved(await work.signed_in("hua"), await proposed(ma)) == 200


async def test_changing_it_oneself_does_not_hide_who_gave_the_password_before(work: Department) -> None:
    first = await made(work, "root", "mana", "manager", "root2")
    second = await made(work, "root", "hana", "hr", "root2")
    number = await proposed(first)
    body = {"old": own("long enough for anah"), "new": "a phrase of one's own"}
    assert (await second.send("POST", "/session/password", body)).status_code == 204
    second = await fresh(work, "hana", "a phrase of one's own")
    assert await approved(second, number) == 409


async def asked_for(work: Department, name: str, role: str) -> None:
    """Let a second, honest administrator ask for a role."""
    root2 = await fresh(work, "root2", PASSWORD)
    asked = await root2.send("PATCH", f"/users/{name}", {"role": role}, If_Match='"1"')
    assert asked.json()["pending_role"] == role


async def test_a_confirmed_role_does_not_hide_who_gave_the_password(work: Department) -> None:
    root, ma = await work.signed_in("root"), await work.signed_in("ma")
    for name, role in (("puppet", "supervisor"), ("mana", "agent")):
        assert (await root.send("POST", "/users", person(name, role))).status_code == 201
    await asked_for(work, "mana", "manager")
    assert (await ma.send("POST", "/users/mana/confirm")).status_code == 200
    puppet, mana = [await fresh(work, name, f"long enough for {name[::-1]}") for name in ("puppet", "mana")]
    assert await approved(mana, await proposed(puppet)) == 409


async def test_a_confirmed_role_does_not_hide_who_gave_a_password_while_it_waited(work: Department) -> None:
    await work.signed_in("alice")
    root, ma = await work.signed_in("root"), await work.signed_in("ma")
    assert (await root.send("POST", "/users", person("puppet", "supervisor"))).status_code == 201
    await asked_for(work, "alice", "manager")
    given = {"password": "given by the administrator"}
    assert (await root.send("PATCH", "/users/alice", given, If_Match='"2"')).status_code == 200
    assert (await ma.send("POST", "/users/alice/confirm")).status_code == 200
    puppet = await fresh(work, "puppet", "long enough for teppup")
    alice = await fresh(work, "alice", "given by the administrator")
    assert await approved(alice, await proposed(puppet)) == 409


async def test_whoever_gave_the_password_does_not_confirm_the_role(work: Department) -> None:
    root = await work.signed_in("root")
    assert (await root.send("POST", "/users", person("mana", "agent"))).status_code == 201
    await asked_for(work, "mana", "manager")
    assert (await root.send("POST", "/users/mana/confirm")).status_code == 409


async def test_checks_that_different_people_make_are_not_made_by_one_administrator_s_accounts(work: Department) -> None:
    grave = record(severity=Severity.DISMISSAL, points=None, most=None)
    number = await propose(work.decisions, standing=grave)
    await did(work, number, *CONFIRMED)
    work.now += 9 * DAY
    root = await work.signed_in("root")
    for name, role in (("puppet", "qa"), ("shadow", "supervisor")):
        assert (await root.send("POST", "/users", person(name, role))).status_code == 201
    puppet, shadow = [await fresh(work, name, f"long enough for {name[::-1]}") for name in ("puppet", "shadow")]
    shen = await work.signed_in("shen")
    codes = [
        (await browser.act(number, "check", {"item": item})).status_code
        for browser, item in ((puppet, "evidence_reproduced"), (shadow, "agent_heard"), (shen, "agent_heard"))
    ]
    assert codes == [200, 409, 200]


async def test_the_console_makes_and_confirms_accounts_alone(work: Department) -> None:
    root = await work.signed_in("root")
    await root.send("POST", "/users", person("puppet", "hr"))
    async with work.decisions.writing() as unit:
        confirmed = await confirm_role(unit, "puppet", "console:root", work.now)
        changed = await change_account(unit, "puppet", {"role": Role.MANAGER}, None, "console:root", work.now, None)
    assert (confirmed.role, changed.role) == (Role.HR, Role.MANAGER)
