"""The whole service with its API on: an account from the console, a record from a switch, a signed head."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest

from callcenter.journal import EntryKind, JournalReader
from callcenter.store.audit import SignedHead
from tests.integration.loaded_switch import LoadedSwitch, stories
from tests.integration.office import PASSWORD
from tests.integration.service import Service, at_home


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with LoadedSwitch(stories(), 8.0) as switch, at_home(tmp_path, switch.port) as prepared:
        (prepared.home / "audit.key").write_text("0123456789abcdef0123456789abcdef")
        with prepared.settings.open("a") as file:
            file.write(
                f'[web]\nenabled = true\nport = 0\naudit_key_file = "{prepared.home}/audit.key"\n'
                f'audit_heads = "{prepared.home}/heads.jsonl"\n'
            )
        yield prepared


async def first_record(client: httpx.AsyncClient) -> str:
    """Wait for a record that a rule raised from what the switch said."""
    async with asyncio.timeout(60):
        while True:
            items = (await client.get("/violations?rule=V-MISSED")).json()["items"]
            if items:
                return str(items[0]["id"])
            await asyncio.sleep(0.1)


async def heard(client: httpx.AsyncClient) -> list[str]:
    """Follow the live stream to its end; give the kinds of event in the order in which they came first."""
    async with client.stream("GET", "/live", timeout=60) as stream:
        lines = [line async for line in stream.aiter_lines()]
    return list(dict.fromkeys(line.removeprefix("event: ") for line in lines if line.startswith("event: ")))


async def test_supervisor_reads_what_the_service_has_just_recorded_and_it_stops_cleanly(
    service: Service,
) -> None:
    await service.start()
    await service.add_account(PASSWORD, "sun", "--role", "supervisor")
    async with httpx.AsyncClient(base_url=f"{service.api()}/api/v1", trust_env=False, timeout=30) as client:
        me = await client.post("/session", json={"name": "sun", "password": PASSWORD})
        listening = asyncio.create_task(heard(client))
        number = await first_record(client)
        record = (await client.get(f"/violations/{number}")).json()
        code = await service.stop()
        events = await listening
    (head,) = [
        msgspec.json.decode(line, type=SignedHead) for line in (service.home / "heads.jsonl").read_bytes().splitlines()
    ]
    assert (me.status_code, me.json()["role"], code) == (201, "supervisor", 0)
    assert (record["rule"], record["verdict"], record["counted"]) == ("V-MISSED", "undetermined", 0)  # no roster
    frames = [frame["frame"] for frame in record["evidence"]]
    assert any(record["caller"] in frame for frame in frames)  # a supervisor reads the number
    assert all(len(frame["hash"]) == 64 and "Event: " in frame["frame"] for frame in record["evidence"])
    assert len(head.mac) == 64
    told = {"age", "calls", "floor", "lost_calls", "violations"}
    assert (events[0], events[-1], {*events[1:-1]}) == ("snapshot", "end", told)


async def test_port_of_the_api_that_is_taken_stops_the_start(service: Service) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = service.settings.read_text()
        service.settings.write_text(settings.replace("enabled = true\nport = 0", f"enabled = true\nport = {port}"))
        code, errors = await service.run("serve")
    assert code == 2
    assert f"127.0.0.1:{port} cannot be listened on" in errors.splitlines()[-1]


async def test_journal_says_from_its_first_entry_by_what_is_judged_and_only_once(service: Service) -> None:
    for _ in range(2):
        await service.start()
        assert await service.stop() == 0
    with JournalReader(service.home / "journal.sqlite") as reader:
        kinds = [stored.kind for stored in reader.read()]
    assert kinds[0] == EntryKind.INPUT
    assert len(service.logged("rules_enacted")) == 1
