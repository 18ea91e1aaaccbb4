"""Whoever is let go, or loses their role, while a request of theirs is still on its way does nothing more by it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.api import Browser, Department, department
from tests.integration.office import propose
from tests.integration.test_enquiries import CHAT, ask

pytestmark = pytest.mark.usefixtures("database")

CHANGE = {"kind": "amount", "subject": "pay_per_point", "content": {"yuan": 10}, "reason": "as agreed"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def sent_slowly(browser: Browser, path: str, meanwhile: Callable[[], Awaitable[Any]]) -> tuple[int, str]:
    """Send a request whose body waits until something else has happened, once it was found who asks."""

    async def body() -> AsyncIterator[bytes]:
        await meanwhile()
        yield b"null"

    headers = {"X-CSRF-Token": browser.csrf, "Idempotency-Key": "slow-request", "If-Match": '"1"'}
    answer = await browser.http.post(f"/api/v1{path}", content=body(), headers=headers)
    return answer.status_code, answer.json().get("type", "").rpartition(":")[2]


@pytest.mark.parametrize("changes", [{"disabled": True}, {"role": "qa"}])
async def test_who_approves_changes_no_more_approves_none_that_was_on_its_way(
    work: Department, changes: dict[str, Any]
) -> None:
    root, sun, ma = [await work.signed_in(name) for name in ("root", "sun", "ma")]
    number = (await sun.send("POST", "/changes", CHANGE)).json()["id"]

    async def let_go() -> None:
        assert (await root.send("PATCH", "/users/ma", changes, If_Match='"1"')).status_code == 200

    assert await sent_slowly(ma, f"/changes/{number}/approve", let_go) == (401, "not-signed-in")
    assert (await sun.get(f"/changes/{number}")).json()["state"] == "proposed"


@pytest.mark.parametrize(
    ("who", "path"), [("sun", "/customers/imports?file=a.csv"), ("alice", "/attachments?enquiry={}&name=a.png")]
)
async def test_who_is_let_go_while_their_file_comes_brings_nothing_in(work: Department, who: str, path: str) -> None:
    enquiry = (await ask(work, "alice", "POST", "/enquiries", CHAT, 201))["id"]
    sender, root = await work.signed_in(who), await work.signed_in("root")

    async def let_go() -> None:
        assert (await root.send("PATCH", f"/users/{who}", {"disabled": True}, If_Match='"1"')).status_code == 200

    assert await sent_slowly(sender, path.format(enquiry), let_go) == (401, "not-signed-in")


async def test_who_signs_out_meanwhile_decides_nothing(work: Department) -> None:
    number, ma = await propose(work.decisions), await work.signed_in("ma")
    other = work.browser()
    other.http.cookies, other.csrf = ma.http.cookies, ma.csrf

    async def sign_out() -> None:
        assert (await other.send("DELETE", "/session")).status_code == 204

    assert (await sent_slowly(ma, f"/changes/{number}/reject", sign_out))[0] == 401
