"""Every file that people take away is in the audit log, and so many are made at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.web.api import written
from tests.integration.api import Department, Json, agreed, department
from tests.integration.office import propose

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.one_database]

SPAN = "from=2026-03-01T00:00:00Z&to=2026-03-31T00:00:00Z"
EXPORTS = {
    "/violations/export": "",
    "/calls/export": "",
    "/customers/export": "",
    "/figures/export": SPAN,
    "/scores/export": "month=2026-03",
    "/scores/quarters/{year}/{quarter}/export": "",
    "/lost-calls/export": "",
    "/surveys/export": SPAN,
    "/cases/export": "",
    "/complaint-figures/export": f"{SPAN}&by=owner",
    "/case-remedies/export": "month=2026-03",
    "/caller-registers/{agent}/{day}/export": "",
}
"""What each is asked with."""
NO_EXPORTS = {"/live", "/wall/live", "/cases/{number}/story", "/attachments/{number}/content"}
"""What else answers with something other than JSON, of one thing."""
NAMED = {"{year}": "2026", "{quarter}": "1", "{agent}": "Alice", "{day}": "2026-03-30"}


def asked(path: str) -> str:
    query = EXPORTS[path]
    for gap, said in NAMED.items():
        path = path.replace(gap, said)
    return f"{path}?{query}"


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


async def exported(work: Department) -> list[Json]:
    found = (await (await work.signed_in("root")).get("/audit?action=export&limit=200")).json()
    return list(found["items"])


async def test_every_export_is_in_the_audit_log(work: Department) -> None:
    paths: dict[str, Json] = work.app.openapi()["paths"]
    files = {
        path.removeprefix("/api/v1")
        for path, one in paths.items()
        if "get" in one and "application/json" not in one["get"]["responses"]["200"].get("content", {})
    }
    assert files == EXPORTS.keys() | NO_EXPORTS
    await agreed(work)
    boss = await work.signed_in("ma")
    for number, path in enumerate(EXPORTS, 1):
        answer = await boss.get(asked(path))
        assert answer.status_code == 200, (path, answer.text)
        assert answer.headers["content-disposition"].startswith("attachment"), path
        told = await exported(work)
        assert ([one["actor"] for one in told], path) == (["ma"] * number, path)


async def test_more_rows_than_a_file_may_have_are_refused_and_not_left_out(
    work: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written, "MOST_WRITTEN", 2)
    boss = await work.signed_in("ma")
    for n in range(3):
        assert (await boss.get("/customers/export")).status_code == 200
        assert (await boss.send("POST", "/customers", {"name": f"customer {n}"})).status_code == 201
    refused = await boss.get("/customers/export", **{"Accept-Language": "zh-CN"})
    assert (refused.status_code, "2 行" in refused.json()["detail"]) == (422, True)
    for number in range(1, 4):
        assert (await boss.get("/violations/export")).status_code == 200
        await propose(work.decisions, number)
    assert (await boss.get("/violations/export")).status_code == 422
    assert len(await exported(work)) == 6


async def test_only_so_many_exports_are_made_at_a_time_and_fewer_of_one_account(work: Department) -> None:
    boss, sun = await work.signed_in("ma"), await work.signed_in("sun")
    exports = work.service.exports
    with exports.of("ma"), exports.of("ma"):
        for path in EXPORTS:
            refused = await boss.get(asked(path), **{"Accept-Language": "zh-CN"})
            assert (refused.status_code, refused.headers.get("retry-after"), path) == (429, "10", path)
            assert "稍后" in refused.json()["detail"]
        assert (await sun.get("/calls/export")).status_code == 200
        with exports.of("hua"), exports.of("root"):
            assert (await sun.get("/calls/export")).status_code == 429
    assert (await boss.get("/calls/export")).status_code == 200


async def test_an_export_keeps_its_place_until_it_is_read_or_cut_off(work: Department) -> None:
    boss = await work.signed_in("ma")
    request = boss.http.build_request("GET", "/api/v1/calls/export")
    headers = [(name.lower(), value) for name, value in request.headers.raw]
    scope = {"type": "http", "method": "GET", "path": request.url.path, "raw_path": request.url.raw_path}
    scope |= {"query_string": b"", "headers": headers, "client": ("10.0.0.1", 1), "server": ("127.0.0.1", 8080)}
    scope |= {"http_version": "1.1", "scheme": "http", "root_path": ""}
    begun, read = asyncio.Semaphore(0), asyncio.Event()

    async def receive() -> Json:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: Any) -> None:
        begun.release()
        await read.wait()

    reading = [asyncio.create_task(work.app(dict(scope), receive, send)) for _ in range(2)]
    for _ in reading:
        await begun.acquire()
    assert (await boss.get("/calls/export")).status_code == 429
    reading[0].cancel()
    await asyncio.wait(reading[:1])
    assert (await boss.get("/calls/export")).status_code == 200
    read.set()
    await asyncio.gather(*reading[1:])
    with work.service.exports.of("ma"), work.service.exports.of("ma"):
        pass
