"""Complaints over the API as the tests of them ask for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from callcenter.domain.frame import SECOND
from tests.integration.api import Browser, Department, Json, department

HOUR = 3_600 * SECOND
NUMBER = "13812345678"
SAID = {"channel": "on_site", "content": f"it does not fit, call me at {NUMBER}", "wanted": "the right one"}
UPHELD = {
    "do": "analyse",
    "cause": "the wrong size was sent",
    "nature": "attitude",
    "upheld": True,
    "responsible": {"agent": "Bob"},
}
ASSIGN = {"do": "assign", "department": "warehouse", "notice": f"send the right one to {NUMBER}"}
REMEDIES = [{"kind": "voucher", "amount": "200"}]
PROPOSE = {"do": "propose", "solution": "sent anew", "remedies": REMEDIES}


@asynccontextmanager
async def staying(folder: Path, **settings: Any) -> AsyncIterator[Department]:
    """Give a department whose people stay signed in for days."""
    lasts = {"session_hours": 10_000, "idle_minutes": 600_000, "token_minutes": 600_000}
    async with department(folder, **lasts | settings) as found:
        yield found


async def made(work: Department, name: str = "alice", **told: Json) -> dict[str, Any]:
    """Open a case, recorded unless something else is said; gives the answer."""
    answer = await (await work.signed_in(name)).send("POST", "/cases", SAID | told)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return dict(answer.json())


async def move(work: Department, name: str, case: str, body: Json, **headers: str) -> httpx.Response:
    """Read a case, and move it; a case that one does not read is moved unread."""
    browser = await work.signed_in(name)
    if "If_Match" not in headers:
        read = await browser.get(f"/cases/{case}")
        headers["If_Match"] = read.headers.get("etag", "")
    return await browser.send("POST", f"/cases/{case}/moves", body, **headers)


async def moved(work: Department, name: str, case: str, body: Json) -> dict[str, Any]:
    """Move a case, which can be."""
    answer = await move(work, name, case, body)
    assert answer.status_code == httpx.codes.OK, answer.text
    return dict(answer.json())


async def warehouse(work: Department) -> None:
    """Let there be a department that gets notices."""
    told = {"name": "warehouse", "full_name": "仓库"}
    answer = await (await work.signed_in("ma")).send("POST", "/departments", told)
    assert answer.status_code == httpx.codes.CREATED, answer.text


async def link(work: Department, name: str, case: str) -> dict[str, Any]:
    """Make a link for the department of a case."""
    answer = await (await work.signed_in(name)).send("POST", f"/cases/{case}/links")
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return dict(answer.json())


async def answered(work: Department, token: str, body: Json) -> dict[str, Any]:
    """Let the department that has a link answer its notice."""
    stranger = work.browser("192.0.2.7")
    read = await stranger.get(f"/notices/{token}")
    assert read.status_code == httpx.codes.OK, read.text
    done = await stranger.send("POST", f"/notices/{token}", body, If_Match=read.headers["etag"])
    await stranger.http.aclose()
    assert done.status_code == httpx.codes.OK, done.text
    return dict(done.json())


async def walk(work: Department, case: str) -> None:
    """Take a recorded case of Alice's to its archive, by six hands; time passes on the way."""
    await warehouse(work)
    steps: list[tuple[str, Json]] = [
        ("sun", UPHELD),
        ("alice", ASSIGN),
        ("", PROPOSE),
        ("li-leads", {"do": "approve"}),
        ("alice", {"do": "agree", "contact": "called, agrees"}),
        ("", {"do": "carry_out", "what": "sent"}),
        ("acc", {"do": "check", "ok": True}),
        ("alice", {"do": "feedback", "contact": "called, content", "satisfaction": 1}),
        ("alice", {"do": "summarise", "lesson": "look twice", "improvement": "labels"}),
        ("ma", {"do": "archive"}),
    ]
    token = ""
    for name, body in steps:
        work.now += HOUR
        if name:
            await moved(work, name, case, body)
        else:
            token = token or (await link(work, "alice", case))["token"]
            await answered(work, token, body)


async def listed(browser: Browser, path: str = "/cases") -> set[str]:
    """Name the cases of a list."""
    answer = await browser.get(path)
    assert answer.status_code == httpx.codes.OK, answer.text
    return {one["id"] for one in answer.json()["items"]}
