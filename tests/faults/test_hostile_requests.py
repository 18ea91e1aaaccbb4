"""Requests that no page would send: refused at the door with a sentence, and none that slipped in hides another."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, update

from callcenter.store.audit import Audited
from callcenter.store.decisions.changes import ChangeKind, ChangeState
from callcenter.store.tables import ChangeRow, ViolationRow
from tests.integration.api import Browser, Department, department
from tests.integration.office import propose

CHANGE = {"kind": "amount", "subject": "fines", "content": {"yuan": 1}, "reason": "as agreed"}


@pytest.fixture
async def work(tmp_path: Path) -> AsyncIterator[Department]:
    async with department(tmp_path) as found:
        yield found


def nested(levels: int) -> Any:
    content: Any = 1
    for _ in range(levels):
        content = {"a": content}
    return content


async def send_raw(browser: Browser, path: str, raw: bytes) -> httpx.Response:
    headers = {"X-CSRF-Token": browser.csrf, "Idempotency-Key": "a-raw-request", "Content-Type": "application/json"}
    return await browser.http.post(f"/api/v1{path}", content=raw, headers=headers)


def raw(content: str) -> bytes:
    return json.dumps(CHANGE).replace('{"yuan": 1}', content).encode()


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(nested(255)),
        json.dumps(nested(900)),
        json.dumps({"a": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}),
        '{"a": "\\ud800"}',
        '{"\\udfff": 1}',
        '{"a": "x\\u0000y"}',
        '{"a": 1e999}',
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": ' + "9" * 40 + "}",
        '{"a": ' + "9" * 400 + "}",
        '{"a": ' + "9" * 5000 + "}",
        '{"a": [' + "1," * 20_000 + "1]}",
    ],
    ids=[
        "deep",
        "very deep",
        "lists",
        "surrogate",
        "surrogate key",
        "NUL",
        "1e999",
        "NaN",
        "Infinity",
        "40 digits",
        "400 digits",
        "5000 digits",
        "many",
    ],
)
async def test_content_that_nobody_means_is_refused_at_the_door(work: Department, content: str) -> None:
    sun = await work.signed_in("sun")
    refused = await send_raw(sun, "/changes", raw(content))
    assert refused.status_code in {400, 422}, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert (await sun.get("/changes")).json()["items"] == []


async def test_a_number_that_no_float_holds_is_refused_before_anybody_has_signed_in(work: Department) -> None:
    told = b'{"name": "root", "password": 1' + b"0" * 400 + b"}"
    assert (await send_raw(work.browser(), "/session", told)).status_code == 422


@pytest.mark.parametrize("depth", [30_000, 60_000])
async def test_a_body_of_brackets_is_refused(work: Department, depth: int) -> None:
    refused = await send_raw(await work.signed_in("sun"), "/changes", b"[" * depth)
    assert refused.status_code in {400, 422}


def cursor(*place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


CURSORS = [
    cursor(10**30, "x"),
    cursor(10**400, "x"),
    cursor(2**63, "x"),
    cursor(-(2**70), "x"),
    cursor(1, "\ud800"),
    cursor(1),
    cursor(1, "x" * 90),
    cursor("1", "x"),
    cursor(1.5, "x"),
    cursor(None, None),
    "A",
    "é",
    "=" * 30,
    "AAAAA",
    "[]",
    "\x00",
]


PATHS = ["/violations", "/users", "/calls/talked?agent=Alice", "/assessments", "/scores?month=2026-03"]


@pytest.mark.parametrize("path", PATHS)
async def test_a_cursor_that_is_none_is_refused(work: Department, path: str) -> None:
    await work.signed_in("alice")
    reader = await work.signed_in("ma" if not path.startswith("/calls/talked") else "sun")
    for one in CURSORS:
        url = httpx.URL(f"/api/v1{path}").copy_merge_params({"cursor": one})
        assert (await reader.http.get(url)).status_code in {200, 400, 404, 422}, one


TIMES = [
    "0001-01-01T00:00:00+08:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-08:00",
    "9999-12-31T23:59:59Z",
    "1e300",
    "-1e300",
    "1969-12-31T00:00:00Z",
    "3000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "99999999999999999",
    "NaN",
]


@pytest.mark.parametrize("time", TIMES)
async def test_a_time_that_nobody_means_is_refused(work: Department, time: str) -> None:
    await work.signed_in("alice")
    sun = await work.signed_in("sun")
    said = {"rule": "V-DESK", "agent": "Alice", "note": "papers", "at": time}
    promise = {"note": "x", "callback_to": "13800250001", "callback_by": time}
    codes = [
        (await sun.http.get("/api/v1/violations", params={"from": time})).status_code,
        (await sun.http.get("/api/v1/violations", params={"to": time})).status_code,
        (await sun.http.get("/api/v1/promises", params={"from": time, "to": "2026-03-02T00:00:00Z"})).status_code,
        (await sun.http.get("/api/v1/promises", params={"from": "2026-03-02T00:00:00Z", "to": time})).status_code,
        (await sun.send("POST", "/violations/manual", said)).status_code,
        (await sun.send("POST", "/calls/1.0/dispositions", promise)).status_code,
    ]
    assert codes == [422] * 6


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1899-12-31", "2500-01-01", "-2026-01-01"])
async def test_a_day_that_nobody_means_is_refused(work: Department, day: str) -> None:
    tian, root, ma = [await work.signed_in(name) for name in ("tian", "root", "ma")]
    mark = {"agent": "Alice", "day": day, "points": "3", "note": "x"}
    user = {"name": "carol", "full_name": "C", "role": "agent", "password": "quite another phrase", "joined": day}
    codes = [
        (await tian.send("POST", "/assessments", mark)).status_code,
        (await root.send("POST", "/users", user)).status_code,
        (await ma.http.get("/api/v1/assessments", params={"from": day})).status_code,
    ]
    assert codes == [422] * 3


async def test_an_audit_entry_that_cannot_be_shown_hides_no_other(work: Department) -> None:
    root = await work.signed_in("root")
    async with work.decisions.writing() as unit:
        told: dict[str, Any] = {"at": 1, "actor": "sun", "action": "propose", "kind": "change"}
        await unit.note(Audited(**told, subject="deep", detail={"content": nested(255)}))
        await unit.note(Audited(**told, subject="sound", detail={"content": 1}))
    items = (await root.get("/audit")).json()["items"]
    assert [(one["subject"], one["detail"]) for one in items[-2:]] == [
        ("deep", {"unreadable": "too deep to be shown"}),
        ("sound", {"content": 1}),
    ]


async def test_a_damaged_audit_entry_hides_no_other(work: Department) -> None:
    root = await work.signed_in("root")
    async with work.decisions.writing() as unit:
        for n in range(3):
            await unit.note(Audited(at=n, actor="sun", action="propose", kind="change", subject=f"{n}"))
    damage(work, "UPDATE audit SET detail = '{' WHERE subject = '1'")
    items = (await root.get("/audit")).json()["items"]
    assert [one["subject"] for one in items[-3:]] == ["0", "1", "2"]
    assert items[-2]["detail"] == {"unreadable": "not what was written"}


def damage(work: Department, statement: str) -> None:
    assert work.decisions.file is not None
    with closing(sqlite3.connect(work.decisions.file.path, timeout=30)) as connection, connection:
        connection.execute(statement)


async def test_a_change_that_cannot_be_shown_hides_no_other(work: Department) -> None:
    sun = await work.signed_in("sun")
    row = {
        "kind": ChangeKind.AMOUNT,
        "subject": "x",
        "reason": "y",
        "state": ChangeState.PROPOSED,
        "proposed_by": "ma",
        "proposed_at": work.now,
        "version": 1,
    }
    async with work.decisions.writing() as unit:
        for number, content in (("0", json.dumps(nested(255))), ("1", "{"), ("2", '{"yuan": 1}')):
            await unit.execute(insert(ChangeRow).values(id=number, content=content, **row))
    items = (await sun.get("/changes")).json()["items"]
    assert [(one["id"], one["content"]) for one in items] == [
        ("2", {"yuan": 1}),
        ("0", {"unreadable": "too deep to be shown"}),
    ]


async def test_a_record_that_cannot_be_read_hides_no_other(work: Department) -> None:
    numbers = [await propose(work.decisions, n) for n in range(3)]
    async with work.decisions.writing() as unit:
        await unit.execute(update(ViolationRow).where(ViolationRow.id == numbers[1]).values(dossier="{}"))
    items = (await (await work.signed_in("sun")).get("/violations")).json()["items"]
    assert [one["id"] for one in items] == [numbers[2], numbers[0]]
