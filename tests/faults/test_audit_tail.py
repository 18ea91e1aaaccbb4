"""The audit log's tail cut off, and the signed heads with it: the missing head gives it away, here and elsewhere."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest
import structlog

from callcenter.domain.frame import SECOND
from callcenter.staff.rights import Role
from callcenter.store import DecisionStore
from callcenter.store.audit import AuditDamaged, SignedHead, _mac, append_head, read_heads, require_recent, sign
from callcenter.web.heads import sign_heads
from callcenter.web.settings import WebSettings
from tests.integration.office import hire, opened
from tests.integration.test_audit_command import Runner, add
from tests.integration.test_audit_command import home as home  # noqa: PLC0414 - a fixture
from tests.integration.test_audit_command import run as run  # noqa: PLC0414 - a fixture
from tests.unit.rules.detection.people import MONDAY

KEY = b"0123456789abcdef"
HOUR = 3600 * SECOND


@pytest.fixture
async def decisions(tmp_path: Path) -> AsyncIterator[DecisionStore]:
    async with opened(tmp_path) as found:
        await hire(found, "root", Role.ADMIN)
        yield found


def test_a_log_whose_tail_was_cut_and_whose_heads_are_gone_is_not_what_was_written(run: Runner, home: Path) -> None:
    add(run)
    run("audit", "sign")
    add(run, "sun", "supervisor")
    with closing(sqlite3.connect(home / "callcenter.sqlite")) as connection, connection:
        connection.execute("DELETE FROM audit WHERE seq = 2")
        connection.execute("UPDATE audit_head SET seq = 1, hash = (SELECT hash FROM audit WHERE seq = 1)")
    (home / "heads.jsonl").unlink()
    with pytest.raises(AuditDamaged, match="no signed head"):
        run("audit", "verify")


def test_heads_of_which_the_newest_is_old_are_not_enough(run: Runner, home: Path) -> None:
    add(run)
    run("audit", "sign")
    heads = home / "heads.jsonl"
    (old,) = read_heads(heads, b"0123456789abcdef" * 2)
    heads.unlink()
    stale = msgspec.structs.replace(old, at=old.at - 3 * HOUR)
    append_head(heads, resigned(stale, b"0123456789abcdef" * 2))
    with pytest.raises(AuditDamaged, match="newest signed head is from"):
        run("audit", "verify")
    run("audit", "sign")
    assert "2 signed heads agree" in run("audit", "verify")


def resigned(head: SignedHead, key: bytes) -> SignedHead:
    return msgspec.structs.replace(head, mac=_mac(key, head.seq, head.hash, head.at))


async def test_a_head_is_asked_for_within_two_hours(decisions: DecisionStore) -> None:
    async with decisions.reading() as connection:
        head = await sign(connection, KEY, MONDAY)
    require_recent([head], MONDAY + 2 * HOUR)
    for heads, at in (([head], MONDAY + 2 * HOUR + 1), ([], MONDAY)):
        with pytest.raises(AuditDamaged):
            require_recent(heads, at)


class Elsewhere:
    """A machine to which heads go: over HTTP, and by syslog."""

    def __init__(self) -> None:
        self.posted: list[SignedHead] = []
        self.status = 204
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told.posted.append(msgspec.json.decode(body, type=SignedHead))
                self.send_response(told.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.syslog = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.syslog.bind(("127.0.0.1", 0))
        self.syslog.settimeout(10)
        Thread(target=self.http.serve_forever, daemon=True).start()

    def settings(self, folder: Path) -> WebSettings:
        return WebSettings(
            audit_heads=folder / "heads.jsonl",
            audit_heads_url=f"http://127.0.0.1:{self.http.server_port}/heads",
            audit_heads_syslog=f"127.0.0.1:{self.syslog.getsockname()[1]}",
        )

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.syslog.close()


async def signed(decisions: DecisionStore, settings: WebSettings) -> None:
    """Let the service sign once."""
    task = asyncio.create_task(sign_heads(decisions, KEY, settings, lambda: MONDAY, every=60))
    while not settings.audit_heads.exists():  # noqa: ASYNC110 - written by a thread
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_head_goes_to_a_second_place_too(decisions: DecisionStore, tmp_path: Path) -> None:
    elsewhere = Elsewhere()
    try:
        await signed(decisions, elsewhere.settings(tmp_path))
        line = (await asyncio.to_thread(elsewhere.syslog.recv, 4096)).decode()
    finally:
        elsewhere.close()
    (head,) = read_heads(tmp_path / "heads.jsonl", KEY)
    assert elsewhere.posted == [head]
    assert msgspec.json.decode(line[line.index("{") :].rstrip("\0"), type=SignedHead) == head


async def test_a_second_place_that_is_away_is_told_of_and_keeps_no_head_from_the_file(
    decisions: DecisionStore, tmp_path: Path
) -> None:
    settings = WebSettings(audit_heads=tmp_path / "heads.jsonl", audit_heads_url="http://127.0.0.1:1/heads")
    with structlog.testing.capture_logs() as told:
        await signed(decisions, settings)
    assert len(read_heads(tmp_path / "heads.jsonl", KEY)) == 1
    assert [line["place"] for line in told if line["event"] == "audit_head_not_sent"] == ["audit_heads_url"]
